/** Percentiles of waits pooled over seeds, whose waits are not independent of each other. */
import { assert } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import type { Ends, IntervalOptions } from './mean-interval.ts';
import { binValue, coarser, mergeAll, quantileOf, type Sketch } from './sketch.ts';

export interface QuantileInterval {
  /** The pooled quantile. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

type Resampling = Pick<IntervalOptions, 'resamples' | 'level'>;
const DEFAULTS: Resampling = { resamples: 1_000, level: 0.95 };
/** More seeds are put together into as many groups, each of which is then one cluster. */
const CLUSTERS_MAX = 500;
/** Counts added up for one interval: more of them get fewer resamples, down to 200. */
const WORK_MAX = 20_000_000;

/**
 * A quantile over all waits of all seeds, and its interval by the bootstrap over seeds as clusters
 * (Davison and Hinkley 1997, §3.8): whole seeds are drawn with replacement, for one storm delays
 * thousands of jobs at once, and the percentiles of what their waits pooled would give are the
 * ends. Undefined when no seed has a value; with one seed, or all alike, the interval is the value.
 */
export const clusterQuantileInterval = (
  samplesBySeed: readonly Sketch[],
  q: number,
  random: Random,
  options: Partial<Resampling> = {},
): QuantileInterval | undefined => clusterQuantileIntervals(samplesBySeed, [q], random, options)[0];

/** The same of several quantiles by the same resamples; empty when no seed has a value. */
export function clusterQuantileIntervals(
  samplesBySeed: readonly Sketch[],
  qs: readonly number[],
  random: Random,
  options: Partial<Resampling> = {},
): readonly QuantileInterval[] {
  const { resamples, level } = { ...DEFAULTS, ...options };
  assert(resamples >= 1 && level > 0 && level < 1, () => `${resamples} resamples, level ${level}`);
  const clusters = grouped(samplesBySeed);
  const whole = mergeAll(clusters);
  const values = qs.flatMap((q) => quantileOf(whole, q) ?? []);
  if (values.length === 0) return [];
  const table = tableOf(clusters, whole);
  const draws = Math.min(resamples, Math.max(200, Math.floor(WORK_MAX / table.columns.length)));
  const drawn = qs.map(() => new Float64Array(draws));
  const counts = new Float64Array(table.values.length);
  for (let i = 0; i < draws; i++) {
    counts.fill(0);
    for (let n = 0; n < clusters.length; n++) addRow(counts, table, random.below(clusters.length));
    for (const [at, q] of qs.entries()) {
      (drawn[at] as Float64Array)[i] = quantileIn(counts, table.values, q);
    }
  }
  return values.map((value, at) => ({ value, ...endsOf(value, drawn[at] as Float64Array, level) }));
}

/** Resamples without any value say nothing of it. */
function endsOf(value: number, drawn: Float64Array, level: number): Ends {
  const known = drawn.filter((one) => !Number.isNaN(one)).sort();
  const few = Math.round(((1 - level) / 2) * (known.length + 1));
  const low = known[Math.max(0, few - 1)] ?? value;
  const high = known[Math.min(known.length - 1, known.length - few)] ?? value;
  return { low: Math.min(value, low), high: Math.max(value, high) };
}

/** Seeds in turn into each group, so that a group is as long a piece of the sweep as any other. */
function grouped(sketches: readonly Sketch[]): readonly Sketch[] {
  if (sketches.length <= CLUSTERS_MAX) return sketches;
  const groups: Sketch[][] = Array.from({ length: CLUSTERS_MAX }, () => []);
  for (const [index, sketch] of sketches.entries()) groups[index % CLUSTERS_MAX]?.push(sketch);
  return groups.map(mergeAll);
}

/** Counts of every cluster by the bins of all: sparse rows, laid one after the other. */
interface Table {
  /** What each bin stands for, rising; zeros first. */
  readonly values: Float64Array;
  readonly starts: Uint32Array;
  readonly columns: Uint32Array;
  readonly counts: Float64Array;
}

function tableOf(clusters: readonly Sketch[], whole: Sketch): Table {
  const column = new Map(whole.bins.map(([bin], index) => [bin, index + 1]));
  const values = whole.bins.map(([bin]) => Math.min(whole.most, binValue(bin, whole.joins)));
  const starts = [0];
  const columns: number[] = [];
  const counts: number[] = [];
  for (const cluster of clusters) {
    columns.push(0);
    counts.push(cluster.zeros);
    for (const [bin, count] of coarser(cluster, whole.joins).bins) {
      columns.push(column.get(bin) as number);
      counts.push(count);
    }
    starts.push(columns.length);
  }
  return {
    values: Float64Array.from([0, ...values]),
    starts: Uint32Array.from(starts),
    columns: Uint32Array.from(columns),
    counts: Float64Array.from(counts),
  };
}

function addRow(sums: Float64Array, { starts, columns, counts }: Table, row: number): void {
  const end = starts[row + 1] as number;
  for (let at = starts[row] as number; at < end; at++) {
    const column = columns[at] as number;
    sums[column] = (sums[column] as number) + (counts[at] as number);
  }
}

/** Nearest rank; not a number when there are no values. */
function quantileIn(counts: Float64Array, values: Float64Array, q: number): number {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return Number.NaN;
  const rank = Math.max(1, Math.ceil(q * total));
  let below = 0;
  for (let column = 0; column < counts.length; column++) {
    below += counts[column] as number;
    if (below >= rank) return values[column] as number;
  }
  return Number.NaN;
}
