/**
 * linearize: whether answers fit one copy of a register.
 *
 * Clients ask a register, at the same time, and hear what it was when they were answered. The
 * answers fit if one moment can be found for each request, between the ask and the answer, such
 * that the register, going from moment to moment, was what each was told. The register may move on
 * its own between those moments (a job comes to an end), and so may requests that were asked, from
 * the ask on and at any later time, for an answer may be lost and a copy of the request late.
 *
 * The search is that of `linear-search.ts`; what makes a register one more thing to search is that
 * requests are moves of it, which stay possible, as often as one likes, once they were asked. The
 * open requests that have still to take their moment are those whose answers tell something.
 *
 * A register offers the freest states that explain an answer, for each of them is followed.
 */
import { LinearSearch, type SearchBudget, type Space } from './linear-search.ts';

/** What a register may do: its states, what is asked of it, and the moves that this may make. */
export interface Register<S, O, M> {
  /** The same for states that nothing later can tell apart. */
  keyOf(state: S): string;
  /** What the operation may do to the register, whenever it likes; undefined for nothing. */
  moveOf(op: O): M | undefined;
  /** Whether its answer says anything about the register; where not, it needs no moment. */
  tells(op: O): boolean;
  /**
   * The states in which the register may have been told as the operation was, on its way from
   * `state`, by moves of its own and by those of operations asked before. Undefined where there are
   * too many ways to follow.
   */
  reach(state: S, op: O, moves: readonly M[]): readonly S[] | undefined;
}

/** What happened to a register, in order of time; an operation is asked, and then answered. */
export interface Happening<O> {
  readonly kind: 'asked' | 'answered';
  readonly op: O;
}

export type Finding<S, O> =
  /** In one of these states, once all that was asked was answered. */
  | { readonly kind: 'fits'; readonly states: readonly S[] }
  /** No order explains this answer, given those before, for which `order` is one. */
  | { readonly kind: 'unfit'; readonly op: O; readonly order: readonly O[] }
  | { readonly kind: 'over-budget'; readonly reason: string };

/**
 * Goes through what happened, from any of the states `starts`. `moves` are those of operations
 * asked before; what is asked here is added to them.
 */
export function linearize<S, O extends object, M>(
  register: Register<S, O, M>,
  starts: readonly S[],
  moves: M[],
  happened: readonly Happening<O>[],
  budget: SearchBudget,
): Finding<S, O> {
  const [first] = happened;
  if (happened.length === 2 && first !== undefined && first.op === happened[1]?.op) {
    return alone(register, starts, moves, first.op, budget);
  }
  const space: Space<S, O> = {
    keyOf: (state) => register.keyOf(state),
    step: (state, op) => register.reach(state, op, moves),
  };
  const search = new LinearSearch(space, starts, budget);
  const open = new Set<O>();
  for (const { kind, op } of happened) {
    if (kind === 'asked') {
      addMove(register, moves, op);
      if (!register.tells(op)) continue;
      open.add(op);
      search.called(op);
    } else if (open.delete(op)) {
      const progress = search.answered(op);
      if (progress === 'over-budget') return { kind: 'over-budget', reason: search.excess };
      if (progress === 'unfit') return { kind: 'unfit', op, order: search.order() };
    }
  }
  return { kind: 'fits', states: search.states };
}

function addMove<S, O, M>(register: Register<S, O, M>, moves: M[], op: O): void {
  const move = register.moveOf(op);
  if (move !== undefined && !moves.includes(move)) moves.push(move);
}

/** One operation while nothing else was open, as most are: there is nothing to search. */
function alone<S, O, M>(
  register: Register<S, O, M>,
  starts: readonly S[],
  moves: M[],
  op: O,
  budget: SearchBudget,
): Finding<S, O> {
  addMove(register, moves, op);
  if (!register.tells(op)) return { kind: 'fits', states: starts };
  const states = new Map<string, S>();
  for (const start of starts) {
    const reached = register.reach(start, op, moves);
    if (reached === undefined) {
      return { kind: 'over-budget', reason: 'too many ways to follow one operation' };
    }
    // As nearly always: there is nothing to tell apart.
    if (starts.length === 1 && reached.length === 1) return { kind: 'fits', states: reached };
    if (states.size + reached.length > budget.states) {
      return { kind: 'over-budget', reason: `more than ${budget.states} states at a time` };
    }
    for (const state of reached) states.set(register.keyOf(state), state);
  }
  if (states.size === 0) return { kind: 'unfit', op, order: [] };
  return { kind: 'fits', states: [...states.values()] };
}
