/**
 * What goes over the wire between clients, schedulers, workers and the effect ledger: the same for
 * every design. All messages are plain frozen data and carry version 1. A job's id is chosen by its
 * client and is the idempotency key: the same id with the same spec is the same job.
 */

import type {
  Delivery,
  FailedParent,
  JobState,
  OverlapPolicy,
  QueueLimits,
  Resources,
  SinkKind,
  Standing,
  TickId,
  Token,
} from '../history/fact.ts';
import type { Message } from '../host/host.ts';
import type { WallUs } from '../lib/units.ts';

export interface RetryPolicy {
  /** Attempts in all, the first included; lost attempts count. At least 1. */
  readonly maxAttempts: number;
  readonly backoff: 'fixed' | 'exponential';
  /** Wait after the first failed attempt; doubled each time when exponential, up to `maxUs`. */
  readonly baseUs: number;
  readonly maxUs: number;
  /** Every wait is made longer by up to this share of it, drawn anew each time; none if absent. */
  readonly jitterPpm?: number;
}

export interface JobSpec {
  readonly queue: string;
  /** Not before this span after acceptance. */
  readonly delayUs: number;
  /** Nor before this instant. */
  readonly atUs?: WallUs;
  readonly retry: RetryPolicy;
  /** Start-to-close: an attempt older than this is stopped and counted as lost. */
  readonly timeoutUs: number;
  /** An attempt whose body gives no sign of life for so long is stopped and counted as lost. */
  readonly heartbeatUs?: number;
  readonly delivery: Delivery;
  readonly sink: SinkKind;
  /** From -1000 to 1000, greater ones first; 0 where absent. */
  readonly priority?: number;
  /** Only workers that have all of these run it. */
  readonly tags?: readonly string[];
  /** While a job with it is open, no other one is accepted. */
  readonly uniqueKey?: string;
  /** What the limit per key of its queue counts by; such jobs start in order of acceptance. */
  readonly key?: string;
  /** Jobs, accepted before, that have to succeed first. */
  readonly parents?: readonly string[];
  /** When a parent ends otherwise, the job is cancelled (the default), or runs all the same. */
  readonly onFailedParent?: FailedParent;
  /** It may be forgotten so long after its end; never where absent. */
  readonly retainUs?: number;
  /** What every part of it takes up on its worker, besides a slot. */
  readonly resources?: Resources;
  /** Parts, each on a worker of its own, that are placed together or not at all; 1 where absent. */
  readonly gang?: number;
  /** What the body is handed; the scheduler does not look at it. */
  readonly payload?: string;
}

/** What a queue allows, and how many edits of it came before. A queue never put has no limits. */
export type QueueSpec = QueueLimits;

/** When the nominal times of a schedule are. */
export type Timing =
  | {
      readonly kind: 'cron';
      /** Fields, a nickname, or `@every` and a span, which counts from the epoch in any zone. */
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
  /** Late ticks that run start this far apart; all at once where absent. */
  readonly spacingUs?: number;
}

export interface ScheduleSpec {
  readonly timing: Timing;
  readonly misfire: MisfirePolicy;
  /** Ticks with startUs <= nominal < endUs. */
  readonly startUs: WallUs;
  readonly endUs: WallUs;
  /** Each tick starts up to this later than its nominal time, the same for whoever decides it. */
  readonly jitterUs?: number;
  /** What happens to a tick while an instance of the schedule is open; `allow` where absent. */
  readonly overlap?: OverlapPolicy;
  /** With `buffer`: so many instances wait, 1 where absent; ticks beyond are skipped. */
  readonly bufferMax?: number;
  readonly job: JobSpec;
}

/**
 * Edits of schedules and queues carry a revision, which rises with every edit of the same name: one
 * that is not above the known one changes nothing. The same edit again is answered as before, any
 * other with an error; so retries and late copies do no harm. A schedule that was deleted stays so
 * until a put with a greater revision.
 */
export type ApiRequest =
  | { readonly kind: 'submit'; readonly job: string; readonly spec: JobSpec }
  | { readonly kind: 'status'; readonly job: string }
  | { readonly kind: 'cancel'; readonly job: string }
  /** A dead job with exactly so many attempts waits again, and may be tried as often anew. */
  | { readonly kind: 'retry'; readonly job: string; readonly attempts: number }
  /** A job that waits for its time is due at once. */
  | { readonly kind: 'run-now'; readonly job: string }
  | {
      readonly kind: 'put-schedule';
      readonly schedule: string;
      readonly spec: ScheduleSpec;
      /** 1 where absent. */
      readonly revision?: number;
    }
  | {
      readonly kind: 'edit-schedule';
      readonly edit: 'pause' | 'resume' | 'delete';
      readonly schedule: string;
      readonly revision: number;
    }
  | { readonly kind: 'schedule-status'; readonly schedule: string }
  /** A job like those of the schedule's ticks, now, under an id of the client's. */
  | { readonly kind: 'trigger'; readonly schedule: string; readonly job: string }
  | {
      readonly kind: 'put-queue';
      readonly queue: string;
      readonly spec: QueueSpec;
      readonly revision: number;
    }
  | {
      readonly kind: 'edit-queue';
      readonly edit: 'pause' | 'resume';
      readonly queue: string;
      readonly revision: number;
    }
  /** Pages in order of id, `after` exclusive: every job (of one state), every skipped tick. */
  | {
      readonly kind: 'list-jobs';
      readonly after: string;
      readonly limit: number;
      readonly state?: JobState;
    }
  | { readonly kind: 'list-skips'; readonly after: string; readonly limit: number }
  | { readonly kind: 'list-schedules'; readonly after: string; readonly limit: number };

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

export interface ListedSchedule {
  readonly schedule: string;
  readonly revision: number;
  readonly standing: Standing;
}

export type ApiResult =
  /** Of a job state, attempts, signs of life; of a schedule or queue revision and standing. */
  | {
      readonly kind: 'ok';
      readonly state?: JobState;
      readonly attempts?: number;
      readonly progress?: number;
      readonly revision?: number;
      readonly standing?: Standing;
    }
  | { readonly kind: 'jobs'; readonly jobs: readonly ListedJob[]; readonly next?: string }
  | { readonly kind: 'skips'; readonly skips: readonly ListedSkip[]; readonly next?: string }
  | {
      readonly kind: 'schedules';
      readonly schedules: readonly ListedSchedule[];
      readonly next?: string;
    }
  /** The request was refused and changed nothing; `field` names what is wrong with it. */
  | { readonly kind: 'error'; readonly field: string; readonly reason: string }
  /** Not the leader: ask `leader`, or any other member when that is unknown. */
  | { readonly kind: 'redirect'; readonly leader?: string }
  | AboutAttempt;

/**
 * What a scheduler that keeps nothing says to a submit before its job has ended. The client counts
 * the attempts, for nobody else outlives a scheduler, and grants each to one life of one member.
 */
export type AboutAttempt =
  /** Nothing is granted to this life: ask again, with a grant for it. */
  | { readonly kind: 'address'; readonly life: number }
  /** The attempt granted is waited for, and this is a sign of life of whoever waits. */
  | { readonly kind: 'pending'; readonly attempt: number }
  /** The attempt granted failed or was lost, and the job may be tried again. */
  | { readonly kind: 'attempt-ended'; readonly attempt: number };

export interface ApiCall extends Message {
  readonly kind: 'api';
  readonly v: 1;
  /** The client's number for this request; the same in every retry of it. */
  readonly op: number;
  readonly request: ApiRequest;
  /** Of a copy that is not the first: when it left, by the client's monotonic clock. */
  readonly resentAtUs?: number;
  /** Of a submit, where the scheduler asked for one. */
  readonly grant?: Grant;
}
/** One attempt of a job, for one life of a member and no other. */
export interface Grant {
  readonly life: number;
  /** From 1; no number is granted twice. */
  readonly attempt: number;
  /** What is left of the delay that the submit asks for. */
  readonly delayUs: number;
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
  /** Attempts it runs at a time; 0 while it drains. */
  readonly capacity: number;
  /** What it is good for: jobs with other tags are not for it. */
  readonly tags?: readonly string[];
  /** What it has for attempts, those under way included; where absent, nobody counts. */
  readonly resources?: Resources;
  readonly holding: readonly Held[];
}
/** An attempt that a worker holds. */
export interface Held {
  readonly job: string;
  readonly token: Token;
  /** Signs of life that its body has given; 0 where absent. */
  readonly progress?: number;
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
  readonly heartbeatUs?: number;
  readonly delivery: Delivery;
  readonly sink: SinkKind;
  /** Whether token and key are presented to the ledger for checking. */
  readonly fenced: boolean;
  readonly resources?: Resources;
  /** Of a gang: which of its parts; the first, whose body does the work, where absent. */
  readonly part?: number;
}
export interface Run extends Message {
  readonly kind: 'run';
  readonly v: 1;
  /** Of the worker addressed: another incarnation refuses it. */
  readonly incarnation: number;
  /** Of the leader that sends it; a fenced worker refuses one older than it has heard of. */
  readonly epoch: number;
  readonly launch: Launch;
  /** The answer to this request for a task: not begun where the worker waits for it no longer. */
  readonly request?: number;
  /** It may wait for a slot on the worker. */
  readonly queued?: true;
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
  /** Why it was stopped: its time was over, its body gave no sign of life, the worker drains. */
  readonly why?: 'timeout' | 'heartbeat' | 'drain';
  /** Refused, in answer to a `run` that answered this request. */
  readonly request?: number;
  /** Refused: by which life of the worker, for it counts its requests anew in each. */
  readonly incarnation?: number;
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
  /** It gives no sign of life from here on, though it works; else one every `heartbeatUs / 3`. */
  readonly silentFromUs?: number;
  /** Asked to stop it goes on to its end, effects and all: a zombie. */
  readonly ignoresStop?: boolean;
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
