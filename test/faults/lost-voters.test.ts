/** Which losses of disks a design that keeps its book together may be excused for. */
import { expect, test } from 'vitest';
import { LostVoters, type Stakes } from '../../src/faults/fairness.ts';
import type { Fact, FactOf } from '../../src/history/fact.ts';
import { brokenOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

const stakesOf = (...voters: readonly string[]): Stakes => ({
  assumes: { ratePpmMax: 0, wallErrorUsMax: 0, singleCopy: true, noSuspend: false },
  members: new Set(voters),
  keepers: new Set(),
  voters: new Set(voters),
});

test.each([
  [['a', 'b', 'c'], 2],
  [['a', 'b', 'c', 'd', 'e'], 3],
  [['a', 'b'], 1],
])('of %j the loss of voter %d leaves no majority', (voters, fatal) => {
  const lost = new LostVoters();
  const stakes = stakesOf(...voters);
  const told = voters.slice(0, fatal).map((voter) => lost.add(voter, stakes));
  expect(told).toEqual([...told.slice(1).map(() => false), true]);
  const again = new LostVoters();
  const [first = ''] = voters;
  expect([again.add(first, stakes), again.add(first, stakes)]).toEqual([fatal === 1, fatal === 1]);
});

const fault = (kind: string, member: number, atS: number): string =>
  `{kind: ${kind}, target: {role: scheduler, index: ${member - 1}}, at: ${atS}s, for: 3s}`;

/** The assumptions of the group that failed, and what broke. */
function afterFaults(...faults: readonly string[]) {
  const prepared = preparedOf(
    scenarioOf(`
workload: {arrivals: {rate: 3/s}, schedules: [{name: beat, every: 5s}]}
faults: [${faults.join(', ')}]
phases: {warmUp: 10s, chaos: 60s}
`),
    'raft',
  );
  const failed: FactOf<'assumption-failed'>[] = [];
  const onFact = (fact: Fact): void => {
    if (fact.kind === 'assumption-failed') failed.push(fact);
  };
  const result = runTwice(prepared, '1', { onFact });
  return { assumptions: [...new Set(failed.map((it) => it.assumption))], broken: brokenOf(result) };
}

test('a voter that is replaced as another excuses nothing, and breaks nothing', () => {
  expect(afterFaults(fault('replace', 2, 15))).toEqual({ assumptions: [], broken: {} });
}, 60_000);

test('one with an empty disk under its old name has forgotten its vote', () => {
  const { assumptions } = afterFaults(fault('wipe', 2, 15));
  expect(assumptions).toEqual(['store-durable']);
}, 60_000);

test('a second one that is replaced leaves no majority of those there were', () => {
  const { assumptions } = afterFaults(fault('replace', 2, 15), fault('replace', 3, 16));
  expect(assumptions).toEqual(['store-durable']);
}, 60_000);
