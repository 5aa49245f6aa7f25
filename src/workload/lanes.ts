/**
 * Operations that a client asks one after another, though it asks all others without waiting: edits
 * of one schedule carry rising revisions, and whoever edits it knows how the last edit ended before
 * it makes the next. Were they asked at their planned times whatever became of those before, a late
 * retry of one would find a greater revision known, and be refused for no fault of its own.
 */
import { required } from '../lib/assert.ts';
import type { PlannedOp } from './workload.ts';

/** A planned operation and its number in the run. */
export interface NumberedOp {
  readonly op: number;
  readonly planned: PlannedOp;
}

interface Lane {
  isBusy: boolean;
  /** Whether the operation that was answered last was answered ok. */
  isOk: boolean;
  readonly waiting: NumberedOp[];
}

export class Lanes {
  readonly #lanes = new Map<string, Lane>();

  /** Whether an operation that is due may be asked; if not it waits, or will never be. */
  enter(due: NumberedOp): boolean {
    const { lane: name, onlyAfterOk } = due.planned;
    if (name === undefined) return true;
    let lane = this.#lanes.get(name);
    if (lane === undefined) this.#lanes.set(name, (lane = newLane()));
    if (lane.isBusy) lane.waiting.push(due);
    else if (onlyAfterOk !== true || lane.isOk) return (lane.isBusy = true);
    return false;
  }

  /** The operation in the lane was answered or given up: the one that may be asked next. */
  next(name: string, isOk: boolean): NumberedOp | undefined {
    const lane = required(this.#lanes.get(name), `lane ${name}`);
    lane.isOk = isOk;
    let next = lane.waiting.shift();
    while (next?.planned.onlyAfterOk === true && !isOk) next = lane.waiting.shift();
    lane.isBusy = next !== undefined;
    return next;
  }
}

const newLane = (): Lane => ({ isBusy: false, isOk: false, waiting: [] });
