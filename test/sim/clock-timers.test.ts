/** Timers of a program while its clock is changed, suspended, frozen and led astray; run twice. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MS, SECOND } from '../../src/lib/units.ts';
import type { Machine } from '../../src/sim/machine.ts';
import { agenda, lab, scripted } from './lab.ts';

const END_US = 30 * SECOND;

interface Seen {
  readonly fingerprint: string;
  /** True time at which each timer fired. */
  readonly firedUs: readonly number[];
  /** Every reading of the monotonic clock, in order. */
  readonly readings: readonly number[];
}

/** One machine that sets timers of these spans at its start, and a plan of changes to it. */
function timersRun(
  spansUs: readonly number[],
  ratePpm: number,
  plan: readonly { readonly atUs: number; readonly act: (machine: Machine) => void }[],
): Seen {
  const once = (): Seen => {
    const { kernel, sim } = lab('timers');
    const firedUs = spansUs.map(() => -1);
    const readings: number[] = [];
    const factory = scripted({
      onStart: (host) => {
        readings.push(host.monotonicUs());
        spansUs.forEach((spanUs, i) => {
          host.setTimer(String(i), spanUs);
        });
      },
      onTimer: (host, tag) => {
        firedUs[Number(tag)] = kernel.now;
        readings.push(host.monotonicUs());
      },
    });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory, ratePpm });
    const at = agenda(kernel);
    sim.startAll();
    for (const { atUs, act } of plan) at(atUs, () => act(machine));
    kernel.run(END_US);
    return { fingerprint: kernel.fingerprint(), firedUs, readings };
  };
  const first = once();
  expect(once()).toEqual(first);
  return first;
}

const RHO_PPM = 200_000;
const ratePpm = fc.integer({ min: -RHO_PPM, max: RHO_PPM });
const atUs = fc.nat(5 * SECOND);
const spansUs = fc.array(fc.nat(4 * SECOND), { minLength: 1, maxLength: 5 });
const WHO = {};
/** What wall clocks suffer: nothing of it may show in a timer. */
const wallAct = fc.oneof(
  fc.integer({ min: -SECOND, max: SECOND }).map((us) => (m: Machine) => m.clock.stepWallUs(us)),
  fc.integer({ min: -RHO_PPM, max: RHO_PPM }).map((ppm) => (m: Machine) => {
    m.clock.setSlewPpm(WHO, ppm);
  }),
  fc.constantFrom(
    (m: Machine) => void m.clock.freezeWall(),
    (m: Machine) => void m.clock.thawWall(),
  ),
);

it('fire in [d/(1+rho), d/(1-rho)] while the rate changes under them and walls go astray', () => {
  const rates = fc.array(fc.record({ atUs, ppm: ratePpm }), { maxLength: 8 });
  const walls = fc.array(fc.record({ atUs, act: wallAct }), { maxLength: 8 });
  fc.assert(
    fc.property(spansUs, ratePpm, rates, walls, (spans, initial, changes, astray) => {
      const plan = changes.map(({ atUs, ppm }) => ({
        atUs,
        act: (machine: Machine) => machine.clock.setRatePpm(ppm),
      }));
      const { firedUs, readings } = timersRun(spans, initial, [...plan, ...astray]);
      spans.forEach((d, i) => {
        // Readings are whole microseconds: one local microsecond of tolerance at each end.
        expect(firedUs[i]).toBeGreaterThanOrEqual((d * 1e6) / (1e6 + RHO_PPM) - 2);
        expect(firedUs[i]).toBeLessThanOrEqual((d * 1e6) / (1e6 - RHO_PPM) + 2);
      });
      expect(readings).toEqual([...readings].sort((a, b) => a - b));
      // The wall clock did not matter at all.
      expect(timersRun(spans, initial, plan).firedUs).toEqual(firedUs);
    }),
    { numRuns: 50 },
  );
});

it('wait while the machine is suspended, by exactly that span of its oscillator', () => {
  const pauses = fc
    .array(fc.tuple(fc.integer({ min: 1, max: SECOND }), fc.integer({ min: 1, max: SECOND })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((gaps) => {
      let nowUs = 0;
      return gaps.map(([gapUs, forUs]) => {
        const fromUs = nowUs + gapUs;
        nowUs = fromUs + forUs;
        return { fromUs, untilUs: nowUs };
      });
    });
  fc.assert(
    fc.property(spansUs, ratePpm, pauses, (spans, rate, suspensions) => {
      const plan = suspensions.flatMap(({ fromUs, untilUs }) => [
        { atUs: fromUs, act: (machine: Machine) => void machine.suspend('test') },
        { atUs: untilUs, act: (machine: Machine) => void machine.resume('test') },
      ]);
      const { firedUs } = timersRun(spans, rate, plan);
      const local = (us: number): number => us + Math.floor((us * rate) / 1e6);
      spans.forEach((d, i) => {
        const at = firedUs[i] as number;
        const over = suspensions.filter(({ fromUs }) => fromUs < at);
        const sleptUs = over.reduce((sum, s) => sum + local(s.untilUs) - local(s.fromUs), 0);
        // The first true microsecond at which the oscillator has counted the span and the sleep.
        expect(local(at)).toBeGreaterThanOrEqual(d + sleptUs);
        if (!over.some(({ untilUs }) => untilUs === at)) {
          expect(local(at - 1)).toBeLessThan(Math.max(d + sleptUs, 1));
        }
      });
    }),
    { numRuns: 60 },
  );
});

it('that are set again and again on a slowing clock never come early', () => {
  fc.assert(
    fc.property(fc.integer({ min: MS, max: SECOND }), ratePpm, (everyUs, rate) => {
      const plan = [1, 2, 3].map((i) => ({
        atUs: i * 700 * MS,
        act: (machine: Machine) => machine.clock.setRatePpm(Math.trunc(rate / i)),
      }));
      const spans = Array.from({ length: 5 }, (_, i) => (i + 1) * everyUs);
      const { firedUs } = timersRun(spans, rate, plan);
      firedUs.forEach((at, i) => {
        expect(at - (firedUs[i - 1] ?? 0)).toBeGreaterThanOrEqual(
          (everyUs * 1e6) / (1e6 + Math.abs(rate)) - 2,
        );
      });
    }),
    { numRuns: 30 },
  );
});
