import type { Machine } from '../sim/machine.ts';
import { type Beginning, type Ending, onEach, param, type World } from './beginning.ts';
import type { ClockBooks } from './clock-books.ts';
import { lead } from './clock-slews.ts';

/** What becomes of clocks when those that they are set by fail or lie. */
export class TimeServerFaults {
  readonly #world: World;
  readonly #books: ClockBooks;

  constructor(world: World, books: ClockBooks) {
    this.#world = world;
    this.#books = books;
  }

  /**
   * A time daemon follows the server by what it measures. Where the cluster has none, the clock is
   * led straight to where such a daemon would lead it, and back.
   */
  falseServer(beginning: Beginning): Ending {
    const { fault, bite } = beginning;
    const offsetUs = param(fault, 'offsetUs');
    const slewPpm = param(fault, 'slewPpm');
    return onEach(beginning, (machine) => {
      if (offsetUs === 0) return undefined;
      this.#books.touch(machine);
      const { timeDaemon } = machine;
      if (timeDaemon !== undefined) {
        return timeDaemon.follow({ offsetUs, slewPpm, onFollowed: () => bite(machine) });
      }
      bite(machine);
      return this.#led(machine, offsetUs, slewPpm);
    });
  }

  /** Bites each time a daemon asks and hears nothing; a cluster without daemons does not notice. */
  outage(beginning: Beginning): Ending {
    return onEach(beginning, (machine) => {
      const { timeDaemon } = machine;
      if (timeDaemon === undefined) return undefined;
      this.#books.touch(machine);
      return timeDaemon.cutOff({ onMissed: () => beginning.bite(machine) });
    });
  }

  /** The way back outlasts the fault, and stops at the heal if it has not arrived by then. */
  #led(machine: Machine, offsetUs: number, slewPpm: number): Ending {
    const stop = lead(this.#world, this.#books, machine, offsetUs, slewPpm);
    return () => {
      const ledUs = stop();
      if (ledUs !== 0) lead(this.#world, this.#books, machine, -ledUs, slewPpm);
    };
  }
}
