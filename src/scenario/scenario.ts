/**
 * scenario: a text file becomes a run, and back identically.
 *
 *   scenario.ts   what a scenario is, parsed (this file)
 *   schema.ts     its text form: strict keys, units, positions of problems, JSON Schema
 *   registry.ts   designs with their presets, promises, assumptions and bounds
 *   own-design.ts  designs that users define
 *   limits.ts     whether limits and tags leave room for what is asked, and how long it takes
 *   assemble.ts   one run: machines, programs, workload, faults and judges wired together
 *   meter.ts      what a run costs: messages, syncs, transactions
 *   due-ticks.ts  the independent second opinion on which ticks are due (croner)
 *   versions.ts   the same for every version of the schedules of a run
 *   zone-clock.ts local time by what the platform says of a zone, for due-ticks.ts
 *   zone-data.ts  zone rules read from the platform's zone database
 *   zone-shelf.ts the rules that each machine is handed, right or old
 */

import type { PlannedFault } from '../faults/plan.ts';
import type { OverlapPolicy, Resources } from '../history/fact.ts';
import type { WallUs } from '../lib/units.ts';
import type { MisfirePolicy, Timing } from '../scheduler/api.ts';
import type { Demand } from '../workload/demand.ts';

export interface Cluster {
  /** Scheduler members, where the design has more than one. */
  readonly members: number;
  readonly workers: number;
  /** Attempts a worker runs at a time. */
  readonly slots: number;
  /** What every worker has for attempts besides slots; where absent, nobody counts. */
  readonly resources?: Resources;
  /** How often a worker beats. */
  readonly beatUs: number;
  /** True UTC time at which the run starts, ISO 8601 with a Z. */
  readonly startsAt: string;
  /** Every processor is so many times slower than that of the cost profile; 1 when absent. */
  readonly cpu?: number;
  /** One-way latency: uniform in [latencyMinUs, latencyMaxUs]. */
  readonly latencyMinUs: number;
  readonly latencyMaxUs: number;
  /** Every machine's oscillator is off by up to this, drawn per machine, either way. */
  readonly ratePpmMax: number;
  /** Every machine's wall clock is off by up to this at the start, drawn, either way. */
  readonly wallErrorUsMax: number;
  /** Every machine runs a time daemon that asks this often, and measures with this much error. */
  readonly ntp?: { readonly pollUs: number; readonly errorUs: number };
}

export interface ScheduleEntry {
  readonly name: string;
  readonly timing: Timing;
  /** Instead of the workload's. */
  readonly misfire?: MisfirePolicy;
  /** What happens to a tick while an instance is open; with `buffer`, how many wait. */
  readonly overlap?: OverlapPolicy;
  readonly bufferMax?: number;
  readonly jitterUs?: number;
  /** Ticks with startUs <= nominal < endUs, within the time in which ticks count at all. */
  readonly startUs?: WallUs;
  readonly endUs?: WallUs;
}

/** Who asks for jobs, when, and what the jobs do. */
export interface Workload extends Demand {
  /** Share of attempts that fail. */
  readonly failPpm: number;
  /** Share of attempts that at some time give no more signs of life, though they work. */
  readonly silentPpm?: number;
  /** Share of attempts that go on when told to stop. */
  readonly zombiePpm?: number;
  /** A client gives an operation up as `unknown` after this. */
  readonly clientTimeoutUs: number;
  readonly schedules: readonly ScheduleEntry[];
  /** For every schedule that has none of its own, of the crontab too. */
  readonly misfire: MisfirePolicy;
  /** A crontab file; zone and daylight-saving policy for its lines. */
  readonly crontab?: {
    readonly file: string;
    readonly zone: string;
    readonly gap: 'skip' | 'run-at-end';
    readonly overlap: 'first' | 'both';
  };
  /** A Standard Workload Format trace, plain or gzipped. */
  readonly trace?: {
    readonly file: string;
    /**
     * Divide times between submits, and run times, by these; `fit` chooses them so that the trace
     * fills the time in which clients ask and half of the slots.
     */
    readonly timeScale: number | 'fit';
    readonly sizeScale: number | 'fit';
    /** At most this many jobs, from the start of the file. */
    readonly jobsMax: number;
  };
}

export type FaultsPart =
  | { readonly kind: 'drawn'; readonly profile: string; readonly intensity: number }
  | { readonly kind: 'given'; readonly faults: readonly PlannedFault[] };

/**
 * How much of the cluster is healed when the storm is over: all of it; a core that the design says
 * is enough, while the rest stays frozen for ever; or one of the two, as the seed draws.
 */
export const HEALS = ['total', 'core', 'drawn'] as const;
export type Heal = (typeof HEALS)[number];

export interface Phases {
  readonly warmUpUs: number;
  readonly chaosUs: number;
  readonly heal: Heal;
}

/** A threshold on the mean of a metric over seeds, such as `apiSuccess: ">= 0.95"`. */
export interface Slo {
  readonly metric: string;
  readonly op: '>=' | '<=';
  readonly value: number;
}

export interface Scenario {
  readonly apiVersion: 'seaworthy/v1';
  readonly name: string;
  /** A sentence: why this scenario exists. */
  readonly why: string;
  /** Selections: `lease`, `lease:client-go+fencing=off`. */
  readonly designs: readonly string[];
  /** How many seeds `run` and `compare` take when not told. */
  readonly seeds: number;
  readonly cluster: Cluster;
  readonly workload: Workload;
  readonly faults: FaultsPart;
  readonly phases: Phases;
  readonly claims: {
    /** Tolerance for timeliness. */
    readonly epsilonUs: number;
    /** Judge only these; empty judges all. */
    readonly only: readonly string[];
  };
  readonly slo: readonly Slo[];
  /**
   * Selections that are known to fail here, with the claims that break or the metrics that miss
   * their threshold; every other one of the designs holds.
   */
  readonly breaks: Readonly<Record<string, readonly string[]>>;
}

/** A file that a scenario refers to, as read; the hash covers its bytes. */
export interface LoadedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A scenario with everything it needs: its text, its hash, and the files it names. */
export interface LoadedScenario {
  readonly scenario: Scenario;
  /** Canonical text: parses to the same scenario and prints to the same bytes. */
  readonly text: string;
  /** SHA-256 over the text and the bytes of the files, hex. */
  readonly hash: string;
  readonly crontab?: LoadedFile;
  readonly trace?: LoadedFile;
}
