import type { EventQueue } from '../../src/kernel/event-queue.ts';

/** The simplest queue there is, as the other opinion: a sorted array, every handle used once. */
export class SortedQueue implements EventQueue {
  readonly #entries: { handle: number; timeUs: number; order: number }[] = [];
  #given = 0;

  get size(): number {
    return this.#entries.length;
  }

  get earliest(): number {
    return this.#entries[0]?.timeUs ?? Number.POSITIVE_INFINITY;
  }

  push(timeUs: number, order: number): number {
    this.#insert(this.#given, timeUs, order);
    return this.#given++;
  }

  pop(): number {
    return this.#entries.shift()!.handle;
  }

  cancel(handle: number): boolean {
    const index = this.#entries.findIndex((entry) => entry.handle === handle);
    if (index >= 0) this.#entries.splice(index, 1);
    return index >= 0;
  }

  rearm(handle: number, timeUs: number, order: number): boolean {
    if (!this.cancel(handle)) return false;
    this.#insert(handle, timeUs, order);
    return true;
  }

  isPending(handle: number): boolean {
    return this.#entries.some((entry) => entry.handle === handle);
  }

  slotOf(handle: number): number {
    return handle;
  }

  #insert(handle: number, timeUs: number, order: number): void {
    const later = (entry: { timeUs: number; order: number }) =>
      entry.timeUs > timeUs || (entry.timeUs === timeUs && entry.order > order);
    const index = this.#entries.findIndex(later);
    const entry = { handle, timeUs, order };
    this.#entries.splice(index < 0 ? this.#entries.length : index, 0, entry);
  }
}
