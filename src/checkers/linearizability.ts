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
import { assert, required } from '../lib/assert.ts';
import { LinearSearch, type Look, type SearchBudget, type Space, WHOLE } from './linear-search.ts';

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
      /** The longest prefix, in time, that is linearizable, of the part that is broken first. */
      readonly prefix: Ordered<A>;
      /** False where the budget allowed no proof that no longer one is linearizable. */
      readonly isLongest: boolean;
      /** An operation that cannot be placed; the next one that is answered after the longest. */
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
type GivenUp<A> = Extract<Linearizability<never, A>, { readonly kind: 'unknown' }>;

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
    const verdict = judgePart(space, model.initial, part, { ...budget, steps: share });
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

const answeredAt = <S, A>({ misfit }: Misfit<S, A>): number => misfit.answeredAt as number;

/**
 * Looks that cost little come first: nearly always one of them is enough. A thrifty one proves an
 * order; it and the lavish one prove that there is none, where they halt at the same answer.
 */
const LOOKS: readonly Look[] = [
  { kind: 'thrifty', slack: 0 },
  { kind: 'thrifty', slack: 1 },
  { kind: 'lavish' },
  WHOLE,
];

function judgePart<S, A>(
  space: Space<S, Operation<A>>,
  initial: S,
  part: Part<A>,
  budget: SearchBudget,
): Linearizability<S, A> {
  let furthest: Looked<S, A> | undefined;
  let bound: Halt<A> | undefined;
  let excess = '';
  let steps = 0;
  // Where nothing is lost there is nothing to be thrifty with.
  const looks = part.events.some(({ what }) => what === 'lost') ? LOOKS : [WHOLE];
  for (const look of looks) {
    const left = budget.steps - steps;
    // So that what comes after it has as much.
    const share = look.kind === 'whole' ? left : Math.floor(left / 2);
    const looked = lookAt(space, initial, part, { ...budget, steps: share }, look);
    const { halt, search, prefix } = looked;
    steps += search.steps;
    if (halt?.isOver === true) excess = search.excess;
    if (look.kind === 'lavish') {
      if (halt?.isOver === false) bound = halt;
    } else {
      if (halt === undefined) return { kind: 'linearizable', parts: [prefix], steps };
      const isSure = !halt.isOver && !search.isPartial;
      if (isSure) return misfitOf(looked, halt, true, steps);
      if (furthest === undefined || halt.at >= (furthest.halt as Halt<A>).at) furthest = looked;
    }
    const reached = furthest?.halt;
    if (furthest !== undefined && bound !== undefined && reached?.at === bound.at) {
      return misfitOf(furthest, bound, true, steps);
    }
  }
  const { prefix } = required(furthest, 'a look that went as far as it could');
  if (bound !== undefined) return misfitOf(furthest as Looked<S, A>, bound, false, steps);
  const where = part.part === '' ? '' : ` for ${part.part}`;
  return { kind: 'unknown', reason: `${excess}${where}`, prefix, steps };
}

const misfitOf = <S, A>(
  { search, prefix }: Looked<S, A>,
  { op }: Halt<A>,
  isLongest: boolean,
  steps: number,
): Misfit<S, A> => ({
  kind: 'not-linearizable',
  prefix,
  isLongest,
  misfit: op,
  states: search.states,
  steps,
});

interface Looked<S, A> {
  readonly search: LinearSearch<S, Operation<A>>;
  /** Where it ended before all was placed. */
  readonly halt: Halt<A> | undefined;
  readonly prefix: Ordered<A>;
}

function lookAt<S, A>(
  space: Space<S, Operation<A>>,
  initial: S,
  { part, events }: Part<A>,
  budget: SearchBudget,
  look: Look,
): Looked<S, A> {
  const search = new LinearSearch(space, [initial], budget, look);
  const halt = haltOf(search, events);
  return { search, halt, prefix: { part, order: search.order() } };
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
  /** Whether that is for the budget; otherwise the answer did not fit. */
  readonly isOver: boolean;
  readonly op: Operation<A>;
  /** Which of the events it is. */
  readonly at: number;
}

/** Goes through the events until an answer does not fit or the budget is used up. */
function haltOf<S, A>(
  search: LinearSearch<S, Operation<A>>,
  events: readonly Event<A>[],
): Halt<A> | undefined {
  for (const [at, { op, what }] of events.entries()) {
    if (what === 'called') search.called(op);
    else if (what === 'lost') search.lost(op);
    else {
      const progress = search.answered(op);
      if (progress !== 'fits') return { isOver: progress === 'over-budget', op, at };
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
