import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DrawOptions, drawPlan } from '../../src/faults/draw.ts';
import { FAULTS } from '../../src/faults/faults.ts';
import {
  CLOCK_KINDS,
  DISK_KINDS,
  FAULT_KINDS,
  NETWORK_KINDS,
  type Plan,
  type PlannedFault,
  PROCESS_KINDS,
  STORE_KINDS,
  WORKLOAD_KINDS,
} from '../../src/faults/plan.ts';
import { planProblems } from '../../src/faults/plan-problems.ts';
import { PROFILES, type Profile } from '../../src/faults/profiles.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { required } from '../../src/lib/assert.ts';
import { MS, SECOND } from '../../src/lib/units.ts';

const profileOf = (name: string): Profile =>
  required(
    PROFILES.find((p) => p.name === name),
    name,
  );
const STORM = { chaosFromUs: 10 * SECOND, chaosUntilUs: 130 * SECOND };

function draw(name: string, seed: number, more: Partial<DrawOptions> = {}): Plan {
  const random = createRng(`${seed}`).stream('plan');
  const cluster = { workers: 4, clients: 3, members: 3, submitsPerSecond: 3 };
  return drawPlan({
    profile: profileOf(name),
    intensity: 1,
    random,
    ...STORM,
    ...cluster,
    ...more,
  });
}

const startOf = ({ start }: PlannedFault): number => (start.kind === 'at' ? start.atUs : -1);
const atTimes = ({ faults }: Plan): PlannedFault[] =>
  faults.filter(({ start }) => start.kind === 'at');
const SEVERE = ['crash', 'pause', 'partition', 'one-way-partition'];
const SEEDS = Array.from({ length: 300 }, (_, i) => i);

const anyDraw = fc.record({
  profile: fc.constantFrom(...PROFILES),
  intensity: fc.constantFrom(0, 0.3, 1, 2.5, 6),
  seed: fc.integer(),
  chaosFromUs: fc.nat(60 * SECOND),
  spanUs: fc.nat(600 * SECOND),
  workers: fc.nat(5),
  clients: fc.nat(3),
  members: fc.integer({ min: 1, max: 7 }),
});

describe('drawPlan', () => {
  test('is a function of its options and the stream alone', () => {
    for (const { name } of PROFILES) expect(draw(name, 7)).toEqual(draw(name, 7));
    expect(draw('showcase', 7)).not.toEqual(draw('showcase', 8));
  });

  test('keeps every bound, whatever the scenario', () => {
    fc.assert(
      fc.property(anyDraw, ({ seed, spanUs, ...options }) => {
        const chaosUntilUs = options.chaosFromUs + spanUs;
        const random = createRng(`${seed}`).stream('plan');
        const plan = drawPlan({ ...options, chaosUntilUs, random });
        expect(planProblems(plan)).toEqual([]);
        const starts = atTimes(plan).map(startOf);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
        expect(new Set(plan.faults.map(({ id }) => id)).size).toBe(plan.faults.length);
        plan.faults.forEach((fault, i) => {
          expect(fault.id).toBe(`f${String(i + 1).padStart(2, '0')}-${fault.kind}`);
          expect(fault.durationUs % MS).toBe(0);
          const isForGood = fault.kind === 'clock-step' || fault.kind === 'slow-pair';
          if (isForGood) expect(fault.durationUs).toBe(0);
          else expect(fault.durationUs).toBeGreaterThan(0);
          if (fault.start.kind === 'anchor') return;
          expect(startOf(fault)).toBeGreaterThanOrEqual(options.chaosFromUs);
          expect(startOf(fault)).toBeLessThan(chaosUntilUs);
          expect(startOf(fault) % MS).toBe(0);
        });
      }),
    );
  });

  test('aims only at what the cluster has', () => {
    for (const seed of SEEDS) {
      const bare = draw('everything', seed, { workers: 0, clients: 0, members: 1 });
      for (const { target, peer } of bare.faults) {
        for (const t of [target, peer]) {
          if (t?.by === 'index' || t?.by === 'share') {
            expect(['scheduler', 'store', 'ledger', 'any']).toContain(t.role);
          }
          if (t?.by === 'role') expect(t.role).not.toBe('follower');
        }
      }
    }
  });

  test('a calm profile, no intensity and no time draw nothing', () => {
    expect(draw('calm', 1).faults).toEqual([]);
    expect(draw('showcase', 1, { intensity: 0 }).faults).toEqual([]);
    expect(draw('showcase', 1, { chaosUntilUs: STORM.chaosFromUs }).faults).toEqual([]);
  });

  test('intensity and length ask for more faults', () => {
    const mean = (more: Partial<DrawOptions>): number =>
      SEEDS.reduce((sum, seed) => sum + draw('everything', seed, more).faults.length, 0) /
      SEEDS.length;
    const one = mean({});
    expect(mean({ intensity: 2 })).toBeGreaterThan(1.7 * one);
    expect(mean({ chaosUntilUs: 250 * SECOND })).toBeGreaterThan(1.7 * one);
  });

  test('profiles of a family draw the kinds of that family', () => {
    const kinds = (name: string): string[] => {
      const all = SEEDS.flatMap((seed) => draw(name, seed).faults.map(({ kind }) => kind));
      return [...new Set(all)].sort();
    };
    const sorted = (...names: readonly string[]): string[] => [...names].sort();
    expect([...kinds('partitions'), ...kinds('networks')].sort()).toEqual(sorted(...NETWORK_KINDS));
    expect(kinds('crashes')).toEqual(sorted(...PROCESS_KINDS));
    expect(CLOCK_KINDS).toEqual(expect.arrayContaining(kinds('clocks')));
    expect([...DISK_KINDS, 'crash']).toEqual(expect.arrayContaining(kinds('disks')));
    expect([...STORE_KINDS, 'crash', 'pause']).toEqual(expect.arrayContaining(kinds('stores')));
    expect(kinds('workload')).toEqual(sorted(...WORKLOAD_KINDS));
  });
});

describe('everything', () => {
  const plans = Array.from({ length: 2_000 }, (_, seed) => draw('everything', seed));
  const kindsOf = ({ faults }: Plan): ReadonlySet<string> => new Set(faults.map((f) => f.kind));

  test('draws every kind, each in many of 1,000 seeds', () => {
    const counts = new Map<string, number>();
    for (const plan of plans.slice(0, 1_000)) {
      for (const kind of kindsOf(plan)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([...FAULT_KINDS].sort());
    for (const [kind, count] of counts) expect([kind, count >= 3]).toEqual([kind, true]);
  });

  test('is a swarm: seeds have selections of their own, and each leaves out most kinds', () => {
    const selections = new Set(plans.map((plan) => [...kindsOf(plan)].sort().join()));
    expect(selections.size).toBeGreaterThan(1_900);
    const sizes = plans.map((plan) => kindsOf(plan).size);
    expect(Math.max(...sizes)).toBeLessThan(FAULT_KINDS.length / 3);
    expect(new Set(sizes).size).toBeGreaterThan(8);
  });

  test('goes beyond what presets assume in at most 4 % of the seeds, and not much less', () => {
    const excusing = new Set(FAULTS.filter((f) => f.excuses.length > 0).map((f) => f.kind));
    const beyond = plans.filter(({ faults }) => {
      const mayExcuse = faults.filter((f) => excusing.has(f.kind) && isAtMembers(f));
      const wall = (sign: number): number =>
        mayExcuse.reduce((us, f) => us + Math.max(0, sign * wallUsOf(f)), 0);
      return (
        mayExcuse.some((f) => !f.kind.startsWith('clock-') && !f.kind.startsWith('ntp-')) ||
        mayExcuse.some((f) => Math.abs(f.params['ratePpm'] ?? 0) > 400) ||
        Math.max(wall(1), wall(-1)) > 400 * MS
      );
    });
    expect(beyond.length / plans.length).toBeGreaterThan(0.02);
    expect(beyond.length / plans.length).toBeLessThanOrEqual(0.04);
  });

  test('lets some faults wait for a fact', () => {
    const all = plans.flatMap(({ faults }) => faults);
    const anchored = all.filter(({ start }) => start.kind === 'anchor');
    expect(anchored.length / all.length).toBeGreaterThan(0.1);
    expect(anchored.length / all.length).toBeLessThan(0.3);
  });

  test('is drawn in less than a millisecond', () => {
    const began = performance.now();
    for (let seed = 0; seed < 500; seed++) draw('everything', seed);
    expect((performance.now() - began) / 500).toBeLessThan(1);
  });
});

/** Aimed at machines that preset assume something of; a worker's clock and disk are its own. */
const isAtMembers = ({ target }: PlannedFault): boolean =>
  target.by === 'role' || ('role' in target && target.role !== 'worker');

/** How wrong a wall clock may be for this fault. */
const wallUsOf = ({ kind, params, durationUs }: PlannedFault): number =>
  kind === 'clock-freeze' ? -durationUs : (params['stepUs'] ?? params['offsetUs'] ?? 0);

describe('the showcase', () => {
  const plans = SEEDS.map((seed) => draw('showcase', seed));

  test('draws ten kinds over the seeds, 5 to 9 faults in two minutes', () => {
    const kinds = new Set(plans.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect(kinds.size).toBe(10);
    for (const { faults } of plans) {
      expect(faults.length).toBeGreaterThanOrEqual(5);
      expect(faults.length).toBeLessThanOrEqual(9);
    }
    const mean = plans.reduce((sum, { faults }) => sum + faults.length, 0) / plans.length;
    expect(mean).toBeGreaterThan(6);
  });

  test('tells the same story for every seed', () => {
    for (const { faults } of plans) {
      const has = (wanted: (fault: PlannedFault) => boolean): void =>
        expect(faults.some(wanted)).toBe(true);
      const onLeader = ({ target }: PlannedFault): boolean =>
        target.by === 'role' && target.role === 'leader';
      has((f) => f.kind === 'pause' && onLeader(f) && f.durationUs > 15 * SECOND);
      has((f) => f.kind === 'crash' && onLeader(f));
      has((f) => f.kind === 'partition');
      has((f) => f.kind === 'clock-rate');
      has((f) => f.kind === 'clock-step');
    }
  });

  test('leaves quiet time between severe faults, and ends them within the storm', () => {
    for (const { faults } of plans) {
      let quietFromUs = 0;
      for (const fault of faults.filter(({ kind }) => SEVERE.includes(kind))) {
        expect(startOf(fault)).toBeGreaterThanOrEqual(quietFromUs);
        quietFromUs = startOf(fault) + fault.durationUs + 3 * SECOND;
      }
      expect(quietFromUs).toBeLessThanOrEqual(STORM.chaosUntilUs + 3 * SECOND);
    }
  });

  test('keeps oscillators within what presets assume, one bad rate at a time', () => {
    for (const { faults } of plans) {
      let rateUntilUs = 0;
      for (const fault of faults.filter(({ kind }) => kind === 'clock-rate')) {
        expect(Math.abs(fault.params['ratePpm'] ?? 0)).toBeLessThanOrEqual(400);
        expect(startOf(fault)).toBeGreaterThanOrEqual(rateUntilUs);
        rateUntilUs = startOf(fault) + fault.durationUs;
      }
    }
  });

  test('keeps wall clocks within what presets assume, but for a few seeds in a hundred', () => {
    const isBeyond = ({ faults }: Plan): boolean => {
      const sum = (sign: number): number =>
        faults.reduce((us, { params }) => us + Math.max(0, sign * (params['stepUs'] ?? 0)), 0);
      return Math.max(sum(1), sum(-1)) > 400 * MS;
    };
    const beyond = plans.filter(isBeyond);
    expect(beyond.length).toBeGreaterThan(3);
    expect(beyond.length).toBeLessThan(25);
    for (const { faults } of beyond) {
      expect(faults.some(({ params }) => Math.abs(params['stepUs'] ?? 0) === 5 * SECOND)).toBe(
        true,
      );
    }
    for (const name of ['showcase', 'clocks']) {
      const profile = { ...profileOf(name), rareStepPpm: 0 };
      expect(SEEDS.filter((seed) => isBeyond(draw(name, seed, { profile, intensity: 3 })))).toEqual(
        [],
      );
    }
  });

  test('squeezes its story into a short storm', () => {
    const { faults } = draw('showcase', 3, { chaosUntilUs: 40 * SECOND });
    for (const kind of ['pause', 'crash', 'partition', 'clock-rate', 'clock-step']) {
      expect(faults.map((f) => f.kind)).toContain(kind);
    }
  });
});
