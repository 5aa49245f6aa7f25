/**
 * When a sweep has seen enough. Rules are asked after each seed, in the order of seeds, so a sweep
 * stops at the same seed however many threads it has, and whether or not it was resumed.
 */
import type { DesignSummary } from '../summary.ts';

export interface StopRules {
  /** After so many seeds in which some design broke a promise. */
  readonly bail?: number;
}

/** Which rule stopped a sweep. */
export type StopRule = 'bail' | 'until-width';

/** The rule by which the sweep ends with the seed that was added last; nothing while it goes on. */
export function ruleThatStops(
  rules: StopRules,
  summaries: readonly DesignSummary[],
): StopRule | undefined {
  const broken = summaries.reduce((sum, { brokenSeeds }) => sum + brokenSeeds, 0);
  return rules.bail !== undefined && broken >= rules.bail ? 'bail' : undefined;
}
