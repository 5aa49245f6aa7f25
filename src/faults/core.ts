/**
 * A heal that is not for all: a core of the cluster that the design says is enough goes on, and the
 * rest stays frozen for ever. Who is in it is drawn from the seed by name, so that designs differ
 * only in whom they need.
 */
import type { Streams } from '../lib/random.ts';
import type { Machine } from '../sim/machine.ts';

/** What a design needs at least, to work again; the store's primary is in the core anyway. */
export interface CoreNeed {
  readonly schedulers: number;
  readonly workers: number;
}

/**
 * Picks the core among the machines that a heal can bring back. Where voters were lost, those who
 * are left have to be enough for those as well, and each of them is needed.
 */
export type ChooseCore = (
  machines: readonly Machine[],
  storePrimary: Machine | undefined,
  hasLostVoters?: boolean,
) => ReadonlySet<Machine>;

/** A core with what is needed and, by chance, more of each. */
export function drawCore(streams: Streams, need: CoreNeed): ChooseCore {
  const rankOf = ({ name }: Machine): number => streams.stream('heal', 'machine', name).float();
  /** The best by rank: from `least` to all of them, each number equally likely. */
  const some = (role: string, all: readonly Machine[], least: number): readonly Machine[] => {
    const enough = Math.min(least, all.length);
    const more = streams.stream('heal', role).below(all.length - enough + 1);
    const ranks = new Map(all.map((machine) => [machine, rankOf(machine)]));
    const rank = (machine: Machine): number => ranks.get(machine) ?? 0;
    return [...all].sort((a, b) => rank(a) - rank(b)).slice(0, enough + more);
  };
  return (machines, storePrimary, hasLostVoters = false) => {
    const of = (role: string): readonly Machine[] => machines.filter((it) => it.role === role);
    const replicas = of('store').filter((store) => store !== storePrimary);
    const schedulers = hasLostVoters ? of('scheduler').length : need.schedulers;
    return new Set([
      ...some('scheduler', of('scheduler'), schedulers),
      ...some('worker', of('worker'), need.workers),
      ...some('store', replicas, 0),
      ...(storePrimary === undefined ? [] : [storePrimary]),
    ]);
  };
}
