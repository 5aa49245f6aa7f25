/**
 * What goes over the wire, beside `api.ts`, where workers are sampled: a scheduler that knows
 * nothing of them asks a few, and binds a task early, to the one with the shortest queue, or late,
 * to the one that has a free slot first. A batch is named by the life of the scheduler that made
 * it, so that what an earlier life left in queues is not taken for its own.
 */
import type { Message } from '../host/host.ts';

/** Scheduler to worker. */
export interface Probe extends Message {
  readonly kind: 'probe';
  readonly v: 1;
  readonly batch: string;
  /** The length of the queue is asked for, or so many places in it are taken. */
  readonly wants: 'length' | 'place';
  readonly count: number;
  /** The tasks only run where these are. */
  readonly tags?: readonly string[];
}

/** Worker to scheduler: how long its queue is, or that it is no place for such tasks. */
export interface ProbeAnswer extends Message {
  readonly kind: 'probe-answer';
  readonly v: 1;
  readonly batch: string;
  readonly incarnation: number;
  /** Attempts that run or wait, and places taken. */
  readonly length: number;
  readonly fits: boolean;
  readonly tags?: readonly string[];
}

/** Worker to scheduler: a slot is free and is kept for a task of yours. */
export interface TaskRequest extends Message {
  readonly kind: 'task-request';
  readonly v: 1;
  readonly batch: string;
  readonly incarnation: number;
  /** Of this life of the worker; a `run` that answers it says it again. */
  readonly request: number;
}

/** Scheduler to worker: no task is left of that batch. */
export interface NoTask extends Message {
  readonly kind: 'no-task';
  readonly v: 1;
  readonly request: number;
}

/** Scheduler to worker: every task of the batch has a slot, so its places are free. */
export interface CancelProbe extends Message {
  readonly kind: 'cancel-probe';
  readonly v: 1;
  readonly batch: string;
}

export type ProbeMessage = Probe | ProbeAnswer | TaskRequest | NoTask | CancelProbe;
