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
import type { Demand, TagDemand } from './demand.ts';

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

/** Where jobs go that no queue of the workload's gets; it is never put, and has no limits. */
export const DEFAULT_QUEUE = 'default';

/** What this job is, whoever schedules it. What the workload does not ask for is absent. */
export function jobSpec(workload: Demand, seed: string, job: string): JobSpec {
  const delay = hashedRandom(seed, job, 'delay');
  const delayed = chancePpm(delay, workload.delayedPpm);
  const sinks = workload.sinks;
  const spec: JobSpec = {
    queue: DEFAULT_QUEUE,
    delayUs: delayed ? Math.floor(delay.float() * (workload.delayUsMax + 1)) : 0,
    retry: workload.retry,
    timeoutUs: workload.timeoutUs,
    delivery: workload.delivery,
    sink: sinks.length === 0 ? 'none' : pick(hashedRandom(seed, job, 'sink'), sinks),
  };
  return isPlain(workload) ? spec : { ...spec, ...extrasOf(workload, seed, job) };
}

/** Most workloads are, and plan hundreds of thousands of jobs. */
const isPlain = (demand: Demand): boolean => {
  const { queues, priorities, tags, unique, heartbeatUs, retainUs, resources, gangs } = demand;
  const some = queues ?? priorities ?? tags ?? unique ?? resources ?? gangs;
  return (some ?? heartbeatUs ?? retainUs) === undefined;
};

function extrasOf(workload: Demand, seed: string, job: string): Partial<JobSpec> {
  const { priorities, heartbeatUs, retainUs } = workload;
  return {
    ...queueOf(workload, seed, job),
    ...(heartbeatUs === undefined ? undefined : { heartbeatUs }),
    ...(priorities === undefined
      ? undefined
      : { priority: pick(hashedRandom(seed, job, 'priority'), priorities) }),
    ...tagsOf(workload, seed, job),
    ...uniqueKeyOf(workload, seed, job),
    ...roomOf(workload, seed, job),
    ...(retainUs === undefined ? undefined : { retainUs }),
  };
}

/** The queue is one draw over all shares, so that they add up; keys are drawn within it. */
function queueOf({ queues = [] }: Demand, seed: string, job: string): Queued {
  if (queues.length === 0) return { queue: DEFAULT_QUEUE };
  let left = hashedRandom(seed, job, 'queue').below(1_000_000);
  for (const { name, sharePpm, keys } of queues) {
    left -= sharePpm;
    if (left >= 0) continue;
    if (keys === undefined) return { queue: name };
    return { queue: name, key: `key-${hashedRandom(seed, job, 'key').below(keys) + 1}` };
  }
  return { queue: DEFAULT_QUEUE };
}

type Queued = Pick<JobSpec, 'queue' | 'key'>;

function tagsOf({ tags = [] }: Demand, seed: string, job: string): Pick<JobSpec, 'tags'> {
  const has = ({ tag, sharePpm }: TagDemand): boolean =>
    chancePpm(hashedRandom(seed, job, 'tag', tag), sharePpm);
  const drawn = tags.filter(has).map(({ tag }) => tag);
  return drawn.length === 0 ? {} : { tags: drawn };
}

/** What it takes up is one draw over all kinds, so that their shares add up. */
function roomOf(
  { resources = [], gangs }: Demand,
  seed: string,
  job: string,
): Pick<JobSpec, 'resources' | 'gang'> {
  const isGang = gangs !== undefined && chancePpm(hashedRandom(seed, job, 'gang'), gangs.sharePpm);
  const gang = isGang ? { gang: gangs.parts } : undefined;
  if (resources.length === 0) return { ...gang };
  let left = hashedRandom(seed, job, 'resources').below(1_000_000);
  for (const { sharePpm, cpu, memory } of resources) {
    left -= sharePpm;
    if (left < 0) return { ...gang, resources: { cpu, memory } };
  }
  return { ...gang };
}

function uniqueKeyOf({ unique }: Demand, seed: string, job: string): Pick<JobSpec, 'uniqueKey'> {
  if (unique === undefined) return {};
  const random = hashedRandom(seed, job, 'unique');
  if (!chancePpm(random, unique.sharePpm)) return {};
  return { uniqueKey: `unique-${random.below(unique.keys) + 1}` };
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

/**
 * How long after the submit a client is tired of waiting for a job's time: in the first four fifths
 * of the delay, so that there is something left to be cut short.
 */
export function hurryAfterUs(random: Random, delayUs: number): number {
  return Math.min(FOLLOW_UP_MIN_US, delayUs) + Math.floor(random.float() * 0.8 * delayUs);
}

/**
 * How long after the submit a client tries a job anew, in case that it is dead: from half to twice
 * the time in which all of its attempts fail one after another.
 */
export function deadAfterUs(random: Random, spec: JobSpec, runUsMean: number): number {
  const { maxAttempts, backoff, baseUs, maxUs } = spec.retry;
  let failedUs = maxAttempts * (runUsMean + FOLLOW_UP_MIN_US);
  for (let wait = 1; wait < maxAttempts; wait++) {
    failedUs += Math.min(maxUs, backoff === 'fixed' ? baseUs : baseUs * 2 ** (wait - 1));
  }
  return FOLLOW_UP_MIN_US + spec.delayUs + Math.floor((0.5 + 1.5 * random.float()) * failedUs);
}
