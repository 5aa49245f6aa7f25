/**
 * What was seen. Three kinds of facts, kept apart by the compiler:
 *
 *   Evidence   what clients saw, what job bodies did, what reached the effect ledger, the audit
 *   Truth      from the harness: phases, machine states, faults, ticks that were due
 *   Testimony  from programs ("I am leader"): drawn in reports; may break a claim, never support it
 *
 * Facts arrive in true-time order. Times are {@link VirtualUs} (`at`), except nominal times of
 * ticks, which are UTC ({@link WallUs}).
 */
import type { VirtualUs, WallUs } from '../lib/units.ts';

/** Order of authority over a job: epoch of the scheduler first, then the attempt. */
export interface Token {
  readonly epoch: number;
  readonly attempt: number;
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`. */
export const compareTokens = (a: Token, b: Token): number =>
  a.epoch === b.epoch ? a.attempt - b.attempt : a.epoch - b.epoch;

/** A tick's identity: which schedule, and which nominal UTC instant. */
export interface TickId {
  readonly schedule: string;
  readonly nominalUs: WallUs;
}

/** What an attempt takes up of a worker, and what a worker has, besides slots. */
export interface Resources {
  /** Thousandths of a core. */
  readonly cpu: number;
  /** Megabytes. */
  readonly memory: number;
}

/** What a job asks of the effect ledger: nothing, order of tokens, or one effect per key. */
export type SinkKind = 'none' | 'token' | 'key';

/** Once at most (a lost attempt is the end) or as often as needed. */
export type Delivery = 'at-least-once' | 'at-most-once';

/** Where a job stands, as its client sees it. The last three are terminal. */
export type JobState = 'waiting' | 'running' | 'succeeded' | 'dead' | 'cancelled';

/** What becomes of a job when a parent does not succeed. */
export type FailedParent = 'cancel' | 'run';

/** What happens to a tick of a schedule that has an open instance. */
export type OverlapPolicy = 'allow' | 'forbid' | 'replace' | 'buffer';

/** Whether a schedule fires, or a queue hands out jobs. */
export type Standing = 'active' | 'paused' | 'deleted';

/** What a queue allows at a time; without a limit where one is absent. */
export interface QueueLimits {
  /** Attempts running. */
  readonly concurrency?: number;
  /** Of these, with the same key. */
  readonly perKey?: number;
  /** Starts, at most so many at once and so many per span in the long run (a token bucket). */
  readonly rate?: { readonly starts: number; readonly perUs: number };
}

export type Request =
  | {
      readonly kind: 'submit';
      readonly job: string;
      /** Promised earliest start: `at` of the ask plus this. */
      readonly delayUs: number;
      /** Nor before this UTC instant. */
      readonly atUs?: WallUs;
      readonly maxAttempts: number;
      /** Waits between attempts: the first, and whether it doubles up to `backoffMaxUs`. */
      readonly backoffUs: number;
      readonly backoffMaxUs: number;
      readonly doubles: boolean;
      readonly timeoutUs: number;
      readonly heartbeatUs?: number;
      readonly sink: SinkKind;
      readonly delivery: Delivery;
      readonly queue: string;
      readonly priority: number;
      readonly tags?: readonly string[];
      readonly uniqueKey?: string;
      readonly key?: string;
      readonly parents?: readonly string[];
      readonly onFailedParent?: FailedParent;
      readonly retainUs?: number;
      /** Of every part of it. */
      readonly resources?: Resources;
      /** Parts, each on a worker of its own; one where absent. */
      readonly gang?: number;
    }
  | { readonly kind: 'status'; readonly job: string }
  | { readonly kind: 'cancel'; readonly job: string }
  | { readonly kind: 'retry'; readonly job: string; readonly attempts: number }
  | { readonly kind: 'run-now'; readonly job: string }
  | {
      readonly kind: 'put-schedule';
      readonly schedule: string;
      readonly revision: number;
      readonly overlap: OverlapPolicy;
      readonly late: 'skip' | 'once' | 'all';
      readonly windowUs: number;
      readonly catchUpMax: number;
      /** Least gap between starts of late ticks; 0 for none. */
      readonly spacingUs: number;
      /** Ticks start up to this later than their nominal time. */
      readonly jitterUs: number;
      /** Of its jobs. */
      readonly queue?: string;
      readonly retainUs?: number;
    }
  | {
      readonly kind: 'edit-schedule';
      readonly edit: 'pause' | 'resume' | 'delete';
      readonly schedule: string;
      readonly revision: number;
    }
  | { readonly kind: 'schedule-status'; readonly schedule: string }
  /** Like a submit of this job, due at once. */
  | { readonly kind: 'trigger'; readonly schedule: string; readonly job: string }
  | {
      readonly kind: 'put-queue';
      readonly queue: string;
      readonly revision: number;
      readonly limits: QueueLimits;
    }
  | {
      readonly kind: 'edit-queue';
      readonly edit: 'pause' | 'resume';
      readonly queue: string;
      readonly revision: number;
    };

export type RequestKind = Request['kind'];

export type Answer =
  /** Of a job its state and attempts, of a schedule its revision and standing. */
  | {
      readonly kind: 'ok';
      readonly state?: JobState;
      readonly attempts?: number;
      readonly revision?: number;
      readonly standing?: Standing;
    }
  | { readonly kind: 'fail'; readonly reason: string }
  | { readonly kind: 'unknown' };

export type Evidence =
  /**
   * A client's request left; `op` is unique in the run. A hostile one is nonsense, to be refused,
   * and `request` only near to what was sent.
   */
  | {
      readonly kind: 'asked';
      readonly at: VirtualUs;
      readonly client: string;
      readonly op: number;
      readonly request: Request;
      readonly hostile?: true;
    }
  /** Its final answer: a timeout is `unknown`. */
  | {
      readonly kind: 'answered';
      readonly at: VirtualUs;
      readonly client: string;
      readonly op: number;
      readonly request: Request;
      readonly answer: Answer;
      readonly askedAt: VirtualUs;
      readonly hostile?: true;
    }
  /** A job body began on a worker (recorded by the harness's body, not by the worker). */
  | {
      readonly kind: 'body-began';
      readonly at: VirtualUs;
      readonly worker: string;
      readonly job: string;
      readonly tick?: TickId;
      readonly token: Token;
      readonly delivery: Delivery;
    }
  /** The body ended by itself or was stopped; a body on a machine that crashed ends with it. */
  | {
      readonly kind: 'body-ended';
      readonly at: VirtualUs;
      readonly worker: string;
      readonly job: string;
      readonly tick?: TickId;
      readonly token: Token;
      readonly how: 'succeeded' | 'failed' | 'stopped';
    }
  /**
   * The same of the other parts of a gang, each on a worker of its own, numbered from 1: they only
   * take up room there, and are stopped when the body has ended.
   */
  | {
      readonly kind: 'part-began';
      readonly at: VirtualUs;
      readonly worker: string;
      readonly job: string;
      readonly token: Token;
      readonly part: number;
    }
  | {
      readonly kind: 'part-ended';
      readonly at: VirtualUs;
      readonly worker: string;
      readonly job: string;
      readonly token: Token;
      readonly part: number;
    }
  /**
   * An effect reached the ledger outside the cluster. `fenced` says whether token or key were
   * presented for checking; `repeat` marks a retransmission of an arrival already answered.
   */
  | {
      readonly kind: 'effect-arrived';
      readonly at: VirtualUs;
      readonly worker: string;
      readonly job: string;
      readonly tick?: TickId;
      readonly effect: string;
      readonly token: Token;
      readonly sink: SinkKind;
      readonly fenced: boolean;
      readonly accepted: boolean;
      readonly repeat: boolean;
      readonly reason?: string;
    }
  /** The final audit read this job back through the API. */
  | {
      readonly kind: 'audited-job';
      readonly at: VirtualUs;
      readonly job: string;
      readonly state: JobState;
      readonly attempts: number;
      readonly tick?: TickId;
    }
  /** The final audit read this schedule back through the API. */
  | {
      readonly kind: 'audited-schedule';
      readonly at: VirtualUs;
      readonly schedule: string;
      readonly revision: number;
      readonly standing: Standing;
    }
  /** The final audit read back that this tick was not run, and why. */
  | {
      readonly kind: 'audited-skip';
      readonly at: VirtualUs;
      readonly tick: TickId;
      readonly reason: string;
    }
  /** The audit ended; when not complete, what it lists is not all there is. */
  | {
      readonly kind: 'audit-ended';
      readonly at: VirtualUs;
      readonly complete: boolean;
      readonly reason?: string;
    };

export type Phase = 'warm-up' | 'chaos' | 'heal' | 'quiescence' | 'audit' | 'end';
export type MachineRole = 'scheduler' | 'store' | 'worker' | 'client' | 'ledger' | 'auditor';

/** What a preset takes for granted; the harness watches the truth and says when it fails. */
export type Assumption =
  | 'rate-error'
  | 'wall-error'
  | 'store-durable'
  | 'disk-damage'
  | 'single-copy'
  | 'suspend'
  | 'zone-rules';

export type Truth =
  /** First fact of a run. `startWallUs` is the true UTC time at `at` = 0. */
  | {
      readonly kind: 'run-began';
      readonly at: VirtualUs;
      readonly startWallUs: WallUs;
      readonly machines: readonly { readonly name: string; readonly role: MachineRole }[];
    }
  | { readonly kind: 'phase'; readonly at: VirtualUs; readonly phase: Phase }
  /** A machine changed state; `why` is the fault's id or the program's reason. */
  | {
      readonly kind: 'machine';
      readonly at: VirtualUs;
      readonly machine: string;
      readonly role: MachineRole;
      readonly state: 'up' | 'down' | 'paused' | 'resumed';
      readonly incarnation: number;
      readonly why: string;
    }
  | {
      readonly kind: 'clock';
      readonly at: VirtualUs;
      readonly machine: string;
      readonly ratePpm: number;
      readonly wallErrorUs: number;
      /** How fast the wall clock gains on true time, where it does not follow the oscillator. */
      readonly wallRatePpm?: number;
    }
  /** A fault: planned, begun at its time or anchor, changed something for the first time, over. */
  | {
      readonly kind: 'fault';
      readonly at: VirtualUs;
      readonly fault: string;
      readonly faultKind: string;
      readonly event: 'drawn' | 'armed' | 'bitten' | 'ended';
      readonly whom: readonly string[];
    }
  /**
   * A tick that the outside world expects, due at its nominal UTC time in true time, while the
   * schedule is as the put with this revision says. A tick of two versions of a schedule is due
   * once for each.
   */
  | {
      readonly kind: 'tick-due';
      readonly at: VirtualUs;
      readonly tick: TickId;
      readonly revision: number;
      readonly delivery: Delivery;
      readonly sink: SinkKind;
    }
  /**
   * What schedulers, stores and workers have spent since the start of the run: messages sent, syncs
   * of disks, transactions asked of stores. Said when the storm begins, and when it ends.
   */
  | {
      readonly kind: 'spent';
      readonly at: VirtualUs;
      readonly messages: number;
      readonly syncs: number;
      readonly transactions: number;
    }
  | {
      readonly kind: 'assumption-failed';
      readonly at: VirtualUs;
      readonly assumption: Assumption;
      readonly machine: string;
      readonly detail: string;
    };

export type Testimony =
  | {
      readonly kind: 'role';
      /** `primary` and `replica` are what stores are. */
      readonly role: 'leader' | 'follower' | 'loading' | 'primary' | 'replica';
      readonly epoch: number;
    }
  | {
      readonly kind: 'lease';
      readonly event: 'acquired' | 'renewed' | 'expired-seen' | 'lost' | 'released';
      readonly epoch: number;
    }
  /** Where shards have owners of their own, instead of `role`. */
  | {
      readonly kind: 'shard';
      readonly event: 'owned' | 'lost';
      readonly shard: number;
      readonly epoch: number;
    }
  | {
      readonly kind: 'dispatched';
      readonly job: string;
      readonly token: Token;
      readonly worker: string;
      /** Of a gang: the workers of its other parts. */
      readonly parts?: readonly string[];
      /** Whose epochs the token counts by, where there are several. */
      readonly shard?: number;
    }
  /** So many placements were decided on a copy of the shared state, and so many met a conflict. */
  | { readonly kind: 'committed'; readonly decided: number; readonly conflicts: number }
  | {
      readonly kind: 'tick-decided';
      readonly tick: TickId;
      readonly action: 'run' | 'skip';
      readonly reason: string;
    }
  | {
      readonly kind: 'attempt-lost';
      readonly job: string;
      readonly token: Token;
      readonly why: string;
    }
  | { readonly kind: 'late-report'; readonly job: string; readonly token: Token }
  | { readonly kind: 'note'; readonly text: string };

/** A program's word, as recorded: when (true time), by whom, what. */
export interface Testified {
  readonly kind: 'testified';
  readonly at: VirtualUs;
  readonly machine: string;
  readonly said: Testimony;
}

export type Fact = Evidence | Truth | Testified;
export type FactKind = Fact['kind'];
export type FactOf<K extends FactKind> = Extract<Fact, { readonly kind: K }>;

/** True for the three states that absorb. */
export const isTerminal = (state: JobState): boolean =>
  state === 'succeeded' || state === 'dead' || state === 'cancelled';
