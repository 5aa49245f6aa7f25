/**
 * linearize: whether answers fit one copy of a register.
 *
 * Clients ask a register, at the same time, and hear what it was when they were answered. The
 * answers fit if one moment can be found for each request, between the ask and the answer, such
 * that the register, going from moment to moment, was what each was told. The register may move on
 * its own between those moments (a job comes to an end), and so may requests that were asked, from
 * the ask on and at any later time, for an answer may be lost and a copy of the request late.
 *
 * The search goes through asks and answers in order of time, and keeps every state in which the
 * register may be, each with the open requests that had their moment already. When a request is
 * answered it must have had its moment: so states where it had not are led on, through moments of
 * open requests, until it has, or dropped. None left: the answers fit no order. Open requests that
 * are answered later may stay without their moment, for the search comes to them.
 *
 * A register offers the freest states that explain an answer, for each of them is followed.
 */

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
  /** No order explains this answer, given those before. */
  | { readonly kind: 'unfit'; readonly op: O }
  /** More states than may be looked at. */
  | { readonly kind: 'over-budget' };

/** A state, and which open operations had their moment. */
interface Place<S> {
  readonly state: S;
  readonly done: number;
}

/** Open operations are told apart by the bits of a number. */
const OPEN_MAX = 30;

/**
 * Goes through what happened, from any of the states `starts`. `moves` are those of operations
 * asked before; what is asked here is added to them.
 */
export function linearize<S, O, M>(
  register: Register<S, O, M>,
  starts: readonly S[],
  moves: M[],
  happened: readonly Happening<O>[],
  budget: number,
): Finding<S, O> {
  const [first] = happened;
  if (happened.length === 2 && first !== undefined && first.op === happened[1]?.op) {
    return alone(register, starts, moves, first.op, budget);
  }
  let places: readonly Place<S>[] = starts.map((state) => ({ state, done: 0 }));
  const slots: (O | undefined)[] = [];
  let left = budget;
  for (const { kind, op } of happened) {
    if (kind === 'asked') {
      const move = register.moveOf(op);
      if (move !== undefined && !moves.includes(move)) moves.push(move);
      if (!register.tells(op)) continue;
      const free = slots.indexOf(undefined);
      if (free === -1 && slots.length === OPEN_MAX) return { kind: 'over-budget' };
      slots[free === -1 ? slots.length : free] = op;
      continue;
    }
    const slot = slots.indexOf(op);
    if (slot === -1) continue;
    const led = leadOn(register, places, { slots, slot, moves, left });
    left -= led.seen;
    if (left < 0) return { kind: 'over-budget' };
    if (led.places.length === 0) return { kind: 'unfit', op };
    places = led.places;
    slots[slot] = undefined;
  }
  return { kind: 'fits', states: places.map(({ state }) => state) };
}

/** One operation while nothing else was open: most are. */
function alone<S, O, M>(
  register: Register<S, O, M>,
  starts: readonly S[],
  moves: M[],
  op: O,
  budget: number,
): Finding<S, O> {
  const move = register.moveOf(op);
  if (move !== undefined && !moves.includes(move)) moves.push(move);
  if (!register.tells(op)) return { kind: 'fits', states: starts };
  const states = new Map<string, S>();
  for (const start of starts) {
    const reached = register.reach(start, op, moves);
    if (reached === undefined || states.size + reached.length > budget) {
      return { kind: 'over-budget' };
    }
    for (const state of reached) states.set(register.keyOf(state), state);
  }
  return states.size === 0 ? { kind: 'unfit', op } : { kind: 'fits', states: [...states.values()] };
}

interface Lead<O, M> {
  readonly slots: readonly (O | undefined)[];
  readonly slot: number;
  readonly moves: readonly M[];
  readonly left: number;
}

/** Every place in which the operation of that slot has had its moment, with that slot freed. */
function leadOn<S, O, M>(
  register: Register<S, O, M>,
  places: readonly Place<S>[],
  { slots, slot, moves, left }: Lead<O, M>,
): { readonly places: readonly Place<S>[]; readonly seen: number } {
  const bit = 1 << slot;
  const seen = new Set<string>();
  const arrived: Place<S>[] = [];
  const open: Place<S>[] = [];
  const take = (place: Place<S>): void => {
    const key = `${place.done} ${register.keyOf(place.state)}`;
    if (seen.has(key)) return;
    seen.add(key);
    if ((place.done & bit) === 0) open.push(place);
    else arrived.push({ state: place.state, done: place.done & ~bit });
  };
  for (const place of places) take(place);
  for (let place = open.pop(); place !== undefined && seen.size <= left; place = open.pop()) {
    for (const [at, op] of slots.entries()) {
      if (op === undefined || (place.done & (1 << at)) !== 0) continue;
      const done = place.done | (1 << at);
      const states = register.reach(place.state, op, moves);
      if (states === undefined) return { places: [], seen: Number.POSITIVE_INFINITY };
      for (const state of states) take({ state, done });
    }
  }
  return { places: arrived, seen: seen.size };
}
