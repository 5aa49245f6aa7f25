import type { Delivery, FailedParent, QueueLimits, Resources, SinkKind } from '../history/fact.ts';
import { SECOND } from '../lib/units.ts';
import type { RetryPolicy } from '../scheduler/api.ts';

/** The part of a scenario's workload that decides what is asked. What is absent is not asked. */
export interface Demand {
  readonly clients: number;
  readonly arrivals: { readonly kind: 'poisson' | 'fixed'; readonly perSecond: number };
  readonly delayedPpm: number;
  readonly delayUsMax: number;
  /** Of the delayed submits: those that say an instant, and those that are told to run now. */
  readonly instantPpm?: number;
  readonly runNowPpm?: number;
  readonly statusPpm: number;
  readonly cancelPpm: number;
  /** Share of jobs that are told to be tried again, in case they are dead. */
  readonly retriesPpm?: number;
  readonly runUsMean: number;
  readonly sinks: readonly SinkKind[];
  readonly delivery: Delivery;
  readonly retry: RetryPolicy;
  readonly timeoutUs: number;
  readonly heartbeatUs?: number;
  readonly retainUs?: number;
  /** Every job gets one of these by its id. */
  readonly priorities?: readonly number[];
  readonly queues?: readonly QueueDemand[];
  /** Share of jobs with a key, one of so many, that only one open job may have. */
  readonly unique?: { readonly sharePpm: number; readonly keys: number };
  readonly tags?: readonly TagDemand[];
  readonly families?: FamilyDemand;
  /** Kinds of jobs that take up more than a slot; a job is of one of them, or of none. */
  readonly resources?: readonly ResourceDemand[];
  readonly gangs?: GangDemand;
  readonly edits?: EditDemand;
  /** So many requests of nonsense, as a share of the jobs that arrive. */
  readonly hostilePpm?: number;
}

export interface QueueDemand {
  readonly name: string;
  /** Share of jobs that go there. */
  readonly sharePpm: number;
  /** Its jobs have one of so many keys. */
  readonly keys?: number;
  readonly concurrency?: number;
  readonly perKey?: number;
  /** In the long run, and at once. */
  readonly rate?: { readonly perSecond: number; readonly burst: number };
}

export interface ResourceDemand extends Resources {
  /** Share of jobs whose parts take up so much. */
  readonly sharePpm: number;
}

export interface GangDemand {
  /** Share of jobs that have so many parts, on as many workers. */
  readonly sharePpm: number;
  readonly parts: number;
}

export interface TagDemand {
  readonly tag: string;
  /** Share of jobs that only run where it is. */
  readonly sharePpm: number;
  /** The first so many workers have it. */
  readonly workers: number;
}

/**
 * A job, so many that wait for it, each the first of a row of `depth` that wait for one another,
 * and a last one that waits for the ends of all rows.
 */
export interface FamilyDemand {
  /** Share of the jobs that arrive which are the first of a family. */
  readonly sharePpm: number;
  readonly children: number;
  readonly depth: number;
  readonly onFailed: FailedParent | 'drawn';
}

export const EDIT_KINDS = ['pause', 'change', 'delete', 'trigger'] as const;
export type EditKind = (typeof EDIT_KINDS)[number];

export interface EditDemand {
  /** Share of schedules and queues that are edited in the storm, and how often each of them is. */
  readonly sharePpm: number;
  readonly each: number;
  readonly kinds: readonly EditKind[];
  /** A pause, or a deletion, is taken back within this. */
  readonly forUsMax: number;
}

/** What a client puts. A rate is a token bucket: it fills anew in the time of so many starts. */
export function limitsOf({ concurrency, perKey, rate }: QueueDemand): QueueLimits {
  return {
    ...(concurrency === undefined ? undefined : { concurrency }),
    ...(perKey === undefined ? undefined : { perKey }),
    ...(rate === undefined
      ? undefined
      : {
          rate: {
            starts: rate.burst,
            perUs: Math.max(1, Math.round((rate.burst / rate.perSecond) * SECOND)),
          },
        }),
  };
}

/** Jobs of a family, the one that arrives included. */
export const familySize = ({ children, depth }: FamilyDemand): number => children * depth + 2;
