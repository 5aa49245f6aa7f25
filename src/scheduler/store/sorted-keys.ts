import { assert } from '../../lib/assert.ts';

/** A chunk that has grown to this is split in two. */
const CHUNK_MAX = 512;

/**
 * A set of strings in order of their code units. Arrays of bounded length, found by bisection: a
 * key among tens of thousands moves only its neighbours when it comes or goes.
 */
export class SortedKeys {
  /** None is empty. */
  #chunks: string[][] = [];

  constructor(keys: Iterable<string> = []) {
    const sorted = [...new Set(keys)].sort();
    for (let at = 0; at < sorted.length; at += CHUNK_MAX / 2) {
      this.#chunks.push(sorted.slice(at, at + CHUNK_MAX / 2));
    }
  }

  add(key: string): void {
    if (this.#chunks.length === 0) this.#chunks.push([]);
    const place = this.#chunkOf(key);
    const chunk = this.#chunks[place] as string[];
    const at = firstAtLeast(chunk, key);
    if (chunk[at] === key) return;
    chunk.splice(at, 0, key);
    if (chunk.length < CHUNK_MAX) return;
    this.#chunks.splice(place + 1, 0, chunk.splice(CHUNK_MAX / 2));
  }

  delete(key: string): void {
    const place = this.#chunkOf(key);
    const chunk = this.#chunks[place] ?? [];
    const at = firstAtLeast(chunk, key);
    assert(chunk[at] === key, () => `${key} is not there`);
    chunk.splice(at, 1);
    if (chunk.length === 0) this.#chunks.splice(place, 1);
  }

  /** Those that are not before this one. They must not change while somebody goes through them. */
  *from(key: string): Generator<string> {
    let place = this.#chunkOf(key);
    let at = firstAtLeast(this.#chunks[place] ?? [], key);
    for (; place < this.#chunks.length; place++, at = 0) {
      const chunk = this.#chunks[place] as string[];
      for (; at < chunk.length; at++) yield chunk[at] as string;
    }
  }

  /** The last chunk that does not begin after the key, or the first. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#chunks[middle]?.[0] as string) <= key) low = middle;
      else high = middle;
    }
    return low;
  }
}

function firstAtLeast(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
