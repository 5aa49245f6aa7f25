/**
 * A 64-bit fingerprint of everything that happened, in the order it happened: two lanes of 32 bits,
 * each multiplied and rotated per word. For a fixed state a lane maps different words to different
 * states, so one differing word always shows; later words can hide it only by chance (2^-64). It is
 * no defence against somebody who wants a collision.
 */
export class Fingerprint {
  #a = 0x243f6a88;
  #b = 0x85a308d3 | 0;

  /** Mixes in one word; of a number only the low 32 bits of its integer part count. */
  fold(word: number): void {
    this.#a = mixA(this.#a, word);
    this.#b = mixB(this.#b, word);
  }

  /** Three words at once, which is what the kernel folds at every step. */
  fold3(first: number, second: number, third: number): void {
    this.#a = mixA(mixA(mixA(this.#a, first), second), third);
    this.#b = mixB(mixB(mixB(this.#b, first), second), third);
  }

  /** The two lanes as they stand, for a trace that compares step by step. */
  get laneA(): number {
    return this.#a;
  }

  get laneB(): number {
    return this.#b;
  }

  /** 16 hex digits. */
  hex(): string {
    return lanesToHex(this.#a, this.#b);
  }
}

/** Two lanes as 16 hex digits, each bit of which depends on every bit of its lane. */
export const lanesToHex = (a: number, b: number): string => hex8(avalanche(a)) + hex8(avalanche(b));

function mixA(lane: number, word: number): number {
  const x = lane ^ word;
  return Math.imul((x << 13) | (x >>> 19), 0x9e3779b1);
}

function mixB(lane: number, word: number): number {
  const x = (lane + word) | 0;
  return Math.imul((x << 17) | (x >>> 15), 0x85ebca6b);
}

/** The finisher of MurmurHash3: a bijection on 32 bits. */
function avalanche(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

const hex8 = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
