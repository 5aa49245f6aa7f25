/**
 * job: one job's life as pure data and transitions.
 *
 *     waiting ──launch──► running ──report──► succeeded | dead
 *        ▲                   │
 *        └── failed / lost ──┘        cancel: from waiting or running to cancelled
 *
 * Terminal states absorb. Attempts are numbered from 1; a report of any attempt but the running one
 * changes nothing and is said to be late.
 */
import type { JobState, TickId, Token } from '../../history/fact.ts';
import { compareTokens, isTerminal } from '../../history/fact.ts';
import { assert, unreachable } from '../../lib/assert.ts';
import type { WallUs } from '../../lib/units.ts';
import type { JobSpec, RetryPolicy } from '../api.ts';

/** Who runs the current attempt, since which incarnation of that worker. */
export interface RunningAttempt {
  readonly token: Token;
  readonly worker: string;
  readonly incarnation: number;
}

/** A job as it is stored. */
export interface JobRecord {
  readonly v: 1;
  readonly id: string;
  readonly spec: JobSpec;
  readonly tick?: TickId;
  readonly state: JobState;
  /** Attempts launched so far. */
  readonly attempt: number;
  /** Of these, how many no worker began: they do not count against the retry policy. */
  readonly refusals: number;
  /** No attempt starts before this, by the wall clock of whoever decides. */
  readonly dueUs: WallUs;
  /** Exactly while the state is `running`. */
  readonly run?: RunningAttempt;
  /** Why it is dead. */
  readonly reason?: string;
}

export type JobEvent =
  | {
      readonly kind: 'launch';
      readonly epoch: number;
      readonly worker: string;
      readonly incarnation: number;
    }
  | {
      readonly kind: 'report';
      readonly token: Token;
      readonly how: 'succeeded' | 'failed' | 'stopped' | 'refused';
      readonly nowUs: WallUs;
    }
  | { readonly kind: 'lost'; readonly token: Token; readonly why: string; readonly nowUs: WallUs }
  | { readonly kind: 'cancel' };

/** `late`: the event speaks of an attempt that is over; the job is as before. */
export interface JobStep {
  readonly job: JobRecord;
  readonly effect: 'changed' | 'late';
}

/** A new job; its first attempt is due at `dueUs`. */
export function newJob(id: string, spec: JobSpec, dueUs: WallUs, tick?: TickId): JobRecord {
  const base = { v: 1, id, spec, state: 'waiting', attempt: 0, refusals: 0, dueUs } as const;
  return tick === undefined ? base : { ...base, tick };
}

/** The transition table. */
export function stepJob(job: JobRecord, event: JobEvent): JobStep {
  assert((job.state === 'running') === (job.run !== undefined), () => `${job.id} is torn`);
  if (isTerminal(job.state)) return { job, effect: 'late' };
  switch (event.kind) {
    case 'launch':
      return { job: launched(job, event), effect: 'changed' };
    case 'cancel':
      return { job: ended(job, 'cancelled'), effect: 'changed' };
    case 'report':
      return isOf(job, event.token)
        ? reported(job, event.how, event.nowUs)
        : { job, effect: 'late' };
    case 'lost':
      if (!isOf(job, event.token)) return { job, effect: 'late' };
      return { job: again(job, event.nowUs, event.why), effect: 'changed' };
    default:
      return unreachable(event);
  }
}

/** Wait before the attempt after `attempt` failed ones (1 or more), in microseconds. */
export function backoffUs(retry: RetryPolicy, attempt: number): number {
  assert(attempt >= 1, () => `backoff after ${attempt} attempts`);
  if (retry.backoff === 'fixed') return Math.min(retry.baseUs, retry.maxUs);
  return Math.min(retry.baseUs * 2 ** Math.min(attempt - 1, 40), retry.maxUs);
}

const isOf = (job: JobRecord, token: Token): boolean =>
  job.run !== undefined && compareTokens(job.run.token, token) === 0;

function launched(
  job: JobRecord,
  by: { readonly epoch: number; readonly worker: string; readonly incarnation: number },
): JobRecord {
  assert(job.state === 'waiting', () => `launch of ${job.id}, which is ${job.state}`);
  assert(begun(job) < job.spec.retry.maxAttempts, () => `${job.id}: no attempts left`);
  const attempt = job.attempt + 1;
  const token = { epoch: by.epoch, attempt };
  const run = { token, worker: by.worker, incarnation: by.incarnation };
  return { ...job, state: 'running', attempt, run };
}

function reported(
  job: JobRecord,
  how: 'succeeded' | 'failed' | 'stopped' | 'refused',
  nowUs: WallUs,
): JobStep {
  if (how === 'succeeded') return { job: ended(job, 'succeeded'), effect: 'changed' };
  return { job: again(job, nowUs, how), effect: 'changed' };
}

/** Attempts that a worker began, as far as is known. */
const begun = (job: JobRecord): number => job.attempt - job.refusals;

/** After a failed, lost or refused attempt: wait for the next one, or give up. */
function again(job: JobRecord, nowUs: WallUs, why: string): JobRecord {
  const { run: _, ...rest } = job;
  if (why === 'refused') {
    return { ...rest, state: 'waiting', refusals: job.refusals + 1, dueUs: nowUs };
  }
  if (job.spec.delivery === 'at-most-once') {
    return ended(job, 'dead', why === 'failed' ? 'failed' : `outcome unknown: ${why}`);
  }
  const { retry } = job.spec;
  if (begun(job) >= retry.maxAttempts) return ended(job, 'dead', `attempts used up: ${why}`);
  return { ...rest, state: 'waiting', dueUs: (nowUs + backoffUs(retry, begun(job))) as WallUs };
}

function ended(job: JobRecord, state: JobState, reason?: string): JobRecord {
  const { run: _, ...rest } = job;
  return reason === undefined ? { ...rest, state } : { ...rest, state, reason };
}
