/**
 * What faults may turn on the harness's own programs: clients that ask for more, or more often, and
 * job bodies that take longer, or their worker with them. Programs read these whenever they act, so
 * that a fault that ended has no effect left, whatever state a machine was in when it did. A client
 * is told when something was turned, for it may have nothing else to wake up for.
 */
import type { Message } from '../host/host.ts';
import { assert } from '../lib/assert.ts';
import type { Demand } from './demand.ts';
import type { PlannedOp } from './workload.ts';

/** To a client from the operator: look at your knobs. */
export const KNOBS_TURNED: Message = Object.freeze({ kind: 'knobs-turned' });

/** Operations that a fault has a client ask besides its plan. */
export interface Surplus {
  /** In order of time, true time since the run's start. */
  readonly ops: readonly PlannedOp[];
  /** The first that was not asked yet. */
  next: number;
  /** One more was asked. */
  readonly onAsked: () => void;
}

/** A client sends what is open again this often. */
export interface Impatience {
  readonly everyUs: number;
  /** A request was sent again because of it. */
  readonly onSent: () => void;
}

/** Of one client; both maps are keyed by fault. */
export interface ClientKnobs {
  /** Surplus operations are numbered from here, in steps: unique among all clients. */
  readonly opBase: number;
  readonly opStep: number;
  readonly surplus: Map<string, Surplus>;
  readonly impatience: Map<string, Impatience>;
}

/** A share of the jobs takes the worker's process down; which ones is drawn by job and seed. */
export interface Poison {
  readonly seed: string;
  readonly poisonPpm: number;
  readonly onBegan: () => void;
}

/** Bodies take longer by a factor. */
export interface Longer {
  readonly factor: number;
  readonly onBegan: () => void;
}

/** Of the bodies that begin on one worker; both maps are keyed by fault. */
export interface BodyKnobs {
  readonly poison: Map<string, Poison>;
  readonly longer: Map<string, Longer>;
}

/** Everything that faults of the workload reach. */
export interface WorkloadKnobs {
  readonly demand: Demand;
  /** By machine. */
  readonly clients: ReadonlyMap<string, ClientKnobs>;
  /** By the name that programs call the worker; see {@link bodyKnobsOf}. */
  readonly workers: Map<string, BodyKnobs>;
  /** When the storm is over: nothing that a fault adds falls due later. */
  readonly healUs: number;
  /** Jobs that faults may still add: the time that follows the storm is enough for so many. */
  readonly allowance: { jobs: number };
}

export interface KnobsOptions {
  readonly demand: Demand;
  readonly clients: readonly string[];
  /** The first number that no planned operation has. */
  readonly firstOp: number;
  readonly healUs: number;
  readonly jobsMax: number;
}

/** Knobs that nobody has turned. */
export function createKnobs(options: KnobsOptions): WorkloadKnobs {
  const { demand, clients, firstOp, healUs, jobsMax } = options;
  assert(jobsMax >= 0 && Number.isFinite(jobsMax), () => `faults may add ${jobsMax} jobs`);
  const ofClient = (index: number): ClientKnobs => ({
    opBase: firstOp + index,
    opStep: clients.length,
    surplus: new Map(),
    impatience: new Map(),
  });
  return {
    demand,
    clients: new Map(clients.map((name, index) => [name, ofClient(index)])),
    workers: new Map(),
    healUs,
    allowance: { jobs: jobsMax },
  };
}

/** Those of a worker, made when first asked for: workers may be replaced under new names. */
export function bodyKnobsOf({ workers }: WorkloadKnobs, worker: string): BodyKnobs {
  const known = workers.get(worker);
  if (known !== undefined) return known;
  const made: BodyKnobs = { poison: new Map(), longer: new Map() };
  workers.set(worker, made);
  return made;
}
