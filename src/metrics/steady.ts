/**
 * Numbers of a system that runs on, as under the profile `realistic`: how it began does not count,
 * and only of these is a year spoken of. A storm has no steady state; its seeds are never cut.
 */
import { assert } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import { type Ends, type MeanInterval, meanInterval, studentT } from './mean-interval.ts';
import { areAlike, mean } from './statistics.ts';

export interface SteadyPart {
  /** How many values at the beginning are not steady. */
  readonly dropped: number;
  readonly values: readonly number[];
}

const BATCH = 5;

/**
 * The series without its warm-up by MSER-5 (White, Cobb and Spratt, Winter Simulation Conference
 * 2000): of the means of five values each, as many are dropped as makes
 * Σ (xᵢ − mean)² / (m − d)² of the rest least. Undefined when that is reached only in the second
 * half, or the series is shorter than four batches: it is not seen to be steady then.
 */
export function steadyPart(series: readonly number[]): SteadyPart | undefined {
  const batches = batchMeans(series, BATCH);
  const count = batches.length;
  if (count < 4) return undefined;
  let [sum, squares, best, bestAt] = [0, 0, Number.POSITIVE_INFINITY, count];
  const center = mean(batches);
  for (let d = count - 1; d >= 0; d--) {
    // About the mean of all, lest the squares of large values drown their differences.
    const value = (batches[d] as number) - center;
    sum += value;
    squares += value * value;
    const left = count - d;
    const score = Math.max(0, squares - (sum * sum) / left) / (left * left);
    // Close to the end few values are left, which are alike by chance; ties drop less.
    if (left >= BATCH && score <= best) [best, bestAt] = [score, d];
  }
  if (bestAt > count / 2) return undefined;
  return { dropped: bestAt * BATCH, values: series.slice(bestAt * BATCH) };
}

/** Means of whole batches; what is left over at the end is not used. */
export function batchMeans(series: readonly number[], size: number): number[] {
  assert(size >= 1, () => `batches of ${size}`);
  return Array.from({ length: Math.floor(series.length / size) }, (_, i) =>
    mean(series.slice(i * size, (i + 1) * size)),
  );
}

export interface BatchInterval extends Ends {
  readonly mean: number;
  readonly batches: number;
  /** Correlation of batches with their neighbours. */
  readonly lagOne: number;
}

/** Schmeiser (Operations Research 30, 1982): more batches than about 30 gain next to nothing. */
const BATCHES = 30;
const BATCHES_MIN = 10;

/**
 * The mean of one long steady series and its 95 % interval from the means of its batches, with
 * Student's t. There are 30, or fewer and longer ones, down to 10, until neighbours no longer
 * correlate more than one in twenty do by chance (1.645 / √batches). Undefined when even ten do:
 * the series is too short to tell, and an interval would be too narrow.
 */
export function batchInterval(series: readonly number[], level = 0.95): BatchInterval | undefined {
  for (let wanted = BATCHES; wanted >= BATCHES_MIN; wanted -= 5) {
    const size = Math.floor(series.length / wanted);
    if (size < 1) continue;
    const means = batchMeans(series, size);
    const lagOne = lagOneOf(means);
    if (lagOne > 1.645 / Math.sqrt(means.length)) continue;
    return { mean: mean(means), ...studentT(means, level), batches: means.length, lagOne };
  }
  return undefined;
}

/** Correlation of each value with the next; 0 where nothing varies. */
export function lagOneOf(values: readonly number[]): number {
  if (values.length < 3 || areAlike(values)) return 0;
  const center = mean(values);
  let [together, squares] = [0, 0];
  for (const [index, value] of values.entries()) {
    squares += (value - center) ** 2;
    const next = values[index + 1];
    if (next !== undefined) together += (value - center) * (next - center);
  }
  return together / squares;
}

export interface DeletedInterval extends MeanInterval {
  /** Seeds that were steady. */
  readonly seeds: number;
  readonly unsteady: number;
}

/**
 * Replication and deletion (Law, Simulation Modeling and Analysis, §9.5.2): each seed gives the
 * mean of its steady part, and the seeds are independent. Undefined when none was steady.
 */
export function deletedInterval(
  bySeed: readonly (readonly number[])[],
  random: Random,
  options: Parameters<typeof meanInterval>[2] = {},
): DeletedInterval | undefined {
  const parts = bySeed.flatMap((series) => steadyPart(series) ?? []);
  if (parts.length === 0) return undefined;
  const interval = meanInterval(
    parts.map(({ values }) => mean(values)),
    random,
    options,
  );
  return { ...interval, seeds: parts.length, unsteady: bySeed.length - parts.length };
}

const MINUTES_PER_YEAR = 365.25 * 24 * 60;

/** How many nines a share has, as 99.9 % has three; unbounded for 1. */
export const nines = (share: number): number => -Math.log10(1 - share);

/** Minutes of a year for which what is up this share of the time is down. */
export const downMinutesPerYear = (share: number): number => (1 - share) * MINUTES_PER_YEAR;
