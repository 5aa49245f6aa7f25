/** Failovers of which some had not ended when the run did: how long they lasted is then unknown. */
import { assert } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import type { IntervalOptions } from './mean-interval.ts';

/** A duration, or for one that is censored the time after which it was seen no more. */
export interface Lasting {
  readonly value: number;
  readonly isCensored: boolean;
}

/** `undefined` where too many durations are censored to say: it is beyond all that was seen. */
export interface CensoredInterval {
  readonly value: number | undefined;
  readonly low: number | undefined;
  readonly high: number | undefined;
}

type Resampling = Pick<IntervalOptions, 'resamples' | 'level'>;
const DEFAULTS: Resampling = { resamples: 1_000, level: 0.95 };
/** Durations counted for one interval: more of them get fewer resamples, down to 200. */
const WORK_MAX = 10_000_000;

/** Durations of all seeds by size, those alike together, and how often each counts. */
class Lastings {
  readonly seedCount: number;
  /** Of which seed each duration is. */
  readonly seeds: Uint32Array;
  /** Runs of durations that are alike: where each begins, and last where all end. */
  readonly #starts: Uint32Array;
  readonly #values: Float64Array;
  readonly #isCensored: Uint8Array;

  constructor(bySeed: readonly (readonly Lasting[])[]) {
    const all = bySeed.flatMap((lastings, seed) => lastings.map((it) => ({ ...it, seed })));
    // At the same time, what ends counts before what is censored there.
    all.sort((a, b) => a.value - b.value || Number(a.isCensored) - Number(b.isCensored));
    const starts = all.flatMap(({ value, isCensored }, i) => {
      const before = all[i - 1];
      return before?.value === value && before.isCensored === isCensored ? [] : [i];
    });
    const firsts = starts.map((at) => all[at] as Lasting);
    this.#values = Float64Array.from(firsts, ({ value }) => value);
    this.#isCensored = Uint8Array.from(firsts, (it) => (it.isCensored ? 1 : 0));
    this.#starts = Uint32Array.from([...starts, all.length]);
    this.seeds = Uint32Array.from(all, ({ seed }) => seed);
    this.seedCount = bySeed.length;
  }

  /** How many durations count, where each seed counts as often as its weight says. */
  total(weights: ArrayLike<number>): number {
    let total = 0;
    for (const seed of this.seeds) total += weights[seed] as number;
    return total;
  }

  /** Steps of the product-limit estimate: where it falls, and to what; until told to stop. */
  eachStep(weights: ArrayLike<number>, step: (at: number, survival: number) => boolean): void {
    let atRisk = this.total(weights);
    let survival = 1;
    for (let run = 0; run < this.#values.length; run++) {
      const end = this.#starts[run + 1] as number;
      let weight = 0;
      for (let i = this.#starts[run] as number; i < end; i++) {
        weight += weights[this.seeds[i] as number] as number;
      }
      if (weight === 0) continue;
      if (this.#isCensored[run] === 0) {
        survival *= (atRisk - weight) / atRisk;
        if (!step(this.#values[run] as number, survival)) return;
      }
      atRisk -= weight;
    }
  }
}

/**
 * The quantile by the product-limit estimate (Kaplan and Meier, JASA 53, 1958): the shortest time
 * by which at least the share `q` has ended, when those censored are taken to go on as the others
 * do. Its interval is the bootstrap over seeds, for failovers of a seed are not independent.
 */
export function censoredQuantile(
  bySeed: readonly (readonly Lasting[])[],
  q: number,
  random: Random,
  options: Partial<Resampling> = {},
): CensoredInterval {
  assert(q > 0 && q < 1, () => `quantile ${q}`);
  const lastings = new Lastings(bySeed);
  const at = (weights: ArrayLike<number>): number => {
    let found = Number.POSITIVE_INFINITY;
    lastings.eachStep(weights, (time, survival) => {
      // The product of fractions is off by rounding where it should be equal.
      if (survival > 1 - q + 1e-12) return true;
      found = time;
      return false;
    });
    return found;
  };
  return resampled(lastings, at, random, { ...DEFAULTS, ...options });
}

/**
 * The restricted mean: of durations cut at `until`, the area below the product-limit estimate
 * (Irwin, Journal of Hygiene 47, 1949). Unlike the mean it needs nobody to guess how long the
 * unfinished ones would have lasted.
 */
export function restrictedMean(
  bySeed: readonly (readonly Lasting[])[],
  until: number,
  random: Random,
  options: Partial<Resampling> = {},
): CensoredInterval {
  const lastings = new Lastings(bySeed);
  const area = (weights: ArrayLike<number>): number => {
    let [sum, from, height] = [0, 0, 1];
    lastings.eachStep(weights, (time, survival) => {
      if (time >= until) return false;
      sum += (time - from) * height;
      [from, height] = [time, survival];
      return true;
    });
    return sum + (until - from) * height;
  };
  return resampled(lastings, area, random, { ...DEFAULTS, ...options });
}

/** Percentiles of what the statistic is when seeds are drawn with replacement. */
function resampled(
  lastings: Lastings,
  statistic: (weights: ArrayLike<number>) => number,
  random: Random,
  { resamples, level }: Resampling,
): CensoredInterval {
  const { seedCount, seeds } = lastings;
  if (seeds.length === 0) return { value: undefined, low: undefined, high: undefined };
  const weights = new Uint32Array(seedCount);
  const draws = Math.min(resamples, Math.max(200, Math.floor(WORK_MAX / seeds.length)));
  const drawn = new Float64Array(draws);
  let kept = 0;
  for (let i = 0; i < draws; i++) {
    weights.fill(0);
    for (let n = 0; n < seedCount; n++) {
      const seed = random.below(seedCount);
      weights[seed] = (weights[seed] as number) + 1;
    }
    // A resample without any duration says nothing of them.
    if (lastings.total(weights) > 0) drawn[kept++] = statistic(weights);
  }
  const known = drawn.subarray(0, kept).sort();
  const few = Math.max(1, Math.round(((1 - level) / 2) * (kept + 1)));
  const end = (at: number): number | undefined => {
    const value = known[at];
    return value === undefined || value === Number.POSITIVE_INFINITY ? undefined : value;
  };
  const value = statistic(new Uint32Array(seedCount).fill(1));
  return {
    value: value === Number.POSITIVE_INFINITY ? undefined : value,
    low: end(few - 1),
    high: end(kept - few),
  };
}
