/**
 * How designs differ, paired by seed, and which may be the best: a pure function of the values of
 * their metrics.
 */
import { createRng } from '../kernel/rng.ts';
import { againstBest } from '../metrics/best.ts';
import { PAIRS_MIN, type Pair, pairedDifference } from '../metrics/paired.ts';
import { mean } from '../metrics/statistics.ts';
import type { BestRow, Comparison } from '../report/document.ts';

/** What is compared of a design: of every metric, its values by seed. */
export interface ComparedDesign {
  readonly name: string;
  readonly metricNames: readonly string[];
  /** In the order of seeds, the same for every design; undefined where there was no value. */
  valuesOf(metric: string): readonly (number | undefined)[];
}

interface Compared {
  readonly better: 'higher' | 'lower';
  readonly margin: (pairs: readonly Pair[]) => number;
}

/**
 * Margins of equivalence, chosen to be what nobody would choose a design for: of shares, half a
 * percentage point; of times and rates, a twentieth of the mean of both designs.
 */
const HALF_A_POINT = (): number => 0.005;
const TWENTIETH = (pairs: readonly Pair[]): number => 0.05 * Math.abs(mean(pairs.flat()));

/** Metrics that designs are compared by, seed by seed. */
const COMPARED: Readonly<Record<string, Compared>> = {
  apiSuccess: { better: 'higher', margin: HALF_A_POINT },
  userUptime: { better: 'higher', margin: HALF_A_POINT },
  dispatchWithin: { better: 'higher', margin: HALF_A_POINT },
  tickWithin: { better: 'higher', margin: HALF_A_POINT },
  failover: { better: 'lower', margin: TWENTIETH },
  goodput: { better: 'higher', margin: TWENTIETH },
  dispatchLatencyP99: { better: 'lower', margin: TWENTIETH },
  noLeader: { better: 'lower', margin: HALF_A_POINT },
};

/** Every pair of designs in every compared metric that both have in enough seeds. */
export function compareAll(summaries: readonly ComparedDesign[]): readonly Comparison[] {
  const rows: Comparison[] = [];
  summaries.forEach((a, index) => {
    for (const b of summaries.slice(index + 1)) {
      const names = { a: a.name, b: b.name };
      for (const [metric, { margin }] of Object.entries(COMPARED)) {
        const pairs = shared([a, b], metric) as readonly Pair[];
        if (pairs.length < PAIRS_MIN) continue;
        const paired = pairedDifference(pairs, { margin: margin(pairs) });
        rows.push({ metric, ...names, ...withNulls(paired), n: pairs.length });
      }
    }
  });
  return rows;
}

/** For every compared metric, each design that has it against the best of the others. */
export function bestOfAll(summaries: readonly ComparedDesign[]): readonly BestRow[] {
  const rng = createRng('best');
  return Object.entries(COMPARED).flatMap(([metric, { better }]) => {
    const having = summaries.filter((it) => it.valuesOf(metric).some((it) => it !== undefined));
    const seeds = shared(having, metric);
    if (having.length < 2 || seeds.length < PAIRS_MIN) return [];
    const values = having.map((_, design) => seeds.map((row) => row[design] as number));
    return againstBest(values, better, rng.stream(metric)).map((row, design) => ({
      ...{ metric, design: (having[design] as ComparedDesign).name, n: seeds.length },
      ...row,
    }));
  });
}

/** The values of all these designs, of each seed in which none of them lacks one. */
function shared(
  designs: readonly ComparedDesign[],
  metric: string,
): readonly (readonly number[])[] {
  const columns = designs.map((it) => it.valuesOf(metric));
  return (columns[0] ?? []).flatMap((_, seed) => {
    const row = columns.map((column) => column[seed]);
    return row.every((value) => value !== undefined) ? [row] : [];
  });
}

/** A report writes null for what there is not. */
function withNulls(paired: ReturnType<typeof pairedDifference>) {
  return {
    ...paired,
    correlation: paired.correlation ?? null,
    margin: paired.margin ?? null,
    smallestDetectable: paired.smallestDetectable ?? null,
    varianceReduction: paired.varianceReduction ?? null,
  };
}
