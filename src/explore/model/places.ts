import { required } from '../../lib/assert.ts';

/** Every order of 0 … count - 1, the given one first. */
export function permutations(count: number): readonly (readonly number[])[] {
  const all: (readonly number[])[] = [];
  const grow = (front: readonly number[]): void => {
    if (front.length === count) all.push(front);
    for (let i = 0; i < count; i++) if (!front.includes(i)) grow([...front, i]);
  };
  grow([]);
  return all;
}

/** What a value becomes when members change places. */
export interface Movable {
  moved(id: number, permutation: number): number;
}

/**
 * The least of the forms that a state takes when members that are alike change places: one key for
 * up to n! states. A state is a list of numbers: `fixed` ones that name no member, then that of the
 * rows, then one for each member.
 */
export class Places {
  readonly #permutations: readonly (readonly number[])[];
  readonly #fixed: number;
  readonly #rows: Movable;
  readonly #members: Movable;
  readonly #form: number[];
  readonly #least: number[];

  constructor(
    all: readonly (readonly number[])[],
    fixed: number,
    movables: { readonly rows: Movable; readonly members: Movable },
  ) {
    this.#permutations = all;
    this.#fixed = fixed;
    this.#rows = movables.rows;
    this.#members = movables.members;
    const count = required(all[0], 'an order').length + 1;
    this.#form = new Array<number>(count).fill(0);
    this.#least = new Array<number>(fixed + count).fill(0);
  }

  /** The same array each time. */
  key(state: readonly number[]): readonly number[] {
    const [least, fixed] = [this.#least, this.#fixed];
    for (let i = 0; i < fixed; i++) least[i] = state[i] as number;
    for (let p = 0; p < this.#permutations.length; p++) {
      this.#move(state, p);
      if (p === 0 || this.#isLess()) {
        for (let i = 0; i < this.#form.length; i++) least[fixed + i] = this.#form[i] as number;
      }
    }
    return least;
  }

  #move(state: readonly number[], p: number): void {
    const form = this.#form;
    const fixed = this.#fixed;
    const to = this.#permutations[p] as readonly number[];
    form[0] = this.#rows.moved(state[fixed] as number, p);
    for (let m = 0; m < to.length; m++) {
      form[1 + (to[m] as number)] = this.#members.moved(state[fixed + 1 + m] as number, p);
    }
  }

  #isLess(): boolean {
    const [form, least, fixed] = [this.#form, this.#least, this.#fixed];
    for (let i = 0; i < form.length; i++) {
      const [a, b] = [form[i] as number, least[fixed + i] as number];
      if (a !== b) return a < b;
    }
    return false;
  }
}
