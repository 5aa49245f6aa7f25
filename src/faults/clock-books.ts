import type { Machine } from '../sim/machine.ts';
import type { Ending } from './beginning.ts';

/** Where the sum of overlapping faults ends: beyond it an oscillator hardly runs at all. */
const SUM_PPM_MAX = 900_000;

/** What a clock was like before the first fault hit it, and what makes it wrong now. */
interface Touched {
  readonly ownRatePpm: number;
  /** Of the wall clock at the first touch: what the machine had by itself. */
  readonly ownErrorUs: number;
  /** By fault. */
  readonly ratesPpm: Map<string, number>;
  /** How many faults make the wall clock stand still. */
  frozenBy: number;
  /** Who leads the wall clock, each by an end of its own. */
  readonly leading: Set<Slewing>;
}

/**
 * What faults do to clocks, per machine, so that each fault can take back its own and the heal the
 * rest. Every machine that a fault of clocks hits is entered before it is changed.
 */
export class ClockBooks {
  readonly #touched = new Map<Machine, Touched>();

  /** Enters a machine as it is now, unless it is entered. */
  touch(machine: Machine): Touched {
    const before = this.#touched.get(machine);
    if (before !== undefined) return before;
    const touched: Touched = {
      ownRatePpm: machine.clock.ratePpm,
      ownErrorUs: machine.clock.wallErrorUs(),
      ratesPpm: new Map(),
      frozenBy: 0,
      leading: new Set(),
    };
    this.#touched.set(machine, touched);
    return touched;
  }

  /** Adds to the rate error of a machine; 0 takes it back. True when the rate is another now. */
  rate(machine: Machine, fault: string, ratePpm: number): boolean {
    const { ownRatePpm, ratesPpm } = this.touch(machine);
    if (ratePpm === 0) ratesPpm.delete(fault);
    else ratesPpm.set(fault, ratePpm);
    let sumPpm = ownRatePpm;
    for (const extra of ratesPpm.values()) sumPpm += extra;
    const before = machine.clock.ratePpm;
    machine.clock.setRatePpm(Math.max(-SUM_PPM_MAX, Math.min(SUM_PPM_MAX, sumPpm)));
    return machine.clock.ratePpm !== before;
  }

  freeze(machine: Machine): Ending {
    const touched = this.touch(machine);
    touched.frozenBy++;
    machine.clock.freezeWall();
    return () => {
      touched.frozenBy--;
      if (touched.frozenBy === 0) machine.clock.thawWall();
    };
  }

  /** Leads the wall clock of a machine, in parts per million, until the slewing is stopped. */
  slew(machine: Machine, ppm: number, now: () => number): Slewing {
    const slewing = new Slewing(machine, ppm, now, this.touch(machine).leading);
    slewing.begin();
    return slewing;
  }

  /** Every fault has ended: what still leads a clock stops, and the clocks are set right. */
  heal(): void {
    for (const [machine, { ownErrorUs, leading }] of this.#touched) {
      for (const slewing of [...leading]) slewing.stop();
      machine.timeDaemon?.settle();
      const backUs = ownErrorUs - machine.clock.wallErrorUs();
      if (backUs !== 0) machine.clock.stepWallUs(backUs);
    }
    this.#touched.clear();
  }
}

/** One who leads a wall clock away or back, at its own speed, until stopped. */
export class Slewing {
  readonly #machine: Machine;
  readonly #ppm: number;
  readonly #now: () => number;
  readonly #leading: Set<Slewing>;
  #sinceUs = 0;
  #cancel = (): void => {};

  constructor(machine: Machine, ppm: number, now: () => number, leading: Set<Slewing>) {
    this.#machine = machine;
    this.#ppm = ppm;
    this.#now = now;
    this.#leading = leading;
  }

  begin(): void {
    this.#sinceUs = this.#now();
    this.#leading.add(this);
    this.#machine.clock.setSlewPpm(this, this.#ppm);
  }

  /** What is to be taken back when it stops: the event that would have stopped it. */
  whenStopped(cancel: () => void): void {
    this.#cancel = cancel;
  }

  /** Stops; the answer is how far it has led the clock, in microseconds. Again: 0. */
  stop(): number {
    if (!this.#leading.delete(this)) return 0;
    this.#cancel();
    this.#machine.clock.setSlewPpm(this, 0);
    const spanUs = this.#now() - this.#sinceUs;
    const seconds = Math.floor(spanUs / 1e6);
    return seconds * this.#ppm + Math.round(((spanUs - seconds * 1e6) * this.#ppm) / 1e6);
  }
}
