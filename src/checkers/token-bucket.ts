/** A bucket of so many starts, refilled so many per span. */
export interface Bucket {
  readonly starts: number;
  readonly perUs: number;
}

/** Spans by clocks that run too slow are longer in true time; no preset assumes more than this. */
const RATE_ERROR = 0.001;

/**
 * The first of these times, in order, at which more had been started than the bucket allows, or
 * undefined. The bucket is full at first. `slackUs` is by how much two clocks that measured the
 * same span may differ: so much more may flow into the bucket, once.
 */
export function firstOverflowUs(
  times: readonly number[],
  { starts, perUs }: Bucket,
  slackUs: number,
): number | undefined {
  const perOneUs = (starts / perUs) * (1 + RATE_ERROR);
  const most = starts + slackUs * perOneUs;
  let level = most;
  let lastUs = times[0] ?? 0;
  for (const at of times) {
    level = Math.min(most, level + (at - lastUs) * perOneUs) - 1;
    lastUs = at;
    // Half a start is no start; this keeps sums of fractions from deciding.
    if (level < -0.5) return at;
  }
  return undefined;
}
