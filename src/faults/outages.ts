import { intBetween } from '../lib/random.ts';
import type { Machine } from '../sim/machine.ts';
import { type Beginning, type Ending, onEach, param, type World } from './beginning.ts';

/** A sync takes longer than this, so a crash so soon after a write is before it. */
const WRITE_US = 150;

type Means = 'crash' | 'kill';

/**
 * Machines that are down. The fault that brought one down brings it up again; a fault that finds it
 * down changes nothing, neither then nor when it ends.
 */
export class Outages {
  readonly #world: World;
  readonly #downBy = new Map<Machine, string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Power lost, or the process killed, until the fault ends. */
  stopAtOnce({ fault, targets, bite }: Beginning, means: Means): Ending {
    return onEach({ targets }, (target) => {
      if (this.down(target, fault.id, means)) bite(target);
      return () => this.up(target, fault.id);
    });
  }

  /** Each write is a chance, until one has been caught before its sync was answered. */
  atWrite({ fault, targets, bite, random }: Beginning): Ending {
    return onEach({ targets }, (target) => {
      let cancel: (() => void) | undefined;
      const crash = (): void => {
        cancel = undefined;
        if (!target.isWriting || !this.down(target, fault.id, 'crash')) return;
        unwatch();
        bite(target);
      };
      const unwatch = target.onWrite(() => {
        cancel ??= this.#world.later(intBetween(random, 0, WRITE_US), crash);
      });
      return () => {
        unwatch();
        cancel?.();
        this.up(target, fault.id);
      };
    });
  }

  /** Starts are spread over the fault; each but the last is cut short. */
  inRecovery(beginning: Beginning): Ending {
    const { fault, targets, bite } = beginning;
    const times = param(fault, 'times');
    const gapUs = Math.floor(fault.durationUs / (times + 1));
    return onEach({ targets }, (target) => {
      if (!this.down(target, fault.id, 'crash')) return undefined;
      bite(target);
      let left = times;
      let cancel = (): void => {};
      const start = (): void => {
        if (left-- === 0 || !this.up(target, fault.id)) return;
        const readyUs = this.#untilReadyUs(target, beginning);
        const afterUs = Math.min(readyUs, Math.max(gapUs - 1, 0));
        cancel = this.#world.later(afterUs, () => {
          if (!this.down(target, fault.id, 'crash')) return;
          cancel = this.#world.later(gapUs - afterUs, start);
        });
      };
      cancel = this.#world.later(gapUs, start);
      return () => {
        cancel();
        this.up(target, fault.id);
      };
    });
  }

  /** Asked, and killed where that is not enough. */
  stop({ fault, targets, bite }: Beginning): Ending {
    const deadlineUs = Math.min(param(fault, 'deadlineUs'), fault.durationUs);
    return onEach({ targets }, (target) => {
      const life = target.incarnation;
      if (!target.requestStop(() => this.#downBy.set(target, fault.id))) return undefined;
      bite(target);
      const kill = (): void => {
        const isAsked = target.incarnation === life && target.isStopping;
        if (isAsked) this.down(target, fault.id, 'kill');
      };
      const cancel = this.#world.later(deadlineUs, kill);
      return () => {
        cancel();
        kill();
        this.up(target, fault.id);
      };
    });
  }

  /** A crash every so often, each followed by a start. */
  storm({ fault, targets, bite }: Beginning): Ending {
    const everyUs = param(fault, 'everyUs');
    const downUs = param(fault, 'downUs');
    return onEach({ targets }, (target) => {
      let cancelStart = (): void => {};
      let cancelCrash = (): void => {};
      const crash = (): void => {
        cancelCrash = this.#world.later(everyUs, crash);
        if (!this.down(target, fault.id, 'crash')) return;
        bite(target);
        cancelStart = this.#world.later(downUs, () => this.up(target, fault.id));
      };
      crash();
      return () => {
        cancelStart();
        cancelCrash();
        this.up(target, fault.id);
      };
    });
  }

  /** Down, and what its disk held is gone: also where somebody else brought it down. */
  wipe({ fault, targets, bite, breaks }: Beginning): Ending {
    return onEach({ targets }, (target) => {
      if (target.isGone) return undefined;
      const isDown = this.down(target, fault.id, 'crash');
      const isLoss = holdsSomething(target);
      target.disk.wipe();
      if (isLoss) breaks('store-durable', target, 'its disk is gone, an empty one is in its place');
      if (isDown || isLoss) bite(target);
      return () => this.up(target, fault.id);
    });
  }

  /** Takes a machine down for a fault; false when it is down. */
  down(machine: Machine, fault: string, means: Means): boolean {
    if (!(means === 'kill' ? machine.kill(fault) : machine.crash(fault))) return false;
    this.#downBy.set(machine, fault);
    return true;
  }

  /** Starts a machine that this fault has taken down; false when it is none of its business. */
  up(machine: Machine, fault: string): boolean {
    if (this.#downBy.get(machine) !== fault) return false;
    this.#downBy.delete(machine);
    return machine.restart(fault);
  }

  /** While the program is loaded and reads its disk, or while its first writes are under way. */
  #untilReadyUs(machine: Machine, { random }: Beginning): number {
    const startUs = Math.max(0, machine.cpu.busyUntilUs - this.#world.sim.now);
    const isLate = random.below(2) === 1 && machine.isWriting;
    return isLate ? startUs + intBetween(random, 0, WRITE_US) : intBetween(random, 0, startUs);
  }
}

/** Whether an empty disk in its place would be a loss. */
export function holdsSomething({ disk }: Machine): boolean {
  for (const records of disk.recover().files.values()) if (records.length > 0) return true;
  return false;
}
