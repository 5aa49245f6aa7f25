import { expect, test } from 'vitest';
import type { Plan } from '../../../src/faults/plan.ts';
import { InvariantBroken } from '../../../src/lib/assert.ts';
import { MS, SECOND } from '../../../src/lib/units.ts';
import type { Prepared } from '../../../src/scenario/prepare.ts';
import type { DesignContext } from '../../../src/scheduler/designs/design.ts';
import { LEASE_PARTS, lease } from '../../../src/scheduler/designs/lease/lease.ts';
import { CLIENT_GO } from '../../../src/scheduler/designs/lease/presets.ts';
import { stepElector } from '../../../src/scheduler/parts/elector.ts';
import {
  brokenOf,
  designOf,
  onLeader,
  preparedOf,
  runTwice,
  scenarioOf,
} from '../../support/runs.ts';

const SCENARIO = scenarioOf(`
cluster: {members: 3, workers: 4, slots: 3}
workload:
  arrivals: {rate: 4/s}
  run: 800ms
  sinks: [key, token]
  schedules: [{name: beat, every: 5s}]
phases: {warmUp: 10s, chaos: 70s}
`);
/** The leader stands still for longer than its lease, twice, and goes on as if nothing were. */
const PAUSED: Plan = {
  faults: [
    onLeader('pause', 20 * SECOND, 30 * SECOND),
    onLeader('pause', 60 * SECOND + 500 * MS, 30 * SECOND),
  ],
};
const SEEDS = Array.from({ length: 10 }, (_, i) => `paused-${i + 1}`);

const fenced = preparedOf(SCENARIO, 'lease');
const unfenced = preparedOf(SCENARIO, 'lease+fencing=off');

test('a leader paused for 30 s: with fencing every promise holds, in every seed', () => {
  for (const seed of SEEDS) {
    const run = runTwice(fenced, seed, { plan: PAUSED });
    expect(brokenOf(run), seed).toEqual({});
    for (const claim of ['token-order', 'single-effect', 'tick-once', 'no-loss']) {
      expect(run.verdicts.get(claim)?.kind, `${claim}, ${seed}`).toBe('held');
    }
    for (const claim of ['sometimes-failover', 'sometimes-lease-expired']) {
      expect(run.verdicts.get(claim)?.kind, `${claim}, ${seed}`).toBe('held');
    }
  }
});

test('the same seeds without fencing: two leaders act, and the outside world sees it', () => {
  const broken = new Map<string, number>();
  for (const seed of SEEDS) {
    for (const claim of Object.keys(brokenOf(runTwice(unfenced, seed, { plan: PAUSED })))) {
      broken.set(claim, (broken.get(claim) ?? 0) + 1);
    }
  }
  const seen = (broken.get('token-order') ?? 0) + (broken.get('single-effect') ?? 0);
  expect(seen, JSON.stringify([...broken])).toBeGreaterThan(0);
  // Only what the registry says may break does.
  expect(
    [...broken.keys()].filter((claim) => unfenced.design.notPromised[claim] === undefined),
  ).toEqual([]);
});

/**
 * A slow network makes renewals last, a pause falls into one of them, and its answer comes after
 * the timer: a leader wakes to find its deadline passed, and only then that it had renewed in time.
 */
const MID_RENEWAL: Plan = {
  faults: [20, 45, 70].flatMap((atS) => [
    onLeader('delay', atS * SECOND, 4 * SECOND, { delayUs: 1_300 * MS, jitterUs: 300 * MS }),
    onLeader('pause', atS * SECOND + 2_200 * MS, 12 * SECOND),
  ]),
};

/** Epochs in the order in which somebody came to lead by them. */
function epochsLed(prepared: Prepared, seed: string, epochs: number[] = []): readonly number[] {
  runTwice(prepared, seed, {
    plan: MID_RENEWAL,
    onFact: (fact) => {
      if (fact.kind !== 'testified' || fact.said.kind !== 'lease') return;
      if (fact.said.event === 'acquired') epochs.push(fact.said.epoch);
    },
  });
  return epochs;
}

test('a leader paused in the middle of a renewal leads no epoch twice', () => {
  for (const seed of SEEDS) {
    const epochs = epochsLed(fenced, seed);
    expect(epochs.length, seed).toBeGreaterThan(1);
    expect(new Set(epochs).size).toBe(epochs.length);
  }
});

test('that storm is hard enough: an elector that takes every answer for an election does', () => {
  const careless: typeof stepElector = (elector, event, config, nowUs) => {
    if (event.kind !== 'written' || elector.isLeader) {
      return stepElector(elector, event, config, nowUs);
    }
    const unaware = { ...elector, record: undefined };
    return stepElector(unaware, event, config, nowUs);
  };
  const parts = { ...LEASE_PARTS, stepElector: careless };
  const design = {
    ...designOf('lease'),
    build: (context: DesignContext) => lease(context, { preset: CLIENT_GO, fenced: true }, parts),
  };
  const prepared = preparedOf(SCENARIO, design);
  const repeating = SEEDS.filter((seed) => {
    const epochs: number[] = [];
    try {
      epochsLed(prepared, seed, epochs);
    } catch (error) {
      // What the first term had on its way to the store lands in the book that the second reads.
      expect(error).toBeInstanceOf(InvariantBroken);
    }
    return new Set(epochs).size < epochs.length;
  });
  expect(repeating).not.toEqual([]);
});

/** From the moment somebody is asked to stop: until the next one leads. */
function takeoverAfterStop(lossPpm: number, seed: string): number {
  const lossy = {
    ...onLeader('lossy-notification', 15 * SECOND, 20 * SECOND, { lossPpm }),
    target: { by: 'role', role: 'store-primary' } as const,
  };
  const stop = onLeader('stop', 20 * SECOND, 20 * SECOND, { deadlineUs: 5 * SECOND });
  let ledAtUs = 0;
  const run = runTwice(fenced, seed, {
    plan: { faults: [lossy, stop] },
    onFact: (fact) => {
      if (fact.kind !== 'testified' || fact.at < 20 * SECOND || ledAtUs > 0) return;
      if (fact.said.kind === 'role' && fact.said.role === 'leader') ledAtUs = fact.at;
    },
  });
  expect(brokenOf(run), seed).toEqual({});
  return ledAtUs - 20 * SECOND;
}

test('a leader that is asked to stop is succeeded at once, or at the next look', () => {
  const told = SEEDS.slice(0, 4).map((seed) => takeoverAfterStop(0, seed));
  expect(Math.max(...told)).toBeLessThan(100 * MS);
  expect(Math.min(...told)).toBeGreaterThan(0);
  const untold = SEEDS.slice(0, 4).map((seed) => takeoverAfterStop(1_000_000, seed));
  // Two standbys look after 2 to 4.4 s each.
  expect(Math.max(...untold)).toBeLessThan(4.5 * SECOND);
  expect(Math.max(...untold)).toBeGreaterThan(300 * MS);
});

test('second copies and members with other settings break nothing that is fenced', () => {
  const plan: Plan = {
    faults: [
      onLeader('second-copy', 18 * SECOND, 30 * SECOND),
      {
        ...onLeader('unequal-config', 25 * SECOND, 40 * SECOND, { factor: 3 }),
        target: { by: 'role', role: 'follower' },
      },
      onLeader('pause', 30 * SECOND, 20 * SECOND),
      onLeader('unequal-config', 55 * SECOND, 20 * SECOND, { factor: 0.5 }),
    ],
  };
  for (const seed of SEEDS.slice(0, 5))
    expect(brokenOf(runTwice(fenced, seed, { plan }))).toEqual({});
});
