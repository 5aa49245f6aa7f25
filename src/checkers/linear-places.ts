/**
 * linear-places: where a search for an order may be, and the order that led there.
 *
 * A place is a state with the marks of the operations that are open: `PENDING` has still to take
 * its moment; `FREE` has had it or not, as one likes, for both lead to the same state; `DONE` had
 * it. One place with two operations free stands for four. Operations whose answers were lost need
 * no marks, for they may always be left out: a place counts how many of each kind it has spent.
 */

/** Operations that do the same, and were told the same. */
export interface Kind<O> {
  readonly op: O;
  /** It never changes the state. */
  readonly isPure: boolean;
  /** It may always happen, and leads to one state from wherever it happens. */
  readonly isBlind: boolean;
}

/** A state, once, however often the search comes to it. */
export interface Node<S, O> {
  readonly state: S;
  readonly key: string;
  /** Where operations lead from here, as far as that was asked. */
  readonly after: Map<Kind<O>, readonly Node<S, O>[]>;
}

export type Mark = 0 | 1 | 2;
export const DONE: Mark = 0;
export const PENDING: Mark = 1;
export const FREE: Mark = 2;

export interface Place<S, O> {
  readonly node: Node<S, O>;
  /** By slot; of a slot in which nothing is open it is `DONE`. */
  readonly marks: readonly Mark[];
  /** How many lost operations of each kind have happened; those that are missing are 0. */
  readonly spent: readonly number[];
  readonly path: Path<O> | undefined;
  /** A blind or lost operation led here, and nothing has taken notice of it yet. */
  readonly isIdle: boolean;
}

/** The last moments of an order, and those before them; places that part later share a path. */
export interface Path<O> {
  /** Undefined where nothing happened, but that some operations became free. */
  readonly op: O | undefined;
  /** Operations that may have had their moments just before this one. */
  readonly freed: readonly O[];
  readonly before: Path<O> | undefined;
}

/** The order that a path stands for; of the free operations those that were `answered`. */
export function orderOf<O>(path: Path<O> | undefined, answered: (op: O) => boolean): readonly O[] {
  const placed = new Set<O>();
  for (let at = path; at !== undefined; at = at.before) {
    if (at.op !== undefined) placed.add(at.op);
    for (const op of at.freed) if (answered(op)) placed.add(op);
  }
  return [...placed].reverse();
}

/** Whether one place is as free as the other, in all but what they have spent. */
function isAsFree<S, O>(one: Place<S, O>, other: Place<S, O>): boolean {
  for (let slot = 0; slot < other.marks.length; slot++) {
    const mark = one.marks[slot];
    if (mark !== FREE && mark !== other.marks[slot]) return false;
  }
  return true;
}

/** Whether one has spent nothing that the other has not. */
const spentNoMore = <S, O>({ spent }: Place<S, O>, other: Place<S, O>): boolean =>
  spent === other.spent || spent.every((count, kind) => count <= (other.spent[kind] ?? 0));

/** How many lost operations have happened. */
export const totalOf = <S, O>({ spent }: Place<S, O>): number =>
  spent.reduce((total, count) => total + count, 0);

/** Comparing each with each would take longer than following some that are covered. */
const COMPARED_MAX = 64;

/**
 * Places of which none covers another, unless there are many: one covers another where whatever can
 * follow from the other can follow from it. Thrifty ones count only how much was spent in all.
 */
export class Places<S, O> {
  readonly #byNode = new Map<Node<S, O>, Place<S, O>[]>();
  /** Keys of those beyond the ones that are compared. */
  readonly #keys = new Map<Node<S, O>, Set<string>>();
  readonly #isThrifty: boolean;
  #size = 0;
  #isPartial = false;
  #leastTotal = Number.POSITIVE_INFINITY;

  constructor(isThrifty: boolean) {
    this.#isThrifty = isThrifty;
  }

  /** Whether thrift has cost a place that no other covers. */
  get isPartial(): boolean {
    return this.#isPartial;
  }

  /** The least that a place has spent in all; infinite where there is none. */
  get leastTotal(): number {
    return this.#leastTotal;
  }

  get size(): number {
    return this.#size;
  }

  /** False where those that are here cover it. */
  add(place: Place<S, O>): boolean {
    this.#leastTotal = Math.min(this.#leastTotal, totalOf(place));
    const here = this.#byNode.get(place.node);
    if (here === undefined) {
      this.#byNode.set(place.node, [place]);
      this.#size++;
      return true;
    }
    const compared = Math.min(here.length, COMPARED_MAX);
    for (let at = 0; at < compared; at++) {
      if (this.#covers(here[at] as Place<S, O>, place)) return false;
    }
    if (here.length >= COMPARED_MAX) return this.#addToMany(here, place);
    const left = here.filter((one) => !this.#covers(place, one));
    left.push(place);
    this.#size += left.length - here.length;
    this.#byNode.set(place.node, left);
    return true;
  }

  /** Of places of the same state. */
  #covers(one: Place<S, O>, other: Place<S, O>): boolean {
    if (!isAsFree(one, other)) return false;
    if (spentNoMore(one, other)) return true;
    if (!this.#isThrifty || totalOf(one) > totalOf(other)) return false;
    this.#isPartial = true;
    return true;
  }

  #addToMany(here: Place<S, O>[], place: Place<S, O>): boolean {
    let keys = this.#keys.get(place.node);
    if (keys === undefined) this.#keys.set(place.node, (keys = new Set()));
    const marks = place.marks.join('');
    const key = this.#isThrifty ? marks : `${marks} ${place.spent.join()}`;
    if (keys.has(key)) {
      if (this.#isThrifty) this.#isPartial = true;
      return false;
    }
    keys.add(key);
    here.push(place);
    this.#size++;
    return true;
  }

  /** In the order in which their states were first found. */
  list(): readonly Place<S, O>[] {
    return [...this.#byNode.values()].flat();
  }
}
