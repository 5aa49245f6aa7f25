/**
 * One oscillator per machine. Monotonic time is the integral of (1 + rate error), but for the spans
 * in which the machine was suspended; wall time is the integral of (1 + rate error + slew) plus an
 * offset, moved by steps, and a frozen one shows the same until it is thawed. Arithmetic is exact:
 * clocks neither lose time by a change of rate nor go back by one.
 */
import { assert } from '../lib/assert.ts';
import type { WallUs } from '../lib/units.ts';
import { type MonotonicUs, monotonicUs, type VirtualUs, virtualUs, wallUs } from '../lib/units.ts';
import { Integral } from './integral.ts';

/** Beyond this an oscillator is broken rather than wrong, and timers would hardly ever fire. */
const RATE_PPM_MAX = 900_000;
/** Slews add up; a thousand times the speed of time stays exact for a year. */
const SLEW_PPM_MAX = 1_000_000_000;
/** What a clock that stands still is off by, as a rate. */
const STANDSTILL_PPM = -1_000_000;
/** When a timer fires whose clock stands still: later than any run ends. */
const NEVER = virtualUs(Number.MAX_SAFE_INTEGER);

/**
 * What changed: `rate` and `suspend` move pending timers; `rate` and `wall` are news about what the
 * clocks show.
 */
export type ClockChange = 'rate' | 'wall' | 'suspend';

export interface ClockOptions {
  /** True time; the kernel is one. */
  readonly time: { readonly now: VirtualUs };
  readonly startWallUs: WallUs;
  readonly ratePpm: number;
  /** Wall clock minus true time at the start of the run. */
  readonly wallErrorUs: number;
  /** Told after every change, so that pending timers are remapped and a fact is recorded. */
  readonly onChange: (what: ClockChange) => void;
}

export class Clock {
  readonly #options: ClockOptions;
  readonly #oscillator: Integral;
  readonly #wall: Integral;
  /** By whoever slews; they add up. */
  readonly #slews = new Map<object, number>();
  #slewPpm = 0;
  /** Oscillator time that passed while suspended, and the reading while it is; -1 when not. */
  #suspendedUs = 0;
  #stoppedAtUs = -1;
  #zeroUs = 0;
  #wallOffsetUs: number;
  /** What a frozen wall clock shows; undefined when it runs. */
  #frozenUs: number | undefined;

  constructor(options: ClockOptions) {
    checkRate(options.ratePpm, RATE_PPM_MAX);
    assert(Number.isSafeInteger(options.wallErrorUs), `wall error ${options.wallErrorUs} us`);
    this.#options = options;
    this.#oscillator = new Integral(options.time.now, options.ratePpm);
    this.#wall = new Integral(options.time.now, options.ratePpm);
    this.#wallOffsetUs = options.startWallUs + options.time.now + options.wallErrorUs;
  }

  /** The running program's monotonic clock: its zero is drawn anew for every incarnation. */
  readMonotonicUs(): MonotonicUs {
    return monotonicUs(this.#zeroUs + this.elapsedUs());
  }

  readWallUs(): WallUs {
    if (this.#frozenUs !== undefined) return wallUs(this.#frozenUs);
    return wallUs(this.#wallOffsetUs + this.#wall.at(this.#options.time.now));
  }

  /** Of the oscillator: both clocks and timers follow it. */
  get ratePpm(): number {
    return this.#oscillator.ratePpm;
  }

  /** How fast the wall clock gains on true time, slewed or frozen as it is. */
  get wallRatePpm(): number {
    return this.#frozenUs === undefined ? this.#wall.ratePpm : STANDSTILL_PPM;
  }

  get isFrozen(): boolean {
    return this.#frozenUs !== undefined;
  }

  get isSuspended(): boolean {
    return this.#stoppedAtUs >= 0;
  }

  /** Wall clock minus true UTC, now: positive when it is ahead. */
  wallErrorUs(): number {
    const { time, startWallUs } = this.#options;
    return this.readWallUs() - (startWallUs + time.now);
  }

  /** Changes the rate error from now on; pending timers are remapped through `onChange`. */
  setRatePpm(ppm: number): void {
    checkRate(ppm, RATE_PPM_MAX);
    if (ppm === this.ratePpm) return;
    const nowUs = this.#options.time.now;
    this.#oscillator.setRatePpm(nowUs, ppm);
    this.#wall.setRatePpm(nowUs, ppm + this.#slewPpm);
    this.#options.onChange('rate');
  }

  /**
   * Leads the wall clock away from the oscillator from now on, by so many microseconds in a second
   * of true time. Each who slews has a slew of its own, and all add up; 0 ends it.
   */
  setSlewPpm(who: object, ppm: number): void {
    checkRate(ppm, SLEW_PPM_MAX);
    if (ppm === 0) this.#slews.delete(who);
    else this.#slews.set(who, ppm);
    let sumPpm = 0;
    for (const slewPpm of this.#slews.values()) sumPpm += slewPpm;
    sumPpm = Math.max(-SLEW_PPM_MAX, Math.min(SLEW_PPM_MAX, sumPpm));
    if (sumPpm === this.#slewPpm) return;
    this.#slewPpm = sumPpm;
    this.#wall.setRatePpm(this.#options.time.now, this.ratePpm + sumPpm);
    this.#options.onChange('wall');
  }

  /** Moves the wall clock by this much, either way; monotonic time and timers do not notice. */
  stepWallUs(deltaUs: number): void {
    assert(Number.isSafeInteger(deltaUs), `wall step of ${deltaUs} us`);
    if (deltaUs === 0) return;
    this.#wallOffsetUs += deltaUs;
    if (this.#frozenUs !== undefined) this.#frozenUs += deltaUs;
    this.#options.onChange('wall');
  }

  /** The wall clock stands still from now on, but for steps. False when it already does. */
  freezeWall(): boolean {
    if (this.#frozenUs !== undefined) return false;
    this.#frozenUs = this.readWallUs();
    this.#options.onChange('wall');
    return true;
  }

  /** It jumps to where it would be if it had never stood still. False when it runs. */
  thawWall(): boolean {
    if (this.#frozenUs === undefined) return false;
    this.#frozenUs = undefined;
    this.#options.onChange('wall');
    return true;
  }

  /**
   * Monotonic time stands still and pending timers wait, as on a suspended guest, while wall time
   * goes on by the oscillator. False when it already stands still.
   */
  suspend(): boolean {
    if (this.isSuspended) return false;
    this.#stoppedAtUs = this.elapsedUs();
    this.#options.onChange('suspend');
    return true;
  }

  /** Monotonic time and timers go on from where they stood. False when not suspended. */
  unsuspend(): boolean {
    if (!this.isSuspended) return false;
    this.#suspendedUs = this.#oscillator.at(this.#options.time.now) - this.#stoppedAtUs;
    this.#stoppedAtUs = -1;
    this.#options.onChange('suspend');
    return true;
  }

  /** Oscillator time since the start of the run but for suspensions; timers are armed in it. */
  elapsedUs(): number {
    if (this.#stoppedAtUs >= 0) return this.#stoppedAtUs;
    return this.#oscillator.at(this.#options.time.now) - this.#suspendedUs;
  }

  /**
   * The first true microsecond, not before now, at which `elapsedUs()` reaches this value if
   * nothing changes; beyond the end of any run while suspended.
   */
  trueTimeOf(elapsedUs: number): VirtualUs {
    if (this.#stoppedAtUs >= 0) return NEVER;
    const { now } = this.#options.time;
    return virtualUs(this.#oscillator.trueTimeOf(elapsedUs + this.#suspendedUs, now));
  }

  /** A new incarnation's monotonic clock shows this now. */
  startMonotonicAt(readingUs: number): void {
    assert(Number.isSafeInteger(readingUs) && readingUs >= 0, `monotonic from ${readingUs}`);
    this.#zeroUs = readingUs - this.elapsedUs();
  }
}

function checkRate(ppm: number, max: number): void {
  const fits = Number.isInteger(ppm) && Math.abs(ppm) <= max;
  assert(fits, () => `rate of ${ppm} ppm: a whole number within ${max}`);
}
