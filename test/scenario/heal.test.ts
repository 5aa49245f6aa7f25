import { expect, test } from 'vitest';
import type { Fact } from '../../src/history/fact.ts';
import { brokenOf, preparedOf, runTwice, scenarioOf, seedsOf } from '../support/runs.ts';

const STORMY = (heal: string) =>
  scenarioOf(`
workload: {arrivals: {rate: 3/s}, schedules: [{name: beat, every: 5s}]}
faults: {profile: showcase}
phases: {warmUp: 5s, chaos: 40s, heal: ${heal}}
`);

/** Machines that a heal left behind, over a few seeds. */
function leftBehind(heal: string, design: string, seeds: number): readonly (readonly string[])[] {
  const prepared = preparedOf(STORMY(heal), design);
  return seedsOf(seeds).map((seed) => {
    const left: string[] = [];
    const onFact = (fact: Fact): void => {
      if (fact.kind === 'machine' && fact.why === 'heal: left behind') left.push(fact.machine);
    };
    const run = runTwice(prepared, seed, { onFact });
    expect(brokenOf(run), `${design}, seed ${seed}, without ${left.join(', ')}`).toEqual({});
    for (const claim of ['completes', 'recovers', 'on-time']) {
      expect(run.verdicts.get(claim)?.kind, `${claim}, seed ${seed}`).toBe('held');
    }
    return left;
  });
}

test.each(['single', 'lease'])(
  '%s keeps its promises with a core, too',
  (design) => {
    const left = leftBehind('core', design, 6);
    expect(left.some((names) => names.length > 0)).toBe(true);
    expect(left.flat().some((name) => name.startsWith('worker-'))).toBe(true);
    const schedulers = left.flat().filter((name) => name.startsWith('scheduler-'));
    expect(schedulers.length > 0).toBe(design === 'lease');
  },
  60_000,
);

test('a total heal leaves nobody behind, a drawn one sometimes', () => {
  expect(leftBehind('total', 'single', 2).flat()).toEqual([]);
  const drawn = leftBehind('drawn', 'single', 10).map((names) => names.length > 0);
  expect(new Set(drawn)).toEqual(new Set([true, false]));
}, 60_000);
