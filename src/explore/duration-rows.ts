import type { Random } from '../lib/random.ts';
import { censoredQuantile, type Lasting, restrictedMean } from '../metrics/censored.ts';
import { binValue, type Sketch } from '../metrics/sketch.ts';
import type { DurationRow } from '../report/document.ts';

const QUANTILES = [0.5, 0.9];

/**
 * Durations of which some had not ended when the run did. `ended` and `open` are by seed: a sketch
 * of those that had, and how long the others had lasted by then.
 */
export function durationRow(
  ended: readonly Sketch[],
  open: readonly (readonly number[])[],
  random: Random,
): DurationRow | undefined {
  const bySeed = ended.map((sketch, seed) => lastingsOf(sketch, open[seed] ?? []));
  const all = bySeed.flat();
  if (all.length === 0) return undefined;
  const until = all.reduce((most, { value }) => Math.max(most, value), 0);
  return {
    n: all.length,
    unfinished: all.filter(({ isCensored }) => isCensored).length,
    quantiles: QUANTILES.map((q) => ({ q, ...withNulls(censoredQuantile(bySeed, q, random)) })),
    restricted: { until, ...withNulls(restrictedMean(bySeed, until, random)) },
  };
}

function lastingsOf({ zeros, bins, joins, most }: Sketch, open: readonly number[]): Lasting[] {
  const many = (count: number, value: number): Lasting[] =>
    Array.from({ length: count }, () => ({ value, isCensored: false }));
  const ended = bins.flatMap(([bin, count]) => many(count, Math.min(most, binValue(bin, joins))));
  return [...many(zeros, 0), ...ended, ...open.map((value) => ({ value, isCensored: true }))];
}

function withNulls({ value, low, high }: ReturnType<typeof censoredQuantile>) {
  return { value: value ?? null, low: low ?? null, high: high ?? null };
}
