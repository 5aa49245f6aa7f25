/**
 * What goes over the wire between clients, schedulers, workers and the effect ledger: the same for
 * every design. All messages are plain frozen data and carry version 1. A job's id is chosen by its
 * client and is the idempotency key: the same id with the same spec is the same job.
 */

import type { Delivery, JobState, SinkKind, TickId, Token } from '../history/fact.ts';
import type { Message } from '../host/host.ts';
import type { WallUs } from '../lib/units.ts';

export interface RetryPolicy {
  /** Attempts in all, the first included; lost attempts count. At least 1. */
  readonly maxAttempts: number;
  readonly backoff: 'fixed' | 'exponential';
  /** Wait after the first failed attempt; doubled each time when exponential, up to `maxUs`. */
  readonly baseUs: number;
  readonly maxUs: number;
}

export interface JobSpec {
  readonly queue: string;
  /** Not before this span after acceptance. */
  readonly delayUs: number;
  readonly retry: RetryPolicy;
  /** Start-to-close: an attempt older than this is stopped and counted as lost. */
  readonly timeoutUs: number;
  readonly delivery: Delivery;
  readonly sink: SinkKind;
}

/** When the nominal times of a schedule are. */
export type Timing =
  | {
      readonly kind: 'cron';
      readonly expression: string;
      /** IANA name; the rules come with the machine. */
      readonly zone: string;
      /** A local time that does not exist: no run, or one run at the end of the gap. */
      readonly gap: 'skip' | 'run-at-end';
      /** A local time that exists twice: the first only, or both. Wildcard hours run in both. */
      readonly overlap: 'first' | 'both';
    }
  | { readonly kind: 'interval'; readonly everyUs: number; readonly anchorUs: WallUs };

/** What happens to ticks found more than `windowUs` late. */
export interface MisfirePolicy {
  /** `skip` none of them runs; `once` the latest runs; `all` all run, the newest `catchUpMax`. */
  readonly late: 'skip' | 'once' | 'all';
  readonly windowUs: number;
  readonly catchUpMax: number;
}

export interface ScheduleSpec {
  readonly timing: Timing;
  readonly misfire: MisfirePolicy;
  /** Ticks with startUs <= nominal < endUs. */
  readonly startUs: WallUs;
  readonly endUs: WallUs;
  readonly job: JobSpec;
}

export type ApiRequest =
  | { readonly kind: 'submit'; readonly job: string; readonly spec: JobSpec }
  | { readonly kind: 'status'; readonly job: string }
  | { readonly kind: 'cancel'; readonly job: string }
  | { readonly kind: 'put-schedule'; readonly schedule: string; readonly spec: ScheduleSpec }
  /** Pages of every job in order of id, and of every skipped tick; `after` is exclusive. */
  | { readonly kind: 'list-jobs'; readonly after: string; readonly limit: number }
  | { readonly kind: 'list-skips'; readonly after: string; readonly limit: number };

export interface ListedJob {
  readonly job: string;
  readonly state: JobState;
  readonly attempts: number;
  readonly tick?: TickId;
}

export interface ListedSkip {
  readonly tick: TickId;
  readonly reason: string;
}

export type ApiResult =
  | { readonly kind: 'ok'; readonly state?: JobState; readonly attempts?: number }
  | { readonly kind: 'jobs'; readonly jobs: readonly ListedJob[]; readonly next?: string }
  | { readonly kind: 'skips'; readonly skips: readonly ListedSkip[]; readonly next?: string }
  /** The request was refused and changed nothing; `field` names what is wrong with it. */
  | { readonly kind: 'error'; readonly field: string; readonly reason: string }
  /** Not the leader: ask `leader`, or any other member when that is unknown. */
  | { readonly kind: 'redirect'; readonly leader?: string };

export interface ApiCall extends Message {
  readonly kind: 'api';
  readonly v: 1;
  /** The client's number for this request; the same in every retry of it. */
  readonly op: number;
  readonly request: ApiRequest;
}
export interface ApiAnswer extends Message {
  readonly kind: 'api-answer';
  readonly v: 1;
  readonly op: number;
  readonly result: ApiResult;
}

/** Worker to scheduler: I live, this is what I hold (reports not yet acknowledged included). */
export interface Beat extends Message {
  readonly kind: 'beat';
  readonly v: 1;
  /** Of this life of the worker and no other; later ones have greater numbers. */
  readonly incarnation: number;
  /** The latest term that it has heard of; absent where it has heard of none. */
  readonly epoch?: number;
  readonly capacity: number;
  readonly holding: readonly { readonly job: string; readonly token: Token }[];
}
/** Leader to worker: heard; `epoch` lets the worker refuse older leaders. */
export interface BeatAck extends Message {
  readonly kind: 'beat-ack';
  readonly v: 1;
  readonly epoch: number;
  /** Present where the beat did not count: a later incarnation is known, and has been silent. */
  readonly newest?: number;
}
/** Member that does not lead, to a worker. */
export interface NotLeader extends Message {
  readonly kind: 'not-leader';
  readonly v: 1;
  readonly leader?: string;
}
/** New leader to every worker: beat at once. */
export interface RollCall extends Message {
  readonly kind: 'roll-call';
  readonly v: 1;
  readonly epoch: number;
}

/** Everything a worker needs to run one attempt. */
export interface Launch {
  readonly job: string;
  readonly tick?: TickId;
  readonly token: Token;
  readonly timeoutUs: number;
  readonly delivery: Delivery;
  readonly sink: SinkKind;
  /** Whether token and key are presented to the ledger for checking. */
  readonly fenced: boolean;
}
export interface Run extends Message {
  readonly kind: 'run';
  readonly v: 1;
  /** Of the worker addressed: another incarnation refuses it. */
  readonly incarnation: number;
  /** Of the leader that sends it; a fenced worker refuses one older than it has heard of. */
  readonly epoch: number;
  readonly launch: Launch;
}
export interface Stop extends Message {
  readonly kind: 'stop';
  readonly v: 1;
  readonly job: string;
  readonly token: Token;
}
/** Worker to scheduler, repeated until acknowledged. `refused`: never began. */
export interface Finished extends Message {
  readonly kind: 'finished';
  readonly v: 1;
  readonly job: string;
  readonly token: Token;
  readonly how: 'succeeded' | 'failed' | 'stopped' | 'refused';
}
export interface FinishedAck extends Message {
  readonly kind: 'finished-ack';
  readonly v: 1;
  readonly job: string;
  readonly token: Token;
}

/** Worker to the ledger; `id` is the same in retransmissions. */
export interface EffectRequest extends Message {
  readonly kind: 'effect';
  readonly v: 1;
  readonly id: string;
  readonly job: string;
  readonly tick?: TickId;
  /** Names the effect within its job; with sink `key` the key is (job or tick, effect). */
  readonly effect: string;
  readonly token: Token;
  readonly sink: SinkKind;
  readonly fenced: boolean;
}
export interface EffectAck extends Message {
  readonly kind: 'effect-ack';
  readonly v: 1;
  readonly id: string;
  readonly accepted: boolean;
}

export type SchedulerMessage =
  | ApiCall
  | ApiAnswer
  | Beat
  | BeatAck
  | NotLeader
  | RollCall
  | Run
  | Stop
  | Finished
  | FinishedAck
  | EffectRequest
  | EffectAck;

/** A body that runs for a while and comes to an end. */
export interface BodyRun {
  readonly runUs: number;
  readonly outcome: 'succeeded' | 'failed';
  /** Effects sent to the ledger when the run time is over; an attempt that fails has none. */
  readonly effects: readonly string[];
}

/**
 * What one attempt of a job does, as its body decides when it begins: it runs, or it takes the
 * worker's program down at once, and with it every other attempt there.
 */
export type BodyPlan = BodyRun | { readonly outcome: 'exits' };

/**
 * What a job does, injected into the worker: the worker is code under test, the body belongs to the
 * harness, which records the evidence.
 */
export interface JobBody {
  begin(worker: string, launch: Launch): BodyPlan;
  end(worker: string, launch: Launch, how: 'succeeded' | 'failed' | 'stopped'): void;
}

/** The job id of a tick: its identity in text, so that whoever decides it names the same job. */
export const tickJobId = (tick: TickId): string => `${tick.schedule}@${tick.nominalUs}`;
