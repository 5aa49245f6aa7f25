import { assert } from '../lib/assert.ts';

/**
 * What is pending, ordered by (time, order). A pending event lives in a *slot*, a small integer that
 * the kernel's records are kept under; to the outside it is known by a *handle*, which is the slot
 * together with the slot's generation, so that a handle kept too long is refused instead of hitting
 * whoever lives in the slot now. Any structure that honours this interface will do.
 */
export interface EventQueue {
  readonly size: number;
  /** Time of the earliest event, in µs; infinite when nothing is pending. */
  readonly earliest: number;
  /** Adds an event and answers with its handle; the slot is `slotOf(handle)`. */
  push(timeUs: number, order: number): number;
  /** Takes the earliest event out and answers with its slot; the queue must not be empty. */
  pop(): number;
  /** Takes a pending event out; false when the handle is no longer pending. */
  cancel(handle: number): boolean;
  /** Moves a pending event in place; false when the handle is no longer pending. */
  rearm(handle: number, timeUs: number, order: number): boolean;
  isPending(handle: number): boolean;
}

/** A handle is 31 bits, for that is what V8 holds in a word without allocating. */
const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const MAX_SLOTS = 1 << SLOT_BITS;
const MAX_GENERATION = (1 << (31 - SLOT_BITS)) - 1;

/** The slot within a handle. */
export const slotOf = (handle: number): number => handle & SLOT_MASK;

/** Index of the root: with three places unused in front, every group of children starts at 4k. */
const ROOT = 3;
/** Position of a slot that is not in the heap. */
const ABSENT = 0;
const FIRST_CAPACITY = 64;

/**
 * An indexed 4-ary heap on typed arrays. Keys are inline (`keys[2i]` is the time at heap place i and
 * `keys[2i + 1]` its order), so that a comparison touches one line of cache; `slots[i]` is who is
 * there and `places[slot]` leads back, which is what makes cancel and rearm real instead of leaving
 * dead entries to be popped later: with election timers that are re-armed at every message those
 * outnumber the living twenty to one.
 *
 *   place      3 | 4 5 6 7 | 8 9 10 11 | ...      children of i: 4(i - 2) .. 4(i - 2) + 3
 */
export class HeapQueue implements EventQueue {
  #keys = new Float64Array(2 * (FIRST_CAPACITY + ROOT + 1));
  #slots = new Int32Array(FIRST_CAPACITY + ROOT + 1);
  /** Heap place past the last. */
  #end = ROOT;
  #places = new Int32Array(FIRST_CAPACITY);
  #generations = new Uint16Array(FIRST_CAPACITY);
  /** Slots to use again, the hottest on top. */
  #free = new Int32Array(FIRST_CAPACITY);
  #freeCount = 0;
  /** Slots handed out so far, those now free included. */
  #known = 0;
  /** Slots whose generations are used up, oldest first, and how many of them came back. */
  readonly #retired: number[] = [];
  #revived = 0;

  get size(): number {
    return this.#end - ROOT;
  }

  get earliest(): number {
    return this.#end === ROOT ? Number.POSITIVE_INFINITY : this.#keys[2 * ROOT]!;
  }

  push(timeUs: number, order: number): number {
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#newSlot();
    this.#siftUp(this.#end++, slot, timeUs, order);
    return (this.#generations[slot]! << SLOT_BITS) | slot;
  }

  pop(): number {
    assert(this.#end > ROOT, 'pop from an empty queue');
    const slot = this.#slots[ROOT]!;
    this.#removeAt(ROOT);
    this.#release(slot);
    return slot;
  }

  cancel(handle: number): boolean {
    if (!this.isPending(handle)) return false;
    const slot = handle & SLOT_MASK;
    this.#removeAt(this.#places[slot]!);
    this.#release(slot);
    return true;
  }

  rearm(handle: number, timeUs: number, order: number): boolean {
    if (!this.isPending(handle)) return false;
    const slot = handle & SLOT_MASK;
    this.#settle(this.#places[slot]!, slot, timeUs, order);
    return true;
  }

  isPending(handle: number): boolean {
    const slot = handle & SLOT_MASK;
    return (
      handle >= 0 &&
      slot < this.#known &&
      this.#generations[slot] === handle >>> SLOT_BITS &&
      this.#places[slot] !== ABSENT
    );
  }

  /** Takes the entry at `place` out of the heap; the last one fills the gap. */
  #removeAt(place: number): void {
    const last = --this.#end;
    if (place === last) return;
    const keys = this.#keys;
    this.#settle(place, this.#slots[last]!, keys[2 * last]!, keys[2 * last + 1]!);
  }

  /** Puts an entry where it belongs, starting from a place whose own entry is to be overwritten. */
  #settle(place: number, slot: number, timeUs: number, order: number): void {
    if (place > ROOT) {
      const parent = (place >> 2) + 2;
      const parentTime = this.#keys[2 * parent]!;
      if (timeUs < parentTime || (timeUs === parentTime && order < this.#keys[2 * parent + 1]!)) {
        this.#siftUp(place, slot, timeUs, order);
        return;
      }
    }
    this.#siftDown(place, slot, timeUs, order);
  }

  #siftUp(from: number, slot: number, timeUs: number, order: number): void {
    const keys = this.#keys;
    const slots = this.#slots;
    const places = this.#places;
    let place = from;
    while (place > ROOT) {
      const parent = (place >> 2) + 2;
      const parentTime = keys[2 * parent]!;
      const parentOrder = keys[2 * parent + 1]!;
      if (parentTime < timeUs || (parentTime === timeUs && parentOrder < order)) break;
      const moved = slots[parent]!;
      keys[2 * place] = parentTime;
      keys[2 * place + 1] = parentOrder;
      slots[place] = moved;
      places[moved] = place;
      place = parent;
    }
    keys[2 * place] = timeUs;
    keys[2 * place + 1] = order;
    slots[place] = slot;
    places[slot] = place;
  }

  #siftDown(from: number, slot: number, timeUs: number, order: number): void {
    const keys = this.#keys;
    const slots = this.#slots;
    const places = this.#places;
    const end = this.#end;
    let place = from;
    for (;;) {
      const first = 4 * (place - 2);
      if (first >= end) break;
      const stop = Math.min(first + 4, end);
      let best = first;
      let bestTime = keys[2 * first]!;
      let bestOrder = keys[2 * first + 1]!;
      for (let child = first + 1; child < stop; child++) {
        const time = keys[2 * child]!;
        if (time < bestTime || (time === bestTime && keys[2 * child + 1]! < bestOrder)) {
          best = child;
          bestTime = time;
          bestOrder = keys[2 * child + 1]!;
        }
      }
      if (timeUs < bestTime || (timeUs === bestTime && order < bestOrder)) break;
      const moved = slots[best]!;
      keys[2 * place] = bestTime;
      keys[2 * place + 1] = bestOrder;
      slots[place] = moved;
      places[moved] = place;
      place = best;
    }
    keys[2 * place] = timeUs;
    keys[2 * place + 1] = order;
    slots[place] = slot;
    places[slot] = place;
  }

  #release(slot: number): void {
    this.#places[slot] = ABSENT;
    const generation = this.#generations[slot]!;
    if (generation === MAX_GENERATION) {
      this.#retired.push(slot);
      return;
    }
    this.#generations[slot] = generation + 1;
    this.#free[this.#freeCount++] = slot;
  }

  /**
   * A slot never used before. Only when there are no more, the one retired longest ago starts over:
   * by then two thousand million events have passed, and a handle that old is taken to be forgotten.
   */
  #newSlot(): number {
    if (this.#known === MAX_SLOTS) {
      assert(this.#revived < this.#retired.length, `more than ${MAX_SLOTS} events are pending`);
      const slot = this.#retired[this.#revived++]!;
      this.#generations[slot] = 0;
      return slot;
    }
    if (this.#known === this.#places.length) this.#grow();
    return this.#known++;
  }

  #grow(): void {
    const capacity = 2 * this.#places.length;
    const bigger = <A extends Float64Array | Int32Array | Uint16Array>(old: A, fresh: A): A => {
      fresh.set(old);
      return fresh;
    };
    this.#keys = bigger(this.#keys, new Float64Array(2 * (capacity + ROOT + 1)));
    this.#slots = bigger(this.#slots, new Int32Array(capacity + ROOT + 1));
    this.#places = bigger(this.#places, new Int32Array(capacity));
    this.#generations = bigger(this.#generations, new Uint16Array(capacity));
    this.#free = bigger(this.#free, new Int32Array(capacity));
  }
}
