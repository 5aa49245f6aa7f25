/**
 * One oscillator per machine. Monotonic time is the integral of (1 + rate error); wall time is the
 * same integral plus an offset, moved by steps. Arithmetic is exact: what a rate change cuts off
 * below a microsecond is carried as a fraction, so that clocks neither lose time nor go back.
 */
import { assert } from '../lib/assert.ts';
import type { WallUs } from '../lib/units.ts';
import { type MonotonicUs, monotonicUs, type VirtualUs, virtualUs, wallUs } from '../lib/units.ts';

const MILLION = 1_000_000;
/** Beyond this an oscillator is broken rather than wrong, and timers would hardly ever fire. */
const RATE_PPM_MAX = 900_000;

export interface ClockOptions {
  /** True time; the kernel is one. */
  readonly time: { readonly now: VirtualUs };
  readonly startWallUs: WallUs;
  readonly ratePpm: number;
  /** Wall clock minus true time at the start of the run. */
  readonly wallErrorUs: number;
  /** Told after every change, so that pending timers are remapped and a fact is recorded. */
  readonly onChange: (what: 'rate' | 'wall') => void;
}

export class Clock {
  readonly #options: ClockOptions;
  #ratePpm: number;
  /** True time of the last rate change, and the integral there: whole microseconds, millionths. */
  #anchorUs: number;
  #anchorElapsedUs = 0;
  #anchorMillionths = 0;
  #zeroUs = 0;
  #wallOffsetUs: number;

  constructor(options: ClockOptions) {
    checkRate(options.ratePpm);
    assert(Number.isSafeInteger(options.wallErrorUs), `wall error ${options.wallErrorUs} us`);
    this.#options = options;
    this.#ratePpm = options.ratePpm;
    this.#anchorUs = options.time.now;
    this.#wallOffsetUs = options.startWallUs + options.time.now + options.wallErrorUs;
  }

  /** The running program's monotonic clock: its zero is drawn anew for every incarnation. */
  readMonotonicUs(): MonotonicUs {
    return monotonicUs(this.#zeroUs + this.elapsedUs());
  }

  readWallUs(): WallUs {
    return wallUs(this.#wallOffsetUs + this.elapsedUs());
  }

  get ratePpm(): number {
    return this.#ratePpm;
  }

  /** Wall clock minus true UTC, now: positive when it is ahead. */
  wallErrorUs(): number {
    const { time, startWallUs } = this.#options;
    return this.readWallUs() - (startWallUs + time.now);
  }

  /** Changes the rate error from now on; pending timers are remapped through `onChange`. */
  setRatePpm(ppm: number): void {
    checkRate(ppm);
    if (ppm === this.#ratePpm) return;
    const nowUs = this.#options.time.now;
    const spanUs = nowUs - this.#anchorUs;
    const seconds = Math.floor(spanUs / MILLION);
    const millionths = this.#anchorMillionths + (spanUs - seconds * MILLION) * this.#ratePpm;
    const carry = Math.floor(millionths / MILLION);
    this.#anchorElapsedUs += spanUs + seconds * this.#ratePpm + carry;
    this.#anchorMillionths = millionths - carry * MILLION;
    this.#anchorUs = nowUs;
    this.#ratePpm = ppm;
    this.#options.onChange('rate');
  }

  /** Moves the wall clock by this much, either way; monotonic time and timers do not notice. */
  stepWallUs(deltaUs: number): void {
    assert(Number.isSafeInteger(deltaUs), `wall step of ${deltaUs} us`);
    if (deltaUs === 0) return;
    this.#wallOffsetUs += deltaUs;
    this.#options.onChange('wall');
  }

  /** Oscillator time since the start of the run; timers are armed in it. */
  elapsedUs(): number {
    return this.#elapsedAt(this.#options.time.now);
  }

  /** The first true microsecond, not before now, at which `elapsedUs()` reaches this value. */
  trueTimeOf(elapsedUs: number): VirtualUs {
    const nowUs = this.#options.time.now;
    const spanUs = elapsedUs - this.#anchorElapsedUs;
    let atUs = this.#anchorUs + spanUs;
    if (this.#ratePpm !== 0) {
      // The quotient is a guess within a few microseconds, because floors and fractions are left
      // out; the two loops make it exact.
      atUs = this.#anchorUs + Math.floor(spanUs / (1 + this.#ratePpm / MILLION));
      while (this.#elapsedAt(atUs) < elapsedUs) atUs++;
      while (atUs > nowUs && this.#elapsedAt(atUs - 1) >= elapsedUs) atUs--;
    }
    return virtualUs(Math.max(atUs, nowUs));
  }

  /** A new incarnation's monotonic clock shows this now. */
  startMonotonicAt(readingUs: number): void {
    assert(Number.isSafeInteger(readingUs) && readingUs >= 0, `monotonic from ${readingUs}`);
    this.#zeroUs = readingUs - this.elapsedUs();
  }

  /** Split at whole seconds: a day times a rate would not fit the 53 bits of an exact product. */
  #elapsedAt(trueUs: number): number {
    const spanUs = trueUs - this.#anchorUs;
    if (this.#ratePpm === 0) return this.#anchorElapsedUs + spanUs;
    const seconds = Math.floor(spanUs / MILLION);
    const millionths = this.#anchorMillionths + (spanUs - seconds * MILLION) * this.#ratePpm;
    const whole = spanUs + seconds * this.#ratePpm + Math.floor(millionths / MILLION);
    return this.#anchorElapsedUs + whole;
  }
}

function checkRate(ppm: number): void {
  const fits = Number.isInteger(ppm) && Math.abs(ppm) <= RATE_PPM_MAX;
  assert(fits, `rate error of ${ppm} ppm: a whole number within ${RATE_PPM_MAX}`);
}
