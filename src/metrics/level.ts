import { assert } from '../lib/assert.ts';

/** Times in order. */
export const risen = (times: readonly number[]): Float64Array => Float64Array.from(times).sort();

/** Every time of either once, in order. */
export function distinct(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  all.sort();
  let count = 0;
  for (let i = 0; i < all.length; i++) {
    const time = all[i] as number;
    if (count === 0 || all[count - 1] !== time) all[count++] = time;
  }
  return all.slice(0, count);
}

/** How many have begun and not ended, from each of these times on. */
export function counted(atUs: Float64Array, begins: Float64Array, ends: Float64Array): Int32Array {
  const counts = new Int32Array(atUs.length);
  let begun = 0;
  let ended = 0;
  for (let i = 0; i < atUs.length; i++) {
    const time = atUs[i] as number;
    while (begun < begins.length && (begins[begun] as number) <= time) begun++;
    while (ended < ends.length && (ends[ended] as number) <= time) ended++;
    counts[i] = begun - ended;
  }
  return counts;
}

/** How many of something there were at every moment, from when each came and when it went. */
export class Level {
  readonly #atUs: Float64Array;
  readonly #counts: Int32Array;

  /** As many times of going as of coming, in any order; none goes before it came. */
  constructor(cameUs: readonly number[], wentUs: readonly number[]) {
    assert(cameUs.length === wentUs.length, () => `${cameUs.length} came, ${wentUs.length} went`);
    const [came, went] = [risen(cameUs), risen(wentUs)];
    this.#atUs = distinct(came, went);
    this.#counts = counted(this.#atUs, came, went);
  }

  /** The least count that was not exceeded for this share of the span; 0 of an empty span. */
  quantile(fromUs: number, untilUs: number, share: number): number {
    const lasted = new Map<number, number>();
    this.#each(fromUs, untilUs, (count, us) => {
      lasted.set(count, (lasted.get(count) ?? 0) + us);
    });
    const wantedUs = share * (untilUs - fromUs);
    let us = 0;
    for (const [count, countUs] of [...lasted].sort(([a], [b]) => a - b)) {
      us += countUs;
      if (us >= wantedUs) return count;
    }
    return 0;
  }

  /** When in the span the count was this or less for the first time. */
  firstAtMost(count: number, fromUs: number, untilUs: number): number | undefined {
    let atUs = fromUs;
    let foundUs: number | undefined;
    this.#each(fromUs, untilUs, (there, us) => {
      if (there <= count) foundUs ??= atUs;
      atUs += us;
    });
    return foundUs;
  }

  /** The excess over this count, added up over the span: so many times microseconds. */
  areaAbove(count: number, fromUs: number, untilUs: number): number {
    let area = 0;
    this.#each(fromUs, untilUs, (there, us) => {
      area += Math.max(0, there - count) * us;
    });
    return area;
  }

  /** The stretches of the span in which the count does not change. */
  #each(fromUs: number, untilUs: number, visit: (count: number, us: number) => void): void {
    let [count, sinceUs] = [0, fromUs];
    for (let i = 0; i < this.#atUs.length; i++) {
      const atUs = this.#atUs[i] as number;
      if (atUs >= untilUs) break;
      if (atUs > sinceUs) {
        visit(count, atUs - sinceUs);
        sinceUs = atUs;
      }
      count = this.#counts[i] as number;
    }
    if (untilUs > sinceUs) visit(count, untilUs - sinceUs);
  }
}
