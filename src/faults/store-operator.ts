import type { FactOf } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import type { Position } from '../scheduler/store/replication.ts';
import type { StoreSnapshot } from '../scheduler/store/store.ts';
import type { Machine } from '../sim/machine.ts';
import type { NetworkRule } from '../sim/network.ts';
import type { Beginning, Ending, World } from './beginning.ts';
import type { ClockBooks } from './clock-books.ts';
import { order, storeOn, tellsOfCommit } from './store-mishaps.ts';

interface Store {
  readonly machine: Machine;
  readonly state: StoreSnapshot;
}

/** Who is replaced by whom, on which timeline. */
interface Promotion {
  readonly old: Store;
  readonly next: Store;
  readonly timeline: number;
}

const NOTHING: Ending = () => {};

/**
 * Who decides which machine of a store serves. It acts on the store as a whole, whichever of its
 * machines a fault names: the one that serves is replaced by the one that follows. Where there is
 * none to follow, or none that serves, nothing happens.
 *
 * What it decided stays so: a machine that starts again is told its place.
 */
export class StoreOperator {
  readonly #world: World;
  readonly #clocks: ClockBooks;
  /** Machines that were shut off, by fault; who is started by others meanwhile is none any more. */
  readonly #shutOff = new Map<Machine, string>();
  /** Once somebody was promoted: in which place of the cluster the primary is. */
  #decided: { readonly origin: string; readonly timeline: number } | undefined;

  constructor(world: World, clocks: ClockBooks) {
    this.#world = world;
    this.#clocks = clocks;
    world.recorder.subscribe(foldOf({ machine: (fact) => this.#onMachine(fact) }));
  }

  /** The primary is shut off for good measure, then the replica is promoted. */
  failover(beginning: Beginning, stepUs = 0): Ending {
    const promotion = this.#promotion();
    if (promotion === undefined) return NOTHING;
    const { old, next } = promotion;
    const { fault, bite } = beginning;
    this.#compare(beginning, promotion);
    old.machine.crash(fault.id);
    this.#shutOff.set(old.machine, fault.id);
    bite(old.machine);
    this.#promote(promotion);
    if (stepUs !== 0) {
      this.#clocks.touch(next.machine);
      next.machine.clock.stepWallUs(stepUs);
    }
    return () => {
      if (this.#shutOff.get(old.machine) !== fault.id) return;
      this.#shutOff.delete(old.machine);
      old.machine.restart(fault.id);
    };
  }

  /** Both serve: half of the schedulers hear only the new one, the others whom they like. */
  oldPrimary(beginning: Beginning): Ending {
    const promotion = this.#promotion();
    if (promotion === undefined) return NOTHING;
    const { old, next, timeline } = promotion;
    const { fault, random, bite, breaks } = beginning;
    this.#compare(beginning, promotion);
    const schedulers = this.#world.sim.machines.filter(({ role }) => role === 'scheduler');
    const away = new Set([next.machine, ...schedulers.filter(() => random.below(2) === 0)]);
    const lost = (): void => breaks('store-durable', old.machine, DISCARDED);
    const remove = this.#world.sim.network.install(cutOff(fault.id, promotion, away, lost));
    bite(old.machine);
    this.#promote(promotion);
    return () => {
      remove();
      order(this.#world.sim, old.machine, { kind: 'demote', timeline });
      const state = storeOn(old.machine);
      // It cannot have heard yet, and may accept what waits in its inbox before it does.
      const goesOn = state?.role === 'primary' && state.timeline < timeline && state.isAlone;
      if (goesOn) lost();
    };
  }

  /** Says once more what was decided: a second copy may have heard it in somebody's place. */
  heal(): void {
    for (const { role, name } of this.#world.sim.machines) {
      if (role === 'store') this.#tellPlace(name);
    }
  }

  /** The one that serves on the latest timeline, and one that follows and is up. */
  #promotion(): Promotion | undefined {
    const stores = this.#world.sim.machines.flatMap((machine): Store[] => {
      const state = machine.role === 'store' ? storeOn(machine) : undefined;
      return state === undefined ? [] : [{ machine, state }];
    });
    const latest = Math.max(...stores.map(({ state }) => state.timeline));
    const isServing = ({ state }: Store): boolean => state.isServing && state.timeline === latest;
    const old = stores.find(isServing);
    const next = stores.find(({ state }) => state.role === 'replica');
    if (old === undefined || next === undefined) return undefined;
    const timeline = Math.max(latest, this.#decided?.timeline ?? 0) + 1;
    return { old, next, timeline };
  }

  #promote({ next, timeline }: Promotion): void {
    this.#decided = { origin: next.machine.origin, timeline };
    order(this.#world.sim, next.machine, { kind: 'promote', timeline, asks: false });
  }

  /** Whether the one to be promoted has everything that somebody was told of. */
  #compare({ breaks }: Beginning, { old, next }: Promotion): void {
    if (hasAll(next.state.at, old.state.accepted)) return;
    const detail =
      `commits up to ${shown(old.state.accepted)} were accepted, ${next.machine.name} has those ` +
      `up to ${shown(next.state.at)}`;
    breaks('store-durable', old.machine, detail);
  }

  /** Whoever starts again learns what was decided, before it hears anything else. */
  #onMachine({ machine: name, role, state }: FactOf<'machine'>): void {
    if (role !== 'store' || state !== 'up') return;
    for (const machine of this.#shutOff.keys()) {
      if (machine.name === name) this.#shutOff.delete(machine);
    }
    if (this.#decided !== undefined) this.#world.later(0, () => this.#tellPlace(name));
  }

  /** A copy, which is not one of the machines of the cluster, has no place. */
  #tellPlace(name: string): void {
    const { sim } = this.#world;
    const machine = sim.machines.find((each) => each.name === name);
    if (machine === undefined || this.#decided === undefined) return;
    const { origin, timeline } = this.#decided;
    if (machine.origin === origin) order(sim, machine, { kind: 'promote', timeline, asks: true });
    else order(sim, machine, { kind: 'demote', timeline });
  }
}

const DISCARDED = 'the old primary accepted commits that its successor never had';
/** What a later timeline has counts for more. */
const hasAll = (a: Position, b: Position): boolean =>
  a.timeline === b.timeline ? a.n >= b.n : a.timeline > b.timeline;

const shown = ({ timeline, n }: Position): string => `${timeline}.${n}`;

/**
 * Cuts the old primary off from some, and sees what it answers to the others: a commit that it
 * accepts now is lost when its time is over. One that its successor has was accepted before, and
 * its answer was only on its way out.
 */
function cutOff(
  id: string,
  { old, next, timeline }: Promotion,
  away: ReadonlySet<Machine>,
  lost: () => void,
): NetworkRule {
  const { name } = old.machine;
  const names = new Set([...away].map((machine) => machine.name));
  const isLost = (message: Parameters<typeof tellsOfCommit>[0]): boolean => {
    if (!tellsOfCommit(message) || message.timeline >= timeline) return false;
    const accepted = storeOn(old.machine)?.accepted;
    return accepted === undefined || !hasAll(next.state.at, accepted);
  };
  return {
    id,
    judge: (from, to, message) => {
      if (from === name && isLost(message)) lost();
      const isCut = (from === name && names.has(to)) || (to === name && names.has(from));
      return isCut ? 'drop' : 'pass';
    },
  };
}
