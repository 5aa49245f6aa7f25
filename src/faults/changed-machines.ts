import type { Machine } from '../sim/machine.ts';
import { type Beginning, type Ending, onEach, param, type World } from './beginning.ts';
import { holdsSomething } from './outages.ts';
import { entry, type Factors, product } from './standstills.ts';

/** Durations are longer or shorter by no more than this, however many faults change them. */
const CONFIG_MAX = 10;

/** Machines that are others than they were: replaced, doubled, or set up unlike the rest. */
export class ChangedMachines {
  readonly #world: World;
  readonly #configuredBy = new Map<Machine, Factors>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Whoever else took it down cannot bring it up again. */
  replace({ fault, targets, bite, breaks }: Beginning): Ending {
    return onEach({ targets }, (target) => {
      const isLoss = holdsSomething(target);
      if (!target.retire(fault.id)) return undefined;
      bite(target);
      if (isLoss) breaks('store-durable', target, 'the machine is gone, and its disk with it');
      return () => void this.#world.sim.replace(target, fault.id);
    });
  }

  /** A store that answers now with its book and now with an empty one has not kept its book. */
  secondCopy({ fault, targets, random, bite, breaks }: Beginning): Ending {
    return onEach({ targets }, (target) => {
      if (target.isGone) return undefined;
      const copy = this.#world.sim.startCopy(target, random, fault.id);
      bite(target);
      breaks('single-copy', target, 'a second copy runs under its name');
      if (target.role === 'store') {
        breaks('store-durable', target, 'a second, empty store answers under its name');
      }
      return () => target.endCopy(copy, fault.id);
    });
  }

  /**
   * A program that is up is killed and started with other settings; one that is down has them from
   * its next start on, and that is when it is bitten.
   */
  unequalConfig({ fault, targets, bite }: Beginning): Ending {
    const factor = param(fault, 'factor');
    return onEach({ targets }, (target) => {
      const factors = entry(this.#configuredBy, target);
      const apply = (): boolean => {
        const all = Math.min(Math.max(product(factors), 1 / CONFIG_MAX), CONFIG_MAX);
        if (!target.configure(all)) return false;
        return target.kill(fault.id) && target.restart(fault.id);
      };
      if (factor === 1) return undefined;
      const life = target.incarnation;
      factors.set(fault.id, factor);
      if (apply()) bite(target);
      return () => {
        if (target.spec.configured !== undefined && target.incarnation !== life) bite(target);
        factors.delete(fault.id);
        apply();
      };
    });
  }
}
