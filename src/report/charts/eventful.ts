/**
 * Where a chart of time may end. A run goes on after its storm until everything was read back, and
 * that is often longer than what a reader came for; a stretch in which nothing changes any more is
 * cut off, and said to be.
 */
import type { Series } from '../document.ts';

/** A little room after the last change, so that it is seen to be the last. */
const ROOM = 1.06;
/** A shorter stretch than this share of the run is not worth a cut. */
const SAVED_LEAST = 0.2;

/** The end of the last bucket that differs from what comes after it; 0 when none does, µs. */
export function lastChangeUs({ values, bucketUs }: Series): number {
  const until = values.findLastIndex((value) => value !== null);
  const last = values[until];
  const changed = values.slice(0, Math.max(0, until)).findLastIndex((value) => value !== last);
  return changed < 0 ? 0 : (changed + 2) * bucketUs;
}

/** Where to cut a chart of these series, with what else happens at `others`; at most `endUs`. */
export function eventfulEndUs(
  series: readonly Series[],
  endUs: number,
  others: readonly number[] = [],
): number {
  const last = [...series.map(lastChangeUs), ...others].reduce((most, us) => Math.max(most, us), 0);
  const end = Math.ceil(last * ROOM);
  return last > 0 && end < endUs * (1 - SAVED_LEAST) ? end : endUs;
}

/** The part of a series before this time. */
export const before = (series: Series, endUs: number): Series => ({
  ...series,
  values: series.values.slice(0, Math.ceil(endUs / series.bucketUs)),
});
