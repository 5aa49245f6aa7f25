import { describe, expect, test } from 'vitest';
import { FAULTS } from '../../src/faults/faults.ts';
import { FAULT_KINDS, NETWORK_KINDS, type PlannedFault } from '../../src/faults/plan.ts';
import { isNetworkFault, planProblems } from '../../src/faults/plan-problems.ts';

const sound: PlannedFault = {
  id: 'f1',
  kind: 'crash',
  target: { by: 'role', role: 'leader' },
  start: { kind: 'at', atUs: 5 },
  durationUs: 10,
  params: {},
};

const problemsOf = (...faults: Partial<PlannedFault>[]): string[] =>
  planProblems({
    faults: faults.map((f, i) => ({ ...sound, id: `f${i}`, ...f })),
  }).map((p) => `${p.path}: ${p.problem}`);

describe('FAULTS', () => {
  test('describes every kind, in the order of the plan', () => {
    expect(FAULTS.map(({ kind }) => kind)).toEqual(FAULT_KINDS);
    for (const { sentence } of FAULTS) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  test('names exactly the parameters that a plan is checked for', () => {
    for (const { kind, params } of FAULTS) {
      const unknown = problemsOf({ kind, params: { nonsense: 1 } });
      expect(unknown.some((line) => line.includes("no 'nonsense'"))).toBe(true);
      const all = Object.fromEntries(Object.entries(params).map(([name, { low }]) => [name, low]));
      expect(problemsOf({ kind, params: all })).toEqual([]);
      const missing = problemsOf({ kind }).filter((line) => line.includes('needs'));
      const optional = Object.values(params).filter(({ otherwise }) => otherwise !== undefined);
      expect(missing.length).toBe(Object.keys(params).length - optional.length);
    }
  });

  test('crash, partition, pause, delay, duplication and loss excuse nothing', () => {
    const never = ['crash', 'partition', 'pause', 'delay', 'duplicate', 'loss', 'slow-cpu'];
    const excusing = FAULTS.filter(({ excuses }) => excuses.length > 0).map(({ kind }) => kind);
    for (const kind of never) expect(excusing).not.toContain(kind);
  });
});

describe('planProblems', () => {
  test('finds everything wrong at once, and where', () => {
    const found = problemsOf(
      { kind: 'loss', params: { lossPpm: 2_000_000 } },
      { id: 'f0', durationUs: -1, start: { kind: 'at', atUs: 0.5 } },
      { peer: sound.target, start: { kind: 'anchor', after: 'dispatched', nth: 0, delayUs: -1 } },
      { kind: 'clock-rate', params: { ratePpm: 0.5 } },
    );
    expect(found).toEqual([
      'faults.0.params.lossPpm: 2000000 is not within 0 to 1000000',
      'faults.1.durationUs: -1 is not a span of whole microseconds up to a year',
      'faults.1.start.atUs: 0.5 is not a span of whole microseconds up to a year',
      "faults.1.id: 'f0' names two faults",
      'faults.2.start.delayUs: -1 is not a span of whole microseconds up to a year',
      'faults.2.start.nth: 0 does not count',
      'faults.2.peer: a crash has no peer',
      'faults.3.params.ratePpm: 0.5 is not a whole number',
    ]);
  });

  test('refuses what is no number', () => {
    expect(problemsOf({ kind: 'slow-cpu', params: { factor: Number.NaN } })).toHaveLength(1);
    expect(problemsOf({ durationUs: Number.POSITIVE_INFINITY })).toHaveLength(1);
  });

  test('knows which kinds act on links', () => {
    expect(FAULT_KINDS.filter(isNetworkFault)).toEqual(NETWORK_KINDS);
  });
});

describe('a plan from a file', () => {
  test('may name a kind that there is not: a problem, never an exception', () => {
    const kind = 'pauze' as PlannedFault['kind'];
    expect(problemsOf({ kind })).toEqual(["faults.0.kind: there is no kind of fault 'pauze'"]);
  });
});
