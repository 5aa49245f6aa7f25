import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecoveredRecord } from '../../../src/host/host.ts';
import type { Output } from '../../../src/host/step.ts';
import { LOG_FILE, MARK_FILE, NOTHING } from '../../../src/host/step.ts';
import {
  type LogRecord,
  LogWriter,
  type RecoveredLog,
  recoverLog,
  refuseToStart,
  type WholeLog,
} from '../../../src/scheduler/parts/log.ts';

const record = (n: number, synced = 0): LogRecord<string> => ({
  v: 1,
  n,
  entries: [`entry ${n}`],
  synced,
});
const intact = (data: unknown): RecoveredRecord => ({ kind: 'intact', data });
const DAMAGED: RecoveredRecord = { kind: 'damaged' };
const at = (...ns: readonly number[]) => ns.map((n) => intact(record(n)));

/** Recovers from these places, with a mark of so many synced records, a damaged one, or none. */
function recover(
  places: readonly RecoveredRecord[] | undefined,
  mark?: number | 'damaged',
): RecoveredLog<string> {
  const files = new Map<string, readonly RecoveredRecord[]>();
  if (places !== undefined) files.set(LOG_FILE, places);
  if (mark !== undefined) {
    files.set(MARK_FILE, [mark === 'damaged' ? DAMAGED : intact({ v: 1, n: mark })]);
  }
  return recoverLog<string>({ files });
}

/** Numbers of the records that are believed and whether there is nothing to repair, or `no`. */
const numbersOf = (...found: Parameters<typeof recover>): unknown => {
  const log = recover(...found);
  return log.kind === 'refused' ? 'no' : [log.records.map(({ n }) => n), log.isClean];
};

describe('an unsynced tail', () => {
  test('no file, an empty file and a whole file need no repair', () => {
    expect(numbersOf(undefined)).toEqual([[], true]);
    expect(numbersOf([])).toEqual([[], true]);
    expect(numbersOf(at(1, 2, 3))).toEqual([[1, 2, 3], true]);
  });

  test('is not believed behind a gap, damage, a repetition or another version', () => {
    expect(numbersOf(at(1, 3))).toEqual([[1], false]);
    expect(numbersOf(at(2, 3))).toEqual([[], false]);
    expect(numbersOf(at(1, 3, 2))).toEqual([[1], false]);
    expect(numbersOf(at(1, 2, 2, 3))).toEqual([[1, 2], false]);
    expect(numbersOf([...at(1), DAMAGED, ...at(2, 3)])).toEqual([[1], false]);
    expect(numbersOf([...at(1), intact({ ...record(2), v: 2 })])).toEqual([[1], false]);
    expect(numbersOf([...at(1), intact({ ...record(2), snapshot: true })])).toEqual([[1], false]);
  });

  test('may be torn behind what the mark tells of', () => {
    expect(numbersOf([...at(1, 2), DAMAGED], 2)).toEqual([[1, 2], false]);
    expect(numbersOf([...at(1, 2), intact(record(3, 1)), DAMAGED], 0)).toEqual([[1, 2, 3], false]);
  });

  test('keeps at least what was synced, and nothing that was not written', () => {
    // Written 1..written, synced up to `synced`; of the rest any part survives, torn or reordered.
    const crashes = fc
      .record({ synced: fc.nat(8), unsynced: fc.nat(6), marked: fc.nat(8) })
      .chain(({ synced, unsynced, marked }) => {
        const rest = Array.from({ length: unsynced }, (_, i) => synced + 1 + i);
        return fc.record({
          synced: fc.constant(synced),
          unsynced: fc.constant(unsynced),
          mark: fc.constantFrom(undefined, Math.min(marked, synced)),
          survivors: fc.shuffledSubarray(rest),
          torn: fc.array(fc.boolean(), { minLength: unsynced, maxLength: unsynced }),
        });
      });
    fc.assert(
      fc.property(crashes, ({ synced, unsynced, survivors, torn, mark }) => {
        const sure = Array.from({ length: synced }, (_, i) => intact(record(i + 1, i)));
        const rest = survivors.map((n, i) =>
          torn[i] === true ? DAMAGED : intact(record(n, synced)),
        );
        const log = recover([...sure, ...rest], mark) as WholeLog<string>;
        expect(log.kind).toBe('whole');
        const { records, isClean } = log;
        expect(records.length).toBeGreaterThanOrEqual(synced);
        expect(records.length).toBeLessThanOrEqual(synced + unsynced);
        expect(records.map(({ n }) => n)).toEqual(records.map((_, i) => i + 1));
        expect(isClean).toBe(records.length === synced + survivors.length);
        // After the repair the file is what was believed, and stays so.
        expect(recover(records.map(intact), mark)).toEqual({
          kind: 'whole',
          records,
          isClean: true,
        });
      }),
    );
  });
});

describe('a synced record that is damaged or missing', () => {
  test('is told from an unsynced tail by the mark, or by what was written later', () => {
    expect(numbersOf([...at(1), DAMAGED], 2)).toBe('no');
    expect(numbersOf(at(1), 2)).toBe('no');
    expect(numbersOf([], 1)).toBe('no');
    expect(numbersOf(undefined, 1)).toBe('no');
    expect(numbersOf([DAMAGED, intact(record(2, 1))])).toBe('no');
    expect(numbersOf([...at(1, 2), DAMAGED, intact(record(4, 2)), intact(record(5, 3))])).toBe(
      'no',
    );
  });

  test('is taken for granted where the mark is damaged: nobody knows what is missing', () => {
    expect(numbersOf([...at(1), DAMAGED], 'damaged')).toBe('no');
    expect(numbersOf(at(1, 2), 'damaged')).toBe('no');
    expect(numbersOf([], 'damaged')).toBe('no');
  });

  test('keeps a program from starting, which says why', () => {
    const log = recover([...at(1, 2, 3), DAMAGED], 4);
    if (log.kind !== 'refused') expect.fail('it is believed');
    expect(log.reason).toBe('record 4 is damaged, and 4 were synced');
    const reason = 'refuses to start: record 4 is damaged, and 4 were synced';
    expect(refuseToStart(log).now).toEqual([
      { kind: 'observe', testimony: { kind: 'note', text: reason } },
      { kind: 'exit', reason },
    ]);
    expect(recover(at(1), 2)).toMatchObject({ reason: 'record 2 is missing, and 2 were synced' });
  });

  test('is never read as empty, whatever is damaged: all that was acknowledged, or nothing', () => {
    // A log at rest: all of it is synced and marked. Damaged, missing and misplaced records.
    const harm = fc.array(
      fc.record({
        place: fc.nat(12),
        how: fc.constantFrom('damaged' as const, 'missing' as const, 'swapped' as const),
      }),
      { maxLength: 8 },
    );
    const logs = fc.record({ length: fc.nat(12), batch: fc.integer({ min: 1, max: 5 }), harm });
    fc.assert(
      fc.property(logs, fc.boolean(), ({ length, batch, harm: harms }, isMarkDamaged) => {
        const whole = Array.from({ length }, (_, i) => intact(record(i + 1, i - (i % batch))));
        const places: (RecoveredRecord | undefined)[] = [...whole];
        for (const { place, how } of harms) {
          if (place >= length) continue;
          if (how === 'damaged') places[place] = DAMAGED;
          else if (how === 'missing') places[place] = undefined;
          else if (how === 'swapped') {
            [places[0], places[place]] = [places[place], places[0]];
          }
        }
        const found = places.filter((place) => place !== undefined);
        const log = recover(found, isMarkDamaged ? 'damaged' : length);
        if (log.kind === 'refused') return;
        expect(log.records).toEqual(whole.map((place) => 'data' in place && place.data));
      }),
      { numRuns: 500 },
    );
  });
});

describe('LogWriter', () => {
  const EMPTY: WholeLog<string> = { kind: 'whole', records: [], isClean: true };
  const output = (...persist: readonly string[]): Output => ({ ...NOTHING, persist });
  const live = (): readonly string[] => ['all there is'];

  test('makes one record of a step, and none of a step without changes', () => {
    const log = new LogWriter(EMPTY);
    expect(log.seal(NOTHING, 0, live)).toBe(NOTHING);
    expect(log.seal(output('a', 'b'), 2, live).persist).toEqual([
      { v: 1, n: 1, entries: ['a', 'b'] },
    ]);
    expect(log.seal(output('c'), 3, live)).toMatchObject({ persist: [{ n: 2 }] });
    expect(log.n).toBe(2);
  });

  test('repairs a log with the first step, before anything is added', () => {
    const found = recover([...at(1, 2), DAMAGED]) as WholeLog<string>;
    const rewrite = [record(1), record(2)];
    expect(new LogWriter(found).seal(output('a'), 1, live)).toMatchObject({
      rewrite,
      persist: [{ n: 3 }],
    });
    const log = new LogWriter(found);
    expect(log.seal(NOTHING, 1, live)).toEqual({ ...NOTHING, rewrite });
    expect(log.seal(NOTHING, 1, live)).toEqual(NOTHING);
  });

  test('puts a snapshot in the place of a log that has grown long', () => {
    const log = new LogWriter(EMPTY);
    const rewrites: number[] = [];
    for (let n = 1; n <= 20_000; n++) {
      const { persist, rewrite } = log.seal(output('a'), 1, live);
      if (rewrite === undefined) {
        expect(persist).toHaveLength(1);
        continue;
      }
      expect(persist).toEqual([]);
      expect(rewrite).toEqual([{ v: 1, n, entries: ['all there is'], snapshot: true }]);
      rewrites.push(n);
    }
    expect(rewrites).toEqual([4_097, 8_193, 12_289, 16_385]);
  });

  test('leaves a log alone that is long because its state is', () => {
    const log = new LogWriter(EMPTY);
    for (let n = 1; n <= 20_000; n++) {
      expect(log.seal(output('a'), 10_000, live).rewrite).toBeUndefined();
    }
    expect(log.seal(output('a'), 10_000, live).rewrite).toHaveLength(1);
  });

  test('counts what is in its entries, also of those that were there at a start', () => {
    const ofTen = { weigh: () => 10 };
    const log = new LogWriter(EMPTY, ofTen);
    for (let n = 1; n <= 5_000; n++) {
      expect(log.seal(output('a'), 25_000, live).rewrite).toBeUndefined();
    }
    expect(log.seal(output('a'), 25_000, live).rewrite).toHaveLength(1);
    const records = Array.from({ length: 5_000 }, (_, i) => record(i + 1));
    const found: WholeLog<string> = { kind: 'whole', records, isClean: true };
    expect(new LogWriter(found, ofTen).seal(output('a'), 25_000, live).rewrite).toHaveLength(1);
    expect(new LogWriter(found).seal(output('a'), 25_000, live).rewrite).toBeUndefined();
  });

  test('goes on behind a snapshot', () => {
    const snapshot = { v: 1, n: 7, entries: ['all'], snapshot: true } as const;
    const found = recover([intact(snapshot), intact(record(8))], 8) as WholeLog<string>;
    expect(found).toEqual({ kind: 'whole', records: [snapshot, record(8)], isClean: true });
    expect(new LogWriter(found).seal(output('a'), 1, live).persist).toMatchObject([{ n: 9 }]);
    expect(numbersOf([intact(snapshot), ...at(9)], 8)).toBe('no');
    expect(numbersOf([intact(snapshot), ...at(9)], 7)).toEqual([[7], false]);
  });
});
