import type { FactOf } from '../history/fact.ts';
import { type Fold, foldOf, type Recorder } from '../history/history.ts';
import { required, unreachable } from '../lib/assert.ts';
import { type Random, shuffled } from '../lib/random.ts';
import type { Machine } from '../sim/machine.ts';
import type { Sim } from '../sim/sim.ts';
import { type FindFault, findFault } from './faults.ts';
import {
  AIMED_ROLES,
  type AimedRole,
  type PlannedFault,
  RACKS,
  type RoleAtMoment,
  type Share,
  type Target,
} from './plan.ts';

/** The machines that a fault hits. */
export interface Hit {
  readonly targets: readonly Machine[];
  /** The other ends of the links; absent when targets are hit towards everybody. */
  readonly peers?: readonly Machine[];
}

/**
 * Who is who at this moment, by what programs testified. It aims faults and nothing else: a wrong
 * testimony makes a fault hit someone else, and makes no verdict.
 */
export class Targets {
  readonly #sim: Sim;
  readonly #find: FindFault;
  /** Machines that claim to lead, the latest claim last. */
  readonly #claims: string[] = [];
  /** The same of stores. */
  readonly #primaries: string[] = [];
  #lastDispatcher: string | undefined;
  #lastPrimary: string | undefined;

  constructor(sim: Sim, recorder: Recorder, find: FindFault = findFault) {
    this.#sim = sim;
    this.#find = find;
    recorder.subscribe(this.#fold());
  }

  /** Whom the fault hits now; `undefined` when there is nobody, or the link is to itself. */
  resolve(fault: PlannedFault, random: Random): Hit | undefined {
    const { roles } = required(this.#find(fault.kind), fault.kind);
    const hit = (target: Target): readonly Machine[] =>
      this.#machines(target, random).filter(({ role }) => roles.some((known) => known === role));
    const targets = hit(fault.target);
    if (targets.length === 0) return undefined;
    if (fault.peer === undefined) return { targets };
    const peers = hit(fault.peer).filter((peer) => !targets.includes(peer));
    return peers.length === 0 ? undefined : { targets, peers };
  }

  /** The store that was the last to call itself primary, even if it is down now. */
  get storePrimary(): Machine | undefined {
    return this.#named(this.#lastPrimary) ?? this.#ofRole('store')[0];
  }

  #machines(target: Target, random: Random): readonly Machine[] {
    switch (target.by) {
      case 'name':
        return oneOf(this.#named(target.name));
      case 'index': {
        const all = this.#ofRole(target.role);
        return oneOf(all[target.index % Math.max(all.length, 1)]);
      }
      case 'role':
        return oneOf(this.#roleNow(target.role));
      case 'share': {
        const all = target.role === 'any' ? this.#everybody() : this.#ofRole(target.role);
        return shuffled(random, all).slice(0, countOf(target.share, all.length));
      }
      case 'rack':
        return (['scheduler', 'store', 'worker'] as const).flatMap((role) =>
          this.#ofRole(role).filter((_, place) => place % RACKS === target.index % RACKS),
        );
      default:
        return unreachable(target);
    }
  }

  #roleNow(role: RoleAtMoment): Machine | undefined {
    switch (role) {
      case 'leader':
        return this.#leader();
      case 'follower':
        return this.#follower();
      case 'last-dispatcher':
        return this.#dispatcher();
      case 'store-primary':
        return this.#named(this.#primaries.at(-1)) ?? this.#ofRole('store')[0];
      default:
        return unreachable(role);
    }
  }

  /** The latest to claim it; designs in which nobody claims have a last dispatcher at least. */
  #leader(): Machine | undefined {
    return this.#named(this.#claims.at(-1)) ?? this.#dispatcher();
  }

  #dispatcher(): Machine | undefined {
    return this.#named(this.#lastDispatcher) ?? this.#ofRole('scheduler')[0];
  }

  /** The next member after the leader, one that is up if there is one. */
  #follower(): Machine | undefined {
    const all = this.#ofRole('scheduler');
    const leader = this.#leader();
    const at = leader === undefined ? -1 : all.indexOf(leader);
    const others = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))];
    return others.find(({ state }) => state === 'up') ?? others[0];
  }

  #ofRole(role: AimedRole): readonly Machine[] {
    return this.#sim.machines.filter((machine) => machine.role === role);
  }

  #everybody(): readonly Machine[] {
    return this.#sim.machines.filter(({ role }) => AIMED_ROLES.some((known) => known === role));
  }

  #named(name: string | undefined): Machine | undefined {
    return this.#sim.machines.find((machine) => machine.name === name);
  }

  #fold(): Fold {
    return foldOf({
      testified: ({ machine, said }) => {
        if (said.kind === 'dispatched') this.#lastDispatcher = machine;
        else if (said.kind === 'role') {
          claim(this.#claims, machine, said.role === 'leader');
          claim(this.#primaries, machine, said.role === 'primary');
          if (said.role === 'primary') this.#lastPrimary = machine;
        }
      },
      // What a program believed went with it; its next incarnation starts from nothing.
      machine: ({ machine, state }: FactOf<'machine'>) => {
        if (state !== 'down') return;
        claim(this.#claims, machine, false);
        claim(this.#primaries, machine, false);
      },
    });
  }
}

const oneOf = (machine: Machine | undefined): readonly Machine[] =>
  machine === undefined ? [] : [machine];

function claim(claims: string[], machine: string, holds: boolean): void {
  const at = claims.indexOf(machine);
  if (at >= 0) claims.splice(at, 1);
  if (holds) claims.push(machine);
}

/** How many of so many: a minority is less than half, but at least one. */
function countOf(share: Share, all: number): number {
  switch (share) {
    case 'one':
      return 1;
    case 'minority':
      return Math.max(1, Math.ceil(all / 2) - 1);
    case 'majority':
      return Math.floor(all / 2) + 1;
    case 'all':
      return all;
    default:
      return unreachable(share);
  }
}
