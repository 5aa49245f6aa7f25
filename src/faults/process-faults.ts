import type { Machine } from '../sim/machine.ts';
import { type Beginning, type Ending, param } from './beginning.ts';

/**
 * Crashes, pauses and slow CPUs, on machines that may be hit by several at a time. The one that
 * brought a machine down brings it up again, and the one that paused it lets it go on; a fault that
 * finds nothing left to change changes nothing, neither then nor when it ends. A crash frees the
 * machine of its pause, for the program that stood still is gone. Slow factors multiply.
 */
export class ProcessFaults {
  readonly #downBy = new Map<Machine, string>();
  readonly #pausedBy = new Map<Machine, string>();
  readonly #slowBy = new Map<Machine, Map<string, number>>();

  crash({ fault, hit: { target }, bite }: Beginning): Ending {
    if (target.crash(fault.id)) {
      bite();
      this.#downBy.set(target, fault.id);
    }
    return () => {
      if (this.#downBy.get(target) !== fault.id) return;
      this.#downBy.delete(target);
      target.restart(fault.id);
    };
  }

  pause({ fault, hit: { target }, bite }: Beginning): Ending {
    if (target.pause(fault.id)) {
      bite();
      this.#pausedBy.set(target, fault.id);
    }
    return () => {
      if (this.#pausedBy.get(target) !== fault.id) return;
      this.#pausedBy.delete(target);
      target.resume(fault.id);
    };
  }

  /** Bites a machine that is up, at its beginning or, returned meanwhile, at its end. */
  slow({ fault, hit: { target }, bite }: Beginning): Ending {
    const factors = this.#slowBy.get(target) ?? new Map<string, number>();
    this.#slowBy.set(target, factors);
    const factor = param(fault, 'factor');
    factors.set(fault.id, factor);
    target.setSlowdown(product(factors));
    const biteIfUp = (): void => {
      if (target.state === 'up' && factor !== 1) bite();
    };
    biteIfUp();
    return () => {
      biteIfUp();
      factors.delete(fault.id);
      target.setSlowdown(product(factors));
    };
  }
}

function product(factors: ReadonlyMap<string, number>): number {
  let slowdown = 1;
  for (const factor of factors.values()) slowdown *= factor;
  return slowdown;
}
