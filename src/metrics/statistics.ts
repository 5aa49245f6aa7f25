/**
 * Statistics over seeds: pure functions, with randomness passed in. The unit is the seed: runs of
 * one seed under two designs meet the same storm, so differences are taken seed by seed.
 */
import { assert } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import { normalCdf, normalQuantile } from './normal.ts';

export interface BootstrapOptions {
  /** How often the values are drawn again. */
  readonly resamples: number;
  /** The chance with which the interval should hold the true mean, such as 0.95. */
  readonly level: number;
}

export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const DEFAULTS: BootstrapOptions = { resamples: 2_000, level: 0.95 };

/** The arithmetic mean; there must be a value. */
export function mean(values: readonly number[]): number {
  assert(values.length > 0, 'the mean of nothing');
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Nearest rank: the smallest value that at least the share `q` does not exceed. */
export function quantile(values: readonly number[], q: number): number | undefined {
  return quantileSorted(Float64Array.from(values).sort(), q);
}

/** The same of values that rise already; undefined when there are none. */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number | undefined {
  assert(q >= 0 && q <= 1, () => `quantile ${q}`);
  const rank = Math.max(1, Math.ceil(q * sorted.length));
  return sorted[rank - 1];
}

/**
 * The mean and a bootstrap interval of it, bias-corrected and accelerated (BCa): it does not assume
 * that values are symmetric, which waits and failovers are not. With one value, or with all alike,
 * the values say nothing of their spread: the interval is the mean itself.
 */
export function bootstrapMean(
  values: readonly number[],
  random: Random,
  options: BootstrapOptions = DEFAULTS,
): MeanInterval {
  const { resamples, level } = options;
  assert(resamples >= 1 && level > 0 && level < 1, () => `${resamples} resamples, level ${level}`);
  const center = mean(values);
  const first = values[0] as number;
  if (values.every((value) => value === first)) return { mean: first, low: first, high: first };
  const means = resampledMeans(values, random, resamples);
  const bias = biasOf(means, center);
  const acceleration = accelerationOf(values, center);
  const end = (chance: number): number => {
    const shifted = bias + normalQuantile(chance);
    const share = normalCdf(bias + shifted / (1 - acceleration * shifted));
    return quantileSorted(means, share) as number;
  };
  const [low, high] = [end((1 - level) / 2), end((1 + level) / 2)];
  return { mean: center, low: Math.min(low, center), high: Math.max(high, center) };
}

function resampledMeans(
  values: readonly number[],
  random: Random,
  resamples: number,
): Float64Array {
  const count = values.length;
  const means = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    let sum = 0;
    for (let n = 0; n < count; n++) sum += values[random.below(count)] as number;
    means[i] = sum / count;
  }
  return means.sort();
}

/** How far the resampled means lie to one side of the mean, in standard deviations. */
function biasOf(means: Float64Array, center: number): number {
  let below = 0;
  for (const one of means) below += one < center ? 1 : one === center ? 0.5 : 0;
  const least = 0.5 / means.length;
  return normalQuantile(Math.min(1 - least, Math.max(least, below / means.length)));
}

/** How fast the spread changes with the mean, from leaving out each value in turn. */
function accelerationOf(values: readonly number[], center: number): number {
  let scale = 0;
  for (const value of values) scale = Math.max(scale, Math.abs(value - center));
  if (scale === 0) return 0;
  let squares = 0;
  let cubes = 0;
  for (const value of values) {
    // Without the scale, powers of tiny distances would vanish.
    const distance = (value - center) / scale;
    squares += distance * distance;
    cubes += distance * distance * distance;
  }
  return cubes / (6 * squares ** 1.5);
}

/** Wilson's interval of a share, which stays sensible at 0 and at 1 and for few trials. */
export function wilson(
  successes: number,
  trials: number,
  level = 0.95,
): { readonly low: number; readonly high: number } {
  assert(successes >= 0 && successes <= trials, () => `${successes} of ${trials}`);
  if (trials === 0) return { low: 0, high: 1 };
  const z = normalQuantile((1 + level) / 2);
  const share = successes / trials;
  const center = share + (z * z) / (2 * trials);
  const reach = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  // At the ends the two terms cancel exactly, but for rounding.
  const low = successes === 0 ? 0 : (center - reach) / scale;
  const high = successes === trials ? 1 : (center + reach) / scale;
  return { low, high };
}

/** A value of one design and that of another under the same seed. */
export type Pair = readonly [a: number, b: number];

export interface PairedDifference {
  /** Mean of a minus b over the seeds, and its interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly verdict: 'higher' | 'lower' | 'no detectable difference';
}

/** With fewer pairs, all differences of one sign happen by chance in more than 1 of 20 cases. */
export const PAIRS_MIN = 6;

/** How a differs from b, seed by seed. The verdict says where the whole interval lies. */
export function pairedDifference(
  pairs: readonly Pair[],
  random: Random,
  options: BootstrapOptions = DEFAULTS,
): PairedDifference {
  const differences = pairs.map(([a, b]) => a - b);
  const { mean: difference, low, high } = bootstrapMean(differences, random, options);
  const isEnough = pairs.length >= PAIRS_MIN;
  const verdict =
    isEnough && low > 0 ? 'higher' : isEnough && high < 0 ? 'lower' : 'no detectable difference';
  return { difference, low, high, verdict };
}

/**
 * Pearson's correlation of the pairs: what pairing gained, for the more the seeds decide, the less
 * noise is left in differences. Undefined where either side does not vary.
 */
export function correlation(pairs: readonly Pair[]): number | undefined {
  if (pairs.length < 2) return undefined;
  const [meanA, meanB] = [mean(pairs.map(([a]) => a)), mean(pairs.map(([, b]) => b))];
  let [together, squaresA, squaresB] = [0, 0, 0];
  for (const [a, b] of pairs) {
    together += (a - meanA) * (b - meanB);
    squaresA += (a - meanA) ** 2;
    squaresB += (b - meanB) ** 2;
  }
  if (squaresA === 0 || squaresB === 0) return undefined;
  return together / Math.sqrt(squaresA * squaresB);
}
