/** How designs differ, paired by seed: a pure function of the values of their metrics. */
import { createRng } from '../kernel/rng.ts';
import { PAIRS_MIN, pairedDifference } from '../metrics/statistics.ts';
import type { Comparison } from '../report/document.ts';

/** What is compared of a design: of every metric, its values by seed. */
export interface ComparedDesign {
  readonly name: string;
  readonly metricNames: readonly string[];
  /** In the order of seeds, the same for every design; undefined where there was no value. */
  valuesOf(metric: string): readonly (number | undefined)[];
}

/** Metrics that designs are compared by, seed by seed. */
const COMPARED = [
  'apiSuccess',
  'dispatchWithin',
  'tickWithin',
  'failover',
  'goodput',
  'dispatchLatencyP99',
  'noLeader',
];
const RESAMPLES = 2_000;
const LEVEL = 0.95;

/** Every pair of designs in every compared metric that both have in enough seeds. */
export function compareAll(summaries: readonly ComparedDesign[]): readonly Comparison[] {
  const rng = createRng('compare');
  const rows: Comparison[] = [];
  summaries.forEach((a, index) => {
    for (const b of summaries.slice(index + 1)) {
      const names = { a: a.name, b: b.name };
      for (const metric of COMPARED.filter((name) => a.metricNames.includes(name))) {
        const pairs = a.valuesOf(metric).flatMap((value, seed) => {
          const other = b.valuesOf(metric)[seed];
          return value === undefined || other === undefined ? [] : [[value, other] as const];
        });
        if (pairs.length < PAIRS_MIN) continue;
        const random = rng.stream(names.a, names.b, metric);
        const paired = pairedDifference(pairs, random, { resamples: RESAMPLES, level: LEVEL });
        rows.push({ metric, ...names, ...paired, n: pairs.length });
      }
    }
  });
  return rows;
}
