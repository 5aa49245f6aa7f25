import type { Assumes } from '../../faults/fairness.ts';
import type { Assumption } from '../../history/fact.ts';
import type { Problem } from '../../lib/outcome.ts';
import { humanDuration, MS } from '../../lib/units.ts';
import type { Mutant } from '../../mutants/mutant.ts';
import { MUTANTS } from '../../mutants/mutants.ts';
import type { BuiltDesign, DesignContext } from '../../scheduler/designs/design.ts';
import type { Replica } from '../../scheduler/parts/store-machines.ts';
import { WORKER_PARTS, type WorkerParts } from '../../scheduler/worker/worker.ts';
import type { Selection } from '../selection.ts';

/** What a workload may ask for that not every design knows of. */
export type Feature = 'resources' | 'gangs';

/** A selected design, ready to be built. */
export interface SelectedDesign {
  /** The selection in its one canonical text. */
  readonly name: string;
  readonly build: (context: DesignContext) => BuiltDesign;
  /** How its workers decide. */
  readonly workerParts: WorkerParts;
  /** Claim to the reason why it is not promised; every other claim is. */
  readonly notPromised: Readonly<Record<string, string>>;
  readonly assumes: Assumes;
  /** The same for reports. */
  readonly assumptions: readonly { readonly what: string; readonly bound: string }[];
  /** From the heal to somebody in charge, at the latest. */
  readonly takeoverUs: number;
  /** From a worker's end to that of its attempts, where only that takes longer than silence. */
  readonly rescueUs?: number;
  /** A lesser job may start first while a greater one has been ready for less than this. */
  readonly orderSlackUs?: number;
  /** What a storm of this length adds to that: who met errors may wait before it tries again. */
  readonly backoffUs?: (stormUs: number) => number;
  /** Kind of fault to the reason why it changes nothing here, wherever it is aimed. */
  readonly immuneTo?: Readonly<Record<string, string>>;
  /** Claim to assumptions that excuse it here, beside those that excuse it everywhere. */
  readonly alsoExcused?: Readonly<Record<string, readonly Assumption[]>>;
  /** A submit is answered when its job has ended, and nobody keeps the job after that. */
  readonly answersAtEnd?: true;
  /** `sometimes` claims that a storm with crashes, pauses or partitions must have shown. */
  readonly expects: readonly string[];
  /** What it knows of besides what every design does. */
  readonly knows?: readonly Feature[];
  /** Made by `defineDesign`. */
  readonly isOwn?: true;
  /** Of a user's own: the URL of the module that exports it, for whoever replays a case. */
  readonly module?: string;
  /** Scheduler members that are enough to work again, beside a store and workers. */
  readonly coreSchedulers: (members: number) => number;
}

export interface DesignEntry {
  readonly name: string;
  /** One sentence: how it stays available. */
  readonly family: string;
  /** The first is the default. */
  readonly presets: readonly PresetEntry[];
  /** Option to the values it may take; the first is the default, where a preset has no other. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  /** What may be wrong with it on purpose: it then promises the same, and breaks it. */
  readonly mutants: readonly Mutant[];
  readonly select: (selection: Selection) => Omit<SelectedDesign, 'name' | 'workerParts'>;
  /** What is wrong with a selection although all of its names are known. */
  readonly check?: (selection: Selection) => readonly Problem[];
}

export interface PresetEntry {
  readonly name: string;
  readonly why: string;
  /** Option to its default here. */
  readonly defaults?: Readonly<Record<string, string>>;
}

/** What designs take for granted about clocks. */
export const ASSUMES: Assumes = {
  ratePpmMax: 500,
  wallErrorUsMax: 500 * MS,
  singleCopy: false,
  noSuspend: false,
};

export const CLOCKS_IN_WORDS = [
  { what: 'rate error of a clock', bound: `at most ${ASSUMES.ratePpmMax} ppm` },
  { what: 'wall clock error', bound: `at most ${humanDuration(ASSUMES.wallErrorUsMax)}` },
];

/** What may stand beside the machine of a store; the first is the default. */
export const REPLICAS: readonly Replica[] = ['sync', 'async', 'none'];

export const replicaOf = (options: Selection['options']): Replica =>
  REPLICAS.find((each) => each === options['replica']) ?? 'sync';

export const STORE_IN_WORDS: Readonly<Record<Replica, string>> = {
  sync: 'keeps what it committed; a replica has it too, or has been away for seconds',
  async: 'keeps what it committed; a failover loses what its replica did not have yet',
  none: 'one machine that keeps what it committed',
};

/** What may be wrong on purpose where members have such parts. */
export const mutantsOf = (...of: readonly Mutant['of'][]): readonly Mutant[] =>
  MUTANTS.filter(
    (mutant) => of.includes(mutant.of) || mutant.of === 'any' || mutant.of === 'worker',
  );

/** Those of the design's own parts and of workers alone: it lacks what is shared by all others. */
export const ownMutants = (of: Mutant['of']): readonly Mutant[] =>
  MUTANTS.filter((mutant) => mutant.of === of || mutant.of === 'worker');

/** The parts with the one that a mutant replaces; those of workers are not among them. */
export function partsWith<P extends object>(right: P, mutant: string | undefined): P {
  const found = MUTANTS.find(({ name }) => name === mutant);
  return found === undefined || found.of === 'worker' ? right : { ...right, ...found.parts };
}

/** Those of the workers. */
export function workerPartsWith(mutant: string | undefined): WorkerParts {
  const found = MUTANTS.find(({ name }) => name === mutant);
  return found?.of === 'worker' ? { ...WORKER_PARTS, ...found.parts } : WORKER_PARTS;
}
