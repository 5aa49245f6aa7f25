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

/** A root for this seed; any text is a seed. */
export function createRng(seed: string): Rng {
  return {
    seed,
    // JSON keeps the parts apart whatever characters they hold: ('a', 'b') is not ('a,b').
    stream: (...path) => new AleaRandom(JSON.stringify([seed, ...path])),
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
