import type { Random } from '../lib/random.ts';
import { meanInterval } from '../metrics/mean-interval.ts';
import { downMinutesPerYear, nines } from '../metrics/steady.ts';
import type { SteadyRow } from '../report/document.ts';
import type { SteadyShare, SteadyShares } from './sweep/steady-shares.ts';

/**
 * Shares in steady state over seeds: replication and deletion where several were steady, batches of
 * the one otherwise. Null ends where one seed has too few batches. Empty without a steady state.
 */
export function steadyRows(
  bySeed: readonly SteadyShares[],
  stream: (name: string) => Random,
): Readonly<Record<string, SteadyRow>> {
  const steady = bySeed.filter((shares) => shares !== null);
  const names = [...new Set(steady.flatMap((shares) => Object.keys(shares)))];
  const unsteady = bySeed.length - steady.length;
  return Object.fromEntries(
    names.map((name) => {
      const shares = steady.flatMap((it) => it[name] ?? []);
      return [name, { ...rowOf(shares, stream(name)), seeds: shares.length, unsteady }] as const;
    }),
  );
}

function rowOf(
  shares: readonly SteadyShare[],
  random: Random,
): Omit<SteadyRow, 'seeds' | 'unsteady'> {
  const [only] = shares as readonly [SteadyShare];
  const whole = meanInterval(
    shares.map((it) => it.mean),
    random,
    { least: 0, most: 1 },
  );
  const isOne = shares.length === 1;
  const ends = isOne ? only.ends : whole;
  const within = (share: number | undefined): number | null =>
    share === undefined ? null : Math.min(1, Math.max(0, share));
  const [low, high] = [within(ends?.low), within(ends?.high)];
  const minutes = (share: number | null): number | null =>
    share === null ? null : downMinutesPerYear(share);
  return {
    ...{ mean: whole.mean, low, high },
    method: isOne ? 'batch means' : 'replication-deletion',
    nines: whole.mean === 1 ? null : nines(whole.mean),
    // The share that is up at least is the time that is down at most.
    downMinutesPerYear: downMinutesPerYear(whole.mean),
    downLow: minutes(high),
    downHigh: minutes(low),
  };
}
