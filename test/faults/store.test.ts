import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan, PlannedFault, StoreKind, Target } from '../../src/faults/plan.ts';
import { STORE_KINDS } from '../../src/faults/plan.ts';
import type { Fact, FactOf } from '../../src/history/fact.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { brokenOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

const SCENARIO = scenarioOf(`
cluster: {members: 3, workers: 3, slots: 4}
workload:
  arrivals: {rate: 6/s}
  run: 500ms
  sinks: [key, token]
  cancel: 3%
  schedules: [{name: beat, every: 5s}]
phases: {warmUp: 10s, chaos: 50s}
`);
const SYNC = preparedOf(SCENARIO, 'lease');
const ASYNC = preparedOf(SCENARIO, 'lease+replica=async');
const ALONE = preparedOf(SCENARIO, 'lease+replica=none');

const PRIMARY: Target = { by: 'role', role: 'store-primary' };
const fault = (
  kind: PlannedFault['kind'],
  atS: number,
  forS: number,
  params: PlannedFault['params'] = {},
  target: Target = PRIMARY,
): PlannedFault => ({
  id: `${kind}-${atS}`,
  kind,
  target,
  start: { kind: 'at', atUs: atS * SECOND },
  durationUs: forS * SECOND,
  params,
});

/** What a run shows of its store. */
function told(prepared: typeof SYNC, seed: string, ...faults: readonly PlannedFault[]) {
  const facts: Fact[] = [];
  const run = runTwice(prepared, seed, { plan: { faults }, onFact: (fact) => facts.push(fact) });
  const bitten = facts.flatMap((f) => (f.kind === 'fault' && f.event === 'bitten' ? [f] : []));
  const failed = facts.filter((f): f is FactOf<'assumption-failed'> => {
    return f.kind === 'assumption-failed' && f.assumption === 'store-durable';
  });
  const roles = facts.flatMap((f) => {
    if (f.kind !== 'testified' || f.said.kind !== 'role') return [];
    const { role, epoch } = f.said;
    return role === 'primary' || role === 'replica' ? [`${f.machine} ${role} ${epoch}`] : [];
  });
  const epochs = facts.flatMap((f) => {
    if (f.kind !== 'testified' || f.said.kind !== 'lease') return [];
    return f.said.event === 'acquired' ? [f.said.epoch] : [];
  });
  const kinds = bitten.map(({ faultKind }) => faultKind);
  return { run, facts, bitten: kinds, failed, roles, epochs };
}

describe('a failover', () => {
  test('with a synchronous replica loses nothing, and the old primary follows', () => {
    const plan = [fault('store-failover', 20, 10), fault('store-failover', 45, 5)];
    const story = told(SYNC, 'sync', ...plan);
    expect(story.bitten).toEqual(['store-failover', 'store-failover']);
    expect(story.failed).toEqual([]);
    expect(brokenOf(story.run)).toEqual({});
    expect(story.roles).toEqual([
      'store primary 0',
      'store-2 primary 1',
      'store replica 1',
      'store primary 2',
      'store-2 replica 2',
    ]);
    // Who led goes on: nothing of its term was lost.
    expect(story.epochs).toHaveLength(1);
  });

  test('is of the store, whichever of its machines is named', () => {
    const named: Target = { by: 'name', name: 'store-2' };
    const story = told(SYNC, 'named', fault('store-failover', 20, 10, {}, named));
    expect(story.roles).toContain('store-2 primary 1');
  });

  test('of a store that is alone is none', () => {
    const story = told(ALONE, 'none', fault('store-failover', 20, 10), fault('old-primary', 40, 5));
    expect(story.bitten).toEqual([]);
    expect(story.roles).toEqual(['store primary 0']);
  });

  test('after the replica was away loses what was accepted meanwhile, and says so first', () => {
    // The replica is gone, then back for less than it takes to hear what it missed.
    const replica: Target = { by: 'index', role: 'store', index: 1 };
    const away: PlannedFault = {
      ...fault('partition', 20, 10, {}, replica),
      peer: { by: 'index', role: 'store', index: 0 },
    };
    const story = told(SYNC, 'away', away, fault('store-failover', 28, 10));
    expect(story.failed).toHaveLength(1);
    expect(story.failed[0]?.detail).toContain('were accepted, store-2 has those up to');
    expect(story.failed[0]?.at).toBe(28 * SECOND);
    expect(brokenOf(story.run)).toEqual({});
    expect(story.run.verdicts.get('no-loss')?.kind).toBe('excused');
  });

  test('with a clock that jumps steps the clock of the new primary until the heal', () => {
    const params = { stepUs: -200 * MS };
    const story = told(SYNC, 'jump', fault('failover-clock-jump', 20, 10, params));
    const steps = story.facts.flatMap((f) => {
      return f.kind === 'clock' && f.machine === 'store-2' ? [[f.at / SECOND, f.wallErrorUs]] : [];
    }) as [number, number][];
    const healS = SYNC.timeline.healUs / SECOND;
    expect(steps.map(([atS]) => atS)).toEqual([20, healS]);
    const [stepped, back] = steps.map(([, errorUs]) => errorUs) as [number, number];
    expect(Math.abs(back - stepped - 200 * MS)).toBeLessThan(100 * MS);
  });
});

describe('an old primary', () => {
  test('commits nothing at first without its synchronous replica: a moment loses nothing', () => {
    for (const seed of ['1', '2', '3']) {
      const story = told(SYNC, seed, fault('old-primary', 20, 2));
      expect(story.bitten).toEqual(['old-primary']);
      expect(story.failed).toEqual([]);
      expect(brokenOf(story.run)).toEqual({});
    }
  });

  test('beside an asynchronous one: two timelines, effects in the order of their epochs', () => {
    let lost = 0;
    let split = 0;
    for (const seed of ['1', '2', '3', '4', '5', '6']) {
      const story = told(ASYNC, seed, fault('old-primary', 15, 40));
      if (story.failed.length > 0) lost += 1;
      expect(brokenOf(story.run), seed).toEqual({});
      for (const claim of ['token-order', 'single-effect']) {
        expect(story.run.verdicts.get(claim)?.kind, `${claim}, ${seed}`).toBe('held');
      }
      if (story.epochs.some((epoch) => epoch > 2 ** 20)) split += 1;
      expect(new Set(story.epochs).size).toBe(story.epochs.length);
    }
    expect(lost).toBeGreaterThan(0);
    expect(split).toBeGreaterThan(0);
  });
});

test.each([
  fault('stale-reads', 20, 15, { lagUs: 6 * SECOND }),
  fault('lost-answer', 20, 15, { lostPpm: 500_000 }),
  fault('lock-stall', 20, 5),
  fault('session-loss', 20, 1),
  fault('lossy-notification', 20, 15, { lossPpm: 1_000_000 }),
  fault('serialization-errors', 20, 15, { abortPpm: 400_000 }),
  fault('read-only', 20, 15),
])('$kind bites where it does something, and breaks nothing', (given) => {
  const story = told(SYNC, given.kind, given);
  expect(story.bitten).toEqual([given.kind]);
  expect(story.failed).toEqual([]);
  expect(brokenOf(story.run)).toEqual({});
  const replica: Target = { by: 'name', name: 'store-2' };
  expect(told(SYNC, given.kind, { ...given, target: replica }).bitten).toEqual([]);
});

test('a mishap goes on after a restart of its machine, and not after its end', () => {
  const crash = fault('crash', 25, 1);
  const story = told(SYNC, 'restart', fault('read-only', 20, 15), crash);
  expect(story.bitten).toEqual(['read-only', 'crash']);
  const wrote = story.facts.filter((f) => f.kind === 'effect-arrived' && f.accepted);
  const between = (fromS: number, toS: number): number =>
    wrote.filter(({ at }) => at > fromS * SECOND && at < toS * SECOND).length;
  // What runs was launched before; nothing new is launched.
  expect(between(29, 35)).toBe(0);
  expect(between(45, 60)).toBeGreaterThan(0);
});

test('locks that outlive a leader keep the next one from committing until the fault ends', () => {
  const leader: Target = { by: 'role', role: 'leader' };
  const orphans = fault('orphan-locks', 15, 30);
  const story = told(SYNC, 'orphans', orphans, fault('crash', 20, 20, {}, leader));
  expect(story.bitten.sort()).toEqual(['crash', 'orphan-locks']);
  const later = story.epochs.slice(1);
  expect(later.length).toBeGreaterThan(0);
  expect(brokenOf(story.run)).toEqual({});
});

const PARAMS: Readonly<Partial<Record<StoreKind, (strength: number) => PlannedFault['params']>>> = {
  'stale-reads': (s) => ({ lagUs: 1 + s * 200 * MS }),
  'lost-answer': (s) => ({ lostPpm: s * 10_000 }),
  'lossy-notification': (s) => ({ lossPpm: s * 10_000 }),
  'serialization-errors': (s) => ({ abortPpm: 1 + s * 9_999 }),
  'failover-clock-jump': (s) => ({ stepUs: (s - 50) * 4 * MS }),
};
const targets = fc.constantFrom<Target>(
  PRIMARY,
  { by: 'index', role: 'store', index: 0 },
  { by: 'index', role: 'store', index: 1 },
  { by: 'share', role: 'store', share: 'all' },
);
const people = fc.constantFrom<Target>(
  { by: 'role', role: 'leader' },
  { by: 'role', role: 'follower' },
  PRIMARY,
  { by: 'index', role: 'store', index: 1 },
);
const whens = { atMs: fc.integer({ min: 10_000, max: 60_000 }), forMs: fc.nat(25_000) };
const storeFaults = fc
  .record({ kind: fc.constantFrom(...STORE_KINDS), target: targets, s: fc.nat(100), ...whens })
  .map(({ kind, s, ...rest }) => ({ kind, params: PARAMS[kind]?.(s) ?? {}, ...rest }));
const others = fc
  .record({
    kind: fc.constantFrom(
      'crash' as const,
      'pause' as const,
      'partition' as const,
      'kill' as const,
    ),
    target: people,
    ...whens,
  })
  .map((each) => ({ ...each, params: {} }));
const plans = fc
  .array(fc.oneof({ weight: 3, arbitrary: storeFaults }, { weight: 1, arbitrary: others }), {
    minLength: 1,
    maxLength: 7,
    size: 'max',
  })
  .map(
    (list): Plan => ({
      faults: list.map(({ kind, target, params, atMs, forMs }, i) => ({
        id: `f${i}`,
        kind,
        target,
        params,
        start: { kind: 'at', atUs: atMs * MS },
        durationUs: forMs * MS,
      })),
    }),
  );

test.each([
  ['sync', SYNC],
  ['async', ASYNC],
] as const)(
  '%s: whatever happens to the store, promises hold or something was seen to be lost',
  (_, prepared) => {
    fc.assert(
      fc.property(plans, (plan) => {
        const { run, epochs } = told(prepared, 'fair', ...plan.faults);
        expect(brokenOf(run)).toEqual({});
        // An epoch is led once, whatever became of the rows that told of it.
        expect(new Set(epochs).size).toBe(epochs.length);
      }),
      { numRuns: 12 },
    );
  },
  300_000,
);
