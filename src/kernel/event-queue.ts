import { assert, InvariantBroken } from '../lib/assert.ts';

/**
 * What is pending, ordered by (time, order). A pending event lives in a *slot*, a small integer
 * that the kernel's records are kept under; to the outside it is known by a *handle*, which is the
 * slot together with the slot's generation, so that a handle kept too long is refused instead of
 * hitting whoever lives in the slot now. Any structure that honours this interface will do.
 */
export interface EventQueue {
  readonly size: number;
  /** Time of the earliest event, in µs; infinite when nothing is pending. */
  readonly earliest: number;
  /** Adds an event and answers with its handle; its record goes under `slotOf(handle)`. */
  push(timeUs: number, order: number): number;
  /** Takes the earliest event out and answers with its slot; the queue must not be empty. */
  pop(): number;
  /** Takes a pending event out; false when the handle is no longer pending. */
  cancel(handle: number): boolean;
  /** Moves a pending event in place; false when the handle is no longer pending. */
  rearm(handle: number, timeUs: number, order: number): boolean;
  isPending(handle: number): boolean;
  /** The slot within a handle. */
  slotOf(handle: number): number;
}

/** A handle is 31 bits, for that is what V8 holds in a word without allocating. */
const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const MAX_SLOTS = 1 << SLOT_BITS;
const MAX_GENERATION = (1 << (31 - SLOT_BITS)) - 1;

/** Index of the root: with three places unused in front, every group of children starts at 4k. */
const ROOT = 3;
/** Position of a slot that is not in the heap. */
const ABSENT = 0;
const FIRST_CAPACITY = 64;

/**
 * An indexed 4-ary heap on typed arrays. Keys are inline (`keys[2i]` is the time at heap place i
 * and `keys[2i + 1]` its order), so that a comparison touches one line of cache; `slots[i]` is who
 * is there and `places[slot]` leads back, which is what makes cancel and rearm real instead of
 * leaving dead entries to be popped later: with election timers that are re-armed at every message
 * those outnumber the living twenty to one.
 *
 *   place      3 | 4 5 6 7 | 8 9 10 11 | ...      children of i: 4(i - 2) .. 4(i - 2) + 3
 */
export class HeapQueue implements EventQueue {
  #keys = new Float64Array(2 * (FIRST_CAPACITY + ROOT + 1));
  #slots = new Int32Array(FIRST_CAPACITY + ROOT + 1);
  /** Heap place past the last. */
  #end = ROOT;
  /**
   * The root was popped but still stands there, least of all, until the next push takes its place
   * or the next look at the earliest fills it: an event usually leads to another, and that saves a
   * sift.
   */
  #vacant = false;
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
    return this.#end - ROOT - (this.#vacant ? 1 : 0);
  }

  get earliest(): number {
    if (this.#vacant) this.#fillRoot();
    return this.#end === ROOT ? Number.POSITIVE_INFINITY : this.#keys[2 * ROOT]!;
  }

  push(timeUs: number, order: number): number {
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#newSlot();
    if (this.#vacant) {
      this.#vacant = false;
      this.#siftDown(ROOT, slot, timeUs, order);
    } else {
      this.#siftUp(this.#end++, slot, timeUs, order);
    }
    return (this.#generations[slot]! << SLOT_BITS) | slot;
  }

  pop(): number {
    if (this.#vacant) this.#fillRoot();
    if (this.#end === ROOT) throw new InvariantBroken('pop from an empty queue');
    const slot = this.#slots[ROOT]!;
    this.#keys[2 * ROOT] = Number.NEGATIVE_INFINITY;
    this.#vacant = true;
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

  slotOf(handle: number): number {
    return handle & SLOT_MASK;
  }

  /** Carries out the pop that was put off. */
  #fillRoot(): void {
    this.#vacant = false;
    this.#removeAt(ROOT);
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
      const best = first + 4 <= end ? leastOfFour(keys, first) : leastOfFew(keys, first, end);
      const bestTime = keys[2 * best]!;
      const bestOrder = keys[2 * best + 1]!;
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
   * by then two thousand million events have passed, and a handle that old is taken to be
   * forgotten.
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

/** 1 when the entry at place b comes before the one at place a, else 0; without a branch. */
function before(keys: Float64Array, a: number, b: number): number {
  const timeA = keys[2 * a]!;
  const timeB = keys[2 * b]!;
  return (
    Number(timeB < timeA) | (Number(timeB === timeA) & Number(keys[2 * b + 1]! < keys[2 * a + 1]!))
  );
}

/** The least of a full group of siblings. It cannot be predicted which, hence no branches. */
function leastOfFour(keys: Float64Array, first: number): number {
  const left = first + before(keys, first, first + 1);
  const right = first + 2 + before(keys, first + 2, first + 3);
  return left + (right - left) * before(keys, left, right);
}

/** The least of the last group, which may be short. */
function leastOfFew(keys: Float64Array, first: number, end: number): number {
  let best = first;
  for (let place = first + 1; place < end; place++) {
    if (before(keys, best, place) === 1) best = place;
  }
  return best;
}
