/** Clocks under everything that can be wrong with them, against a model in whole numbers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, SECOND, virtualUs, wallUs } from '../../src/lib/units.ts';
import { Clock, type ClockChange } from '../../src/sim/clock.ts';

const START = wallUs(1_700_000_000_000_000);
const SLEWERS = [{}, {}, {}] as const;

type Act =
  | { readonly do: 'rate' | 'step'; readonly by: number }
  | { readonly do: 'slew'; readonly who: number; readonly by: number }
  | { readonly do: 'freeze' | 'thaw' | 'suspend' | 'unsuspend' };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('rate' as const), by: fc.integer({ min: -200_000, max: 200_000 }) }),
  fc.record({ do: fc.constant('step' as const), by: fc.integer({ min: -DAY, max: DAY }) }),
  fc.record({
    do: fc.constant('slew' as const),
    who: fc.nat(2),
    by: fc.integer({ min: -500_000, max: 500_000 }),
  }),
  fc.record({ do: fc.constantFrom('freeze' as const, 'thaw', 'suspend', 'unsuspend') }),
);
const spanUs = fc.oneof(fc.nat(20), fc.nat(5 * SECOND), fc.nat(DAY));
const story = fc.array(fc.tuple(spanUs, act), { minLength: 1, maxLength: 30 });

function clockAt(wallErrorUs: number) {
  const time = { now: virtualUs(0) };
  const changes: ClockChange[] = [];
  const onChange = (what: ClockChange) => changes.push(what);
  const clock = new Clock({ time, startWallUs: START, ratePpm: 0, wallErrorUs, onChange });
  return { time, clock, changes };
}

function perform(clock: Clock, what: Act): void {
  switch (what.do) {
    case 'rate':
      return clock.setRatePpm(what.by);
    case 'step':
      return clock.stepWallUs(what.by);
    case 'slew':
      return clock.setSlewPpm(SLEWERS[what.who] as object, what.by);
    case 'freeze':
      return void clock.freezeWall();
    case 'thaw':
      return void clock.thawWall();
    case 'suspend':
      return void clock.suspend();
    case 'unsuspend':
      return void clock.unsuspend();
  }
}

/** The same in millionths of a microsecond, without a trick. */
class Model {
  ratePpm = 0;
  readonly slews = [0, 0, 0];
  oscillator = 0n;
  wall: bigint;
  suspended = 0n;
  stopped: bigint | undefined;
  frozen: bigint | undefined;

  constructor(wallErrorUs: number) {
    this.wall = BigInt(START + wallErrorUs) * 1_000_000n;
  }

  pass(spanUs: number): void {
    const slewPpm = this.slews.reduce((sum, ppm) => sum + ppm, 0);
    this.oscillator += BigInt(spanUs) * BigInt(1_000_000 + this.ratePpm);
    this.wall += BigInt(spanUs) * BigInt(1_000_000 + this.ratePpm + slewPpm);
  }

  perform(what: Act): void {
    if (what.do === 'rate') this.ratePpm = what.by;
    else if (what.do === 'slew') this.slews[what.who] = what.by;
    else if (what.do === 'step') {
      this.wall += BigInt(what.by) * 1_000_000n;
      if (this.frozen !== undefined) this.frozen += BigInt(what.by);
    } else if (what.do === 'freeze') this.frozen ??= floorUs(this.wall);
    else if (what.do === 'thaw') this.frozen = undefined;
    else if (what.do === 'suspend') this.stopped ??= this.elapsed();
    else if (this.stopped !== undefined) {
      this.suspended = floorUs(this.oscillator) - this.stopped;
      this.stopped = undefined;
    }
  }

  elapsed(): bigint {
    return this.stopped ?? floorUs(this.oscillator) - this.suspended;
  }

  shown(): bigint {
    return this.frozen ?? floorUs(this.wall);
  }
}

const floorUs = (millionths: bigint): bigint =>
  (millionths - (((millionths % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;

describe('a clock that everything happens to', () => {
  it('shows exactly what it should, and its monotonic time never goes back', () => {
    fc.assert(
      fc.property(story, fc.integer({ min: -SECOND, max: SECOND }), (acts, wallErrorUs) => {
        const { time, clock } = clockAt(wallErrorUs);
        const model = new Model(wallErrorUs);
        clock.startMonotonicAt(777);
        let last = clock.readMonotonicUs();
        const check = (): void => {
          expect(BigInt(clock.elapsedUs())).toBe(model.elapsed());
          expect(BigInt(clock.readWallUs())).toBe(model.shown());
          const reading = clock.readMonotonicUs();
          expect(reading).toBeGreaterThanOrEqual(last);
          last = reading;
        };
        for (const [span, what] of acts) {
          perform(clock, what);
          model.perform(what);
          check();
          time.now = virtualUs(time.now + span);
          model.pass(span);
          check();
        }
      }),
    );
  });

  it('steps, slews, freezes and thaws without moving monotonic time or timers', () => {
    fc.assert(
      fc.property(story, fc.nat(DAY), (acts, aheadUs) => {
        const one = clockAt(0);
        const other = clockAt(0);
        for (const [span, what] of acts) {
          perform(one.clock, what);
          if (['rate', 'suspend', 'unsuspend'].includes(what.do)) perform(other.clock, what);
          for (const { time } of [one, other]) time.now = virtualUs(time.now + span);
          const elapsedUs = one.clock.elapsedUs();
          expect(elapsedUs).toBe(other.clock.elapsedUs());
          const target = elapsedUs + aheadUs;
          expect(one.clock.trueTimeOf(target)).toBe(other.clock.trueTimeOf(target));
        }
        const moves = (changes: readonly ClockChange[]) => changes.filter((c) => c !== 'wall');
        expect(moves(one.changes)).toEqual(moves(other.changes));
      }),
    );
  });

  it('says for how long a thawed clock stood still: it jumps to where it belongs', () => {
    const { time, clock } = clockAt(250);
    expect(clock.freezeWall()).toBe(true);
    expect(clock.freezeWall()).toBe(false);
    time.now = virtualUs(3 * SECOND);
    expect([clock.isFrozen, clock.wallErrorUs()]).toEqual([true, 250 - 3 * SECOND]);
    expect([clock.wallRatePpm, clock.ratePpm]).toEqual([-1_000_000, 0]);
    clock.stepWallUs(1_000);
    expect(clock.thawWall()).toBe(true);
    expect(clock.thawWall()).toBe(false);
    expect([clock.isFrozen, clock.wallErrorUs(), clock.wallRatePpm]).toEqual([false, 1_250, 0]);
  });

  it('never comes to a time while suspended', () => {
    const { time, clock } = clockAt(0);
    expect([clock.suspend(), clock.suspend(), clock.isSuspended]).toEqual([true, false, true]);
    expect(clock.trueTimeOf(1)).toBe(Number.MAX_SAFE_INTEGER);
    time.now = virtualUs(10);
    expect(clock.wallErrorUs()).toBe(0);
    expect([clock.unsuspend(), clock.unsuspend(), clock.trueTimeOf(1)]).toEqual([true, false, 11]);
  });
});
