import seedrandom from 'seedrandom';
import type { Random, Streams } from '../lib/random.ts';

/** The root of all randomness in a run: a seed that others fork streams from. */
export interface Rng extends Streams {
  readonly seed: string;
  /**
   * A generator of its own, a function of the seed and the path alone: asking twice gives two
   * generators with the same draws, and a draw from one stream moves no other.
   */
  stream(...path: readonly string[]): Random;
}

/**
 * How many draws of a stream are lost before anybody gets one: 0 for those that are left alone. A
 * stream that loses draws is what it would be if the code had drawn from it once more beforehand;
 * so a run that comes out the same with lost draws survives such a change of the code.
 */
export type LostDraws = (path: readonly string[]) => number;

/** A root for this seed; any text is a seed. */
export function createRng(seed: string, lostDraws?: LostDraws): Rng {
  return {
    seed,
    stream: (...path) => {
      // JSON keeps the parts apart whatever characters they hold: ('a', 'b') is not ('a,b').
      const random = new AleaRandom(JSON.stringify([seed, ...path]));
      for (let lost = lostDraws?.(path) ?? 0; lost > 0; lost--) random.float();
      return random;
    },
  };
}

/** Baagøe's Alea, seeded by a text; 53 bits per draw. */
class AleaRandom implements Random {
  readonly #generator: seedrandom.PRNG;

  constructor(text: string) {
    this.#generator = seedrandom.alea(text);
  }

  float(): number {
    return this.#generator.double();
  }

  below(bound: number): number {
    return Math.floor(this.#generator.double() * bound);
  }
}
