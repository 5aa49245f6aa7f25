import type { Machine } from '../sim/machine.ts';
import {
  type Begin,
  type Beginning,
  type Ending,
  type Family,
  param,
  type World,
} from './beginning.ts';
import type { ProcessKind } from './plan.ts';

const notYet: Begin = () => () => {};

export function createProcessFaults(_world: World): Family<ProcessKind> {
  const faults = new ProcessFaults();
  return {
    begin: {
      crash: (b) => faults.crash(b),
      kill: notYet,
      'crash-at-write': notYet,
      'crash-in-recovery': notYet,
      stop: notYet,
      pause: (b) => faults.pause(b),
      suspend: notYet,
      stall: notYet,
      'slow-cpu': (b) => faults.slow(b),
      'restart-storm': notYet,
      wipe: notYet,
      replace: notYet,
      'second-copy': notYet,
      'unequal-config': notYet,
    },
  };
}

/**
 * Crashes, pauses and slow CPUs, on machines that may be hit by several at a time. The one that
 * brought a machine down brings it up again, and the one that paused it lets it go on; a fault that
 * finds nothing left to change changes nothing, neither then nor when it ends. A crash frees the
 * machine of its pause, for the program that stood still is gone. Slow factors multiply.
 */
class ProcessFaults {
  readonly #downBy = new Map<Machine, string>();
  readonly #pausedBy = new Map<Machine, string>();
  readonly #slowBy = new Map<Machine, Map<string, number>>();

  crash({ fault, targets, bite }: Beginning): Ending {
    const target = targets[0] as Machine;
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

  pause({ fault, targets, bite }: Beginning): Ending {
    const target = targets[0] as Machine;
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
  slow({ fault, targets, bite }: Beginning): Ending {
    const target = targets[0] as Machine;
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
