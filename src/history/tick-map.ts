import type { WallUs } from '../lib/units.ts';
import type { TickId } from './fact.ts';

/**
 * A map whose keys are ticks, compared by what they say: a tick arrives as a new object in every
 * fact, and joining schedule and time to a text per fact would cost more than the look-up.
 */
export class TickMap<V> {
  readonly #schedules = new Map<string, Map<WallUs, V>>();

  get(tick: TickId): V | undefined {
    return this.#schedules.get(tick.schedule)?.get(tick.nominalUs);
  }

  has(tick: TickId): boolean {
    return this.#schedules.get(tick.schedule)?.has(tick.nominalUs) === true;
  }

  set(tick: TickId, value: V): void {
    let ticks = this.#schedules.get(tick.schedule);
    if (ticks === undefined) {
      ticks = new Map();
      this.#schedules.set(tick.schedule, ticks);
    }
    ticks.set(tick.nominalUs, value);
  }

  /** The value, made by `make` and kept where there was none. */
  getOrMake(tick: TickId, make: (tick: TickId) => V): V {
    const known = this.get(tick);
    if (known !== undefined) return known;
    const made = make(tick);
    this.set(tick, made);
    return made;
  }

  /** True when it was there. */
  delete(tick: TickId): boolean {
    return this.#schedules.get(tick.schedule)?.delete(tick.nominalUs) === true;
  }

  get size(): number {
    let size = 0;
    for (const ticks of this.#schedules.values()) size += ticks.size;
    return size;
  }

  /** Schedule by schedule, in the order they were first seen. */
  *values(): Iterable<V> {
    for (const ticks of this.#schedules.values()) yield* ticks.values();
  }
}

/** A tick in text, as reports and summaries name it. */
export const tickText = (tick: TickId): string => `${tick.schedule}@${tick.nominalUs}`;
