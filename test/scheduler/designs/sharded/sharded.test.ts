import { expect, test } from 'vitest';
import type { Fact, Testimony } from '../../../../src/history/fact.ts';
import { SECOND } from '../../../../src/lib/units.ts';
import { shardOfEpoch } from '../../../../src/scheduler/parts/placement.ts';
import { brokenOf, preparedOf, runTwice, scenarioOf } from '../../../support/runs.ts';

const SHARDS = 32;
type Shard = Extract<Testimony, { kind: 'shard' }>;

/** A run done twice, and what was said in it. */
function runOf(text: string, selection = 'sharded') {
  const facts: Fact[] = [];
  const onFact = (fact: Fact): void => void facts.push(fact);
  const result = runTwice(preparedOf(scenarioOf(text), selection), '1', { onFact });
  const said = facts.flatMap((fact) => (fact.kind === 'testified' ? [fact] : []));
  const shards = said.flatMap(({ said: what, machine, at }) =>
    what.kind === 'shard' ? [{ ...what, machine, at }] : [],
  );
  const grants = said.flatMap(({ said: what, machine, at }) =>
    what.kind === 'dispatched' ? [{ ...what, machine, at }] : [],
  );
  return { result, shards, grants };
}

const QUEUES = Array.from({ length: 12 }, (_, n) => `{name: q${n}, share: 8%}`).join(', ');
const WORK = `
cluster: {members: 3, workers: 2, slots: 8, clockRate: 0%, wallError: 0s}
workload:
  clients: 2
  arrivals: {rate: 6/s}
  delayed: {share: 30%, max: 15s}
  unique: {share: 10%, keys: 4}
  families: {share: 10%, children: 2, depth: 2}
  queues: [${QUEUES}]
phases: {warmUp: 8s, chaos: 40s}
`;
const STOP = '{kind: stop, target: {role: scheduler, index: 1}';
const withFault = (fault: string) => `${WORK}faults:\n  - ${fault}\n`;

/** Whoever owns each shard at a moment, by its own word. */
function ownersAt(shards: readonly (Shard & { machine: string; at: number })[], us: number) {
  const owners = new Map<number, string>();
  for (const { event, shard, machine, at } of shards) {
    if (at > us) break;
    if (event === 'owned') owners.set(shard, machine);
  }
  return owners;
}

test('every member owns shards, and grants under epochs of theirs', () => {
  const { result, shards, grants } = runOf(WORK);
  expect(brokenOf(result)).toEqual({});
  const owners = ownersAt(shards, 8 * SECOND);
  expect(owners.size).toBe(SHARDS);
  expect(new Set(owners.values()).size).toBe(3);
  expect(new Set(grants.map(({ machine }) => machine)).size).toBe(3);
  for (const { token, shard } of grants) expect(shardOfEpoch(token.epoch, SHARDS)).toBe(shard);
  // Nobody came or went: nothing moved.
  expect(shards.length).toBe(SHARDS);
});

test('when a member crashes its shards move, with their timers, and no others', () => {
  const { result, shards } = runOf(
    withFault('{kind: crash, target: {role: scheduler, index: 1}, at: 15s, for: 100s}'),
  );
  expect(brokenOf(result)).toEqual({});
  const before = ownersAt(shards, 15 * SECOND);
  const after = ownersAt(shards, 30 * SECOND);
  let moved = 0;
  for (const [shard, owner] of before) {
    if (owner !== 'scheduler-2') expect(after.get(shard)).toBe(owner);
    else moved++;
    expect(after.get(shard)).not.toBe('scheduler-2');
  }
  expect(moved).toBeGreaterThan(0);
  // Somebody is gone 5 s after it was last seen, and is looked for every second.
  const taken = shards.filter(({ event, at }) => event === 'owned' && at > 15 * SECOND);
  const first = taken.slice(0, moved).map(({ at }) => at - 15 * SECOND);
  expect(Math.min(...first)).toBeGreaterThan(4 * SECOND);
  expect(Math.max(...first)).toBeLessThan(8 * SECOND);
});

test('who is asked to stop gives its shards back, and nobody waits for it to be gone', () => {
  const { result, shards } = runOf(
    withFault(`${STOP}, at: 15s, for: 100s, params: {deadline: 5s}}`),
  );
  expect(brokenOf(result)).toEqual({});
  const after = ownersAt(shards, 15 * SECOND + 2.5 * SECOND);
  expect(new Set(after.values()).has('scheduler-2')).toBe(false);
});

test('a paused owner and its successors break nothing; epochs of a shard only rise', () => {
  const { result, shards } = runOf(
    withFault('{kind: pause, target: {role: scheduler, index: 0}, at: 15s, for: 20s}'),
  );
  expect(brokenOf(result)).toEqual({});
  const epochs = new Map<number, number>();
  for (const { event, shard, epoch } of shards) {
    if (event !== 'owned') continue;
    expect(epoch).toBeGreaterThan(epochs.get(shard) ?? 0);
    epochs.set(shard, epoch);
  }
  expect(shards.filter(({ event }) => event === 'lost').length).toBeGreaterThan(0);
});

test.each(['temporal', 'elasticjob'])(
  'the preset %s keeps what it promises when nothing goes wrong',
  (preset) => {
    const { result } = runOf(WORK.replace('40s', '90s'), `sharded:${preset}`);
    expect(brokenOf(result)).toEqual({});
  },
);
