/**
 * The presets of `lease` beside client-go: what fencing makes of each, what each does without, and
 * what its protocol is like when nothing is wrong.
 */
import { expect, test } from 'vitest';
import type { Plan } from '../../../src/faults/plan.ts';
import { MS, SECOND } from '../../../src/lib/units.ts';
import type { Prepared } from '../../../src/scenario/prepare.ts';
import { selectDesign } from '../../../src/scenario/registry.ts';
import {
  CLIENT_GO,
  LEASE_PRESETS,
  stretched,
  takeoverAfterStormUs,
  takeoverBounds,
} from '../../../src/scheduler/designs/lease/presets.ts';
import {
  brokenOf,
  designOf,
  onLeader,
  preparedOf,
  runTwice,
  scenarioOf,
  seedsOf,
} from '../../support/runs.ts';

const SCENARIO = scenarioOf(`
cluster: {members: 3, workers: 3, slots: 3}
workload:
  arrivals: {rate: 2/s}
  run: 800ms
  sinks: [key, token]
  schedules: [{name: beat, every: 5s}]
phases: {warmUp: 10s, chaos: 80s}
`);
const FENCED = ['lease:river+fencing=on', 'lease:oban+fencing=on', 'lease:session'];
const UNFENCED = ['lease:river', 'lease:oban', 'lease:session+fencing=off'];

/** The leader stands still for longer than any lease, and goes on as if nothing were. */
const PAUSED: Plan = { faults: [onLeader('pause', 20 * SECOND, 50 * SECOND)] };

test.each(FENCED)('%s: a leader paused for 50 s breaks nothing', (selection) => {
  const prepared = preparedOf(SCENARIO, selection);
  for (const seed of seedsOf(3)) {
    const run = runTwice(prepared, seed, { plan: PAUSED });
    expect(brokenOf(run), seed).toEqual({});
    for (const claim of ['token-order', 'single-effect', 'tick-once', 'sometimes-failover']) {
      expect(run.verdicts.get(claim)?.kind, `${claim}, ${seed}`).toBe('held');
    }
  }
});

test.each(UNFENCED)('%s: the same pause breaks only what is not promised', (selection) => {
  const prepared = preparedOf(SCENARIO, selection);
  const { notPromised } = prepared.design;
  for (const claim of ['token-order', 'single-effect', 'tick-once', 'superseded-acts', 'overlap']) {
    expect(notPromised[claim]).toBeDefined();
  }
  for (const seed of seedsOf(2)) {
    const broken = Object.keys(brokenOf(runTwice(prepared, seed, { plan: PAUSED })));
    expect(broken.filter((claim) => notPromised[claim] === undefined)).toEqual([]);
  }
});

/** So long that the next one leads for sure before the leader wakes. */
const SLEPT_OVER: Plan = { faults: [onLeader('pause', 20 * SECOND, 65 * SECOND)] };

/** How many members decide on ticks after this time. */
function decidersAfter(atUs: number, selection: string): number {
  const deciders = new Set<string>();
  runTwice(preparedOf(SCENARIO, selection), '1', {
    plan: SLEPT_OVER,
    onFact: (fact) => {
      if (fact.kind !== 'testified' || fact.said.kind !== 'tick-decided') return;
      if (fact.at >= atUs) deciders.add(fact.machine);
    },
  });
  return deciders.size;
}

test('two leaders of oban lead side by side for good; those of others do not (oban#1488)', () => {
  const afterUs = 20 * SECOND + 65 * SECOND + 15 * SECOND;
  expect(decidersAfter(afterUs, 'lease:oban')).toBe(2);
  for (const other of ['lease:oban+fencing=on', 'lease:river', 'lease:session+fencing=off']) {
    expect(decidersAfter(afterUs, other), other).toBe(1);
  }
});

/** From the moment a leader is asked to stop: until the next one leads. */
function takeoverAfterStop(prepared: Prepared, seed: string): number {
  const stop = onLeader('stop', 25 * SECOND, 20 * SECOND, { deadlineUs: 5 * SECOND });
  let ledAtUs = 0;
  const run = runTwice(prepared, seed, {
    plan: { faults: [stop] },
    onFact: (fact) => {
      if (fact.kind !== 'testified' || fact.at < 25 * SECOND || ledAtUs > 0) return;
      if (fact.said.kind === 'role' && fact.said.role === 'leader') ledAtUs = fact.at;
    },
  });
  expect(brokenOf(run), seed).toEqual({});
  return ledAtUs - 25 * SECOND;
}

test.each([
  ['lease:river', 100 * MS],
  ['lease:oban', 50 * MS],
  ['lease:session', 50 * MS],
])('%s: a leader that is asked to stop is succeeded at once', (selection, withinUs) => {
  const prepared = preparedOf(SCENARIO, selection);
  for (const seed of seedsOf(3)) {
    const tookUs = takeoverAfterStop(prepared, seed);
    expect(tookUs).toBeGreaterThan(0);
    expect(tookUs).toBeLessThan(withinUs);
  }
});

test('a preset says whether it is fenced, and a selection may say otherwise', () => {
  const isFenced = (selection: string) =>
    designOf(selection).notPromised['token-order'] === undefined;
  expect(LEASE_PRESETS.map(({ name }) => [name, isFenced(`lease:${name}`)])).toEqual([
    ['client-go', true],
    ['river', false],
    ['oban', false],
    ['session', true],
  ]);
  for (const { name } of LEASE_PRESETS) {
    expect(isFenced(`lease:${name}+fencing=on`)).toBe(true);
    expect(isFenced(`lease:${name}+fencing=off`)).toBe(false);
  }
});

test('a bug in the election of one protocol cannot be planted in another', () => {
  const problems = (selection: string) => {
    const selected = selectDesign(selection);
    return selected.kind === 'ok' ? [] : selected.error;
  };
  expect(problems('lease~no-self-fence')).toEqual([]);
  expect(problems('lease:river~silent-drop')).toEqual([]);
  expect(problems('lease:river~no-self-fence')).toEqual([
    {
      path: '',
      problem: "'no-self-fence' changes an election that lease:river does not have",
      hint: 'lease:client-go~no-self-fence',
    },
  ]);
});

test('other settings change every duration and nothing else; bounds follow', () => {
  for (const preset of LEASE_PRESETS) {
    const longer = stretched(preset, 3);
    for (const [key, value] of Object.entries(preset)) {
      const expected = key.endsWith('Us') ? 3 * (value as number) : value;
      expect(longer[key as keyof typeof longer]).toEqual(expected);
    }
    expect(takeoverBounds(longer).latestUs).toBe(3 * takeoverBounds(preset).latestUs);
    const { earliestUs, latestUs } = takeoverBounds(preset);
    expect(earliestUs).toBeLessThan(latestUs);
    expect(takeoverAfterStormUs(preset)).toBeGreaterThanOrEqual(latestUs);
  }
  expect(takeoverAfterStormUs(CLIENT_GO)).toBe(23.8 * SECOND);
});
