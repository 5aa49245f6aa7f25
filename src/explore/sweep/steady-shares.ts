/**
 * Of a run in steady state, the shares after its warm-up. Only the profile `realistic` has a steady
 * state: its faults come as often at any time, where a storm has a beginning and an end.
 */
import type { RunNumbers } from '../../metrics/metrics.ts';
import { mean } from '../../metrics/statistics.ts';
import { batchInterval, steadyPart } from '../../metrics/steady.ts';
import type { Prepared } from '../../scenario/prepare.ts';

export interface SteadyShare {
  readonly mean: number;
  /** From the batches of this run alone; absent where they are too few to be independent. */
  readonly ends?: { readonly low: number; readonly high: number };
}

/** By series; null where the run was not seen to become steady. */
export type SteadyShares = Readonly<Record<string, SteadyShare>> | null;

const SHARES = ['api', 'dispatch', 'ticks'] as const;

/** Undefined where nobody may speak of a steady state. */
export function steadySharesOf(
  { loaded, timeline }: Pick<Prepared, 'loaded' | 'timeline'>,
  { series }: Pick<RunNumbers, 'series'>,
): SteadyShares | undefined {
  const { faults } = loaded.scenario;
  if (faults.kind !== 'drawn' || faults.profile !== 'realistic') return undefined;
  // The warm-up is told by what the system does at all, not by the shares themselves: else an
  // early outage would be taken for a warm-up, and deleted from the number that it belongs to.
  const goodput = during(series['goodput'], timeline);
  const part = steadyPart(goodput.map((value) => value ?? 0));
  if (part === undefined) return null;
  const shares: Record<string, SteadyShare> = {};
  for (const name of SHARES) {
    const values = during(series[name], timeline)
      .slice(part.dropped)
      .filter((value) => value !== null);
    if (values.length === 0) continue;
    const interval = batchInterval(values);
    const ends = interval === undefined ? {} : { ends: { low: interval.low, high: interval.high } };
    shares[name] = { mean: mean(values), ...ends };
  }
  return shares;
}

/** Whole buckets between the warm-up that the scenario gives and the heal. */
function during(
  series: RunNumbers['series'][string] | undefined,
  { chaosUs, healUs }: Prepared['timeline'],
): readonly (number | null)[] {
  if (series === undefined) return [];
  const { bucketUs, values } = series;
  return values.slice(Math.ceil(chaosUs / bucketUs), Math.floor(healUs / bucketUs));
}
