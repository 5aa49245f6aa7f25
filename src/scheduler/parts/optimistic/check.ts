import { required } from '../../../lib/assert.ts';
import type { JobRecord } from '../../job/job.ts';
import { type Cell, fits, hasTags, type Load, loadOf, plus } from './cell.ts';
import type { Decision, Placement } from './decide.ts';
import type { Habits } from './habits.ts';

/** The rows as they are when a decision is committed, locked. */
export interface CellTruth {
  readonly cells: ReadonlyMap<string, Cell>;
  /** Of the jobs of the decision those that are still to be placed, as they are now. */
  readonly ready: ReadonlyMap<string, JobRecord>;
  /** Jobs that the limits of their queues hold back. */
  readonly held: ReadonlySet<string>;
}

/** Why a placement does not stand; undefined for one that does. */
export type Conflict = 'job' | 'limit' | 'worker' | 'room' | 'others';

/** What has become of every placement of a decision, in order. */
export type CheckDecision = (
  decision: Decision,
  truth: CellTruth,
  habits: Habits,
) => readonly (Conflict | undefined)[];

/** Checks a decision against the truth. */
export const checkDecision: CheckDecision = (decision, truth, habits) => {
  const { placements, stamps } = decision;
  const used = new Map<string, Load>();
  const found = placements.map((placement) => {
    const conflict = conflictOf(placement, stamps, truth, habits, used);
    if (conflict !== undefined) return conflict;
    for (const { worker } of placement.places) take(placement, worker, used, truth);
    return undefined;
  });
  const spoilt = habits.byWorker ? spoiltBy(placements, found) : new Set<string>();
  const isUndone = habits.commit === 'gang' && found.some((each) => each !== undefined);
  return placements.map(({ places }, at) => {
    const goes = isUndone || places.some(({ worker }) => spoilt.has(worker));
    return found[at] ?? (goes ? 'others' : undefined);
  });
};

/** Workers on which something does not stand. */
function spoiltBy(
  placements: readonly Placement[],
  found: readonly (Conflict | undefined)[],
): ReadonlySet<string> {
  const isIt = (_: Placement, at: number): boolean =>
    found[at] === 'worker' || found[at] === 'room';
  return new Set(placements.filter(isIt).flatMap(({ places }) => places.map((p) => p.worker)));
}

function take({ job }: Placement, worker: string, used: Map<string, Load>, truth: CellTruth): void {
  const cell = required(truth.cells.get(worker), worker);
  used.set(worker, plus(used.get(worker) ?? cell.used, loadOf(job)));
}

function conflictOf(
  { job, places }: Placement,
  stamps: Decision['stamps'],
  { cells, ready, held }: CellTruth,
  habits: Habits,
  used: ReadonlyMap<string, Load>,
): Conflict | undefined {
  if (!ready.has(job.id)) return 'job';
  if (held.has(job.id)) return 'limit';
  const load = loadOf(job);
  for (const { worker, incarnation } of places) {
    const cell = cells.get(worker);
    const isThere = cell?.isOpen === true && cell.place.incarnation === incarnation;
    if (!isThere || !hasTags(cell, job)) return 'worker';
    if (habits.check === 'coarse' && cell.stamp !== stamps.get(worker)) return 'worker';
    if (!fits(load, used.get(worker) ?? cell.used, cell.has)) return 'room';
  }
  return undefined;
}
