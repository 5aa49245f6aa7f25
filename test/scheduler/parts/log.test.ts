import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RecoveredRecord } from '../../../src/host/host.ts';
import { type LogRecord, recoverLog } from '../../../src/scheduler/parts/log.ts';

const record = (n: number): LogRecord<string> => ({ v: 1, n, entries: [`entry ${n}`] });
const intact = (data: unknown): RecoveredRecord => ({ kind: 'intact', data });
const DAMAGED: RecoveredRecord = { kind: 'damaged' };
const numbersOf = (found: readonly RecoveredRecord[] | undefined) => {
  const { records, isClean } = recoverLog<string>(found);
  return [records.map(({ n }) => n), isClean];
};

test('no file, an empty file and a whole file need no repair', () => {
  expect(numbersOf(undefined)).toEqual([[], true]);
  expect(numbersOf([])).toEqual([[], true]);
  expect(numbersOf([1, 2, 3].map((n) => intact(record(n))))).toEqual([[1, 2, 3], true]);
});

test('what follows a gap, damage, a repetition or another version is not believed', () => {
  const at = (...ns: readonly number[]) => ns.map((n) => intact(record(n)));
  expect(numbersOf(at(1, 3))).toEqual([[1], false]);
  expect(numbersOf(at(2, 3))).toEqual([[], false]);
  expect(numbersOf(at(1, 3, 2))).toEqual([[1], false]);
  expect(numbersOf(at(1, 2, 2, 3))).toEqual([[1, 2], false]);
  expect(numbersOf([...at(1), DAMAGED, ...at(2, 3)])).toEqual([[1], false]);
  expect(numbersOf([...at(1), intact({ ...record(2), v: 2 })])).toEqual([[1], false]);
});

test('a crash keeps at least what was synced, and nothing that was not written', () => {
  // Written 1..written, synced up to `synced`; of the rest any part survives, torn or reordered.
  const crashes = fc
    .record({ synced: fc.nat(8), unsynced: fc.nat(6) })
    .chain(({ synced, unsynced }) => {
      const rest = Array.from({ length: unsynced }, (_, i) => synced + 1 + i);
      return fc.record({
        synced: fc.constant(synced),
        unsynced: fc.constant(unsynced),
        survivors: fc.shuffledSubarray(rest),
        torn: fc.array(fc.boolean(), { minLength: unsynced, maxLength: unsynced }),
      });
    });
  fc.assert(
    fc.property(crashes, ({ synced, unsynced, survivors, torn }) => {
      const sure = Array.from({ length: synced }, (_, i) => intact(record(i + 1)));
      const rest = survivors.map((n, i) => (torn[i] === true ? DAMAGED : intact(record(n))));
      const { records, isClean } = recoverLog<string>([...sure, ...rest]);
      expect(records.length).toBeGreaterThanOrEqual(synced);
      expect(records.length).toBeLessThanOrEqual(synced + unsynced);
      expect(records).toEqual(records.map((_, i) => record(i + 1)));
      expect(isClean).toBe(records.length === synced + survivors.length);
      // After the repair the file is what was believed, and stays so.
      expect(recoverLog(records.map(intact))).toEqual({ records, isClean: true });
    }),
  );
});
