/**
 * job: one job's life as pure data and transitions.
 *
 *     waiting ──launch──► running ──report──► succeeded | dead ──retry──► waiting
 *      ▲    │                │
 *      │    │ parent failed  └── cancel ──► cancelled
 *      │    └─── cancel ─────────────────► cancelled
 *      └── failed / lost (from running)
 *
 * Terminal states absorb; only a retry by hand wakes a dead job. Attempts are numbered from 1; a
 * report of any attempt but the running one changes nothing and is said to be late. A job with
 * parents waits until each of them has ended; `run-now` moves its time, not its parents.
 *
 *   job.ts         the record and the transition table (this file)
 *   check-spec.ts  what is refused, and which field is wrong
 *   check-edit.ts  the same for queues and revisions
 */
import type { JobState, TickId, Token } from '../../history/fact.ts';
import { compareTokens, isTerminal } from '../../history/fact.ts';
import { assert, unreachable } from '../../lib/assert.ts';
import type { WallUs } from '../../lib/units.ts';
import type { JobSpec, RetryPolicy } from '../api.ts';

/** A worker, in one of its lives. */
export interface Place {
  readonly worker: string;
  readonly incarnation: number;
}

/** Who runs the current attempt, since which incarnation of that worker. */
export interface RunningAttempt extends Place {
  readonly token: Token;
  /** Of a gang: where its other parts are. */
  readonly parts?: readonly Place[];
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
  /** Why it is dead, or was cancelled for a parent. */
  readonly reason?: string;
  /** Jobs that have to end first; never empty. For a tick: the instance before it. */
  readonly waitsFor?: readonly string[];
  /** The last retry by hand: after how many attempts, and how many may begin in all since then. */
  readonly retried?: { readonly attempts: number; readonly budget: number };
  /** When it ended, where it may be forgotten some day. */
  readonly endedUs?: WallUs;
}

export type JobEvent =
  | {
      readonly kind: 'launch';
      readonly epoch: number;
      readonly worker: string;
      readonly incarnation: number;
      readonly parts?: readonly Place[];
    }
  | {
      readonly kind: 'report';
      readonly token: Token;
      readonly how: 'succeeded' | 'failed' | 'stopped' | 'refused';
      readonly nowUs: WallUs;
      /** Uniform in [0, 1), for the jitter of the wait that follows; 0 where absent. */
      readonly draw?: number;
    }
  | {
      readonly kind: 'lost';
      readonly token: Token;
      readonly why: string;
      readonly nowUs: WallUs;
      readonly draw?: number;
    }
  | { readonly kind: 'cancel'; readonly nowUs: WallUs }
  /** By hand: of a job that died after so many attempts. */
  | { readonly kind: 'retry'; readonly attempts: number; readonly nowUs: WallUs }
  /** By hand: its time has come. */
  | { readonly kind: 'run-now'; readonly nowUs: WallUs }
  | {
      readonly kind: 'parent-ended';
      readonly parent: string;
      readonly succeeded: boolean;
      readonly nowUs: WallUs;
    };

/** `late`: the event speaks of an attempt that is over; the job is as before. */
export interface JobStep {
  readonly job: JobRecord;
  readonly effect: 'changed' | 'late';
}

/** A new job; its first attempt is due at `dueUs`, and not before those it waits for have ended. */
export function newJob(
  id: string,
  spec: JobSpec,
  dueUs: WallUs,
  tick?: TickId,
  waitsFor: readonly string[] = [],
): JobRecord {
  const base = { v: 1, id, spec, state: 'waiting', attempt: 0, refusals: 0, dueUs } as const;
  const timed = tick === undefined ? base : { tick, ...base };
  return waitsFor.length === 0 ? timed : { waitsFor, ...timed };
}

/** The transition table. */
export function stepJob(job: JobRecord, event: JobEvent): JobStep {
  assert((job.state === 'running') === (job.run !== undefined), () => `${job.id} is torn`);
  if (event.kind === 'retry') return retried(job, event.attempts, event.nowUs);
  if (isTerminal(job.state)) return { job, effect: 'late' };
  switch (event.kind) {
    case 'launch':
      return changed(launched(job, event));
    case 'cancel':
      return changed(ended(job, 'cancelled', event.nowUs));
    case 'report':
      if (!isOf(job, event.token)) return { job, effect: 'late' };
      if (event.how === 'succeeded') return changed(ended(job, 'succeeded', event.nowUs));
      return changed(again(job, event, event.how));
    case 'lost':
      if (!isOf(job, event.token)) return { job, effect: 'late' };
      return changed(again(job, event, event.why));
    case 'run-now':
      if (job.state === 'running' || job.dueUs <= event.nowUs) return { job, effect: 'late' };
      return changed({ ...job, dueUs: event.nowUs });
    case 'parent-ended':
      return freed(job, event);
    default:
      return unreachable(event);
  }
}

/**
 * Wait before the attempt after `attempt` failed ones (1 or more), in microseconds; longer by the
 * policy's jitter times `draw`, which is in [0, 1).
 */
export function backoffUs(retry: RetryPolicy, attempt: number, draw = 0): number {
  assert(attempt >= 1, () => `backoff after ${attempt} attempts`);
  assert(draw >= 0 && draw < 1, () => `a draw of ${draw}`);
  const { baseUs, maxUs, jitterPpm = 0 } = retry;
  const doubled = retry.backoff === 'fixed' ? baseUs : baseUs * 2 ** Math.min(attempt - 1, 40);
  const us = Math.min(doubled, maxUs);
  return us + Math.floor((us * jitterPpm * draw) / 1_000_000);
}

/** Ready to start as soon as its time has come: it waits, and for nobody. */
export const isReady = (job: JobRecord): boolean =>
  job.state === 'waiting' && job.waitsFor === undefined;

/** Greater ones start first. */
export const priorityOf = ({ spec }: JobRecord): number => spec.priority ?? 0;

/** Every worker that an attempt takes up room on; the first one does the work. */
export const placesOf = (run: RunningAttempt): readonly Place[] =>
  run.parts === undefined ? [run] : [run, ...run.parts];

const changed = (job: JobRecord): JobStep => ({ job, effect: 'changed' });

const isOf = (job: JobRecord, token: Token): boolean =>
  job.run !== undefined && compareTokens(job.run.token, token) === 0;

function launched(
  job: JobRecord,
  by: Place & { readonly epoch: number; readonly parts?: readonly Place[] },
): JobRecord {
  assert(job.state === 'waiting', () => `launch of ${job.id}, which is ${job.state}`);
  assert(job.waitsFor === undefined, () => `launch of ${job.id} before its parents have ended`);
  assert(begun(job) < budgetOf(job), () => `${job.id}: no attempts left`);
  const attempt = job.attempt + 1;
  const token = { epoch: by.epoch, attempt };
  const run = { token, worker: by.worker, incarnation: by.incarnation };
  const whole = by.parts === undefined ? run : { parts: by.parts, ...run };
  return { run: whole, ...job, state: 'running', attempt };
}

/** Attempts that a worker began, as far as is known. */
const begun = (job: JobRecord): number => job.attempt - job.refusals;

const budgetOf = ({ retried, spec }: JobRecord): number =>
  retried?.budget ?? spec.retry.maxAttempts;

interface AttemptEnd {
  readonly nowUs: WallUs;
  readonly draw?: number;
}

/** After a failed, lost or refused attempt: wait for the next one, or give up. */
function again(job: JobRecord, { nowUs, draw }: AttemptEnd, why: string): JobRecord {
  const { run: _, ...rest } = job;
  if (why === 'refused') {
    return { ...rest, state: 'waiting', refusals: job.refusals + 1, dueUs: nowUs };
  }
  if (job.spec.delivery === 'at-most-once') {
    return ended(job, 'dead', nowUs, why === 'failed' ? 'failed' : `outcome unknown: ${why}`);
  }
  if (begun(job) >= budgetOf(job)) return ended(job, 'dead', nowUs, `attempts used up: ${why}`);
  const waitUs = backoffUs(job.spec.retry, tries(job), draw);
  return { ...rest, state: 'waiting', dueUs: (nowUs + waitUs) as WallUs };
}

/** Attempts begun since it was last retried by hand, the running one included. */
const tries = (job: JobRecord): number => begun(job) - (budgetOf(job) - job.spec.retry.maxAttempts);

/** What may have run once at most stays dead; so does what has died once more meanwhile. */
function retried(job: JobRecord, attempts: number, nowUs: WallUs): JobStep {
  const isMeant = job.state === 'dead' && job.attempt === attempts;
  if (!isMeant || job.spec.delivery === 'at-most-once') return { job, effect: 'late' };
  const { reason: _, endedUs: __, ...rest } = job;
  const budget = begun(job) + job.spec.retry.maxAttempts;
  return changed({ ...rest, state: 'waiting', dueUs: nowUs, retried: { attempts, budget } });
}

function freed(job: JobRecord, event: Extract<JobEvent, { kind: 'parent-ended' }>): JobStep {
  const { waitsFor, ...rest } = job;
  if (waitsFor?.includes(event.parent) !== true) return { job, effect: 'late' };
  // The instances of a schedule wait for each other's end, whatever that is.
  const needsSuccess = job.tick === undefined && job.spec.onFailedParent !== 'run';
  if (needsSuccess && !event.succeeded) {
    return changed(ended(job, 'cancelled', event.nowUs, `parent ${event.parent} did not succeed`));
  }
  const left = waitsFor.filter((parent) => parent !== event.parent);
  return changed(left.length === 0 ? rest : { waitsFor: left, ...rest });
}

function ended(job: JobRecord, state: JobState, nowUs: WallUs, reason?: string): JobRecord {
  const { run: _, waitsFor: __, ...rest } = job;
  const kept = job.spec.retainUs === undefined ? rest : { endedUs: nowUs, ...rest };
  return reason === undefined ? { ...kept, state } : { reason, ...kept, state };
}
