/**
 * When jobs arrive, and what each job is. Arrivals are an open loop: nobody waits for an answer
 * before asking again, so a slow scheduler meets the same work as a fast one. Times come from one
 * stream; everything about a job is drawn by its id and the purpose of the draw, so that one more
 * draw in one place changes nothing anywhere else.
 */

import { assert } from '../lib/assert.ts';
import { chancePpm, hashedRandom, pick, type Random } from '../lib/random.ts';
import { MS, SECOND } from '../lib/units.ts';
import type { JobSpec } from '../scheduler/api.ts';
import type { Demand } from './workload.ts';

/**
 * Integer times (µs) in [startUs, endUs), ascending; equal ones are possible at high rates. Fixed
 * arrivals are evenly spaced after a drawn offset of less than one gap.
 */
export function arrivalTimes(
  arrivals: Demand['arrivals'],
  random: Random,
  startUs: number,
  endUs: number,
): readonly number[] {
  const times: number[] = [];
  if (arrivals.perSecond <= 0) return times;
  const gapUs = SECOND / arrivals.perSecond;
  assert(
    (endUs - startUs) / gapUs < 1e8,
    () =>
      `${arrivals.perSecond} arrivals per second for ${endUs - startUs} us do not fit in memory`,
  );
  if (arrivals.kind === 'fixed') {
    const firstUs = startUs + random.float() * gapUs;
    // Multiplied, not added up, so that rounding does not drift.
    for (let n = 0; firstUs + n * gapUs < endUs; n++) times.push(Math.floor(firstUs + n * gapUs));
    return times;
  }
  // The sum is kept unrounded: rounding every gap would bend high rates.
  let atUs = startUs;
  for (;;) {
    atUs += -Math.log(1 - random.float()) * gapUs;
    if (atUs >= endUs) return times;
    times.push(Math.floor(atUs));
  }
}

/** `j-000123`: as wide as the largest number needs, so that order of text is order of submits. */
export function numberedId(prefix: string, number: number, largest: number): string {
  return `${prefix}-${String(number).padStart(Math.max(6, String(largest).length), '0')}`;
}

/** The client that asks for this job. */
export function clientOf(clients: number, seed: string, job: string): number {
  return hashedRandom(seed, job, 'client').below(clients);
}

/** What this job is, whoever schedules it. */
export function jobSpec(workload: Demand, seed: string, job: string): JobSpec {
  const delay = hashedRandom(seed, job, 'delay');
  const delayed = chancePpm(delay, workload.delayedPpm);
  const sinks = workload.sinks;
  return {
    queue: 'default',
    delayUs: delayed ? Math.floor(delay.float() * (workload.delayUsMax + 1)) : 0,
    retry: workload.retry,
    timeoutUs: workload.timeoutUs,
    delivery: workload.delivery,
    sink: sinks.length === 0 ? 'none' : pick(hashedRandom(seed, job, 'sink'), sinks),
  };
}

/** A client does not ask about a job before an answer to its submit can be expected. */
const FOLLOW_UP_MIN_US = 50 * MS;

/**
 * How long after the submit (µs) a client comes back to a job: uniform over its delay, its run and
 * a little beyond, so that some find it waiting, some running and some done.
 */
export function followUpAfterUs(random: Random, delayUs: number, runUsMean: number): number {
  return FOLLOW_UP_MIN_US + Math.floor(random.float() * (delayUs + 2 * runUsMean));
}
