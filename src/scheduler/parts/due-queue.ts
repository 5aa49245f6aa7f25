import { assert } from '../../lib/assert.ts';

interface Entry<T> {
  readonly dueUs: number;
  readonly seq: number;
  readonly item: T;
}

/**
 * Items in order of their due time, first in first out among equals: a binary heap. Items that lost
 * their meaning stay until their time comes; the caller asks each one when it is taken.
 */
export class DueQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #seq = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest due time, if there is any. */
  peekUs(): number | undefined {
    return this.#heap[0]?.dueUs;
  }

  push(dueUs: number, item: T): void {
    assert(Number.isFinite(dueUs), () => `due at ${dueUs}`);
    const heap = this.#heap;
    const entry = { dueUs, seq: this.#seq++, item };
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Entry<T>;
      if (before(above, entry)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  /** Takes the earliest item if it is due by `nowUs`. */
  popDue(nowUs: number): T | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueUs > nowUs) return undefined;
    const last = this.#heap.pop() as Entry<T>;
    if (this.#heap.length > 0) this.#sink(last);
    return first.item;
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      const right = child + 1;
      if (right < heap.length && before(heap[right] as Entry<T>, heap[child] as Entry<T>)) {
        child = right;
      }
      if (before(entry, heap[child] as Entry<T>)) break;
      heap[at] = heap[child] as Entry<T>;
      at = child;
    }
    heap[at] = entry;
  }
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.dueUs !== b.dueUs ? a.dueUs < b.dueUs : a.seq < b.seq;
}
