/**
 * linearizability: whether a history fits one order, for anything with a sequential model.
 *
 * Clients call operations at the same time, and hear of them. The history is linearizable if each
 * operation can be given one moment between its call and its answer, such that a single copy of
 * the thing, taking them one after another in that order, would have answered as was heard
 * (Herlihy and Wing 1990). An operation whose outcome is `unknown` may have its moment at any time
 * after its call, or never. One that `failed` had no effect.
 *
 * A history splits by key first, where the model names keys: it is linearizable exactly if each
 * part is, and parts are small. Each part is searched by `linear-search.ts` within a share of the
 * budget, so one that has too many orders leaves enough for the others. The budget is counted in
 * steps and states, never in time: the verdict is a function of the history.
 *
 * A history that is not linearizable has a longest prefix, in time, that is: the verdict says how
 * that can be ordered, and which operation's answer comes next and fits no order of it.
 */
import { assert } from '../lib/assert.ts';
import { LinearSearch, type SearchBudget, type Space } from './linear-search.ts';

/** `failed`: it was refused, and did nothing. `unknown`: it may have happened, or still may. */
export type OperationOutcome = 'ok' | 'failed' | 'unknown';

/** One operation as its client saw it; `A` says what was asked, and what was answered. */
export interface Operation<A> {
  readonly action: A;
  readonly outcome: OperationOutcome;
  /** Moments on any scale; operations that end and begin at the same moment overlap. */
  readonly calledAt: number;
  /** Undefined where it was never answered, so that its outcome is unknown. */
  readonly answeredAt: number | undefined;
}

/** How the thing works when one operation comes after another. */
export interface Model<S, A> {
  readonly initial: S;
  /** The same for states that nothing later can tell apart. */
  keyOf(state: S): string;
  /**
   * The states in which it may be after the action, from `state`; none where the action cannot
   * have had this answer there. After one that failed it is `[state]` or none. After one that is
   * unknown, whatever the answer would have been, and none where it would have done nothing.
   */
  step(state: S, action: A, outcome: OperationOutcome): readonly S[];
  /** Actions on different parts have nothing to do with each other. */
  partOf?(action: A): string;
  /** The same for actions that ask the same and were answered the same; saves steps. */
  alike?(action: A): string;
  /** Whether the action never changes the state, as one that reads; saves steps. */
  isPure?(action: A): boolean;
  /** Whether it can always happen and leads to one state from any, as a write; saves steps. */
  isBlind?(action: A): boolean;
}

/** Operations of one part in an order that explains all answers. */
export interface Ordered<A> {
  /** The empty text where the model names no parts. */
  readonly part: string;
  readonly order: readonly Operation<A>[];
}

export type Linearizability<S, A> =
  | {
      readonly kind: 'linearizable';
      readonly parts: readonly Ordered<A>[];
      readonly steps: number;
    }
  | {
      readonly kind: 'not-linearizable';
      /** The longest prefix that is linearizable, of the part that is broken first. */
      readonly prefix: Ordered<A>;
      /** The operation that is answered next, and cannot be placed. */
      readonly misfit: Operation<A>;
      /** The states in which the prefix may have ended. */
      readonly states: readonly S[];
      readonly steps: number;
    }
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** What is known to be linearizable of the part that was given up. */
      readonly prefix: Ordered<A>;
      readonly steps: number;
    };

export const SEARCH_BUDGET: SearchBudget = { steps: 50_000_000, states: 200_000 };

type Misfit<S, A> = Extract<Linearizability<S, A>, { readonly kind: 'not-linearizable' }>;
type GivenUp<S, A> = Extract<Linearizability<S, A>, { readonly kind: 'unknown' }>;

/** Judges a history; the operations may be in any order. */
export function judgeLinearizability<S, A>(
  model: Model<S, A>,
  history: readonly Operation<A>[],
  budget: SearchBudget = SEARCH_BUDGET,
): Linearizability<S, A> {
  const space = spaceOf(model);
  const parts = partsOf(model, history);
  const orders: Ordered<A>[] = [];
  let misfit: Misfit<S, A> | undefined;
  let givenUp: GivenUp<S, A> | undefined;
  let steps = 0;
  for (const [at, { part, events }] of parts.entries()) {
    const share = Math.floor((budget.steps - steps) / (parts.length - at));
    const search = new LinearSearch(space, [model.initial], { ...budget, steps: share });
    const halt = halted(search, events);
    steps += search.steps;
    const ordered = { part, order: search.order() };
    if (halt === undefined) orders.push(ordered);
    else if (halt.isOver) {
      const where = part === '' ? '' : ` of ${JSON.stringify(part)}`;
      const reason = `${search.excess}${where}, ${ordered.order.length} operations in order`;
      givenUp ??= { kind: 'unknown', reason, prefix: ordered, steps };
    } else if (misfit === undefined || (misfit.misfit.answeredAt ?? 0) > halt.answeredAt) {
      const { states } = search;
      misfit = { kind: 'not-linearizable', prefix: ordered, misfit: halt.op, states, steps };
    }
  }
  const verdict = misfit ?? givenUp;
  if (verdict !== undefined) return { ...verdict, steps };
  return { kind: 'linearizable', parts: orders, steps };
}

function spaceOf<S, A>(model: Model<S, A>): Space<S, Operation<A>> {
  const { alike, isPure, isBlind } = model;
  return {
    keyOf: (state) => model.keyOf(state),
    step: (state, { action, outcome }) => model.step(state, action, outcome),
    ...(alike && { alike: ({ action, outcome }) => `${outcome} ${alike.call(model, action)}` }),
    isPure: ({ action, outcome }) => outcome === 'failed' || isPure?.call(model, action) === true,
    isBlind: ({ action }) => isBlind?.call(model, action) === true,
  };
}

interface Event<A> {
  readonly op: Operation<A>;
  readonly at: number;
  readonly what: 'called' | 'lost' | 'answered';
}

interface Part<A> {
  readonly part: string;
  readonly events: readonly Event<A>[];
}

/** Parts in the order of their first operations, each with its events in order of time. */
function partsOf<S, A>(model: Model<S, A>, history: readonly Operation<A>[]): readonly Part<A>[] {
  const parts = new Map<string, Event<A>[]>();
  for (const op of history) {
    const part = model.partOf?.(op.action) ?? '';
    let events = parts.get(part);
    if (events === undefined) parts.set(part, (events = []));
    const { outcome, calledAt, answeredAt } = op;
    if (outcome === 'unknown') {
      events.push({ op, at: calledAt, what: 'lost' });
      continue;
    }
    assert(answeredAt !== undefined, () => `an operation called at ${calledAt} has no answer`);
    assert(answeredAt >= calledAt, () => `answered at ${answeredAt}, called at ${calledAt}`);
    events.push({ op, at: calledAt, what: 'called' }, { op, at: answeredAt, what: 'answered' });
  }
  const isAnswer = ({ what }: Event<A>): number => (what === 'answered' ? 1 : 0);
  return [...parts].map(([part, events]) => ({
    part,
    events: events.sort((a, b) => a.at - b.at || isAnswer(a) - isAnswer(b)),
  }));
}

interface Halt<A> {
  readonly isOver: boolean;
  readonly op: Operation<A>;
  readonly answeredAt: number;
}

/** Goes through the events until an answer does not fit or the budget is used up. */
function halted<S, A>(
  search: LinearSearch<S, Operation<A>>,
  events: readonly Event<A>[],
): Halt<A> | undefined {
  for (const { op, at, what } of events) {
    if (what === 'called') search.called(op);
    else if (what === 'lost') search.lost(op);
    else {
      const progress = search.answered(op);
      if (progress !== 'fits') return { isOver: progress !== 'unfit', op, answeredAt: at };
    }
  }
  return undefined;
}

/** How actions and states are called in the text of a verdict. */
export interface Words<S, A> {
  action(action: A, outcome: OperationOutcome): string;
  state(state: S): string;
}

/** A prefix may be as long as the history, and what matters are its last operations. */
const SHOWN = 12;

/** The verdict in lines; of a long prefix only its end. */
export function linearizabilityLines<S, A>(
  verdict: Linearizability<S, A>,
  words: Words<S, A>,
): readonly string[] {
  if (verdict.kind === 'linearizable') {
    const placed = verdict.parts.reduce((sum, { order }) => sum + order.length, 0);
    return [`linearizable: ${placed} operations in order`];
  }
  const { part, order } = verdict.prefix;
  const textOf = ({ action, outcome, calledAt, answeredAt }: Operation<A>): string =>
    `  ${words.action(action, outcome)}  [${calledAt}, ${answeredAt ?? '∞'}]`;
  const shown = order.slice(-SHOWN).map(textOf);
  const hidden = order.length - shown.length;
  const head = verdict.kind === 'unknown' ? `unknown: ${verdict.reason}` : 'not linearizable';
  const of = part === '' ? '' : ` of ${part}`;
  const lines = [
    head,
    `longest linearizable prefix${of}, ${order.length} operations:`,
    ...(hidden === 0 ? [] : [`  … ${hidden} before these`]),
    ...shown,
  ];
  if (verdict.kind === 'unknown') return lines;
  const states = verdict.states.map((state) => words.state(state)).join(' or ');
  return [...lines, `then the state is ${states}, and this fits nowhere:`, textOf(verdict.misfit)];
}
