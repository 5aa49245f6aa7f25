/**
 * linear-parts: operations, verdicts, and how one part of a history is judged.
 *
 * The search (`linear-search.ts`) can look at a part in ways that are quick and prove one thing
 * only. They come first; the one that is always right and may take too long comes last.
 */
import { required } from '../lib/assert.ts';
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

export type Misfit<S, A> = Extract<Linearizability<S, A>, { readonly kind: 'not-linearizable' }>;
export type GivenUp<A> = Extract<Linearizability<never, A>, { readonly kind: 'unknown' }>;

export interface Event<A> {
  readonly op: Operation<A>;
  readonly at: number;
  readonly what: 'called' | 'lost' | 'answered';
}

export interface Part<A> {
  readonly part: string;
  readonly events: readonly Event<A>[];
}

interface Glance {
  readonly look: Look;
  /** Of what is left of the budget it gets one in so many steps and states. */
  readonly stepsShare: number;
  readonly statesShare: number;
}

/**
 * Looks that cost little come first: nearly always one of them is enough. A thrifty one proves an
 * order; it and the lavish one prove that there is none, where they halt at the same answer.
 */
const GLANCES: readonly Glance[] = [
  { look: { kind: 'thrifty', slack: 0 }, stepsShare: 2, statesShare: 1 },
  { look: { kind: 'thrifty', slack: 1 }, stepsShare: 2, statesShare: 1 },
  { look: WHOLE, stepsShare: 16, statesShare: 16 },
  { look: { kind: 'ahead' }, stepsShare: 4, statesShare: 4 },
  { look: { kind: 'lavish' }, stepsShare: 4, statesShare: 4 },
  { look: WHOLE, stepsShare: 1, statesShare: 1 },
];

/** Where nothing is lost there is nothing to be thrifty with. */
const ALL_HEARD: readonly Glance[] = [
  { look: { kind: 'ahead' }, stepsShare: 2, statesShare: 1 },
  { look: WHOLE, stepsShare: 1, statesShare: 1 },
];

export function judgePart<S, A>(
  space: Space<S, Operation<A>>,
  initial: S,
  part: Part<A>,
  budget: SearchBudget,
): Linearizability<S, A> {
  let furthest: Looked<S, A> | undefined;
  let bound: Bound<A> | undefined;
  let excess = '';
  let steps = 0;
  const isAllHeard = part.events.every(({ what }) => what !== 'lost');
  for (const { look, stepsShare, statesShare } of isAllHeard ? ALL_HEARD : GLANCES) {
    if (look.kind === 'ahead' && space.mayCome === undefined) continue;
    const share: SearchBudget = {
      steps: Math.floor((budget.steps - steps) / stepsShare),
      states: Math.floor(budget.states / statesShare),
    };
    const looked = lookAt(space, initial, part, share, look);
    const { halt, search, prefix } = looked;
    steps += search.steps;
    if (halt?.isOver === true) excess = search.excess;
    if (look.kind === 'lavish' || look.kind === 'ahead') bound = nearer(bound, halt);
    if (look.kind !== 'lavish') {
      if (halt === undefined) return { kind: 'linearizable', parts: [prefix], steps };
      const isSure = !halt.isOver && !search.isPartial && halt.expected === undefined;
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

/** The first answer that is known to have no order with those before it. */
function nearer<A>(bound: Bound<A> | undefined, halt: Halt<A> | undefined): Bound<A> | undefined {
  if (halt === undefined || halt.isOver) return bound;
  const found = halt.expected ?? halt;
  return bound === undefined || found.at < bound.at ? found : bound;
}

const misfitOf = <S, A>(
  { search, prefix }: Looked<S, A>,
  { op }: Bound<A>,
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
  const expected = look.kind === 'ahead' ? expectedIn(space, initial, events) : [];
  const halt = haltOf(search, events, expected);
  return { search, halt, prefix: { part, order: search.order() } };
}

interface Bound<A> {
  readonly op: Operation<A>;
  /** Which of the events is its answer. */
  readonly at: number;
}

interface Halt<A> extends Bound<A> {
  /** Whether that is for the budget; otherwise the answer did not fit. */
  readonly isOver: boolean;
  /** The last answer that was looked ahead to. */
  readonly expected: Bound<A> | undefined;
}

/** Goes through the events until an answer does not fit or the budget is used up. */
function haltOf<S, A>(
  search: LinearSearch<S, Operation<A>>,
  events: readonly Event<A>[],
  ahead: readonly (Ahead<A> | undefined)[],
): Halt<A> | undefined {
  let expected: Bound<A> | undefined;
  for (const [at, { op, what }] of events.entries()) {
    if (what === 'called') search.called(op);
    else if (what === 'lost') search.lost(op);
    else {
      search.expect(ahead[at]);
      const end = ahead[at]?.end;
      if (end !== undefined && end.at > (expected?.at ?? at)) expected = end;
      const progress = search.answered(op);
      if (progress === 'fits') continue;
      if (expected !== undefined && expected.at <= at) expected = undefined;
      return { isOver: progress === 'over-budget', op, at, expected };
    }
  }
  return undefined;
}

/** An answer to come, and the next one after it. */
interface Ahead<A> extends Bound<A> {
  /** The last event at which something blind could have helped it to come. */
  readonly after: number;
  next: Ahead<A> | undefined;
  /** The last of those that follow. */
  end: Bound<A>;
}

/** A blind operation, from its call until its answer. */
interface Blind<S, A> {
  readonly op: Operation<A>;
  readonly leadsTo: readonly S[];
  until: number;
}

/** Of more than so many it is not asked whether they matter. */
const BLIND_MAX = 64;

/** For each event the pure operations to be answered next, that nothing blind may help to come. */
function expectedIn<S, A>(
  { isPure, isBlind, step, mayCome }: Space<S, Operation<A>>,
  initial: S,
  events: readonly Event<A>[],
): readonly (Ahead<A> | undefined)[] {
  const expected: (Ahead<A> | undefined)[] = [];
  let blinds: Blind<S, A>[] = [];
  /** Until when there were others. */
  let others = -1;
  let last: Ahead<A> | undefined;
  const all: Ahead<A>[] = [];
  for (const [at, { op, what }] of events.entries()) {
    if (isBlind?.(op) === true && op.outcome !== 'failed') {
      if (what === 'answered') for (const one of blinds) if (one.op === op) one.until = at;
      if (what === 'answered') continue;
      const leadsTo = step(initial, op) ?? [];
      blinds.push({ op, leadsTo, until: Number.POSITIVE_INFINITY });
      blinds.sort((one, other) => one.until - other.until);
      if (blinds.length > BLIND_MAX) others = Math.max(others, (blinds[0] as Blind<S, A>).until);
      blinds = blinds.slice(-BLIND_MAX);
    } else if (what === 'answered' && op.outcome === 'ok' && isPure?.(op) === true) {
      const helps = ({ leadsTo }: Blind<S, A>) => leadsTo.some((state) => mayCome?.(state, op));
      const after = blinds.reduce(
        (most, one) => (helps(one) ? Math.max(most, one.until) : most),
        others,
      );
      if (after >= at) continue;
      const ahead: Ahead<A> = { op, at, after, next: undefined, end: { op, at } };
      // What holds wherever the one before is looked ahead to.
      if (last !== undefined && after <= last.after) last.next = ahead;
      last = ahead;
      all.push(ahead);
      for (let from = at; from > after && expected[from] === undefined; from--) {
        expected[from] = ahead;
      }
    }
  }
  for (const ahead of all.reverse()) if (ahead.next !== undefined) ahead.end = ahead.next.end;
  return expected;
}
