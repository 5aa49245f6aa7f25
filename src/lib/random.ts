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
  return Math.round(-Math.log(1 - random.float()) * mean);
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
