import type { JobRecord } from '../../job/job.ts';
import type { StoreOp, StoreRow, StoreScan } from '../../store/protocol.ts';
import type { QueueRecord } from '../book.ts';
import { readyQueues } from '../rows/claims.ts';
import { type FoundHome, homeOf } from '../rows/homes.ts';
import { jobOf, type RowOffice } from '../rows/office.ts';
import { cellKey, homeKey, queueKey, SEPARATOR, valueIn } from '../rows/schema.ts';
import type { Script } from '../rows/transactions.ts';
import { byWorker, type Cell, cellOf } from './cell.ts';

const CELLS_MAX = 20_000;
const RUNNING_MAX = 100_000;
/** Jobs of a queue that are looked at; more where its limits may hold the first ones back. */
const JOBS_MAX = 100;
const LIMITED_JOBS_MAX = 500;

/** A private copy of the state of the cell. */
export interface CellCopy {
  readonly cells: readonly Cell[];
  /** Jobs that wait for a worker, queue by queue. */
  readonly ready: readonly JobRecord[];
  readonly running: readonly JobRecord[];
  readonly queues: ReadonlyMap<string, QueueRecord>;
}

export interface SyncOptions {
  /** Whether jobs whose time has come were just marked as ready. */
  readonly isFresh: boolean;
  /** Of the workers those that nobody looks after any more. */
  readonly forsaken: (homes: readonly FoundHome[]) => ReadonlySet<string>;
}

export type SyncCell = (office: RowOffice, options: SyncOptions) => Script<CellCopy | 'stale'>;

/** Reads all of it; `stale` where some jobs are to be marked as ready first. */
export const syncCell: SyncCell = function* (office, { isFresh, forsaken }) {
  if (!isFresh) {
    const [next] = yield [{ kind: 'range', index: 'later', prefix: '', limit: 1 }];
    if ((jobOf(next)?.dueUs ?? Number.POSITIVE_INFINITY) <= office.wallUs()) return 'stale';
  }
  const heads = yield* readyQueues();
  const none = { cells: [], ready: [], running: [], queues: new Map() };
  if (heads.length === 0) return none;
  const queues = queuesIn(yield heads.map((queue) => ({ kind: 'read', key: queueKey(queue) })));
  const rows = yield [...CELL_SCANS, ...heads.map((queue) => readyOf(queue, queues.has(queue)))];
  const running = new Map<string, JobRecord>();
  const ready: JobRecord[] = [];
  for (const job of rows.map(jobOf)) {
    if (job?.run !== undefined) running.set(job.id, job);
    else if (job !== undefined) ready.push(job);
  }
  return {
    cells: cellsIn(rows, running.values(), forsaken),
    ready,
    running: [...running.values()],
    queues,
  };
};

const scan = (of: StoreScan): StoreOp => ({ kind: 'range', ...of });

const CELL_SCANS: readonly StoreOp[] = [
  scan({ prefix: cellKey(''), limit: CELLS_MAX }),
  scan({ prefix: homeKey(''), limit: CELLS_MAX }),
  scan({ index: 'by-worker', prefix: '', limit: RUNNING_MAX }),
];

const readyOf = (queue: string, isLimited: boolean): StoreOp => {
  const limit = isLimited ? LIMITED_JOBS_MAX : JOBS_MAX;
  return scan({ index: 'ready', prefix: `${queue}${SEPARATOR}`, limit });
};

export function queuesIn(rows: readonly StoreRow[]): ReadonlyMap<string, QueueRecord> {
  const queues = new Map<string, QueueRecord>();
  for (const value of rows.map(valueIn)) {
    if (value?.kind === 'queue') queues.set(value.queue.id, value.queue);
  }
  return queues;
}

function cellsIn(
  rows: readonly StoreRow[],
  running: Iterable<JobRecord>,
  forsaken: SyncOptions['forsaken'],
): readonly Cell[] {
  const jobs = byWorker(running);
  const left = forsaken(
    rows.flatMap((row) => {
      const home = homeOf(row);
      return home === undefined ? [] : { home, version: row.version };
    }),
  );
  return rows.flatMap((row) => {
    const value = valueIn(row);
    if (value?.kind !== 'cell' || left.has(value.worker)) return [];
    return cellOf(value, row.version, jobs.get(value.worker) ?? []);
  });
}
