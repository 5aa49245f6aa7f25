/**
 * The committed kill table is what the code says: two of its rows are hunted anew, the page follows
 * from the rows, and every planted bug is in it. `npm run mutants` makes all of it again.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { huntsFor } from '../../src/cli/mutants.ts';
import { killTableText } from '../../src/explore/kill-page.ts';
import { KILL_BUDGET, type KillRow, killRow, medianOf } from '../../src/explore/kill-table.ts';
import { required } from '../../src/lib/assert.ts';
import { stableJson } from '../../src/lib/stable-json.ts';
import { HUNTED } from '../../src/mutants/mutants.ts';

const BASELINE = new URL('../../reports/baseline/', import.meta.url);
const committed = (name: string): string => readFileSync(new URL(name, BASELINE), 'utf8');
const ROWS = JSON.parse(committed('mutants.json')) as readonly KillRow[];

test('every mutant is killed, and the designs without their bugs break nothing', () => {
  expect(ROWS.map(({ mutant }) => mutant)).toEqual(HUNTED.map(({ name }) => name));
  const left = ROWS.filter(({ killed, unmutatedBroke }) => !killed || unmutatedBroke.length > 0);
  expect(left).toEqual([]);
});

test('half of the cases have at most five faults and three members', () => {
  const half = (of: (row: KillRow) => number | null): number | null =>
    medianOf(
      ROWS.map((row) => required(of(row) ?? undefined, row.mutant)).sort((a, b) => a - b),
      ROWS.length,
    );
  expect(half(({ faults }) => faults)).toBeLessThanOrEqual(5);
  expect(half(({ members }) => members)).toBeLessThanOrEqual(3);
});

test('the page follows from the rows', () => {
  expect(killTableText(ROWS, KILL_BUDGET)).toBe(committed('mutants.md'));
  expect(`${stableJson(ROWS, 1)}\n`).toBe(committed('mutants.json'));
});

test.each(['overlap-runs-twice', 'given-up-is-gone'])(
  '%s is hunted anew, with the same result',
  (mutant) => {
    const [task] = huntsFor([mutant]);
    const row = ROWS.find((each) => each.mutant === mutant);
    expect(killRow(required(task, mutant))).toEqual(row);
  },
  120_000,
);

test('a median counts what was never found as longer than everything', () => {
  expect(medianOf([1, 2, 3], 3)).toBe(2);
  expect(medianOf([1, 2], 4)).toBe(2);
  expect(medianOf([1], 4)).toBeNull();
  expect(medianOf([], 1)).toBeNull();
});

test('hunts that found nothing are said', () => {
  const [first] = ROWS;
  const row = required(first, 'a row');
  const strategies = row.strategies.map((each) => ({
    ...each,
    kills: 3,
    seeds: null,
    steps: null,
  }));
  const text = killTableText([{ ...row, strategies, unmutatedBroke: ['no-loss'] }], KILL_BUDGET);
  expect(text).toContain(`> ${KILL_BUDGET.runsMax} (3/20)`);
  expect(text).toContain(`broke something, too: ${row.design}`);
});
