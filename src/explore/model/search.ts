import { assert, required } from '../../lib/assert.ts';
import type { Model } from './model.ts';
import { Tuples } from './tuples.ts';

export interface SearchLimits {
  /** Beyond so many states the search gives up, and says so. */
  readonly statesMax: number;
}

export interface SearchCounts {
  readonly states: number;
  readonly transitions: number;
  /** Moves to the farthest state from a start. */
  readonly depth: number;
}

/** One of the shortest ways from a start to a state in which `why` is so. */
export interface Trace<S> {
  readonly why: string;
  readonly moves: readonly string[];
  readonly end: S;
}

export type SearchResult<S> =
  /** Every state within the bound was seen. */
  | ({ readonly kind: 'held' } & SearchCounts)
  | ({ readonly kind: 'broken'; readonly trace: Trace<S> } & SearchCounts)
  /** Nothing bad among the states that were seen, and there are more. */
  | ({ readonly kind: 'incomplete' } & SearchCounts);

/**
 * Breadth first: the first bad state is one of the nearest. Of states with the same key the first
 * to be found stands for all, itself unchanged, so that the way to it is one that can be walked.
 */
export function search<S>(model: Model<S>, { statesMax }: SearchLimits): SearchResult<S> {
  assert(statesMax > 0, `a search of ${statesMax} states`);
  const seen = new Seen<S>(model);
  for (const start of model.starts) seen.add(start, -1, -1);
  let transitions = 0;
  let at = 0;
  let isFull = seen.size > statesMax;
  const counts = (): SearchCounts => ({
    states: Math.min(seen.size, statesMax),
    transitions,
    depth: seen.depthOf(seen.size - 1),
  });
  const visit = (move: number, next: S): void => {
    transitions++;
    if (isFull) return;
    if (seen.size < statesMax) seen.add(next, at, move);
    else isFull = seen.isNew(next);
  };
  for (; at < seen.size; at++) {
    const state = seen.at(at);
    const why = model.broken(state);
    if (why !== undefined)
      return { kind: 'broken', trace: traceTo(model, seen, at, why), ...counts() };
    if (!isFull) model.next(state, visit);
  }
  return { kind: isFull ? 'incomplete' : 'held', ...counts() };
}

/** States in the order of their discovery, and how each was come by. */
class Seen<S> {
  readonly #model: Model<S>;
  readonly #keys = new Tuples();
  readonly #states: S[] = [];
  readonly #parents: number[] = [];
  readonly #moves: number[] = [];
  readonly #depths: number[] = [];

  constructor(model: Model<S>) {
    this.#model = model;
  }

  get size(): number {
    return this.#states.length;
  }

  at(index: number): S {
    return required(this.#states[index], `state ${index}`);
  }

  parentOf = (index: number): number => this.#parents[index] ?? -1;
  moveOf = (index: number): number => this.#moves[index] ?? -1;
  depthOf = (index: number): number => this.#depths[index] ?? 0;

  isNew(state: S): boolean {
    return !this.#keys.has(this.#model.key(state));
  }

  add(state: S, parent: number, move: number): void {
    if (!this.#keys.add(this.#model.key(state))) return;
    this.#states.push(state);
    this.#parents.push(parent);
    this.#moves.push(move);
    this.#depths.push(parent < 0 ? 0 : this.depthOf(parent) + 1);
  }
}

function traceTo<S>(model: Model<S>, seen: Seen<S>, end: number, why: string): Trace<S> {
  const way: number[] = [];
  for (let at = end; at >= 0; at = seen.parentOf(at)) way.unshift(at);
  const moves = way.slice(1).map((at) => {
    return model.describe(seen.at(seen.parentOf(at)), seen.moveOf(at), seen.at(at));
  });
  return { why, moves, end: seen.at(end) };
}
