import type { FactOf } from '../history/fact.ts';

/** Faults that leave the timers of a worker, and what it does when they fire, as they are. */
const HARMLESS: ReadonlySet<string> = new Set([
  'partition',
  'one-way-partition',
  'split',
  'ring',
  'bridge',
  'flapping',
  'swizzle',
  'loss',
  'long-job',
  'poison-job',
]);

interface Health {
  /** Faults that are on. */
  readonly faults: Set<string>;
  isUp: boolean;
  /** When it was last seen unwell, or got well. */
  lastIllUs: number;
}

/**
 * Which workers are plainly well: up, not standing still, and under no fault that could keep them
 * from what they have to do. A judge of duties asks before it blames. A copy that runs under the
 * name of a worker makes that worker unwell, as long as the fault that started it lasts.
 */
export class WorkerHealth {
  readonly #workers = new Map<string, Health>();

  onMachine({ at, machine, role, state }: FactOf<'machine'>): void {
    if (role !== 'worker') return;
    const health = this.#of(machine);
    if (!isCopy(machine)) health.isUp = state === 'up' || state === 'resumed';
    health.lastIllUs = at;
  }

  onFault({ at, fault, faultKind, event, whom }: FactOf<'fault'>): void {
    if (event === 'drawn' || HARMLESS.has(faultKind)) return;
    for (const name of whom) {
      const health = this.#of(name);
      if (event === 'ended') health.faults.delete(fault);
      else health.faults.add(fault);
      health.lastIllUs = at;
    }
  }

  /** Whether it was well all the time from `sinceUs` until now. */
  wasWell(worker: string, sinceUs: number): boolean {
    const health = this.#workers.get(worker);
    if (health === undefined) return true;
    return health.isUp && health.faults.size === 0 && health.lastIllUs < sinceUs;
  }

  #of(name: string): Health {
    const worker = originalOf(name);
    let health = this.#workers.get(worker);
    if (health === undefined) {
      health = { faults: new Set(), isUp: true, lastIllUs: Number.NEGATIVE_INFINITY };
      this.#workers.set(worker, health);
    }
    return health;
  }
}

/** A copy goes by the name of its original and a prime: bodies on it are on record under that. */
export const originalOf = (machine: string): string => machine.replace(/'\d*$/, '');
export const isCopy = (machine: string): boolean => originalOf(machine) !== machine;
