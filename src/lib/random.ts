/**
 * A stream of random numbers, as everything outside the kernel sees it. The generator behind it is
 * the kernel's business; whoever draws is handed a stream of its own.
 */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform integer in [0, bound); bound is a positive integer up to 2^32. */
  below(bound: number): number;
}

/** True with a probability of `ppm` parts per million. */
export function chancePpm(random: Random, ppm: number): boolean {
  return ppm > 0 && random.below(1_000_000) < ppm;
}

/** Uniform integer in [low, high], both included. */
export function intBetween(random: Random, low: number, high: number): number {
  return low + Math.floor(random.float() * (high - low + 1));
}

/** Exponentially distributed with this mean; an integer, at least 0. */
export function exponential(random: Random, mean: number): number {
  // The absolute value, for the least draw would give a negative zero.
  return Math.round(Math.abs(Math.log(1 - random.float()) * mean));
}

/** Lognormally distributed with this median; `sigma` is the deviation of the logarithm. Integer. */
export function lognormal(random: Random, median: number, sigma: number): number {
  // Box and Muller (1958): one normal draw from two uniform ones.
  const radius = Math.sqrt(-2 * Math.log(1 - random.float()));
  const normal = radius * Math.cos(2 * Math.PI * random.float());
  return Math.round(median * Math.exp(sigma * normal));
}

/** Weibull distributed; a shape below 1 means that what has lasted goes on to last. Integer. */
export function weibull(random: Random, scale: number, shape: number): number {
  return Math.round(scale * Math.abs(Math.log(1 - random.float())) ** (1 / shape));
}

/** Pareto distributed from `scale` on: the smaller the shape, the heavier the tail. Integer. */
export function pareto(random: Random, scale: number, shape: number): number {
  return Math.round(scale / (1 - random.float()) ** (1 / shape));
}

/** One of the items, each equally likely. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.below(items.length)] as T;
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

/** Hands out streams by path: the same path gives the same draws, and no two paths share any. */
export interface Streams {
  stream(...path: readonly string[]): Random;
}

/**
 * A generator for one purpose of one thing, made in a fraction of a microsecond: for draws keyed by
 * job id, where a stream of the kernel's own per job would cost more than the job. The parts are
 * hashed with separators, so that ('a', 'bc') and ('ab', 'c') differ; then it is sfc32.
 */
export function hashedRandom(seed: string, ...parts: readonly (string | number)[]): Random {
  // FNV-1a and a second multiplicative hash side by side: 64 bits, so that among millions of jobs
  // no two are likely to share a sequence.
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (let p = -1; p < parts.length; p++) {
    const text = p < 0 ? seed : String(parts[p]);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      one = Math.imul(one ^ code, 0x01000193);
      two = Math.imul(two ^ code, 0x5bd1e995) ^ (two >>> 15);
    }
    // No UTF-16 unit has this value, so a part cannot contain the separator.
    one = Math.imul(one ^ 0x10000, 0x01000193);
    two = Math.imul(two ^ 0x10000, 0x5bd1e995) ^ (two >>> 15);
  }
  return new SmallFast(one, two);
}

/** sfc32 (Doty-Humphrey): 128 bits of state, of which the last word is a counter. */
class SmallFast implements Random {
  #a: number;
  #b: number;
  #c = 0x2545f491;
  #counter = 1;

  constructor(one: number, two: number) {
    this.#a = one | 0;
    this.#b = two | 0;
    for (let i = 0; i < 12; i++) this.#next();
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  float(): number {
    const high = this.#next() >>> 5;
    return (high * 0x4000000 + (this.#next() >>> 6)) / 0x20000000000000;
  }

  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }
}
