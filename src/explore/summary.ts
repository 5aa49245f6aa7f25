/** Many runs of one design become one part of the report. Keeps numbers, not runs. */
import type { Verdict } from '../checkers/checker.ts';
import { createRng } from '../kernel/rng.ts';
import type { Accounts } from '../metrics/accounts.ts';
import type { RunNumbers } from '../metrics/metrics.ts';
import { bootstrapMean } from '../metrics/statistics.ts';
import type { ClaimRow, DesignReport, MetricRow, SeedRow, Series } from '../report/document.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { inconclusiveReasons } from './emptiness.ts';
import { CoverageSum, pooledQuantiles, SeriesMean } from './pooling.ts';
import type { RunResult } from './run.ts';
import { claimsOf } from './run.ts';

const RESAMPLES = 2_000;
const LEVEL = 0.95;

export class DesignSummary {
  readonly prepared: Prepared;
  readonly #seeds: SeedRow[] = [];
  readonly #claims = new Map<string, ClaimRow>();
  readonly #metrics = new Map<string, { unit: string; values: (number | undefined)[] }>();
  readonly #series = new Map<string, SeriesMean>();
  readonly #samples = new Map<string, { unit: string; values: number[] }>();
  readonly #coverage = new CoverageSum();
  #accounts: Accounts = NO_ACCOUNTS;
  #example: { readonly isBroken: boolean; readonly run: RunResult } | undefined;

  constructor(prepared: Prepared) {
    this.prepared = prepared;
    for (const { id } of claimsOf(prepared)) this.#claims.set(id, this.#emptyRow(id));
  }

  get name(): string {
    return this.prepared.design.name;
  }

  get brokenSeeds(): number {
    return this.#seeds.filter((row) => this.#isBroken(row)).length;
  }

  add(run: RunResult): void {
    const verdicts: Record<string, Verdict['kind']> = {};
    for (const [id, verdict] of run.verdicts) {
      verdicts[id] = verdict.kind;
      this.#count(id, run.seed, verdict);
    }
    const row = { seed: run.seed, fingerprint: run.fingerprint, verdicts };
    this.#seeds.push(row);
    this.#measure(run.numbers);
    this.#coverage.add(run.plan, run.numbers);
    const isBroken = Object.values(verdicts).includes('broken');
    if (this.#example === undefined || (isBroken && !this.#example.isBroken)) {
      this.#example = { isBroken, run };
    }
  }

  /** The values of a metric by seed, in the order of seeds; undefined where there was none. */
  valuesOf(metric: string): readonly (number | undefined)[] {
    return this.#metrics.get(metric)?.values ?? [];
  }

  get metricNames(): readonly string[] {
    return [...this.#metrics.keys()];
  }

  finish(): DesignReport {
    const { design } = this.prepared;
    const claims = Object.fromEntries(this.#claims);
    const coverage = this.#coverage.rows();
    const inconclusive = inconclusiveReasons({
      prepared: this.prepared,
      claims,
      coverage,
    });
    const hasBroken = Object.values(claims).some(({ promised, broken }) => promised && broken > 0);
    const verdict = hasBroken ? 'broken' : inconclusive.length > 0 ? 'inconclusive' : 'held';
    return {
      name: design.name,
      seeds: this.#seeds,
      claims,
      accounts: this.#accounts,
      metrics: this.#metricRows(),
      series: Object.fromEntries([...this.#series].map(([name, mean]) => [name, mean.finish()])),
      samples: this.#pooledSamples(),
      faults: coverage,
      examples: this.#example === undefined ? [] : [exampleOf(this.#example.run)],
      assumes: design.assumptions,
      verdict,
      inconclusive,
    };
  }

  #emptyRow(id: string): ClaimRow {
    const reason = this.prepared.design.notPromised[id];
    // A `sometimes` claim says that the storm was not empty: nobody promises a storm.
    const promised = reason === undefined && !id.startsWith('sometimes-');
    const why = reason ?? (promised ? '' : 'says that the run was not empty');
    return { promised, reason: why, held: 0, broken: 0, excused: 0, unknown: 0, vacuous: 0 };
  }

  #count(id: string, seed: string, verdict: Verdict): void {
    const row = this.#claims.get(id) ?? this.#emptyRow(id);
    const counted = { ...row, [verdict.kind]: row[verdict.kind] + 1 };
    const isFirst = verdict.kind === 'broken' && row.example === undefined;
    const example = isFirst
      ? { example: { seed, atUs: verdict.at, summary: verdict.summary } }
      : {};
    this.#claims.set(id, { ...counted, ...example });
  }

  #isBroken({ verdicts }: SeedRow): boolean {
    return Object.entries(verdicts).some(
      ([id, kind]) => kind === 'broken' && this.#claims.get(id)?.promised === true,
    );
  }

  #measure(numbers: RunNumbers): void {
    for (const [name, { unit, value }] of Object.entries(numbers.metrics)) {
      const known = this.#metrics.get(name);
      if (known === undefined) this.#metrics.set(name, { unit, values: [value] });
      else known.values.push(value);
    }
    for (const [name, series] of Object.entries(numbers.series)) {
      const known = this.#series.get(name) ?? new SeriesMean(series);
      known.add(series.values);
      this.#series.set(name, known);
    }
    for (const [name, { unit, values }] of Object.entries(numbers.samples)) {
      const known = this.#samples.get(name);
      if (known === undefined) this.#samples.set(name, { unit, values: [...values] });
      else for (const value of values) known.values.push(value);
    }
    this.#accounts = addAccounts(this.#accounts, numbers.accounts);
  }

  #metricRows(): Record<string, MetricRow> {
    const rng = createRng('bootstrap');
    const rows: Record<string, MetricRow> = {};
    for (const [name, { unit, values }] of this.#metrics) {
      const known = values.filter((value) => value !== undefined);
      if (known.length === 0) continue;
      const random = rng.stream(this.prepared.design.name, name);
      const interval = bootstrapMean(known, random, { resamples: RESAMPLES, level: LEVEL });
      rows[name] = { unit, ...interval, n: known.length };
    }
    return rows;
  }

  #pooledSamples(): DesignReport['samples'] {
    return Object.fromEntries(
      [...this.#samples].map(([name, { unit, values }]) => [
        name,
        { unit, values: pooledQuantiles(values), n: values.length },
      ]),
    );
  }
}

const NO_ACCOUNTS: Accounts = {
  jobs: { accepted: 0, completed: 0, cancelled: 0, dead: 0, open: 0 },
  ticks: { due: 0, run: 0, skipped: 0, missed: 0, doubled: 0 },
};

function addAccounts(a: Accounts, b: Accounts): Accounts {
  const sum = <T extends Record<string, number>>(x: T, y: T): T =>
    Object.fromEntries(Object.keys(x).map((key) => [key, (x[key] ?? 0) + (y[key] ?? 0)])) as T;
  return { jobs: sum(a.jobs, b.jobs), ticks: sum(a.ticks, b.ticks) };
}

function exampleOf({ seed, endUs, numbers }: RunResult): DesignReport['examples'][number] {
  const series: Record<string, Series> = { ...numbers.series };
  return { seed, endUs, series, faults: numbers.faults, leaders: numbers.leaders };
}
