/**
 * Jobs that a fault has a client ask for besides its plan: a burst, or a herd. They are like all
 * others: what each is depends on its id alone, so that every design meets the same ones.
 */
import { assert } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import { MS, SECOND } from '../lib/units.ts';
import { jobSpec, numberedId } from './arrivals.ts';
import type { Demand } from './demand.ts';
import { planJob } from './plan-job.ts';
import type { PlannedOp } from './workload.ts';

export interface SurplusOptions {
  readonly demand: Demand;
  /** A stream of the fault's own. */
  readonly random: Random;
  /** Begins the id of every job; unique in the run. */
  readonly prefix: string;
  /** Index of the client that asks. */
  readonly client: number;
  /** Nothing is asked outside [fromUs, untilUs), true time since the run's start. */
  readonly fromUs: number;
  readonly untilUs: number;
  /** No more jobs than this. */
  readonly jobsMax: number;
}

/** Operations in order of time, and how many of them submit a job. */
export interface SurplusPlan {
  readonly ops: readonly PlannedOp[];
  readonly jobs: number;
}

/** Many more submits at random moments, each followed by questions and cancels as others are. */
export function planBurst(options: SurplusOptions, perSecond: number): SurplusPlan {
  assert(perSecond > 0, () => `a burst of ${perSecond} jobs per second`);
  const { random, fromUs, untilUs, jobsMax } = options;
  const timesUs: number[] = [];
  // Kept unrounded: rounding every gap would bend high rates.
  let atUs = fromUs;
  while (timesUs.length < jobsMax) {
    atUs += -Math.log(1 - random.float()) * (SECOND / perSecond);
    if (atUs >= untilUs) break;
    timesUs.push(Math.floor(atUs));
  }
  return plan(options, timesUs, undefined);
}

/** One submit follows another after this, where there is time. */
const HERD_SPACING_US = MS / 2;

/**
 * Submits of jobs that all fall due at `dueUs`, true time: each asks for the delay that is left.
 * The submits take no more than half of the time until then.
 */
export function planHerd(options: SurplusOptions, jobs: number, dueUs: number): SurplusPlan {
  const { fromUs, untilUs, jobsMax } = options;
  assert(dueUs >= fromUs, () => `a herd from ${fromUs} was due at ${dueUs}`);
  const count = Math.min(jobs, jobsMax);
  const roomUs = Math.max(0, Math.min(untilUs - fromUs, (dueUs - fromUs) / 2));
  const gapUs = Math.min(HERD_SPACING_US, roomUs / Math.max(1, count));
  const timesUs = Array.from({ length: count }, (_, i) => fromUs + Math.floor(i * gapUs));
  return plan(options, timesUs, dueUs);
}

function plan(
  { demand, random, prefix, client, untilUs }: SurplusOptions,
  timesUs: readonly number[],
  dueUs: number | undefined,
): SurplusPlan {
  const seed = `${random.below(2 ** 32)}.${random.below(2 ** 32)}`;
  const ops: PlannedOp[] = [];
  timesUs.forEach((atUs, index) => {
    const job = numberedId(prefix, index + 1, timesUs.length);
    const drawn = jobSpec(demand, seed, job);
    const spec = dueUs === undefined ? drawn : { ...drawn, delayUs: dueUs - atUs };
    planJob(ops, { workload: demand, endUs: untilUs, seed, job, atUs, spec, client });
  });
  // The sort is stable: a submit stays before what follows it at the same time.
  ops.sort((a, b) => a.atUs - b.atUs);
  return { ops, jobs: timesUs.length };
}
