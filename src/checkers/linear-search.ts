/**
 * linear-search: the one search behind every check of linearizability.
 *
 * It goes through calls and answers in order of time ("just in time", Lowe 2017) and keeps every
 * place in which the thing may be: a state, and which open operations had their moment. When an
 * operation is answered it must have had its moment, so places where it had not are led on,
 * through moments of open operations, until it has, or dropped. None left: no order explains the
 * answer. Operations answered later may stay without their moment, for the search comes to them.
 * Nothing of the past is kept but the order that led to each place, so there is nothing to go back
 * to: a wrong answer costs what it takes to try every way from the places before it.
 *
 * What keeps the places few, none of which loses an order (`linear-places.ts`):
 *   - An operation that fits a state without changing it becomes free there, at once.
 *   - A blind operation (a write) leads to one state from wherever it happens: other blind ones
 *     that are open may have happened just before, unseen, so all of them become free.
 *   - A blind operation that nobody takes notice of need not be followed by another.
 *   - Lost operations stay open to the end. Those alike are spent in the order of their calls, so
 *     only their number counts; a place that has spent less covers one that has spent more; a lost
 *     write happens only where some other open operation would take notice of it.
 */
import { assert, required } from '../lib/assert.ts';
import {
  DONE,
  FREE,
  type Kind,
  type Mark,
  type Node,
  orderOf,
  type Path,
  PENDING,
  type Place,
  Places,
  totalOf,
} from './linear-places.ts';

/** What can be asked of the thing that is judged. Operations are told apart as objects. */
export interface Space<S, O> {
  /** The same for states that nothing later can tell apart. */
  keyOf(state: S): string;
  /**
   * The states after the operation, told as it was, from `state`: none where it cannot have been
   * told so there. Undefined where there are too many ways to follow.
   */
  step(state: S, op: O): readonly S[] | undefined;
  /** The same for operations that do the same and were told the same; then `step` is pure. */
  alike?(op: O): string;
  /** Whether it never changes the state. */
  isPure?(op: O): boolean;
  /** Whether it may always happen, and leads to one state from wherever it happens. */
  isBlind?(op: O): boolean;
  /** Whether operations that are not blind may lead from `state` to one that fits the operation. */
  mayCome?(state: S, op: O): boolean;
}

/** Counted, never timed, so that a verdict is the same on every machine. */
export interface SearchBudget {
  /** Steps of the model that may be looked at, again or for the first time. */
  readonly steps: number;
  /** Places and states that may be kept at a time. */
  readonly states: number;
}

/**
 * How a search goes about lost operations, which can be spent in very many ways.
 *   `whole`    In every way: it is right, and may take too long.
 *   `thrifty`  Only in ways that spend little: of places that differ in nothing else it keeps one
 *              that has spent least, and none that has spent more than the least of all and
 *              `slack`. An order that it finds is one; where it finds none, having left out some
 *              (`isPartial`), there may be one.
 *   `lavish`   Each may happen as often as one likes. Where it finds no order there is none; an
 *              order that it finds need not be one.
 *   `ahead`    In every way that leads to what is expected (`expect`).
 */
export type Look =
  | { readonly kind: 'whole' }
  | { readonly kind: 'thrifty'; readonly slack: number }
  | { readonly kind: 'lavish' }
  | { readonly kind: 'ahead' };

export const WHOLE: Look = { kind: 'whole' };

export type Progress = 'fits' | 'unfit' | 'over-budget';

/** An operation that will be answered, and the one after it. */
export interface Expected<O> {
  readonly op: O;
  next: Expected<O> | undefined;
}

interface Open<O> {
  readonly op: O;
  readonly kind: Kind<O>;
  readonly slot: number;
  /** Blind lost operations after which this one may happen. */
  readonly feeds: number[];
}

/** Lost operations that are alike, in the order of their calls. */
interface Lost<S, O> {
  readonly kind: Kind<O>;
  readonly ops: O[];
  /** Where it leads, where that is one state. */
  readonly node: Node<S, O> | undefined;
  readonly feeds: number[];
}

/** What is under way while one answer is explained. */
interface Lead<S, O> {
  readonly slot: number;
  readonly isPure: boolean;
  readonly arrived: Places<S, O>;
  readonly seen: Places<S, O>;
  readonly queue: Place<S, O>[];
}

/** An operation to follow: of an open slot, or a lost one. */
interface Move<O> {
  readonly op: O;
  readonly kind: Kind<O>;
  /** -1 where it is lost. */
  readonly slot: number;
  /** -1 where it is not. */
  readonly lost: number;
}

/** Places are alike but for what they have placed of open operations: a look at some is enough. */
const ORDERS_COMPARED = 8;

export class LinearSearch<S, O extends object> {
  readonly #space: Space<S, O>;
  readonly #budget: SearchBudget;
  readonly #look: Look;
  readonly #open = new Map<O, Open<O>>();
  readonly #slots: (Open<O> | undefined)[] = [];
  readonly #lost: Lost<S, O>[] = [];
  #kinds = new Map<string, Kind<O>>();
  #nodes = new Map<string, Node<S, O>>();
  #remembered = 0;
  #places: readonly Place<S, O>[];
  #steps = 0;
  #isBeyond = false;
  #isPartial = false;
  #expected: Expected<O> | undefined;

  constructor(space: Space<S, O>, starts: readonly S[], budget: SearchBudget, look: Look = WHOLE) {
    this.#space = space;
    this.#budget = budget;
    this.#look = look;
    this.#places = starts.map((state) => ({
      node: this.#nodeOf(state),
      marks: [],
      spent: [],
      path: undefined,
      isIdle: false,
    }));
  }

  /** Steps of the model looked at so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Whether this look left out places from which there may be an order. */
  get isPartial(): boolean {
    return this.#isPartial;
  }

  /** The states in which the thing may be now. */
  get states(): readonly S[] {
    return [...new Set(this.#places.map(({ node }) => node.state))];
  }

  /** Why the search went over its budget. */
  get excess(): string {
    if (this.#isBeyond) return 'too many ways to follow one operation';
    if (this.#steps > this.#budget.steps) return `more than ${this.#budget.steps} steps of search`;
    return `more than ${this.#budget.states} states at a time`;
  }

  /**
   * These will be answered, in this order, and no blind operation can help them to come: places
   * from which the next of them cannot come are left out from now on. Where none is left then, no
   * order explains all answers up to the last of them, though there may be one for those up to
   * where the search halts.
   */
  expect(expected: Expected<O> | undefined): void {
    this.#expected = expected;
  }

  /** An operation was called that will be answered. */
  called(op: O): void {
    const free = this.#slots.indexOf(undefined);
    const slot = free === -1 ? this.#slots.length : free;
    const kind = this.#kindOf(op);
    const feeds: number[] = [];
    if (!kind.isBlind) {
      for (const [at, { node }] of this.#lost.entries()) {
        if (node !== undefined && this.#after(node, kind).length > 0) feeds.push(at);
      }
    }
    const open = { op, kind, slot, feeds };
    this.#slots[slot] = open;
    this.#open.set(op, open);
    this.#places = this.#places.map((place) => {
      const marks = place.marks.slice();
      const fits = this.#after(place.node, kind).includes(place.node);
      marks[slot] = fits ? FREE : PENDING;
      if (!fits) return { ...place, marks };
      return { ...place, marks, path: { op: undefined, freed: [op], before: place.path } };
    });
  }

  /** An operation was called whose answer is lost: it may happen from now on, or never. */
  lost(op: O): void {
    const kind = this.#kindOf(op);
    if (kind.isPure) return;
    const known = this.#lost.find((one) => one.kind === kind);
    if (known !== undefined) {
      known.ops.push(op);
      return;
    }
    const at = this.#lost.length;
    const node = kind.isBlind ? this.#blindNode(kind) : undefined;
    const feeds: number[] = [];
    for (const [other, one] of this.#lost.entries()) {
      if (one.node !== undefined && node === undefined && this.#changes(one.node, kind)) {
        feeds.push(other);
      }
      if (node !== undefined && one.node === undefined && this.#changes(node, one.kind)) {
        one.feeds.push(at);
      }
    }
    for (const open of this.#slots) {
      if (node === undefined || open === undefined || open.kind.isBlind) continue;
      if (this.#after(node, open.kind).length > 0) open.feeds.push(at);
    }
    this.#lost.push({ kind, ops: [op], node, feeds });
  }

  /** An operation was answered. Where that does not fit, the places stay those before. */
  answered(op: O): Progress {
    const { slot, kind } = required(this.#open.get(op), 'the operation that is answered');
    this.#trim();
    const lead: Lead<S, O> = {
      slot,
      isPure: kind.isPure,
      arrived: new Places(this.#look.kind === 'thrifty'),
      seen: new Places(this.#look.kind === 'thrifty'),
      queue: [],
    };
    for (const place of this.#places) this.#take(place, lead);
    for (let at = 0; at < lead.queue.length; at++) {
      this.#expand(lead.queue[at] as Place<S, O>, lead);
      if (this.#isOver(lead)) return 'over-budget';
    }
    if (this.#isOver(lead)) return 'over-budget';
    if (lead.arrived.isPartial || lead.seen.isPartial) this.#isPartial = true;
    if (lead.arrived.size === 0) return 'unfit';
    this.#places = lead.arrived.list().filter((place) => !this.#isDear(totalOf(place), lead));
    this.#open.delete(op);
    this.#slots[slot] = undefined;
    return 'fits';
  }

  /** An order that explains every answer so far, with as many open operations as it places. */
  order(): readonly O[] {
    let longest: readonly O[] = [];
    for (const { path } of this.#places.slice(0, ORDERS_COMPARED)) {
      const order = orderOf(path, (op) => !this.#open.has(op));
      if (order.length > longest.length) longest = order;
    }
    return longest;
  }

  #isOver({ arrived, seen }: Lead<S, O>): boolean {
    if (this.#isBeyond || this.#steps > this.#budget.steps) return true;
    return arrived.size + seen.size + this.#nodes.size > this.#budget.states;
  }

  #expand(place: Place<S, O>, lead: Lead<S, O>): void {
    const fed = new Set<number>();
    for (let slot = 0; slot < this.#slots.length; slot++) {
      const open = this.#slots[slot];
      const mark = place.marks[slot];
      if (open === undefined || mark === DONE) continue;
      const { op, kind, feeds } = open;
      if (mark === FREE && kind.isPure) continue;
      if (!kind.isBlind) for (const at of feeds) fed.add(at);
      if (kind.isBlind && place.isIdle) continue;
      this.#follow(place, { op, kind, slot, lost: -1 }, lead);
    }
    if (this.#isDear(totalOf(place) + 1, lead)) return;
    for (let at = 0; at < this.#lost.length; at++) {
      const { node, feeds } = this.#lost[at] as Lost<S, O>;
      if (node !== undefined || this.#isSpent(place, at)) continue;
      for (const before of feeds) fed.add(before);
      this.#followLost(place, at, lead);
    }
    if (place.isIdle) return;
    for (const at of fed) if (!this.#isSpent(place, at)) this.#followLost(place, at, lead);
  }

  /** Whether thrift forbids to have spent so much. */
  #isDear(total: number, { arrived }: Lead<S, O>): boolean {
    if (this.#look.kind !== 'thrifty' || total <= arrived.leastTotal + this.#look.slack) {
      return false;
    }
    this.#isPartial = true;
    return true;
  }

  #isSpent(place: Place<S, O>, at: number): boolean {
    return (place.spent[at] ?? 0) >= (this.#lost[at] as Lost<S, O>).ops.length;
  }

  #followLost(place: Place<S, O>, at: number, lead: Lead<S, O>): void {
    const { kind, ops } = this.#lost[at] as Lost<S, O>;
    const op = ops[place.spent[at] ?? 0] as O;
    this.#follow(place, { op, kind, slot: -1, lost: at }, lead);
  }

  /** Every place to which one operation leads from here. */
  #follow(place: Place<S, O>, move: Move<O>, lead: Lead<S, O>): void {
    const { op, kind, slot } = move;
    for (const next of this.#after(place.node, kind)) {
      if (next !== place.node || kind.isBlind) {
        this.#take(this.#moved(place, move, next), lead);
      } else if (slot !== -1 && place.marks[slot] === PENDING) {
        const path = { op: undefined, freed: [op], before: place.path };
        this.#take({ ...place, marks: marked(place, slot, FREE), path }, lead);
      }
    }
  }

  #take(place: Place<S, O>, lead: Lead<S, O>): void {
    if (!this.#isHopeless(place)) take(place, lead);
  }

  /** Whether what is expected next, and has not had its moment, cannot have it after this. */
  #isHopeless({ node, marks }: Place<S, O>): boolean {
    for (let next = this.#expected; next !== undefined; next = next.next) {
      const open = this.#open.get(next.op);
      if (open !== undefined && marks[open.slot] !== PENDING) continue;
      this.#steps++;
      return this.#space.mayCome?.(node.state, next.op) === false;
    }
    return false;
  }

  #moved(place: Place<S, O>, move: Move<O>, next: Node<S, O>): Place<S, O> {
    const { op, kind, slot, lost } = move;
    const marks = place.marks.slice();
    let spent = place.spent;
    if (slot !== -1) marks[slot] = DONE;
    else if (this.#look.kind !== 'lavish') spent = withOneMore(spent, lost);
    const freed: O[] = [];
    const fitting: O[] = [];
    let isNoticed = false;
    for (let at = 0; at < marks.length; at++) {
      if (marks[at] !== PENDING) continue;
      const other = this.#slots[at] as Open<O>;
      if (kind.isBlind && other.kind.isBlind) {
        marks[at] = FREE;
        freed.push(other.op);
      } else if (this.#after(next, other.kind).includes(next)) {
        marks[at] = FREE;
        fitting.push(other.op);
        if (!other.kind.isBlind) isNoticed = true;
      }
    }
    let path: Path<O> = { op, freed, before: place.path };
    if (fitting.length > 0) path = { op: undefined, freed: fitting, before: path };
    return { node: next, marks, spent, path, isIdle: (kind.isBlind || lost !== -1) && !isNoticed };
  }

  #changes(node: Node<S, O>, kind: Kind<O>): boolean {
    return this.#after(node, kind).some((next) => next !== node);
  }

  #blindNode(kind: Kind<O>): Node<S, O> {
    const from = required(this.#places[0], 'a place');
    const [node, ...others] = this.#after(from.node, kind);
    assert(others.length === 0, () => `a blind operation leads to ${others.length + 1} states`);
    return required(node, 'the state to which a blind operation leads');
  }

  /** Where an operation leads from a state; remembered where it was said which are alike. */
  #after(node: Node<S, O>, kind: Kind<O>): readonly Node<S, O>[] {
    this.#steps++;
    const known = node.after.get(kind);
    if (known !== undefined) return known;
    const states = this.#space.step(node.state, kind.op);
    if (states === undefined) {
      this.#isBeyond = true;
      return [];
    }
    const nodes = states.map((state) => this.#nodeOf(state));
    if (this.#space.alike !== undefined && this.#remembered < this.#budget.states) {
      this.#remembered++;
      node.after.set(kind, nodes);
    }
    return nodes;
  }

  #nodeOf(state: S): Node<S, O> {
    const key = this.#space.keyOf(state);
    let node = this.#nodes.get(key);
    if (node === undefined) this.#nodes.set(key, (node = { state, key, after: new Map() }));
    return node;
  }

  #kindOf(op: O): Kind<O> {
    const key = this.#space.alike?.(op);
    const known = key === undefined ? undefined : this.#kinds.get(key);
    if (known !== undefined) return known;
    const isPure = this.#space.isPure?.(op) ?? false;
    const kind = { op, isPure, isBlind: !isPure && (this.#space.isBlind?.(op) ?? false) };
    if (key !== undefined) this.#kinds.set(key, kind);
    return kind;
  }

  /** Forgets states and steps that it may come to again, where they have become many. */
  #trim(): void {
    const most = this.#budget.states / 2;
    if (Math.max(this.#nodes.size, this.#kinds.size, this.#remembered) <= most) return;
    this.#kinds = new Map();
    this.#remembered = 0;
    const lasting = [...this.#places, ...this.#lost].flatMap(({ node }) => node ?? []);
    this.#nodes = new Map(lasting.map((node) => [node.key, node]));
    for (const node of this.#nodes.values()) node.after.clear();
  }
}

/** A place that the lead has come to: it has arrived, or is to be led on, or both. */
function take<S, O>(place: Place<S, O>, lead: Lead<S, O>): void {
  const { slot, isPure, arrived, seen, queue } = lead;
  const mark = place.marks[slot];
  if (mark !== PENDING) arrived.add(closed(place, slot));
  if (mark === DONE || (mark === FREE && isPure)) return;
  // The operation was free to have its moment before; it may also have it at last, after others.
  const waiting = mark === PENDING ? place : { ...place, marks: marked(place, slot, PENDING) };
  if (seen.add(waiting)) queue.push(waiting);
}

function marked<S, O>(place: Place<S, O>, slot: number, mark: Mark): readonly Mark[] {
  const marks = place.marks.slice();
  marks[slot] = mark;
  return marks;
}

/** With nothing open in that slot; from here on another may be the next, whatever led here. */
const closed = <S, O>(place: Place<S, O>, slot: number): Place<S, O> => ({
  ...place,
  marks: marked(place, slot, DONE),
  isIdle: false,
});

function withOneMore(spent: readonly number[], at: number): readonly number[] {
  const more = spent.slice();
  while (more.length <= at) more.push(0);
  more[at] = (more[at] as number) + 1;
  return more;
}
