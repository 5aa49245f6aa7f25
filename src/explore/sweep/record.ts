/**
 * What a sweep keeps of one run: everything that a report is made of, and nothing that grows with
 * the run. A record is plain data, so that it can come from another process, lie in a file and be
 * put together with others in any order.
 */
import type { VerdictKind } from '../../checkers/checker.ts';
import { isApplicable } from '../../faults/applies.ts';
import type { Accounts } from '../../metrics/accounts.ts';
import type { RunNumbers } from '../../metrics/metrics.ts';
import { type Sketch, sketchOf } from '../../metrics/sketch.ts';
import type { DesignReport, FaultCoverage, Series } from '../../report/document.ts';
import { rounded } from '../pooling.ts';
import type { RunResult } from '../run.ts';
import type { SteadyShares } from './steady-shares.ts';

/** A claim that broke: when, and what was seen. */
export interface Break {
  readonly claim: string;
  readonly atUs: number;
  readonly summary: string;
}

export type Example = DesignReport['examples'][number];

export interface SeedRecord {
  readonly seed: string;
  /** 16 hex digits. */
  readonly fingerprint: string;
  /** When the run ended, and with it the time in which events are counted. */
  readonly endUs: number;
  /** By claim, in the order in which they were judged. */
  readonly verdicts: Readonly<Record<string, VerdictKind>>;
  readonly breaks: readonly Break[];
  readonly metrics: Readonly<Record<string, Measured>>;
  readonly series: Readonly<Record<string, Series>>;
  /** Of each kind of wait how many were about how long. */
  readonly samples: Readonly<Record<string, { readonly unit: string; readonly sketch: Sketch }>>;
  readonly censored: RunNumbers['censored'];
  readonly windows: RunNumbers['windows'];
  /** Where the scenario has a steady state. */
  readonly steady?: SteadyShares;
  readonly accounts: Accounts;
  /** Of the faults of this one run. */
  readonly faults: readonly FaultCoverage[];
}

/** A number of a run, null where it has none. */
export interface Measured {
  readonly unit: string;
  readonly value: number | null;
}

export function recordOf(run: RunResult, steady?: SteadyShares): SeedRecord {
  const { seed, fingerprint, endUs, verdicts, numbers } = run;
  const breaks = [...verdicts].flatMap(([claim, verdict]): Break[] =>
    verdict.kind === 'broken' ? [{ claim, atUs: verdict.at, summary: verdict.summary }] : [],
  );
  const metrics = Object.entries(numbers.metrics).map(([name, { unit, value }]) => {
    return [name, { unit, value: value === undefined ? null : nineDigits(value) }] as const;
  });
  const samples = Object.entries(numbers.samples).map(([name, { unit, values }]) => {
    return [name, { unit, sketch: sketchOf(values) }] as const;
  });
  const series = Object.entries(numbers.series).map(([name, { unit, bucketUs, values }]) => {
    return [
      name,
      { unit, bucketUs, values: values.map((it) => (it === null ? null : rounded(it))) },
    ] as const;
  });
  return {
    seed,
    fingerprint,
    endUs,
    verdicts: Object.fromEntries([...verdicts].map(([claim, { kind }]) => [claim, kind])),
    breaks,
    metrics: Object.fromEntries(metrics),
    series: Object.fromEntries(series),
    samples: Object.fromEntries(samples),
    censored: numbers.censored,
    windows: numbers.windows,
    ...(steady === undefined ? {} : { steady }),
    accounts: numbers.accounts,
    faults: faultsOf(run),
  };
}

/** More say nothing about a run, and are most of what a record would weigh. */
const nineDigits = (value: number): number => Number(value.toPrecision(9));

/** What one seed looked like. */
export function exampleOf({ seed, endUs, numbers }: RunResult): Example {
  const series: Record<string, Series> = { ...numbers.series, ...numbers.courses };
  return { seed, endUs, series, faults: numbers.faults, leaders: numbers.leaders };
}

/** Kinds that the run knows, and those of faults that were aimed at what this design lacks. */
function faultsOf({ plan, numbers }: RunResult): readonly FaultCoverage[] {
  const { coverage, machines } = numbers;
  const lacking = new Map<string, number>();
  for (const fault of plan.faults) {
    if (isApplicable(fault, machines)) continue;
    lacking.set(fault.kind, (lacking.get(fault.kind) ?? 0) + 1);
  }
  const known = new Set(coverage.map(({ kind }) => kind));
  const others = [...lacking.keys()].filter((kind) => !known.has(kind));
  const none = { drawn: 0, armed: 0, bitten: 0, bites: [] };
  return [...coverage, ...others.map((kind) => ({ kind, ...none }))].map((row) => {
    return { ...row, notApplicable: lacking.get(row.kind) ?? 0 };
  });
}
