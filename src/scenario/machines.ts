/** The machines of a run: what they are called, and how many a design has of which kind. */
import type { BuiltDesign, DesignContext } from '../scheduler/designs/design.ts';
import type { Prepared } from './prepare.ts';

/** By role. Whoever compares designs sees whether one of them has more to work with. */
export interface MachineCounts {
  readonly schedulers: number;
  readonly stores: number;
  readonly workers: number;
  readonly clients: number;
}

export const numbered = (role: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);

/** The machines of the design itself, in the cluster of its scenario. */
export function builtFor(
  { loaded, design, timeline }: Prepared,
  zonesOf: DesignContext['zonesOf'],
): BuiltDesign {
  const { cluster } = loaded.scenario;
  return design.build({
    members: numbered('scheduler', cluster.members),
    store: 'store',
    workers: numbered('worker', cluster.workers),
    zonesOf,
    workerTimeoutUs: timeline.workerTimeoutUs,
  });
}

export function machinesOf(prepared: Prepared): MachineCounts {
  const { cluster, workload } = prepared.loaded.scenario;
  // Nobody starts: what machines would know of zones is not asked.
  const { machines } = builtFor(prepared, () => new Map());
  const stores = machines.filter(({ role }) => role === 'store').length;
  const schedulers = machines.length - stores;
  return { schedulers, stores, workers: cluster.workers, clients: workload.clients };
}
