import type { Machine } from '../sim/machine.ts';
import { type Beginning, type Ending, onEach, param, type World } from './beginning.ts';
import type { ClockBooks } from './clock-books.ts';

const SECOND_US = 1_000_000;
/** Longer than any run, and exact when added to any time. */
const LONG_US = 2 ** 50;
/** A smear shorter than two seconds would make a clock stand still or run backwards. */
const SMEAR_SHARE_MAX = 0.5;

/** Wall clocks that run at another speed than their oscillators. */
export class SlewFaults {
  readonly #world: World;
  readonly #books: ClockBooks;

  constructor(world: World, books: ClockBooks) {
    this.#world = world;
    this.#books = books;
  }

  slew(beginning: Beginning): Ending {
    const { fault, bite } = beginning;
    const offsetUs = param(fault, 'offsetUs');
    const slewPpm = param(fault, 'slewPpm');
    return onEach(beginning, (machine) => {
      if (offsetUs === 0) return undefined;
      this.#books.touch(machine);
      machine.clock.stepWallUs(offsetUs);
      bite(machine);
      return lead(this.#world, this.#books, machine, -offsetUs, slewPpm);
    });
  }

  smear(beginning: Beginning): Ending {
    const { fault, bite } = beginning;
    const { durationUs } = fault;
    const lagUs = Math.min(SECOND_US, durationUs * SMEAR_SHARE_MAX);
    const ppm = durationUs === 0 ? 0 : Math.round((lagUs / durationUs) * 1e6);
    return onEach(beginning, (machine) => {
      if (ppm === 0) return undefined;
      const slewing = this.#books.slew(machine, -ppm, () => this.#world.sim.now);
      bite(machine);
      return () => machine.clock.stepWallUs(-slewing.stop());
    });
  }
}

/**
 * Leads a wall clock by an amount, at a speed in parts per million, and then leaves it. The answer
 * stops it before that, and says how far it came.
 */
export function lead(
  world: World,
  books: ClockBooks,
  machine: Machine,
  amountUs: number,
  ppm: number,
): () => number {
  const slewing = books.slew(machine, amountUs < 0 ? -ppm : ppm, () => world.sim.now);
  const neededUs = Math.min(LONG_US, Math.ceil((Math.abs(amountUs) / ppm) * 1e6));
  let ledUs = 0;
  const stop = (): number => {
    ledUs += slewing.stop();
    return ledUs;
  };
  slewing.whenStopped(world.later(neededUs, stop));
  return stop;
}
