import type { Machine } from '../sim/machine.ts';
import { type Beginning, type Ending, onEach, param } from './beginning.ts';

/**
 * Machines that do nothing for a while, or less than they should. The fault that paused one lets it
 * go on; one that finds it paused or down changes nothing. A crash frees a machine of its pause and
 * of its stalls, for the program that stood still is gone. Slow factors multiply.
 */
export class Standstills {
  readonly #pausedBy = new Map<Machine, string>();
  readonly #slowBy = new Map<Machine, Map<string, number>>();

  pause({ fault, targets, bite }: Beginning): Ending {
    return onEach({ targets }, (target) => {
      if (!target.pause(fault.id)) return undefined;
      bite(target);
      return this.#resumed(target, fault.id);
    });
  }

  suspend({ fault, targets, bite, breaks }: Beginning): Ending {
    return onEach({ targets }, (target) => {
      if (!target.suspend(fault.id)) return undefined;
      bite(target);
      breaks('suspend', target, 'its monotonic clock stands still while time goes on');
      return this.#resumed(target, fault.id);
    });
  }

  /** Bites at its end, when something has waited. */
  stall({ fault, targets, bite }: Beginning): Ending {
    return onEach({ targets }, (target) => {
      if (!target.stall(fault.id)) return undefined;
      return () => {
        if (target.endStall(fault.id)) bite(target);
      };
    });
  }

  /** Bites a machine that is up, at its beginning or, returned meanwhile, at its end. */
  slow({ fault, targets, bite }: Beginning): Ending {
    const factor = param(fault, 'factor');
    return onEach({ targets }, (target) => {
      const factors = entry(this.#slowBy, target);
      factors.set(fault.id, factor);
      target.setSlowdown(product(factors));
      const biteIfUp = (): void => {
        if (target.state === 'up' && factor !== 1) bite(target);
      };
      biteIfUp();
      return () => {
        biteIfUp();
        factors.delete(fault.id);
        target.setSlowdown(product(factors));
      };
    });
  }

  #resumed(target: Machine, fault: string): Ending {
    this.#pausedBy.set(target, fault);
    return () => {
      if (this.#pausedBy.get(target) !== fault) return;
      this.#pausedBy.delete(target);
      target.resume(fault);
    };
  }
}

/** What each fault multiplies something of a machine by. */
export type Factors = Map<string, number>;

export function entry(book: Map<Machine, Factors>, machine: Machine): Factors {
  let factors = book.get(machine);
  if (factors === undefined) book.set(machine, (factors = new Map()));
  return factors;
}

export function product(factors: Factors): number {
  let all = 1;
  for (const factor of factors.values()) all *= factor;
  return all;
}
