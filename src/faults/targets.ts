import type { FactOf } from '../history/fact.ts';
import { type Fold, foldOf, type Recorder } from '../history/history.ts';
import type { Machine } from '../sim/machine.ts';
import type { Sim } from '../sim/sim.ts';
import type { PlannedFault, Target } from './plan.ts';

/** The machines that a fault hits. */
export interface Hit {
  readonly target: Machine;
  /** The other end of the link; absent when the target is hit towards everybody. */
  readonly peer?: Machine;
}

/**
 * Who is who at this moment, by what programs testified. It aims faults and nothing else: a wrong
 * testimony makes a fault hit someone else, and makes no verdict.
 */
export class Targets {
  readonly #sim: Sim;
  /** Machines that claim to lead, the latest claim last. */
  readonly #claims: string[] = [];
  #lastDispatcher: string | undefined;

  constructor(sim: Sim, recorder: Recorder) {
    this.#sim = sim;
    recorder.subscribe(this.#fold());
  }

  /** Whom the fault hits now; `undefined` when there is nobody, or the link is to itself. */
  resolve(fault: PlannedFault): Hit | undefined {
    const target = this.#machine(fault.target);
    if (target === undefined) return undefined;
    if (fault.peer === undefined) return { target };
    const peer = this.#machine(fault.peer);
    return peer === undefined || peer === target ? undefined : { target, peer };
  }

  #machine(target: Target): Machine | undefined {
    switch (target.by) {
      case 'name':
        return this.#named(target.name);
      case 'index': {
        const all = this.#sim.machines.filter(({ role }) => role === target.role);
        return all.length === 0 ? undefined : all[target.index % all.length];
      }
      case 'role':
        if (target.role === 'leader') return this.#leader();
        return target.role === 'follower' ? this.#follower() : this.#dispatcher();
    }
  }

  /** The latest to claim it; designs in which nobody claims have a last dispatcher at least. */
  #leader(): Machine | undefined {
    return this.#named(this.#claims.at(-1)) ?? this.#dispatcher();
  }

  #dispatcher(): Machine | undefined {
    return this.#named(this.#lastDispatcher) ?? this.#schedulers()[0];
  }

  /** The next member after the leader, one that is up if there is one. */
  #follower(): Machine | undefined {
    const all = this.#schedulers();
    const leader = this.#leader();
    const at = leader === undefined ? -1 : all.indexOf(leader);
    const others = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))];
    return others.find(({ state }) => state === 'up') ?? others[0];
  }

  #schedulers(): readonly Machine[] {
    return this.#sim.machines.filter(({ role }) => role === 'scheduler');
  }

  #named(name: string | undefined): Machine | undefined {
    return this.#sim.machines.find((machine) => machine.name === name);
  }

  #fold(): Fold {
    return foldOf({
      testified: ({ machine, said }) => {
        if (said.kind === 'dispatched') this.#lastDispatcher = machine;
        else if (said.kind === 'role') this.#claim(machine, said.role === 'leader');
      },
      // What a program believed went with it; its next incarnation starts from nothing.
      machine: ({ machine, state }: FactOf<'machine'>) => {
        if (state === 'down') this.#claim(machine, false);
      },
    });
  }

  #claim(machine: string, leads: boolean): void {
    const at = this.#claims.indexOf(machine);
    if (at >= 0) this.#claims.splice(at, 1);
    if (leads) this.#claims.push(machine);
  }
}
