import { assert } from '../../lib/assert.ts';

/** Slots stay at least half empty, so that a free one is near. */
const SLOTS_PER_TUPLE = 2;
const FIRST_CAPACITY = 1_024;

/** A set of lists of numbers, all of one length and of 32 bits each, millions of them. */
export class Tuples {
  #size = 0;
  #width = 0;
  #capacity = 0;
  #numbers = new Int32Array(0);
  /** By hash: the place of a tuple and 1, or 0. */
  #slots = new Int32Array(0);

  get size(): number {
    return this.#size;
  }

  has(tuple: ArrayLike<number>): boolean {
    return this.#size > 0 && this.#slots[this.#slotOf(tuple)] !== 0;
  }

  /** False when it was there before. */
  add(tuple: ArrayLike<number>): boolean {
    if (this.#capacity === 0) this.#width = tuple.length;
    assert(tuple.length === this.#width, () => `${tuple.length} numbers, not ${this.#width}`);
    if (this.#size === this.#capacity) this.#grow();
    const slot = this.#slotOf(tuple);
    if (this.#slots[slot] !== 0) return false;
    this.#numbers.set(tuple, this.#size * this.#width);
    this.#size += 1;
    this.#slots[slot] = this.#size;
    return true;
  }

  /** Where it is, or where it would be. */
  #slotOf(tuple: ArrayLike<number>): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hash = 0;
    for (let i = 0; i < tuple.length; i++) {
      hash = Math.imul(hash ^ (tuple[i] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let slot = hash & mask;
    for (let place = slots[slot] as number; place !== 0; place = slots[slot] as number) {
      if (this.#isAt(place - 1, tuple)) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isAt(place: number, tuple: ArrayLike<number>): boolean {
    const numbers = this.#numbers;
    const from = place * this.#width;
    for (let i = 0; i < tuple.length; i++) if (numbers[from + i] !== tuple[i]) return false;
    return true;
  }

  #grow(): void {
    const former = this.#numbers;
    const count = this.#size;
    this.#capacity = Math.max(FIRST_CAPACITY, 2 * this.#capacity);
    this.#numbers = new Int32Array(this.#capacity * this.#width);
    this.#numbers.set(former);
    this.#slots = new Int32Array(this.#capacity * SLOTS_PER_TUPLE);
    for (let place = 0; place < count; place++) {
      const tuple = former.subarray(place * this.#width, (place + 1) * this.#width);
      this.#slots[this.#slotOf(tuple)] = place + 1;
    }
  }
}
