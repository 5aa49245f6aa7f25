/**
 * Signs of life of bodies: one at the beginning and one every third of the heartbeat, until the
 * body falls silent. They are counted from when it began, and no timer is spent on one: of an
 * attempt it is known beforehand what ends it. A body works beside the event loop of its worker, as
 * a child process or a call that is waited for does. So a stall of the loop does not hold it up,
 * but nobody is told of its signs, nor of its end, before the stall is over.
 */
import { type MonotonicUs, MS } from '../../lib/units.ts';
import type { BodyRun, Finished, Held, Launch } from '../api.ts';
import type { Attempt } from './attempt.ts';

const SIGNS_PER_HEARTBEAT = 3;
/** However short the heartbeat of a job, its worker beats no more often. */
const BEAT_US_MIN = 100 * MS;

/** What ends a body, and when, from its beginning. */
export interface BodyEnd {
  readonly afterUs: number;
  readonly how: 'succeeded' | 'failed' | 'stopped';
  readonly why?: NonNullable<Finished['why']>;
}

/** By itself, or before that by the worker, which waits neither for the slow nor for the silent. */
export function endOf(plan: BodyRun, { timeoutUs, heartbeatUs }: Launch): BodyEnd {
  const { runUs, outcome, silentFromUs } = plan;
  const missedUs =
    heartbeatUs === undefined || silentFromUs === undefined
      ? Number.POSITIVE_INFINITY
      : lastSignUs(silentFromUs, heartbeatUs) + heartbeatUs;
  if (runUs <= Math.min(timeoutUs, missedUs)) return { afterUs: runUs, how: outcome };
  return timeoutUs <= missedUs
    ? { afterUs: timeoutUs, how: 'stopped', why: 'timeout' }
    : { afterUs: missedUs, how: 'stopped', why: 'heartbeat' };
}

/**
 * Signs of life given so far. Once its body has ended, it is the worker that goes on to give them:
 * it lives, and waits for the ledger or for the scheduler.
 */
export function signsOf({ launch, plan, beganUs, endedUs }: Attempt, nowUs: MonotonicUs): number {
  const { heartbeatUs } = launch;
  if (heartbeatUs === undefined) return 0;
  const everyUs = signEveryUs(heartbeatUs);
  const workedUs = (endedUs ?? nowUs) - beganUs;
  const { silentFromUs = Number.POSITIVE_INFINITY } = plan;
  const ofBody = Math.floor(
    silentFromUs > workedUs ? workedUs / everyUs : lastSignUs(silentFromUs, heartbeatUs) / everyUs,
  );
  return ofBody + (endedUs === undefined ? 0 : Math.floor((nowUs - endedUs) / everyUs));
}

/** What a beat tells of an attempt. */
export function heldOf(attempt: Attempt, nowUs: MonotonicUs): Held {
  const { job, token, heartbeatUs } = attempt.launch;
  if (heartbeatUs === undefined) return { job, token };
  return { job, token, progress: signsOf(attempt, nowUs) };
}

/**
 * How often a worker beats so that each sign of life of a job with this heartbeat is soon told:
 * even with one beat lost there is news within the heartbeat.
 */
export const tellEveryUs = (heartbeatUs: number): number =>
  Math.max(signEveryUs(heartbeatUs), BEAT_US_MIN);

/** The least that {@link tellEveryUs} asks for any of these; undefined where none has one. */
export function soonestTellUs(attempts: Iterable<Attempt>): number | undefined {
  let least: number | undefined;
  for (const { launch } of attempts) {
    if (launch.heartbeatUs === undefined) continue;
    const everyUs = tellEveryUs(launch.heartbeatUs);
    if (least === undefined || everyUs < least) least = everyUs;
  }
  return least;
}

const signEveryUs = (heartbeatUs: number): number =>
  Math.max(1, Math.round(heartbeatUs / SIGNS_PER_HEARTBEAT));

/** When a body gives its last sign that is silent from then on: the beginning counts as one. */
function lastSignUs(silentFromUs: number, heartbeatUs: number): number {
  const everyUs = signEveryUs(heartbeatUs);
  return Math.max(0, Math.ceil(silentFromUs / everyUs) - 1) * everyUs;
}
