import type { Machine } from '../sim/machine.ts';
import { type Beginning, type Ending, onEach, type World } from './beginning.ts';

/** Machines whose rules of time zones are older than those of the rest. */
export class ZoneFaults {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /**
   * Changes nothing where no schedule would notice. A machine that is down finds the old rules
   * when somebody starts it; the fault bites when a program reads them.
   */
  oldRules({ fault, targets, bite, breaks }: Beginning): Ending {
    const { zones } = this.#world;
    if (zones === undefined || zones.differing.length === 0) return () => {};
    const detail = `rules older than the changes of clock in ${zones.differing.join(', ')}`;
    return onEach({ targets }, (machine) => {
      let isRead = false;
      const takeBack = zones.handOld(machine.name, () => {
        isRead = true;
        bite(machine);
        breaks('zone-rules', machine, detail);
      });
      restart(machine, fault.id);
      return () => {
        if (takeBack() && isRead) restart(machine, fault.id);
      };
    });
  }
}

/** A machine that is down is left to whoever took it down. */
function restart(machine: Machine, why: string): void {
  if (machine.crash(why)) machine.restart(why);
}
