/** Many runs of one design become one part of the report. Keeps numbers, not runs. */
import type { VerdictKind } from '../checkers/checker.ts';
import { createRng } from '../kernel/rng.ts';
import type { Accounts } from '../metrics/accounts.ts';
import { meanInterval } from '../metrics/mean-interval.ts';
import { countOf, mergeAll, type Sketch } from '../metrics/sketch.ts';
import type { ClaimRow, DesignReport, MetricRow, SeedRow, WindowRow } from '../report/document.ts';
import { machinesOf } from '../scenario/machines.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { durationRow } from './duration-rows.ts';
import { inconclusiveReasons } from './emptiness.ts';
import { CoverageSum, percentileRows, pooledQuantiles, SeriesMean, WindowSum } from './pooling.ts';
import { ratesOf } from './rare-events.ts';
import { claimsOf } from './run.ts';
import { steadyRows } from './steady-rows.ts';
import type { Example, SeedRecord } from './sweep/record.ts';
import type { SteadyShares } from './sweep/steady-shares.ts';

export class DesignSummary {
  readonly prepared: Prepared;
  readonly #seeds: SeedRow[] = [];
  readonly #claims = new Map<string, ClaimRow>();
  /** By seed; NaN where there was no value, so that the engine keeps plain doubles. */
  readonly #metrics = new Map<string, { unit: string; values: number[] }>();
  readonly #series = new Map<string, SeriesMean>();
  readonly #endsUs: number[] = [];
  readonly #openFailovers: (readonly number[])[] = [];
  readonly #steady: SteadyShares[] = [];
  readonly #samples = new Map<string, { unit: string; sketches: Sketch[] }>();
  readonly #windows = new WindowSum();
  readonly #coverage = new CoverageSum();
  #accounts: Accounts = NO_ACCOUNTS;
  /** Seeds whose verdicts are alike share them: there are few combinations, and many seeds. */
  readonly #verdicts = new Map<string, SeedRow['verdicts']>();
  #brokenSeeds = 0;
  #example: { readonly seed: string; readonly isBroken: boolean } | undefined;

  constructor(prepared: Prepared) {
    this.prepared = prepared;
    for (const { id } of claimsOf(prepared)) this.#claims.set(id, this.#emptyRow(id));
  }

  get name(): string {
    return this.prepared.design.name;
  }

  /** In how many seeds a promised claim broke. */
  get brokenSeeds(): number {
    return this.#brokenSeeds;
  }

  /** Promised claims that broke in some seed. */
  get brokenClaims(): readonly string[] {
    return [...this.#claims].filter(([, row]) => row.promised && row.broken > 0).map(([id]) => id);
  }

  /** The seed that a report shows whole: the first broken one, else the first. */
  get exampleSeed(): string | undefined {
    return this.#example?.seed;
  }

  add(record: SeedRecord): void {
    const { seed, fingerprint } = record;
    const broken = new Map(record.breaks.map((it) => [it.claim, it]));
    for (const [id, kind] of Object.entries(record.verdicts)) {
      this.#count(id, kind);
      const row = this.#claims.get(id);
      const first = broken.get(id);
      if (row === undefined || first === undefined || row.example !== undefined) continue;
      const { atUs, summary } = first;
      this.#claims.set(id, { ...row, example: { seed, atUs, summary } });
    }
    this.#seeds.push({ seed, fingerprint, verdicts: this.#shared(record.verdicts) });
    this.#endsUs.push(record.endUs);
    this.#openFailovers.push(record.censored['failover'] ?? []);
    if (record.steady !== undefined) this.#steady.push(record.steady);
    this.#measure(record);
    this.#coverage.add(record.faults);
    if (record.breaks.some(({ claim }) => this.#claims.get(claim)?.promised === true)) {
      this.#brokenSeeds++;
    }
    const isBroken = record.breaks.length > 0;
    if (this.#example === undefined || (isBroken && !this.#example.isBroken)) {
      this.#example = { seed, isBroken };
    }
  }

  /** The values of a metric by seed, in the order of seeds; undefined where there was none. */
  valuesOf(metric: string): readonly (number | undefined)[] {
    const { values } = this.#metrics.get(metric) ?? { values: [] };
    return values.map((value) => (Number.isNaN(value) ? undefined : value));
  }

  get metricNames(): readonly string[] {
    return [...this.#metrics.keys()];
  }

  /** `example` is how the run of `exampleSeed` went. */
  finish(example?: Example): DesignReport {
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
      windows: this.#windowRows(),
      rates: ratesOf(this.#metrics, this.#endsUs),
      ...this.#durations(),
      ...this.#steadyShares(),
      series: Object.fromEntries([...this.#series].map(([name, mean]) => [name, mean.finish()])),
      samples: this.#pooledSamples(),
      faults: coverage,
      examples: example === undefined ? [] : [example],
      assumes: design.assumptions,
      machines: machinesOf(this.prepared),
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

  #count(id: string, kind: VerdictKind): void {
    const row = this.#claims.get(id) ?? this.#emptyRow(id);
    this.#claims.set(id, { ...row, [kind]: row[kind] + 1 });
  }

  #shared(verdicts: SeedRow['verdicts']): SeedRow['verdicts'] {
    const key = JSON.stringify(verdicts);
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    this.#verdicts.set(key, verdicts);
    return verdicts;
  }

  #measure({ metrics, windows, series, samples, accounts }: SeedRecord): void {
    for (const [name, { unit, value }] of Object.entries(metrics)) {
      const known = this.#metrics.get(name);
      if (known === undefined) this.#metrics.set(name, { unit, values: [value ?? NaN] });
      else known.values.push(value ?? NaN);
    }
    for (const [name, one] of Object.entries(series)) {
      const known = this.#series.get(name) ?? new SeriesMean(one);
      known.add(one.values);
      this.#series.set(name, known);
    }
    for (const [name, { unit, sketch }] of Object.entries(samples)) {
      const known = this.#samples.get(name);
      if (known === undefined) this.#samples.set(name, { unit, sketches: [sketch] });
      else known.sketches.push(sketch);
    }
    this.#windows.add(windows);
    this.#accounts = addAccounts(this.#accounts, accounts);
  }

  #metricRows(): Record<string, MetricRow> {
    const rng = createRng('bootstrap');
    const rows: Record<string, MetricRow> = {};
    for (const [name, { unit, values }] of this.#metrics) {
      const known = values.filter((value) => !Number.isNaN(value));
      if (known.length === 0) continue;
      const random = rng.stream(this.prepared.design.name, name);
      rows[name] = { unit, ...meanInterval(known, random, boundsOf(unit)), n: known.length };
    }
    return rows;
  }

  #windowRows(): readonly WindowRow[] {
    const rng = createRng('windows');
    return this.#windows.rows((ratios, windowUs) => {
      const random = rng.stream(this.prepared.design.name, String(windowUs));
      return meanInterval(ratios, random, boundsOf('ratio'));
    });
  }

  #durations(): Pick<DesignReport, 'durations'> {
    const sketches = this.#samples.get('failover')?.sketches ?? [];
    const random = createRng('durations').stream(this.name, 'failover');
    const failover = durationRow(sketches, this.#openFailovers, random);
    return failover === undefined ? {} : { durations: { failover } };
  }

  #steadyShares(): Pick<DesignReport, 'steady'> {
    if (this.#steady.length === 0) return {};
    const rng = createRng('steady');
    return { steady: steadyRows(this.#steady, (name) => rng.stream(this.name, name)) };
  }

  #pooledSamples(): DesignReport['samples'] {
    const rng = createRng('percentiles');
    return Object.fromEntries(
      [...this.#samples].map(([name, { unit, sketches }]) => {
        const percentiles = percentileRows(sketches, rng.stream(this.name, name));
        const pooled = mergeAll(sketches);
        const values = pooledQuantiles(pooled);
        return [name, { unit, values, n: countOf(pooled), percentiles }];
      }),
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

/** No metric is negative, and no share is above 1: intervals say nothing impossible. */
const boundsOf = (unit: string): { readonly least: number; readonly most?: number } =>
  unit === 'ratio' ? { least: 0, most: 1 } : { least: 0 };
