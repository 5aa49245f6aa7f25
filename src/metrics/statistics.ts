/** Means, quantiles and moments of plain values; what is inferred from them is in other files. */
import { assert } from '../lib/assert.ts';

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

/** Whether no two values differ: they say nothing of their spread then. */
export const areAlike = (values: readonly number[]): boolean =>
  values.every((value) => value === values[0]);

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Standard deviation, with n − 1; 0 for one value. */
  readonly deviation: number;
  /** Third moment about the mean by the 3/2 power of the second; 0 without spread. */
  readonly skewness: number;
}

export function momentsOf(values: readonly number[]): Moments {
  const count = values.length;
  const center = mean(values);
  // The mean of values all alike may be off by rounding, which is no spread.
  if (areAlike(values)) return { count, mean: values[0] as number, deviation: 0, skewness: 0 };
  let scale = 0;
  for (const value of values) scale = Math.max(scale, Math.abs(value - center));
  let squares = 0;
  let cubes = 0;
  for (const value of values) {
    // Without the scale, powers of tiny distances would vanish.
    const distance = (value - center) / scale;
    squares += distance * distance;
    cubes += distance * distance * distance;
  }
  const deviation = scale * Math.sqrt(squares / (count - 1));
  return { count, mean: center, deviation, skewness: cubes / count / (squares / count) ** 1.5 };
}
