import type { Assumption } from '../history/fact.ts';
import type { Recorder } from '../history/history.ts';
import type { Random } from '../lib/random.ts';
import type { Machine } from '../sim/machine.ts';
import type { Sim } from '../sim/sim.ts';
import type { WorkloadKnobs } from '../workload/knobs.ts';
import { infoOf } from './faults.ts';
import type { FaultKind, PlannedFault } from './plan.ts';

/** What faults of a family share: the cluster, and what the harness alone can reach. */
export interface World {
  readonly sim: Sim;
  readonly recorder: Recorder;
  /** What clients and job bodies do besides; absent where a cluster has none of the harness's. */
  readonly workload?: WorkloadKnobs | undefined;
  /** Calls back after this span of true time, unless the answer is called first. */
  later(afterUs: number, run: () => void): () => void;
  /** Absent where machines are not handed rules of time zones. */
  readonly zones?: ZoneShelf | undefined;
}

/** Where machines get their rules of time zones from, each time a program starts. */
export interface ZoneShelf {
  /** Zones of schedules whose older rules give other ticks within the run. */
  readonly differing: readonly string[];
  /**
   * Hands the older rules to a machine until the answer is called, which is true when the machine
   * has the right ones again. Told each time a program of that machine reads them.
   */
  handOld(machine: string, onRead: () => void): () => boolean;
}

/** A fault that begins now, with what it needs to do so. */
export interface Beginning {
  readonly fault: PlannedFault;
  /** At least one, each of a role that the kind can hit. */
  readonly targets: readonly Machine[];
  /** The other end of the links; absent when targets are hit towards everybody. */
  readonly peers?: readonly Machine[];
  /** A stream of the fault's own. */
  readonly random: Random;
  /** Says that the fault changed something, for all its targets or for one. */
  readonly bite: (machine?: Machine) => void;
  /**
   * Says that, in truth, something failed that a preset may take for granted. It counts only where
   * the design at hand does: the book was on this machine's disk alone, only one copy may run.
   */
  readonly breaks: (assumption: Assumption, machine: Machine, detail: string) => void;
}

/** Takes back what a fault did, and nothing that others did. Called once. */
export type Ending = () => void;

export type Begin = (beginning: Beginning) => Ending;

/** What the kinds of one family do. */
export interface Family<K extends FaultKind> {
  readonly begin: Readonly<Record<K, Begin>>;
  /** The storm is over, every fault has ended: takes back what lasted longer than its fault. */
  heal?(): void;
}

/** A number of the fault; one that was left out has the value that its kind says. */
export const param = (fault: PlannedFault, name: string): number =>
  fault.params[name] ?? infoOf(fault.kind).params[name]?.otherwise ?? 0;

/** Does the same to every target; the ending takes all of it back. */
export function onEach(
  { targets }: Pick<Beginning, 'targets'>,
  begin: (machine: Machine) => Ending | undefined,
): Ending {
  const endings = targets.map(begin);
  return () => {
    for (const end of endings) end?.();
  };
}
