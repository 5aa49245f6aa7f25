/**
 * The shape of `report.json`: everything a report shows, and nothing that depends on when or where
 * it was made (that is `run.json`). HTML, Markdown and JUnit are functions of this document alone.
 */
import type { VerdictKind } from '../checkers/checker.ts';
import type { Accounts } from '../metrics/accounts.ts';
import type { AgainstBest } from '../metrics/best.ts';
import type { IntervalMethod } from '../metrics/mean-interval.ts';
import type { DifferenceVerdict } from '../metrics/paired.ts';
import type { EventRate } from '../metrics/rates.ts';
import type { BiteCount } from '../metrics/storm.ts';
import type { MachineCounts } from '../scenario/machines.ts';
import type { SchedulerInfo } from './scheduler-info.ts';
import type { SpaceTime } from './space-time.ts';

export interface SeedRow {
  readonly seed: string;
  /** 16 hex digits. */
  readonly fingerprint: string;
  readonly verdicts: Readonly<Record<string, VerdictKind>>;
}

export interface ClaimRow {
  readonly promised: boolean;
  /** Why the preset does not promise it; empty when it does. */
  readonly reason: string;
  readonly held: number;
  readonly broken: number;
  readonly excused: number;
  readonly unknown: number;
  readonly vacuous: number;
  /** The first broken seed, in the order of seeds: where, when (µs), what, and how to see it. */
  readonly example?: { readonly seed: string; readonly atUs: number; readonly summary: string };
}

/** Mean over seeds with a 95 % interval; `n` seeds had a value. */
export interface MetricRow {
  readonly unit: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** How the interval was made; `none` when all values are alike, and it is the mean itself. */
  readonly method?: IntervalMethod;
}

/** A percentile of samples pooled over seeds, with a 95 % interval by whole seeds. */
export interface PercentileRow {
  /** The share of samples that are at most as large. */
  readonly q: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Values over the time of the run in equal buckets; `undefined` buckets are null. */
export interface Series {
  readonly unit: string;
  readonly bucketUs: number;
  readonly values: readonly (number | null)[];
}

/** A fault as it happened in the example seed: drawn as a shaded band. */
export interface FaultBand {
  readonly id: string;
  readonly kind: string;
  readonly fromUs: number;
  readonly untilUs: number;
  readonly whom: readonly string[];
}

/** What became of the faults of a kind, over all seeds. */
export interface FaultCoverage {
  readonly kind: string;
  readonly drawn: number;
  /** Of those drawn: aimed at what this design does not have, a store or a second member. */
  readonly notApplicable: number;
  readonly armed: number;
  readonly bitten: number;
  /**
   * Whom they bit, and in which phase of the run first: machines by role, and whoever led at that
   * moment once more as `leader`. One that bit machines of two roles counts under both.
   */
  readonly bites: readonly BiteCount[];
}

/** Null where too many had not ended to say: it is beyond all that was seen. */
export interface OpenInterval {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Seconds that something lasted, those counted that had not ended when the run did. */
export interface DurationRow {
  readonly n: number;
  readonly unfinished: number;
  /** By the product-limit estimate, with 95 % intervals by whole seeds. */
  readonly quantiles: readonly (OpenInterval & { readonly q: number })[];
  /** The mean of durations cut at `until`, the longest that was seen. */
  readonly restricted: OpenInterval & { readonly until: number };
}

/** A share in steady state, and what it makes of a year; only under the profile `realistic`. */
export interface SteadyRow {
  readonly mean: number;
  /** Null where one seed is too short to tell. */
  readonly low: number | null;
  readonly high: number | null;
  readonly method: 'batch means' | 'replication-deletion';
  readonly seeds: number;
  /** Seeds that were not seen to become steady, and do not count. */
  readonly unsteady: number;
  /** Null where nothing failed: that many nines nobody has seen. */
  readonly nines: number | null;
  readonly downMinutesPerYear: number;
  readonly downLow: number | null;
  readonly downHigh: number | null;
}

/**
 * Of every window of this length in a seed, the one with the lowest user-uptime: its mean over
 * seeds with a 95 % interval, and the lowest of any seed.
 */
export interface WindowRow {
  readonly windowUs: number;
  readonly worst: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** What became of the claims of a design at one point of a two-parameter sweep. */
export interface PhaseCell {
  /** Indices into the values of the two parameters. */
  readonly x: number;
  readonly y: number;
  readonly verdict: 'safe' | 'unsafe' | 'unavailable' | 'unknown';
  /** Share of the seeds in which that was so. */
  readonly share: number;
  /** The claim that broke or the objective that was missed, where one did. */
  readonly claim?: string;
}

/** Where a design is safe, over two parameters of the scenario: `lease.termMs`, `clock.ratePpm`… */
export interface PhaseDiagram {
  readonly design: string;
  readonly x: { readonly key: string; readonly values: readonly string[] };
  readonly y: { readonly key: string; readonly values: readonly string[] };
  readonly cells: readonly PhaseCell[];
}

/** What a preset assumes beside the point at which the claim was measured to break. */
export interface DatasheetRow {
  readonly claim: string;
  readonly assumption: string;
  readonly unit: string;
  /** Null where the preset assumes nothing of the kind. */
  readonly assumed: number | null;
  /** Null where nothing broke within what was tried. */
  readonly measured: number | null;
  /** The largest value that was seen to hold, and the smallest that was seen to break. */
  readonly low: number | null;
  readonly high: number | null;
  readonly note: string;
}

export interface Datasheet {
  readonly design: string;
  readonly rows: readonly DatasheetRow[];
}

export interface DesignReport {
  readonly name: string;
  readonly seeds: readonly SeedRow[];
  readonly claims: Readonly<Record<string, ClaimRow>>;
  readonly accounts: Accounts;
  readonly metrics: Readonly<Record<string, MetricRow>>;
  /** Of events too rare for a mean to tell much: how many in how long, and per hour. */
  readonly rates?: Readonly<Record<string, EventRate>>;
  /** By name: `failover`. */
  readonly durations?: Readonly<Record<string, DurationRow>>;
  /** By series: `api`, `dispatch`, `ticks`. */
  readonly steady?: Readonly<Record<string, SteadyRow>>;
  /** Means over seeds, by name: `api`, `dispatch`, `goodput`, `backlog`. */
  readonly series: Readonly<Record<string, Series>>;
  /** Pooled samples, sorted and thinned to at most 400 quantiles: `dispatchLatency`, `failover`… */
  readonly samples: Readonly<
    Record<
      string,
      {
        readonly unit: string;
        readonly values: readonly number[];
        readonly n: number;
        readonly percentiles?: readonly PercentileRow[];
      }
    >
  >;
  readonly faults: readonly FaultCoverage[];
  /** Worst windows by their length, shortest first, where they were measured. */
  readonly windows: readonly WindowRow[];
  /** What one seed looked like (the first broken one, else the first). */
  readonly examples: readonly {
    readonly seed: string;
    readonly endUs: number;
    readonly series: Readonly<Record<string, Series>>;
    readonly faults: readonly FaultBand[];
    /** Who said it led, from when to when. */
    readonly leaders: readonly {
      readonly machine: string;
      readonly epoch: number;
      readonly fromUs: number;
      readonly untilUs: number;
    }[];
  }[];
  readonly assumes: SchedulerInfo['assumes'];
  /** What it ran on; documents of before do not say. */
  readonly machines?: MachineCounts;
  readonly verdict: 'held' | 'broken' | 'inconclusive';
  /** Why inconclusive, in words; empty otherwise. */
  readonly inconclusive: readonly string[];
}

/** Paired by seed: a minus b. */
export interface Comparison {
  readonly metric: string;
  readonly a: string;
  readonly b: string;
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  /** Pearson's, of the pairs; null where a design does not vary. */
  readonly correlation: number | null;
  /** Unpaired seeds that one pair is worth; null where differences do not vary. */
  readonly varianceReduction: number | null;
  /** Two designs closer than this are called equivalent. */
  readonly margin: number | null;
  /** What as many seeds would show in four of five cases; null where differences do not vary. */
  readonly smallestDetectable: number | null;
  readonly verdict: DifferenceVerdict;
}

/** A design against the best of the others, over the seeds that all of them share. */
export interface BestRow extends AgainstBest {
  readonly metric: string;
  readonly design: string;
  readonly n: number;
}

/** What changed since an earlier report, which was given beside the command. */
export interface Since {
  readonly scenario: 'same' | 'another';
  /** Every run of both had the same fingerprint. */
  readonly isSameRuns: boolean;
  /** Designs that only one of the two has. */
  readonly added: readonly string[];
  readonly gone: readonly string[];
  readonly claims: readonly {
    readonly design: string;
    readonly claim: string;
    readonly was: string;
    readonly is: string;
  }[];
  /** Means, and a 95 % interval of their difference. */
  readonly metrics: readonly {
    readonly design: string;
    readonly metric: string;
    readonly was: number;
    readonly is: number;
    readonly low: number;
    readonly high: number;
    readonly verdict: 'better' | 'worse' | 'higher' | 'lower' | 'within noise';
  }[];
}

/** What ended a sweep early: Ctrl-C, its time, broken seeds enough, an interval narrow enough. */
export type StoppedBy = 'interrupt' | 'time-budget' | 'bail' | 'until-width' | 'missing shards';

export interface ReportDocument {
  readonly apiVersion: 'seaworthy/report/v1';
  readonly scenario: {
    readonly name: string;
    readonly hash: string;
    readonly text: string;
    readonly why: string;
  };
  readonly designs: readonly DesignReport[];
  readonly comparisons: readonly Comparison[];
  /** By metric, then in the order of designs; the intervals of a metric hold all together. */
  readonly best: readonly BestRow[];
  /** Two-parameter sweeps, where they were asked for. */
  readonly phases?: readonly PhaseDiagram[];
  /** Breaking points, where they were searched for. */
  readonly datasheets?: readonly Datasheet[];
  readonly slo: readonly {
    readonly design: string;
    readonly metric: string;
    readonly wanted: string;
    readonly got: number | null;
    readonly met: boolean;
    /** Of a share that is to be at least so much: the error there was by the error allowed. */
    readonly budgetUsed?: number;
    /** The same in the worst window of a minute and of an hour, where they fit into the run. */
    readonly worstBurn?: readonly { readonly windowUs: number; readonly rate: number }[];
  }[];
  /** Lines of the inputs that were not used, and why (of a crontab or a trace). */
  readonly inputs: readonly {
    readonly file: string;
    readonly line: number;
    readonly problem: string;
  }[];
  /** Broken runs as diagrams: of broken claims the first case of a design, as far as was told. */
  readonly stories?: readonly SpaceTime[];
  /** Broken claims of designs beyond those. */
  readonly storiesLeftOut?: number;
  /** Exact command that makes these numbers again. */
  readonly command: string;
  readonly since?: Since;
  /** Only where a sweep ended early: why, and the seeds it has of those asked for. */
  readonly stopped?: {
    readonly by: StoppedBy;
    readonly done: number;
    readonly asked: number;
  };
}
