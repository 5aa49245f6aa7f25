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
  readonly #codes: number[];

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
    this.#least = new Array<number>(count).fill(0);
    this.#codes = new Array<number>(2 * (fixed + count)).fill(0);
  }

  key(state: readonly number[]): string {
    const least = this.#least;
    for (let p = 0; p < this.#permutations.length; p++) {
      const form = this.#moved(state, p);
      if (p === 0 || isLess(form, least)) {
        for (let i = 0; i < form.length; i++) least[i] = form[i] as number;
      }
    }
    const codes = this.#codes;
    let at = 0;
    for (let i = 0; i < this.#fixed; i++) at = put(codes, at, state[i] as number);
    for (let i = 0; i < least.length; i++) at = put(codes, at, least[i] as number);
    return String.fromCharCode.apply(null, codes);
  }

  #moved(state: readonly number[], p: number): readonly number[] {
    const form = this.#form;
    const to = this.#permutations[p] as readonly number[];
    form[0] = this.#rows.moved(state[this.#fixed] as number, p);
    for (let m = 0; m < to.length; m++) {
      form[1 + (to[m] as number)] = this.#members.moved(state[this.#fixed + 1 + m] as number, p);
    }
    return form;
  }
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return (a[i] as number) < (b[i] as number);
  }
  return false;
}

/** Two characters hold any number of 32 bits. */
function put(codes: number[], at: number, value: number): number {
  codes[at] = value & 0xffff;
  codes[at + 1] = value >>> 16;
  return at + 2;
}
