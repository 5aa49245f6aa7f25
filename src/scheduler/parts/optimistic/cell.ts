/**
 * parts/optimistic: several schedulers on one shared state. Each copies the state of the cell,
 * decides on its copy while time passes and others decide too, and commits: what it decided is
 * checked against the rows as they are by then (Schwarzkopf et al., Omega, 2013).
 *
 *   cell.ts    the state of the cell: what workers have, and what is taken of it (this file)
 *   sync.ts    a copy of it, and of the jobs that are ready
 *   shares.ts  whose job is whose, while everybody is well
 *   decide.ts  which jobs go where, on a copy
 *   check.ts   what of that still stands
 *   commit.ts  the transaction that looks again, checks and launches
 *   cells.ts   rows of workers, written when they beat
 *   optimist.ts  the rounds of a member: sync, decide, commit, back off
 */
import type { Resources } from '../../../history/fact.ts';
import { type JobRecord, type Place, placesOf } from '../../job/job.ts';
import type { CellRow } from '../rows/schema.ts';

/** What one part of a job takes up, or what a worker has. */
export interface Load extends Resources {
  readonly slots: number;
}

/** A worker as it is known. */
export interface Cell {
  readonly place: Place;
  readonly tags: readonly string[];
  readonly has: Load;
  readonly used: Load;
  /** Of all that was read of it: another one means that something has changed. */
  readonly stamp: string;
  readonly isOpen: boolean;
}

export const NOTHING_USED: Load = { slots: 0, cpu: 0, memory: 0 };

/** Of each part. */
export const loadOf = ({ spec: { resources } }: JobRecord): Load => ({
  slots: 1,
  cpu: resources?.cpu ?? 0,
  memory: resources?.memory ?? 0,
});

export const partsOf = ({ spec }: JobRecord): number => spec.gang ?? 1;

export const plus = (a: Load, b: Load): Load => ({
  slots: a.slots + b.slots,
  cpu: a.cpu + b.cpu,
  memory: a.memory + b.memory,
});

/** Whether it fits beside what is used. */
export const fits = (wanted: Load, used: Load, has: Load): boolean =>
  used.slots + wanted.slots <= has.slots &&
  used.cpu + wanted.cpu <= has.cpu &&
  used.memory + wanted.memory <= has.memory;

export const hasTags = (cell: Cell, { spec: { tags = [] } }: JobRecord): boolean =>
  tags.every((tag) => cell.tags.includes(tag));

/** A worker by its row, and by the jobs that run on it. */
export function cellOf(row: CellRow, version: number, running: readonly JobRecord[]): Cell {
  const { worker, incarnation, slots, tags, resources } = row;
  const unbounded = Number.POSITIVE_INFINITY;
  const names = running.map(({ id, run }) => `${id} ${run?.token.epoch}.${run?.token.attempt}`);
  return {
    place: { worker, incarnation },
    tags,
    // A worker that does not say what it has is taken to have enough.
    has: { slots, cpu: resources?.cpu ?? unbounded, memory: resources?.memory ?? unbounded },
    used: running.map(loadOf).reduce(plus, NOTHING_USED),
    stamp: [version, ...names.sort()].join(' '),
    isOpen: row.isClosed !== true,
  };
}

/** Running jobs by worker, each under every worker that it has a part on. */
export function byWorker(running: Iterable<JobRecord>): ReadonlyMap<string, readonly JobRecord[]> {
  const found = new Map<string, JobRecord[]>();
  for (const job of running) {
    for (const { worker } of job.run === undefined ? [] : placesOf(job.run)) {
      const here = found.get(worker);
      if (here === undefined) found.set(worker, [job]);
      else here.push(job);
    }
  }
  return found;
}
