import { SECOND } from '../lib/units.ts';
import type { JobBook } from './jobs.ts';
import { quantileSorted } from './statistics.ts';
import { isDone, isDoubled, isTimely, type TickBook } from './ticks.ts';

/** Values over the time of the run in equal buckets; null where a bucket has no value. */
export interface TimeSeries {
  readonly unit: string;
  readonly bucketUs: number;
  readonly values: readonly (number | null)[];
}

/** Sums per bucket of time. */
export class Counts {
  readonly bucketUs: number;
  readonly #sums: number[] = [];

  constructor(bucketUs: number) {
    this.bucketUs = bucketUs;
  }

  add(us: number, count: number): void {
    const bucket = Math.max(0, Math.floor(us / this.bucketUs));
    while (this.#sums.length <= bucket) this.#sums.push(0);
    this.#sums[bucket] = (this.#sums[bucket] as number) + count;
  }

  at(bucket: number): number {
    return this.#sums[bucket] ?? 0;
  }
}

/** Good ones among all, per bucket. */
export class Shares {
  readonly #good: Counts;
  readonly #all: Counts;

  constructor(bucketUs: number) {
    this.#good = new Counts(bucketUs);
    this.#all = new Counts(bucketUs);
  }

  add(us: number, isGood: boolean): void {
    this.#all.add(us, 1);
    if (isGood) this.#good.add(us, 1);
  }

  series(buckets: number): TimeSeries {
    const values = Array.from({ length: buckets }, (_, i) => {
      const all = this.#all.at(i);
      return all === 0 ? null : this.#good.at(i) / all;
    });
    return { unit: 'ratio', bucketUs: this.#all.bucketUs, values };
  }
}

/** Where the series of a run come from. */
export interface SeriesSources {
  readonly jobs: JobBook;
  readonly ticks: TickBook;
  readonly good: Counts;
  readonly api: Shares;
  readonly bucketUs: number;
  readonly epsilonUs: number;
  readonly endUs: number;
}

/**
 * The course of a run, over all of it:
 *
 *   api       share of counted answers that were ok, by when they came ('ratio')
 *   dispatch  share of ready jobs that began within ε, by when they were ready ('ratio')
 *   ticks     share of due ticks that ran exactly once and began within ε, by when due ('ratio')
 *   goodput   jobs and ticks done for the first time ('1/s')
 *   backlog   accepted jobs that were ready and had not begun, at the end of the bucket ('count');
 *             jobs that were cancelled and never began are left out
 */
export function runSeries(sources: SeriesSources): Record<string, TimeSeries> {
  const { jobs, good, api, bucketUs, epsilonUs, endUs } = sources;
  const buckets = Math.floor(endUs / bucketUs) + 1;
  const dispatch = new Shares(bucketUs);
  const change = new Counts(bucketUs);
  jobs.eachDispatch((readyUs, acceptedUs, beganUs) => {
    if (readyUs > endUs) return;
    dispatch.add(readyUs, beganUs !== -1 && beganUs <= readyUs + epsilonUs);
    change.add(Math.max(readyUs, acceptedUs), 1);
    // A job may begin before its client hears that it was accepted.
    if (beganUs !== -1) change.add(Math.max(beganUs, readyUs, acceptedUs), -1);
  });
  const perSecond = SECOND / bucketUs;
  let waiting = 0;
  const each = (value: (bucket: number) => number): number[] =>
    Array.from({ length: buckets }, (_, i) => value(i));
  return {
    api: api.series(buckets),
    dispatch: dispatch.series(buckets),
    ticks: tickShares(sources).series(buckets),
    goodput: { unit: '1/s', bucketUs, values: each((i) => good.at(i) * perSecond) },
    backlog: { unit: 'count', bucketUs, values: each((i) => (waiting += change.at(i))) },
  };
}

const PERCENTILES = [50, 90, 99];

/**
 * dispatchLatencyP50, …P90, …P99 ('s'), nearest rank, by when jobs were ready: from there until
 * they began, or until the end of the run where they never did. Of one run alone: a mean of
 * percentiles would be the percentile of nothing.
 */
export function latencySeries(sources: SeriesSources): Record<string, TimeSeries> {
  const { jobs, bucketUs, endUs } = sources;
  const waits = Array.from({ length: Math.floor(endUs / bucketUs) + 1 }, (): number[] => []);
  jobs.eachDispatch((readyUs, _, beganUs) => {
    if (readyUs > endUs) return;
    const untilUs = beganUs === -1 ? endUs : beganUs;
    waits[Math.max(0, Math.floor(readyUs / bucketUs))]?.push(Math.max(0, untilUs - readyUs));
  });
  for (const bucket of waits) bucket.sort((a, b) => a - b);
  const rows = PERCENTILES.map((percent) => {
    const values = waits.map((bucket) => {
      const us = quantileSorted(bucket, percent / 100);
      return us === undefined ? null : us / SECOND;
    });
    return [`dispatchLatencyP${percent}`, { unit: 's', bucketUs, values }] as const;
  });
  return Object.fromEntries(rows);
}

function tickShares({ ticks, bucketUs, epsilonUs }: SeriesSources): Shares {
  const shares = new Shares(bucketUs);
  for (const row of ticks.due()) {
    shares.add(row.dueUs, isTimely(row, epsilonUs) && isDone(row) && !isDoubled(row));
  }
  return shares;
}
