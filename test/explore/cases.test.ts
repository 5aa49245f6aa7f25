/**
 * Shrunk cases of planted bugs, as `shrink` wrote them some time ago. They are data, not seeds: a
 * change of the code that only draws once more somewhere makes another run of each, in which the
 * same claim is broken. Should one of them not break any more, its mutant was changed, and the case
 * is to be shrunk again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadText } from '../../src/cli/load.ts';
import { type CaseFile, printCase, readCase } from '../../src/explore/case-file.ts';
import { DRAWING_ROOMS, lostIn } from '../../src/explore/shrink.ts';
import { createRng } from '../../src/kernel/rng.ts';
import type { LoadedScenario } from '../../src/scenario/scenario.ts';
import { brokenOf, preparedOf, runTwice } from '../support/runs.ts';

const FOLDER = join(import.meta.dirname, 'cases');
const NAMES = readdirSync(FOLDER).sort();

function caseOf(name: string): { readonly file: CaseFile; readonly loaded: LoadedScenario } {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const read = readCase(text);
  if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
  const place = { shown: name, folder: FOLDER, cwd: FOLDER, sets: [] };
  const loaded = loadText({ ...place, text: read.value.scenario.text });
  if (loaded.kind === 'failed') throw new Error(JSON.stringify(loaded.error));
  return { file: read.value, loaded: loaded.value.loaded };
}

test('there is a case of each of several mutants, small and steady', () => {
  expect(NAMES.length).toBeGreaterThanOrEqual(5);
  for (const name of NAMES) {
    const { file } = caseOf(name);
    expect(file.plan.faults.length).toBeLessThanOrEqual(5);
    expect(file.robust).toBe(true);
    expect(file.story?.length).toBeGreaterThan(3);
  }
});

describe.each(NAMES)('%s', (name) => {
  const { file, loaded } = caseOf(name);
  const { design, seed, plan, broken } = file;
  const prepared = preparedOf(loaded.scenario, design);

  test('says all there is to say, and prints to the same', () => {
    const { scenario, apiVersion: _, ...run } = file;
    expect(loaded.text).toBe(scenario.text);
    expect(loaded.hash).toBe(scenario.hash);
    const text = readFileSync(join(FOLDER, name), 'utf8');
    expect(JSON.parse(printCase(loaded, run))).toEqual(JSON.parse(text));
    expect(loaded.scenario.faults).toEqual({ kind: 'given', faults: plan.faults });
  });

  test('breaks its claim, and whatever room draws once more', () => {
    const asIs = runTwice(prepared, seed, { plan });
    expect(Object.keys(brokenOf(asIs))).toEqual([broken.claim]);
    const fingerprints = new Set([asIs.fingerprint]);
    for (const room of DRAWING_ROOMS) {
      const other = runTwice(prepared, seed, { plan, lostDraws: lostIn(room) });
      expect(Object.keys(brokenOf(other)), room).toEqual([broken.claim]);
      fingerprints.add(other.fingerprint);
    }
    // It is not that nothing was drawn.
    expect(fingerprints.size).toBeGreaterThan(1);
  });
});

test('a lost draw moves the stream that it is lost in, and no other', () => {
  const rng = createRng('7');
  const changed = createRng('7', ([room]) => (room === 'disk' ? 1 : 0));
  const disk = rng.stream('disk', 'store');
  disk.float();
  expect(changed.stream('disk', 'store').float()).toBe(disk.float());
  expect(changed.stream('network', 'a', 'b').float()).toBe(rng.stream('network', 'a', 'b').float());
});
