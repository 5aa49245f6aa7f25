import type { Machine } from '../sim/machine.ts';
import {
  type Beginning,
  type Ending,
  type Family,
  onEach,
  param,
  type World,
} from './beginning.ts';
import type { ClockBooks } from './clock-books.ts';
import { SlewFaults } from './clock-slews.ts';
import type { ClockKind } from './plan.ts';
import { TimeServerFaults } from './time-server-faults.ts';
import { ZoneFaults } from './zone-faults.ts';

const SECOND_US = 1_000_000;

/**
 * Rates and slews of faults that overlap on one machine add up, and so do steps. What a fault did
 * to the oscillator ends with it; what a wrong rate, a step or a slew did to the wall clock lasts,
 * until `heal` steps those clocks back to the error that they had by themselves.
 */
export function createClockFaults(world: World, books: ClockBooks): Family<ClockKind> {
  const faults = new ClockFaults(world, books);
  const slews = new SlewFaults(world, books);
  const servers = new TimeServerFaults(world, books);
  const zones = new ZoneFaults(world);
  return {
    begin: {
      'clock-rate': (b) => faults.rate(b),
      'clock-step': (b) => faults.step(b),
      'clock-strobe': (b) => faults.strobe(b),
      'clock-freeze': (b) => faults.freeze(b),
      'clock-slew': (b) => slews.slew(b),
      'ntp-false-server': (b) => servers.falseServer(b),
      'ntp-outage': (b) => servers.outage(b),
      'leap-second': (b) => faults.leapSecond(b),
      'leap-smear': (b) => slews.smear(b),
      'old-zone-rules': (b) => zones.oldRules(b),
    },
    heal: () => books.heal(),
  };
}

/** Wrong rates, and wall clocks that jump or stand still. */
class ClockFaults {
  readonly #world: World;
  readonly #books: ClockBooks;

  constructor(world: World, books: ClockBooks) {
    this.#world = world;
    this.#books = books;
  }

  rate(beginning: Beginning): Ending {
    const { fault, bite } = beginning;
    const ratePpm = param(fault, 'ratePpm');
    return onEach(beginning, (machine) => {
      if (this.#books.rate(machine, fault.id, ratePpm)) bite(machine);
      return () => {
        this.#books.rate(machine, fault.id, 0);
      };
    });
  }

  step(beginning: Beginning): Ending {
    const stepUs = param(beginning.fault, 'stepUs');
    for (const machine of beginning.targets) this.#jump(machine, stepUs, beginning);
    return () => {};
  }

  strobe(beginning: Beginning): Ending {
    const { fault } = beginning;
    const stepUs = param(fault, 'stepUs');
    const periodUs = param(fault, 'periodUs');
    return onEach(beginning, (machine) => {
      let isThere = false;
      let cancel = (): void => {};
      const jump = (): void => {
        isThere = !isThere;
        this.#jump(machine, isThere ? stepUs : -stepUs, beginning);
        cancel = this.#world.later(periodUs, jump);
      };
      jump();
      return () => {
        cancel();
        if (isThere) machine.clock.stepWallUs(-stepUs);
      };
    });
  }

  freeze(beginning: Beginning): Ending {
    return onEach(beginning, (machine) => {
      const thaw = this.#books.freeze(machine);
      if (beginning.fault.durationUs > 0) beginning.bite(machine);
      return thaw;
    });
  }

  leapSecond(beginning: Beginning): Ending {
    return onEach(beginning, (machine) => {
      this.#jump(machine, -SECOND_US, beginning);
      return () => machine.clock.stepWallUs(SECOND_US);
    });
  }

  #jump(machine: Machine, deltaUs: number, { bite }: Beginning): void {
    if (deltaUs === 0) return;
    this.#books.touch(machine);
    machine.clock.stepWallUs(deltaUs);
    bite(machine);
  }
}
