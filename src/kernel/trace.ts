import type { Fingerprint } from './fingerprint.ts';
import { lanesToHex } from './fingerprint.ts';

/** One step of a run, as a trace keeps it. */
export interface TracedStep {
  /** 0 for the first step. */
  readonly index: number;
  readonly atUs: number;
  /** A kind's number; `Kernel.nameOf` tells its name. */
  readonly kind: number;
  readonly arg: number;
  /** After the step, with what its handler folded. */
  readonly fingerprint: string;
}

/** Steps per chunk; a trace grows by whole chunks, so that nothing is copied. */
const CHUNK = 1 << 14;

interface Chunk {
  readonly times: Float64Array;
  /** Four words per step: two lanes of the fingerprint, kind, arg. */
  readonly words: Int32Array;
}

/**
 * What happened at every step, in 24 bytes each: enough to say where two runs part, and at what.
 */
export class StepTrace {
  readonly #chunks: Chunk[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(fingerprint: Fingerprint, atUs: number, kind: number, arg: number): void {
    const index = this.#length++ % CHUNK;
    if (index === 0) {
      this.#chunks.push({ times: new Float64Array(CHUNK), words: new Int32Array(4 * CHUNK) });
    }
    const { times, words } = this.#chunks[this.#chunks.length - 1]!;
    times[index] = atUs;
    words[4 * index] = fingerprint.laneA;
    words[4 * index + 1] = fingerprint.laneB;
    words[4 * index + 2] = kind;
    words[4 * index + 3] = arg;
  }

  /** The step at this index; `undefined` past the end. */
  step(index: number): TracedStep | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const { times, words } = this.#chunks[Math.floor(index / CHUNK)]!;
    const at = index % CHUNK;
    return {
      index,
      atUs: times[at]!,
      kind: words[4 * at + 2]!,
      arg: words[4 * at + 3]!,
      fingerprint: lanesToHex(words[4 * at]!, words[4 * at + 1]!),
    };
  }

  /**
   * Index of the first step in which the two differ, or at which only one of them ended;
   * `undefined` when they are the same from beginning to end.
   */
  firstDifference(other: StepTrace): number | undefined {
    const shorter = Math.min(this.#length, other.#length);
    for (let index = 0; index < shorter; index++) {
      const chunk = Math.floor(index / CHUNK);
      if (!sameStep(this.#chunks[chunk]!, other.#chunks[chunk]!, index % CHUNK)) return index;
    }
    return this.#length === other.#length ? undefined : shorter;
  }
}

function sameStep(a: Chunk, b: Chunk, index: number): boolean {
  if (a.times[index] !== b.times[index]) return false;
  for (let word = 4 * index; word < 4 * index + 4; word++) {
    if (a.words[word] !== b.words[word]) return false;
  }
  return true;
}
