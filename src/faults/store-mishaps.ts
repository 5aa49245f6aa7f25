import type { FactOf } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { chancePpm } from '../lib/random.ts';
import type { Mishap, StoreControl, StoreOrder } from '../scheduler/store/mishaps.ts';
import type { StoreAnswer } from '../scheduler/store/protocol.ts';
import type { StoreSnapshot } from '../scheduler/store/store.ts';
import type { Machine } from '../sim/machine.ts';
import type { NetworkRule } from '../sim/network.ts';
import type { Sim } from '../sim/sim.ts';
import { type Beginning, type Ending, onEach, param, type World } from './beginning.ts';

type Message = Parameters<NetworkRule['judge']>[2];

/** The state of a store, where the machine is up and that is what it runs. */
export function storeOn(machine: Machine): StoreSnapshot | undefined {
  const state = machine.snapshot() as Partial<StoreSnapshot> | undefined;
  return state?.kind === 'store' ? (state as StoreSnapshot) : undefined;
}

/** Gives an order to the store on a machine; anything else there is left in peace. */
export function order(sim: Sim, machine: Machine, what: StoreOrder): void {
  if (storeOn(machine) === undefined) return;
  const control: StoreControl = { kind: 'store-control', v: 1, order: what };
  sim.tell(machine.name, control);
}

/** An answer that tells of a commit with writes. */
export function tellsOfCommit(message: Message): message is StoreAnswer {
  if (message.kind !== 'store-answer') return false;
  const { outcome } = message as StoreAnswer;
  return outcome.kind === 'ok' && outcome.version > 0;
}

type BeginMishap = Extract<StoreOrder, { readonly kind: 'begin' }>;

/** A mishap on one machine, as long as its fault lasts. */
interface Ongoing {
  readonly machine: Machine;
  readonly begin: BeginMishap;
}

/** Mishaps of single machines. They outlive a restart, though the store does not remember them. */
export class StoreMishaps {
  readonly #world: World;
  readonly #ongoing = new Set<Ongoing>();
  /** Called with the name of each that goes down. */
  readonly #onSchedulerDown = new Set<(name: string) => void>();

  constructor(world: World) {
    this.#world = world;
    world.recorder.subscribe(foldOf({ machine: (fact) => this.#onMachine(fact) }));
  }

  /** Bites when the store says that it has done something otherwise for it. */
  mishap({ fault, targets, bite }: Beginning, mishap: Mishap): Ending {
    const { sim } = this.#world;
    return onEach({ targets }, (machine) => {
      const forUs = fault.durationUs;
      const begin: BeginMishap = { kind: 'begin', id: fault.id, mishap, forUs };
      const ongoing = { machine, begin };
      this.#ongoing.add(ongoing);
      order(sim, machine, begin);
      let isBitten = false;
      const look = (): void => {
        if (isBitten || (storeOn(machine)?.hits[fault.id] ?? 0) === 0) return;
        isBitten = true;
        bite(machine);
      };
      // Each message to it or from it is an occasion.
      const remove = sim.network.install({
        id: fault.id,
        judge: (from, to) => {
          if (!isBitten && (from === machine.name || to === machine.name)) look();
          return 'pass';
        },
      });
      return () => {
        look();
        remove();
        this.#ongoing.delete(ongoing);
        order(sim, machine, { kind: 'end', id: fault.id });
      };
    });
  }

  /** The store draws for each commit, from a stream that the fault seeds. */
  serializationErrors(beginning: Beginning): Ending {
    const { fault, random } = beginning;
    const seed = String(random.below(2 ** 32));
    const abortPpm = param(fault, 'abortPpm');
    return this.mishap(beginning, { kind: 'serialization-errors', abortPpm, seed });
  }

  /**
   * The connections of half of the schedulers break, and of all that are down or go down. They may
   * open others, but the locks of the old ones stay.
   */
  orphanLocks(beginning: Beginning): Ending {
    const { sim } = this.#world;
    const endMishap = this.mishap(beginning, { kind: 'orphan-locks' });
    const gone = (of: string): void => {
      for (const store of beginning.targets) order(sim, store, { kind: 'end-sessions', of });
    };
    for (const { role, state, address } of sim.machines) {
      if (role !== 'scheduler') continue;
      const breaks = beginning.random.below(2) === 0;
      if (breaks || state === 'down') gone(address);
    }
    this.#onSchedulerDown.add(gone);
    return () => {
      this.#onSchedulerDown.delete(gone);
      endMishap();
    };
  }

  /** Happens at once, and is over. */
  sessionLoss({ targets, bite }: Beginning): Ending {
    return onEach({ targets }, (machine) => {
      const sessions = storeOn(machine)?.sessions ?? 0;
      order(this.#world.sim, machine, { kind: 'end-sessions' });
      if (sessions > 0) bite(machine);
      return undefined;
    });
  }

  lostAnswers(beginning: Beginning): Ending {
    return this.#losing(beginning, 'lostPpm', tellsOfCommit);
  }

  lostNotifications(beginning: Beginning): Ending {
    const isNotification = ({ kind }: Message): boolean =>
      kind === 'store-changed' || kind === 'store-notified';
    return this.#losing(beginning, 'lossPpm', isNotification);
  }

  #losing(
    beginning: Beginning,
    share: 'lostPpm' | 'lossPpm',
    concerns: (message: Message) => boolean,
  ): Ending {
    const { fault, targets, random, bite } = beginning;
    const lossPpm = param(fault, share);
    const names = new Map(targets.map((machine) => [machine.name, machine]));
    return this.#world.sim.network.install({
      id: fault.id,
      judge: (from, _to, message) => {
        const machine = names.get(from);
        if (machine === undefined || !concerns(message)) return 'pass';
        if (!chancePpm(random, lossPpm)) return 'pass';
        bite(machine);
        return 'drop';
      },
    });
  }

  /** A program that has just started knows nothing of what goes on. */
  #onMachine({ machine: name, role, state }: FactOf<'machine'>): void {
    if (role === 'scheduler' && state === 'down') {
      for (const gone of this.#onSchedulerDown) gone(name);
    }
    if (role !== 'store' || state !== 'up' || this.#ongoing.size === 0) return;
    this.#world.later(0, () => {
      for (const { machine, begin } of this.#ongoing) {
        if (machine.name === name) order(this.#world.sim, machine, begin);
      }
    });
  }
}
