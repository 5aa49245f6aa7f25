import { assert } from '../lib/assert.ts';
import { HOUR, MINUTE } from '../lib/units.ts';

/** Windows in which a burn is looked for: the one that wakes people, and the one that lasts. */
export const BURN_WINDOWS_US: readonly number[] = [MINUTE, HOUR];

/** The fastest that an error budget was used up in any window of this length. */
export interface Burn {
  readonly windowUs: number;
  /** Times the rate that uses up the budget exactly. */
  readonly rate: number;
}

/**
 * An objective leaves an error budget: with 99 % as the objective, one event in a hundred may go
 * wrong. This is how much of it was used, 1 when exactly all of it. An objective of 100 % has none.
 */
export function budgetUsed(achieved: number, objective: number): number | undefined {
  assert(objective >= 0 && objective <= 1, () => `an objective of ${objective}`);
  return objective === 1 ? undefined : (1 - achieved) / (1 - objective);
}

/**
 * How fast an error budget burned at worst: the mean error in a window of the series, divided by
 * the error that the objective allows. Buckets in which nothing was asked are left out of the mean;
 * each other one counts alike. A window that does not fit into the series is not looked for, and
 * the length of one is rounded up to whole buckets.
 */
export function worstBurns(
  series: { readonly bucketUs: number; readonly values: readonly (number | null)[] },
  objective: number,
): readonly Burn[] {
  if (budgetUsed(1, objective) === undefined) return [];
  const { bucketUs, values } = series;
  return BURN_WINDOWS_US.flatMap((wantedUs) => {
    const width = Math.max(1, Math.ceil(wantedUs / bucketUs));
    const achieved = width > values.length ? undefined : worstMean(values, width);
    if (achieved === undefined) return [];
    return [{ windowUs: width * bucketUs, rate: budgetUsed(achieved, objective) as number }];
  });
}

/** The least mean of so many buckets in a row, of those that have a value. */
function worstMean(values: readonly (number | null)[], width: number): number | undefined {
  let worst: number | undefined;
  let [sum, count] = [0, 0];
  values.forEach((value, i) => {
    const gone = values[i - width] ?? null;
    if (value !== null) [sum, count] = [sum + value, count + 1];
    if (gone !== null) [sum, count] = [sum - gone, count - 1];
    if (i + 1 < width || count === 0) return;
    // What was added and taken away again may leave a trace of rounding.
    worst = Math.min(worst ?? 1, Math.max(0, sum / count));
  });
  return worst;
}
