/**
 * What is kept of the waits of a run: how many fell into each of a row of bins that widen with
 * their distance from zero, so that any quantile is known within 1 % of itself (DDSketch: Masson,
 * Rim and Lee, VLDB 2019). Zeros are counted apart, and the largest value is exact. Sketches merge
 * by adding counts, in any order and grouping with the same result, and a sketch of all values is
 * the merge of sketches of their parts.
 *
 * One with more bins than it may have joins them two by two, which doubles the error (UDDSketch:
 * Epicoco et al. 2020). A merge takes the coarser bins of the two, and joins none itself: what it
 * holds would else depend on the order.
 */
import { assert } from '../lib/assert.ts';

export interface Sketch {
  /** How many times bins were joined two by two. */
  readonly joins: number;
  readonly zeros: number;
  /** The largest value; 0 when there is none. */
  readonly most: number;
  /** Bin and count, rising by bin; counts are at least 1. */
  readonly bins: readonly (readonly [bin: number, count: number])[];
}

export const SKETCH_ACCURACY = 0.01;
/** At 1 % these span the waits of a run, from a millisecond to minutes, in about 300 bytes. */
const BINS_MAX = 200;
/** The ratio of the ends of a bin. */
const BASE = (1 + SKETCH_ACCURACY) / (1 - SKETCH_ACCURACY);
const LOG_BASE = Math.log(BASE);

export const EMPTY_SKETCH: Sketch = { joins: 0, zeros: 0, most: 0, bins: [] };

/** Of values that are finite and not negative. */
export function sketchOf(values: Iterable<number>, binsMax = BINS_MAX): Sketch {
  const counts = new Map<number, number>();
  let [zeros, most] = [0, 0];
  for (const value of values) {
    assert(value >= 0 && Number.isFinite(value), () => `a sketch of ${value}`);
    most = Math.max(most, value);
    if (value === 0) zeros++;
    else add(counts, binOf(value), 1);
  }
  let sketch: Sketch = { joins: 0, zeros, most, bins: sorted(counts) };
  while (sketch.bins.length > binsMax) sketch = coarser(sketch, sketch.joins + 1);
  return sketch;
}

/** Neither depends on the order of the two, nor on how many are grouped. */
export const mergeSketches = (a: Sketch, b: Sketch): Sketch => mergeAll([a, b]);

/** The same of many, each of which is looked at once. */
export function mergeAll(sketches: readonly Sketch[]): Sketch {
  const joins = sketches.reduce((most, sketch) => Math.max(most, sketch.joins), 0);
  const counts = new Map<number, number>();
  let [zeros, most] = [0, 0];
  for (const sketch of sketches) {
    zeros += sketch.zeros;
    most = Math.max(most, sketch.most);
    const factor = 2 ** (joins - sketch.joins);
    for (const [bin, count] of sketch.bins) add(counts, Math.ceil(bin / factor), count);
  }
  return { joins, zeros, most, bins: sorted(counts) };
}

export const countOf = ({ zeros, bins }: Sketch): number =>
  bins.reduce((sum, [, count]) => sum + count, zeros);

/** No quantile is further from the true one than this share of it. */
export function accuracyOf({ joins }: Sketch): number {
  const ratio = BASE ** (2 ** joins);
  return (ratio - 1) / (ratio + 1);
}

/** Nearest rank, within {@link accuracyOf}; undefined when there are no values. */
export function quantileOf(sketch: Sketch, q: number): number | undefined {
  assert(q >= 0 && q <= 1, () => `quantile ${q}`);
  const count = countOf(sketch);
  if (count === 0) return undefined;
  const rank = Math.max(1, Math.ceil(q * count));
  if (rank === count) return sketch.most;
  let below = sketch.zeros;
  if (rank <= below) return 0;
  for (const [bin, inside] of sketch.bins) {
    below += inside;
    if (rank <= below) return Math.min(sketch.most, binValue(bin, sketch.joins));
  }
  return sketch.most;
}

/** The value that stands for a bin: no value of the bin is further away than the accuracy. */
export function binValue(bin: number, joins: number): number {
  const width = 2 ** joins;
  return (2 * BASE ** (bin * width)) / (BASE ** width + 1);
}

/** Bin i holds what is above BASE^(i − 1) and at most BASE^i. */
const binOf = (value: number): number => Math.ceil(Math.log(value) / LOG_BASE);

/** The same with its bins joined until they have been joined this often. */
export function coarser(sketch: Sketch, joins: number): Sketch {
  const factor = 2 ** (joins - sketch.joins);
  if (factor === 1) return sketch;
  const counts = new Map<number, number>();
  for (const [bin, count] of sketch.bins) add(counts, Math.ceil(bin / factor), count);
  return { ...sketch, joins, bins: sorted(counts) };
}

function add(counts: Map<number, number>, bin: number, count: number): void {
  counts.set(bin, (counts.get(bin) ?? 0) + count);
}

/** A bin of minus zero would be told apart from zero when written. */
const sorted = (counts: ReadonlyMap<number, number>): Sketch['bins'] =>
  [...counts].map(([bin, count]) => [bin + 0, count] as const).sort(([a], [b]) => a - b);
