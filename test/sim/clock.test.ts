import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, SECOND, type VirtualUs, virtualUs, wallUs } from '../../src/lib/units.ts';
import { Clock } from '../../src/sim/clock.ts';
import { agenda, lab, scripted } from './lab.ts';

const START = wallUs(1_700_000_000_000_000);

function clockAt(ratePpm: number, wallErrorUs = 0): { time: { now: VirtualUs }; clock: Clock } {
  const time = { now: virtualUs(0) };
  const options = { time, startWallUs: START, ratePpm, wallErrorUs, onChange: () => undefined };
  return { time, clock: new Clock(options) };
}

const ratePpm = fc.integer({ min: -200_000, max: 200_000 });
const spanUs = fc.oneof(fc.integer({ min: 0, max: 5_000_000 }), fc.integer({ min: 0, max: DAY }));
const history = fc.array(fc.record({ spanUs, ratePpm }), { minLength: 1, maxLength: 20 });

describe('Clock', () => {
  it('is the exact integral of its rate, however often the rate changes', () => {
    fc.assert(
      fc.property(history, (parts) => {
        const { time, clock } = clockAt(0);
        let millionths = 0n;
        for (const part of parts) {
          clock.setRatePpm(part.ratePpm);
          time.now = virtualUs(time.now + part.spanUs);
          millionths += BigInt(part.spanUs) * BigInt(1_000_000 + part.ratePpm);
          expect(clock.elapsedUs()).toBe(Number(millionths / 1_000_000n));
        }
      }),
    );
  });

  it('never goes back, also across rate changes and wall steps', () => {
    fc.assert(
      fc.property(history, (parts) => {
        const { time, clock } = clockAt(-7);
        clock.startMonotonicAt(12_345);
        let last = clock.readMonotonicUs();
        for (const part of parts) {
          clock.setRatePpm(part.ratePpm);
          clock.stepWallUs(-part.spanUs);
          expect(clock.readMonotonicUs()).toBeGreaterThanOrEqual(last);
          time.now = virtualUs(time.now + part.spanUs);
          expect(clock.readMonotonicUs()).toBeGreaterThanOrEqual(last);
          last = clock.readMonotonicUs();
        }
      }),
    );
  });

  it('finds the first true microsecond at which a reading is reached', () => {
    fc.assert(
      fc.property(ratePpm, ratePpm, spanUs, spanUs, (first, second, beforeUs, afterUs) => {
        const { time, clock } = clockAt(first);
        time.now = virtualUs(beforeUs);
        clock.setRatePpm(second);
        const target = clock.elapsedUs() + afterUs;
        const at = clock.trueTimeOf(target);
        time.now = at;
        expect(clock.elapsedUs()).toBeGreaterThanOrEqual(target);
        if (at === beforeUs) return;
        time.now = virtualUs(at - 1);
        expect(clock.elapsedUs()).toBeLessThan(target);
      }),
    );
  });

  it('keeps wall time as monotonic plus offset, moved by steps', () => {
    const { time, clock } = clockAt(100, -250);
    expect(clock.wallErrorUs()).toBe(-250);
    time.now = virtualUs(10 * SECOND);
    expect(clock.wallErrorUs()).toBe(-250 + 1_000);
    clock.stepWallUs(-5_000);
    expect(clock.wallErrorUs()).toBe(-250 + 1_000 - 5_000);
    expect(clock.readWallUs()).toBe(START + 10 * SECOND - 4_250);
  });

  it('refuses rates that are no oscillator', () => {
    expect(() => clockAt(0).clock.setRatePpm(0.5)).toThrow(/ppm/);
    expect(() => clockAt(-1_000_000)).toThrow(/ppm/);
  });
});

describe('timers on a clock', () => {
  it('fire within [d/(1+rho), d/(1-rho)] of true time, whatever the rate does', () => {
    const rho = 200_000;
    const rates = fc.array(fc.record({ atUs: fc.integer({ min: 0, max: 3 * SECOND }), ratePpm }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 * SECOND }), ratePpm, rates, (d, initial, later) => {
        const { kernel, sim } = lab('timers');
        let armed = 0;
        let waited = -1;
        const factory = scripted({
          onStart: (host) => {
            armed = host.monotonicUs();
            host.setTimer('t', d);
          },
          onTimer: (host) => {
            expect(host.monotonicUs() - armed).toBeGreaterThanOrEqual(d);
            waited = kernel.now;
          },
        });
        const machine = sim.add({ name: 'm', role: 'scheduler', factory, ratePpm: initial });
        const at = agenda(kernel);
        sim.startAll();
        for (const change of later) at(change.atUs, () => machine.clock.setRatePpm(change.ratePpm));
        kernel.run(10 * SECOND);
        // Readings are whole microseconds: one local microsecond of tolerance at each end.
        expect(waited).toBeGreaterThanOrEqual((d * 1e6) / (1e6 + rho) - 2);
        expect(waited).toBeLessThanOrEqual((d * 1e6) / (1e6 - rho) + 2);
      }),
    );
  });

  it('record a fact per change of rate or wall time, and none where nothing changes', () => {
    const { sim, facts } = lab('facts');
    const machine = sim.add({ name: 'm', role: 'store', factory: scripted({}), ratePpm: 20 });
    sim.startAll();
    machine.clock.setRatePpm(20);
    machine.clock.setRatePpm(-30);
    machine.clock.stepWallUs(0);
    machine.clock.stepWallUs(700);
    expect(facts.filter((fact) => fact.kind === 'clock')).toEqual([
      { kind: 'clock', at: 0, machine: 'm', ratePpm: -30, wallErrorUs: 0 },
      { kind: 'clock', at: 0, machine: 'm', ratePpm: -30, wallErrorUs: 700 },
    ]);
  });
});
