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
 * steps and states, never in time: the verdict is a function of the history. To tell whether a
 * history is linearizable is hard in general (NP-complete; Gibbons and Korach 1997): some go over
 * any budget, and then the verdict is `unknown`.
 *
 * A history that is not linearizable has a longest prefix, in time, that is: the verdict says how
 * that can be ordered, and which operation's answer comes next and fits no order of it.
 */
import { assert } from '../lib/assert.ts';
import {
  type Event,
  type GivenUp,
  judgePart,
  type Linearizability,
  type Misfit,
  type Operation,
  type OperationOutcome,
  type Ordered,
  type Part,
} from './linear-parts.ts';
import type { SearchBudget, Space } from './linear-search.ts';

export type { Linearizability, Operation, OperationOutcome, Ordered } from './linear-parts.ts';

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
  /**
   * Whether a pure action may come to be answered as it was, by way of actions that are not blind,
   * from `state`: of what only grows, whether that is less than was told. Saves very many steps.
   */
  mayCome?(state: S, action: A): boolean;
}

export const SEARCH_BUDGET: SearchBudget = { steps: 50_000_000, states: 200_000 };

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
  let givenUp: GivenUp<A> | undefined;
  let steps = 0;
  for (const [at, part] of parts.entries()) {
    const share = Math.floor((budget.steps - steps) / (parts.length - at));
    const verdict = judgePart(space, model.initial, until(part, misfit), {
      ...budget,
      steps: share,
    });
    steps += verdict.steps;
    if (verdict.kind === 'linearizable') orders.push(...verdict.parts);
    else if (verdict.kind === 'unknown') givenUp ??= verdict;
    else if (misfit === undefined || answeredAt(verdict) < answeredAt(misfit)) misfit = verdict;
  }
  const broken = misfit ?? givenUp;
  return broken === undefined
    ? { kind: 'linearizable', parts: orders, steps }
    : { ...broken, steps };
}

/** What comes after an answer that is wrong anyway need not be judged. */
function until<S, A>({ part, events }: Part<A>, misfit: Misfit<S, A> | undefined): Part<A> {
  const end = misfit === undefined ? Number.POSITIVE_INFINITY : answeredAt(misfit);
  return { part, events: events.filter(({ at }) => at <= end) };
}

const answeredAt = <S, A>({ misfit }: Misfit<S, A>): number => misfit.answeredAt as number;

function spaceOf<S, A>(model: Model<S, A>): Space<S, Operation<A>> {
  const { alike, isPure, isBlind, mayCome } = model;
  return {
    keyOf: (state) => model.keyOf(state),
    step: (state, { action, outcome }) => model.step(state, action, outcome),
    ...(alike && { alike: ({ action, outcome }) => `${outcome} ${alike.call(model, action)}` }),
    isPure: ({ action, outcome }) => outcome === 'failed' || isPure?.call(model, action) === true,
    isBlind: ({ action }) => isBlind?.call(model, action) === true,
    ...(mayCome && { mayCome: (state, { action }) => mayCome.call(model, state, action) }),
  };
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
  const isLongest = verdict.kind !== 'unknown' && verdict.isLongest;
  const lines = [
    head,
    `${isLongest ? 'longest ' : ''}linearizable prefix${of}, ${order.length} operations:`,
    ...(hidden === 0 ? [] : [`  … ${hidden} before these`]),
    ...shown,
  ];
  if (verdict.kind === 'unknown') return lines;
  const states = verdict.states.map((state) => words.state(state)).join(' or ');
  return [...lines, `then the state is ${states}, and this fits nowhere:`, textOf(verdict.misfit)];
}
