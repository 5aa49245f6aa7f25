/**
 * model: every order of events of a small cluster within a bound, instead of drawn ones.
 *
 *   model.ts     what a model is (this file)
 *   search.ts    all states that can be reached, nearest first, and the shortest way to a bad one
 *   tuples.ts    the states that were seen
 *   interned.ts  plain data as small numbers, and the same with members changing places
 *   instants.ts  clocks as seen from now
 *   rows.ts      the store as the model has it
 *   member.ts    a member: the real protocol's pure step, carried out on plain data
 *   cluster.ts   members, store and messages between them as one model
 *   moves.ts     what can happen in it; describe.ts says it in words
 *   places.ts    members that are alike may change places: a state stands for up to n! states
 *   bounds.ts    what is walked: three checks, and how far they go
 *   check.ts     a selection is checked
 *   account.ts   what came of it, in words
 */

/** A finite system whose every move is known. `S` is plain and never changed. */
export interface Model<S> {
  readonly starts: readonly S[];
  /**
   * Every move from a state, in an order that is always the same. A move is a number that
   * {@link Model.describe} understands.
   */
  readonly next: (state: S, visit: (move: number, next: S) => void) => void;
  /** What must never be and is so here; states that are broken are not walked on from. */
  readonly broken: (state: S) => string | undefined;
  /**
   * The same numbers for states from which the same can follow, up to who is who; as many for each
   * state. They may be overwritten by the next call.
   */
  readonly key: (state: S) => ArrayLike<number>;
  /** A move and what came of it, for people. */
  readonly describe: (before: S, move: number, after: S) => string;
}
