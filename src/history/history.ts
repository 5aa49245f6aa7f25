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
  readonly #handlers = new Map<FactKind, Handler[]>();
  #lastAt = 0;
  #count = 0;

  subscribe(fold: Fold): void {
    for (const kind of fold.listens) {
      const list = this.#handlers.get(kind);
      if (list === undefined) this.#handlers.set(kind, [handlerOf(fold, kind)]);
      else list.push(handlerOf(fold, kind));
    }
  }

  record(fact: Fact): void {
    assert(fact.at >= this.#lastAt, () => `fact at ${fact.at} after one at ${this.#lastAt}`);
    this.#lastAt = fact.at;
    this.#count++;
    const handlers = this.#handlers.get(fact.kind);
    if (handlers !== undefined) for (const handle of handlers) handle(fact);
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

type Handler = (fact: Fact) => void;
type Handlers = Partial<Record<FactKind, Handler>>;

/** Of folds that are made of one function per kind, by what they take facts with. */
const tables = new WeakMap<Handler, Handlers>();

/** A fold made of one function per kind; whole kinds it does not name are not delivered. */
export function foldOf(handlers: { readonly [K in FactKind]?: (fact: FactOf<K>) => void }): Fold {
  const table = handlers as Handlers;
  const onFact: Handler = (fact) => table[fact.kind]?.(fact);
  tables.set(onFact, table);
  return { listens: ALL_KINDS.filter((kind) => table[kind] !== undefined), onFact };
}

/**
 * What a fold takes facts of this kind with: its own function for the kind, where it is made of
 * such. Dozens of folds hear of a fact, and by way of `onFact` each call would be two or three.
 */
export function handlerOf(fold: Fold, kind: FactKind): Handler {
  return tables.get(fold.onFact)?.[kind] ?? ((fact) => fold.onFact(fact));
}
