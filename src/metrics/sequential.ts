/**
 * When to stop adding seeds. Whoever looks at an interval after every seed, and stops once it looks
 * good, is wrong far more often than in 5 % of cases. Here looks are few, each further away than
 * the last by half, and together they may be wrong as often as one: look k gets
 *
 *   α_k = α · 6 / (π² k²),  k = 1, 2, …      which add up to α however many there are.
 *
 * By the union bound all intervals of a sweep hold the truth together with a chance of 1 − α, and
 * so does the one at which it stops, whatever made it stop (spending α over looks: Lan and DeMets,
 * Biometrika 70, 1983).
 */
import { assert } from '../lib/assert.ts';
import { transformedT } from './mean-interval.ts';
import { areAlike, mean } from './statistics.ts';

/** Fewer seeds may all lack what is rare. */
export const SEEDS_MIN = 50;

export interface LookInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** False when all values are alike, which says nothing of their spread. */
  readonly hasSpread: boolean;
}

/** Numbers of seeds at which to look: 50, 75, 113, 170, 255 … without end. */
export function* looks(first = SEEDS_MIN, factor = 1.5): Generator<number, never> {
  assert(first >= SEEDS_MIN && factor > 1, () => `looks from ${first} by ${factor}`);
  for (let size = first; ; size = Math.ceil(size * factor)) yield size;
}

/** The level of the look with this index, from 0: 1 − α_k. */
export const levelAtLook = (lookIndex: number, level: number): number =>
  1 - ((1 - level) * 6) / (Math.PI * (lookIndex + 1)) ** 2;

/**
 * The interval to be shown at a look, by the transformed t: resamples cannot reach the tails that
 * late looks need.
 */
export function intervalAtLook(
  values: readonly number[],
  lookIndex: number,
  level = 0.95,
): LookInterval {
  const ends = transformedT(values, levelAtLook(lookIndex, level));
  return { mean: mean(values), ...ends, count: values.length, hasSpread: !areAlike(values) };
}

/** Whether the interval is narrow enough, and there is reason to believe it. */
export const stops = (
  { low, high, count, hasSpread }: LookInterval,
  widthWanted: number,
): boolean => count >= SEEDS_MIN && hasSpread && high - low <= widthWanted;
