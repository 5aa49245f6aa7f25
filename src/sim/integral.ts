import type { VirtualUs } from '../lib/units.ts';

const MILLION = 1_000_000;

/**
 * What a clock has counted: the integral of (1 + rate error) over true time, in whole microseconds.
 * What a change of rate cuts off below a microsecond is carried as millionths, so that however
 * often the rate changes nothing is lost and nothing goes back (but for a rate below -1 million).
 */
export class Integral {
  #ratePpm: number;
  /** True time of the last change of rate, and the value there: whole microseconds, millionths. */
  #anchorUs: number;
  #whole = 0;
  #millionths = 0;

  /** Counts from 0 at this true time. */
  constructor(atUs: VirtualUs, ratePpm: number) {
    this.#anchorUs = atUs;
    this.#ratePpm = ratePpm;
  }

  get ratePpm(): number {
    return this.#ratePpm;
  }

  /**
   * The value at a true time that is not before the last change. Split at whole seconds: a day
   * times a rate would not fit the 53 bits of an exact product.
   */
  at(trueUs: number): number {
    const spanUs = trueUs - this.#anchorUs;
    if (this.#ratePpm === 0) return this.#whole + spanUs;
    const seconds = Math.floor(spanUs / MILLION);
    const millionths = this.#millionths + (spanUs - seconds * MILLION) * this.#ratePpm;
    return this.#whole + spanUs + seconds * this.#ratePpm + Math.floor(millionths / MILLION);
  }

  /** Another rate from this true time on. */
  setRatePpm(nowUs: number, ppm: number): void {
    const spanUs = nowUs - this.#anchorUs;
    const seconds = Math.floor(spanUs / MILLION);
    const millionths = this.#millionths + (spanUs - seconds * MILLION) * this.#ratePpm;
    const carry = Math.floor(millionths / MILLION);
    this.#whole += spanUs + seconds * this.#ratePpm + carry;
    this.#millionths = millionths - carry * MILLION;
    this.#anchorUs = nowUs;
    this.#ratePpm = ppm;
  }

  /** The first true microsecond, not before `fromUs`, at which this value is reached. */
  trueTimeOf(value: number, fromUs: number): number {
    const spanUs = value - this.#whole;
    let atUs = this.#anchorUs + spanUs;
    if (this.#ratePpm !== 0) {
      // The quotient is a guess within a few microseconds, because floors and fractions are left
      // out; the two loops make it exact.
      atUs = this.#anchorUs + Math.floor(spanUs / (1 + this.#ratePpm / MILLION));
      while (this.at(atUs) < value) atUs++;
      while (atUs > fromUs && this.at(atUs - 1) >= value) atUs--;
    }
    return Math.max(atUs, fromUs);
  }
}
