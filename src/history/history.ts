/**
 * history: what was seen; the only thing judges may read.
 *
 *   fact.ts     every kind of fact: evidence, truth, testimony
 *   history.ts  where facts go as they happen (this file)
 *   codec.ts    facts as lines of text, and back
 *   shape.ts    what a fact read from a text must look like
 *   describe.ts a fact as one line for people
 *   tick-map.ts a map whose keys are ticks
 *   job-rows.ts numbers for jobs, and columns of what is known of them
 */
import { assert } from '../lib/assert.ts';
import type { Fact, FactKind, FactOf } from './fact.ts';

/** Consumes facts of the kinds it names, in true-time order. */
export interface Fold {
  readonly listens: readonly FactKind[];
  onFact(fact: Fact): void;
}

/** Takes facts as they happen and hands each to the folds that listen to its kind. */
export class Recorder {
  readonly #folds = new Map<FactKind, Fold[]>();
  #lastAt = 0;
  #count = 0;

  subscribe(fold: Fold): void {
    for (const kind of fold.listens) {
      const list = this.#folds.get(kind);
      if (list === undefined) this.#folds.set(kind, [fold]);
      else list.push(fold);
    }
  }

  record(fact: Fact): void {
    assert(fact.at >= this.#lastAt, () => `fact at ${fact.at} after one at ${this.#lastAt}`);
    this.#lastAt = fact.at;
    this.#count++;
    const folds = this.#folds.get(fact.kind);
    if (folds !== undefined) for (const fold of folds) fold.onFact(fact);
  }

  get count(): number {
    return this.#count;
  }
}

/** Every kind there is, for folds that want all. */
export const ALL_KINDS: readonly FactKind[] = [
  'asked',
  'answered',
  'body-began',
  'body-ended',
  'part-began',
  'part-ended',
  'effect-arrived',
  'audited-job',
  'audited-schedule',
  'audited-skip',
  'audit-ended',
  'run-began',
  'phase',
  'machine',
  'clock',
  'fault',
  'tick-due',
  'spent',
  'assumption-failed',
  'testified',
];

/** A fold made of one function per kind; whole kinds it does not name are not delivered. */
export function foldOf(handlers: { readonly [K in FactKind]?: (fact: FactOf<K>) => void }): Fold {
  const table = handlers as Partial<Record<FactKind, (fact: Fact) => void>>;
  return {
    listens: ALL_KINDS.filter((kind) => table[kind] !== undefined),
    onFact: (fact) => table[fact.kind]?.(fact),
  };
}
