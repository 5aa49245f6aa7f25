import { assert } from '../../lib/assert.ts';
import { Heap } from './heap.ts';

interface Entry<T> {
  readonly dueUs: number;
  readonly seq: number;
  readonly item: T;
}

/**
 * Items in order of their due time, first in first out among equals. Items that lost their meaning
 * stay until their time comes; the caller asks each one when it is taken.
 */
export class DueQueue<T> {
  readonly #heap = new Heap<Entry<T>>((a, b) =>
    a.dueUs !== b.dueUs ? a.dueUs < b.dueUs : a.seq < b.seq,
  );
  #seq = 0;

  get size(): number {
    return this.#heap.size;
  }

  /** The earliest due time, if there is any. */
  peekUs(): number | undefined {
    return this.#heap.peek()?.dueUs;
  }

  push(dueUs: number, item: T): void {
    assert(Number.isFinite(dueUs), () => `due at ${dueUs}`);
    this.#heap.push({ dueUs, seq: this.#seq++, item });
  }

  /** Takes the earliest item if it is due by `nowUs`. */
  popDue(nowUs: number): T | undefined {
    const first = this.#heap.peek();
    if (first === undefined || first.dueUs > nowUs) return undefined;
    this.#heap.pop();
    return first.item;
  }
}
