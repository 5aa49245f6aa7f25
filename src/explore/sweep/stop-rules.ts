/**
 * When a sweep has seen enough. Rules are asked after each seed, in the order of seeds, so a sweep
 * stops at the same seed however many processes it has, and whether or not it was resumed.
 */
import { intervalAtLook, type LookInterval, looks, stops } from '../../metrics/sequential.ts';
import type { DesignReport } from '../../report/document.ts';
import type { DesignSummary } from '../summary.ts';

export interface StopRules {
  /** After so many seeds in which some design broke a promise. */
  readonly bail?: number;
  /** As soon as the interval of a metric is this narrow for every design, in the metric's unit. */
  readonly untilWidth?: { readonly metric: string; readonly width: number };
}

/** Which rule stopped a sweep. */
export type StopRule = 'bail' | 'until-width';

/** The rule by which the sweep ends with the seed that was added last; nothing while it goes on. */
export function ruleThatStops(
  rules: StopRules,
  summaries: readonly DesignSummary[],
  seeds: number,
): StopRule | undefined {
  const broken = summaries.reduce((sum, { brokenSeeds }) => sum + brokenSeeds, 0);
  if (rules.bail !== undefined && broken >= rules.bail) return 'bail';
  const { untilWidth } = rules;
  if (untilWidth === undefined || !isLook(seeds)) return undefined;
  const isNarrow = summaries.every((summary) => {
    const interval = lookAt(summary, untilWidth.metric, seeds);
    return interval !== undefined && stops(interval, untilWidth.width);
  });
  return isNarrow ? 'until-width' : undefined;
}

const isLook = (seeds: number): boolean => lookIndexOf(seeds).size === seeds;

/**
 * The look at which so many seeds are there, and its number of seeds. Between two looks it is the
 * next one, for the last has spent what it may miss.
 */
function lookIndexOf(seeds: number): { readonly index: number; readonly size: number } {
  const sizes = looks();
  for (let index = 0; ; index++) {
    const size = sizes.next().value;
    if (size >= seeds) return { index, size };
  }
}

/** An interval that may be looked at again and again; seeds without a value say nothing. */
function lookAt(summary: DesignSummary, metric: string, seeds: number): LookInterval | undefined {
  const known = summary.valuesOf(metric).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : intervalAtLook(known, lookIndexOf(seeds).index);
}

/** Where a sweep stopped by the width of an interval, that is the one to be shown. */
export function withLooks(
  report: DesignReport,
  summary: DesignSummary,
  { untilWidth }: StopRules,
): DesignReport {
  if (untilWidth === undefined) return report;
  const { metric } = untilWidth;
  const row = report.metrics[metric];
  const interval = lookAt(summary, metric, report.seeds.length);
  if (row === undefined || interval === undefined) return report;
  const { mean, low, high } = interval;
  const looked = { unit: row.unit, mean, low, high, n: row.n, method: 'at any look' } as const;
  return { ...report, metrics: { ...report.metrics, [metric]: looked } };
}
