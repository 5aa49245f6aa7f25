import { required } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import { clusterQuantileIntervals } from '../metrics/cluster-quantile.ts';
import type { MeanInterval } from '../metrics/mean-interval.ts';
import type { RunNumbers } from '../metrics/metrics.ts';
import { countOf, quantileOf, type Sketch } from '../metrics/sketch.ts';
import { Bites } from '../metrics/storm.ts';
import type { FaultCoverage, PercentileRow, Series, WindowRow } from '../report/document.ts';

const QUANTILES_MAX = 400;

/** Rising, and thinned to evenly spaced quantiles, the smallest and the largest included. */
export function pooledQuantiles(sketch: Sketch): readonly number[] {
  const count = countOf(sketch);
  const kept = Math.min(count, QUANTILES_MAX);
  return Array.from({ length: kept }, (_, i) => {
    const rank = kept === 1 ? 1 : 1 + Math.round((i * (count - 1)) / (kept - 1));
    return rounded(required(quantileOf(sketch, rank / count), 'a quantile of something'));
  });
}

const PERCENTILES = [0.5, 0.9, 0.99];

/** Percentiles over all samples of all seeds, with intervals by whole seeds. */
export const percentileRows = (
  bySeed: readonly Sketch[],
  random: Random,
): readonly PercentileRow[] =>
  clusterQuantileIntervals(bySeed, PERCENTILES, random).map(({ value, low, high }, index) => ({
    q: PERCENTILES[index] as number,
    ...{ value: rounded(value), low: rounded(low), high: rounded(high) },
  }));

/** Six significant digits: a report is read by people, and small. */
export const rounded = (value: number): number => Number(value.toPrecision(6));

/** The mean of a series over seeds, bucket by bucket, over the seeds that had a value there. */
export class SeriesMean {
  readonly #unit: string;
  readonly #bucketUs: number;
  readonly #sums: number[] = [];
  readonly #counts: number[] = [];

  constructor({ unit, bucketUs }: { readonly unit: string; readonly bucketUs: number }) {
    this.#unit = unit;
    this.#bucketUs = bucketUs;
  }

  add(values: readonly (number | null)[]): void {
    values.forEach((value, bucket) => {
      this.#sums[bucket] = (this.#sums[bucket] ?? 0) + (value ?? 0);
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + (value === null ? 0 : 1);
    });
  }

  finish(): Series {
    const values = this.#sums.map((sum, bucket) => {
      const count = this.#counts[bucket] ?? 0;
      return count === 0 ? null : rounded(sum / count);
    });
    return { unit: this.#unit, bucketUs: this.#bucketUs, values };
  }
}

/** The worst windows of each length, over seeds. */
export class WindowSum {
  readonly #ratios = new Map<number, number[]>();

  add(windows: RunNumbers['windows']): void {
    for (const { windowUs, ratio } of windows) {
      const known = this.#ratios.get(windowUs);
      if (known === undefined) this.#ratios.set(windowUs, [ratio]);
      else known.push(ratio);
    }
  }

  /** By length; `intervalOf` tells the mean of values and how sure it is. */
  rows(
    intervalOf: (ratios: readonly number[], windowUs: number) => MeanInterval,
  ): readonly WindowRow[] {
    return [...this.#ratios]
      .sort(([a], [b]) => a - b)
      .map(([windowUs, ratios]) => {
        const worst = ratios.reduce((least, ratio) => Math.min(least, ratio), 1);
        const { mean, low, high } = intervalOf(ratios, windowUs);
        return { windowUs, worst, mean, low, high };
      });
  }
}

interface KindSum {
  drawn: number;
  notApplicable: number;
  armed: number;
  bitten: number;
  readonly bites: Bites;
}

/** What became of the faults of every kind, over seeds. */
export class CoverageSum {
  readonly #kinds = new Map<string, KindSum>();

  add(rows: readonly FaultCoverage[]): void {
    for (const { kind, drawn, notApplicable, armed, bitten, bites } of rows) {
      const sum = this.#kind(kind);
      sum.drawn += drawn;
      sum.notApplicable += notApplicable;
      sum.armed += armed;
      sum.bitten += bitten;
      for (const { phase, role, count } of bites) sum.bites.add(phase, role, count);
    }
  }

  /** By kind, in order of the alphabet. */
  rows(): readonly FaultCoverage[] {
    return [...this.#kinds]
      .map(([kind, { bites, ...counts }]) => ({ kind, ...counts, bites: bites.rows() }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }

  #kind(name: string): KindSum {
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const sum: KindSum = { drawn: 0, notApplicable: 0, armed: 0, bitten: 0, bites: new Bites() };
    this.#kinds.set(name, sum);
    return sum;
  }
}
