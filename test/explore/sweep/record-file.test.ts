import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { runSeed } from '../../../src/explore/run.ts';
import { recordOf } from '../../../src/explore/sweep/record.ts';
import {
  type Kept,
  RecordFile,
  type RecordHeader,
  readRecords,
} from '../../../src/explore/sweep/record-file.ts';
import { bundled, preparedOf, seedsOf } from '../../support/runs.ts';
import '../../support/property-seed.ts';

const HEADER: RecordHeader = {
  apiVersion: 'seaworthy/records/v1',
  id: 'one',
  designs: ['single'],
  isTwice: false,
  seeds: seedsOf(12),
  command: 'a command',
};

const storm = preparedOf(bundled('storms/everything').scenario, 'single');
const kept = seedsOf(12).map((seed): Kept => ['single', recordOf(runSeed(storm, seed))]);

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'sweep.records');
}

function written(path: string, records: readonly Kept[], header = HEADER): void {
  const file = new RecordFile(path, header);
  for (const [design, record] of records) file.add(design, record);
  file.close();
}

test('what is written is read back, value for value', () => {
  const path = newPath();
  written(path, kept);
  const read = readRecords(readFileSync(path));
  expect(read?.header).toEqual(HEADER);
  expect(read?.kept).toEqual(kept);
});

test('a run of the greatest storm takes at most a kilobyte', () => {
  const path = newPath();
  written(path, kept);
  const [first] = kept;
  const alone = newPath();
  written(alone, [first as Kept]);
  // All but the first, which is what the others are compared with.
  const bytes = (statSync(path).size - statSync(alone).size) / (kept.length - 1);
  expect(bytes).toBeLessThanOrEqual(1_000);
});

test('cut off or damaged anywhere, what is whole before that stays, and more can be added', () => {
  const path = newPath();
  written(path, kept.slice(0, 5));
  const whole = readFileSync(path);
  const property = fc.property(fc.nat(whole.length - 1), fc.boolean(), (at, isCut) => {
    if (isCut) {
      writeFileSync(path, whole);
      truncateSync(path, at);
    } else {
      const damaged = Uint8Array.from(whole);
      damaged[at] = (damaged[at] as number) ^ 0x55;
      writeFileSync(path, damaged);
    }
    const file = new RecordFile(path, HEADER);
    const before = file.kept;
    expect(before).toEqual(kept.slice(0, before.length));
    file.add(...(kept[before.length] as Kept));
    file.close();
    expect(readRecords(readFileSync(path))?.kept).toEqual(kept.slice(0, before.length + 1));
  });
  fc.assert(property, { numRuns: 60 });
});

test('records of another id, or bytes that are none, are begun anew', () => {
  const path = newPath();
  written(path, kept.slice(0, 2));
  const other = new RecordFile(path, { ...HEADER, id: 'two' });
  expect(other.kept).toEqual([]);
  other.close();
  writeFileSync(path, 'something else');
  expect(readRecords(readFileSync(path))).toBeUndefined();
  const anew = new RecordFile(path, HEADER);
  expect(anew.kept).toEqual([]);
  anew.remove();
});
