/** Arbitrary plans of bad clocks, however they overlap, each run twice. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { infoOf } from '../../src/faults/faults.ts';
import { CLOCK_KINDS, type ClockKind, type PlannedFault } from '../../src/faults/plan.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import type { TimeDaemonSettings } from '../../src/sim/time-daemon.ts';
import { named, OWN_RATE_PPM, OWN_WALL_ERROR_US, stage } from './stage.ts';

/** Within a kind's ranges: mostly such as happen, sometimes as far as they go. */
const paramsOf = (kind: ClockKind): fc.Arbitrary<Record<string, number>> => {
  const values = Object.entries(infoOf(kind).params).map(([name, { low, high }]) => {
    const usual = { min: Math.max(low, -2 * SECOND), max: Math.min(high, 2 * SECOND) };
    const any = fc.oneof({ weight: 4, arbitrary: fc.integer(usual) }, fc.constantFrom(low, high));
    return [name, any] as const;
  });
  return fc.record(Object.fromEntries(values));
};

const target = fc.oneof(
  fc.constantFrom('s1', 's2', 'store', 'w1').map(named),
  fc.constant({ by: 'share', role: 'any', share: 'all' } as const),
  fc.nat(2).map((index) => ({ by: 'rack', index }) as const),
);
const crash = fc.record({ kind: fc.constant('crash' as const), params: fc.constant({}) });
const clockFault = fc
  .constantFrom(...CLOCK_KINDS)
  .chain((kind) => fc.record({ kind: fc.constant(kind), params: paramsOf(kind) }));
const plan = fc
  .array(
    fc.record({
      what: fc.oneof({ weight: 6, arbitrary: clockFault }, crash),
      target,
      atUs: fc.nat(1_500 * MS),
      durationUs: fc.oneof(fc.nat(1_500 * MS), fc.constantFrom(0, 1)),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((faults) =>
    faults.map(
      ({ what, target, atUs, durationUs }, i): PlannedFault => ({
        id: `f${i}`,
        ...what,
        target,
        start: { kind: 'at', atUs },
        durationUs,
      }),
    ),
  );
const daemon = fc.option(
  fc.record({
    pollUs: fc.integer({ min: 50 * MS, max: SECOND }),
    errorUs: fc.integer({ min: 0, max: 3 * MS }),
  }),
);

/** Runs a plan until some time after its heal; checks every monotonic clock on the way. */
function ran(faults: readonly PlannedFault[], healMs: number, daemons?: TimeDaemonSettings) {
  const s = stage(faults, 'clocks', daemons);
  const last = new Map<string, { readonly incarnation: number; readonly us: number }>();
  const watch = (untilMs: number): void => {
    for (let ms = Math.floor(s.kernel.now / MS); ms < untilMs; ms += 10) {
      s.kernel.run(Math.min(ms + 10, untilMs) * MS);
      for (const { name, incarnation, clock } of s.sim.machines) {
        const before = last.get(name);
        const us = clock.readMonotonicUs();
        if (before?.incarnation === incarnation) expect(us).toBeGreaterThanOrEqual(before.us);
        last.set(name, { incarnation, us });
      }
    }
  };
  watch(healMs);
  s.injector.healAll();
  const healed = s.sim.machines.map(({ clock }) => ({
    ratePpm: clock.ratePpm,
    isFrozen: clock.isFrozen,
    errorUs: clock.wallErrorUs(),
    wallRatePpm: clock.wallRatePpm,
  }));
  watch(healMs + 1_500);
  const later = s.sim.machines.map(({ clock }) => clock.wallErrorUs());
  return { healed, later, fingerprint: s.kernel.fingerprint() };
}

/** The drift of 30 ppm in the time that any of these runs takes. */
const OWN_DRIFT_US = 250;

test('after the heal every wall clock is right up to its own error, and stays so', () => {
  fc.assert(
    fc.property(plan, fc.integer({ min: 1, max: 3_500 }), (faults, healMs) => {
      const first = ran(faults, healMs);
      for (const { errorUs, ...rates } of first.healed) {
        expect(rates).toEqual({
          ratePpm: OWN_RATE_PPM,
          isFrozen: false,
          wallRatePpm: OWN_RATE_PPM,
        });
        expect(Math.abs(errorUs - OWN_WALL_ERROR_US)).toBeLessThan(OWN_DRIFT_US);
      }
      for (const errorUs of first.later) {
        expect(Math.abs(errorUs - OWN_WALL_ERROR_US)).toBeLessThan(OWN_DRIFT_US);
      }
      expect(ran(faults, healMs)).toEqual(first);
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('with time daemons as well, up to the error that those leave', () => {
  fc.assert(
    fc.property(plan, fc.integer({ min: 1, max: 3_500 }), daemon, (faults, healMs, settings) => {
      const daemons = settings ?? { pollUs: 200 * MS, errorUs: MS };
      const first = ran(faults, healMs, daemons);
      const boundUs = OWN_WALL_ERROR_US + 4 * daemons.errorUs + OWN_DRIFT_US;
      for (const { errorUs, ...rates } of first.healed) {
        expect(rates).toMatchObject({ ratePpm: OWN_RATE_PPM, isFrozen: false });
        expect(Math.abs(rates.wallRatePpm)).toBeLessThanOrEqual(500 + OWN_RATE_PPM);
        expect(Math.abs(errorUs)).toBeLessThan(boundUs);
      }
      for (const errorUs of first.later) expect(Math.abs(errorUs)).toBeLessThan(boundUs);
      expect(ran(faults, healMs, daemons)).toEqual(first);
    }),
    { numRuns: 25 },
  );
}, 60_000);
