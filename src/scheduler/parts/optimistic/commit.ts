import { required } from '../../../lib/assert.ts';
import { isReady, type JobRecord } from '../../job/job.ts';
import type { StoreOp, StoreRow } from '../../store/protocol.ts';
import { afterStart, type FindObstacle, Gauge } from '../limits.ts';
import { jobOf, type RowOffice } from '../rows/office.ts';
import { cellKey, jobKey, queueKey, SEPARATOR, valueIn } from '../rows/schema.ts';
import type { Script } from '../rows/transactions.ts';
import { byWorker, type Cell, cellOf } from './cell.ts';
import type { CellTruth, CheckDecision, Conflict } from './check.ts';
import type { Decision, Placement } from './decide.ts';
import type { Habits } from './habits.ts';

const RUNNING_MAX = 10_000;

export interface CommitOptions {
  readonly epoch: number;
  readonly habits: Habits;
  readonly findObstacle: FindObstacle;
  readonly readLimits: (queue: string) => readonly StoreOp[];
  readonly checkDecision: CheckDecision;
  readonly lockReady: LockReady;
}

export interface Commit {
  readonly launched: readonly JobRecord[];
  /** Why the others were not, one for each. */
  readonly conflicts: readonly Conflict[];
}

/**
 * One transaction: the rows that a decision rests on are locked and looked at again, and what of it
 * stands is launched. Everybody locks in one order: queues, jobs, workers, each by name.
 */
export function* commitDecision(
  office: RowOffice,
  decision: Decision,
  options: CommitOptions,
): Script<Commit> {
  const { placements } = decision;
  const held = yield* heldBack(office, placements, options);
  const ready = yield* options.lockReady(office, placements);
  const cells = yield* lockCells(placements);
  const truth: CellTruth = { cells, ready, held };
  const found = options.checkDecision(decision, truth, options.habits);
  const launched: JobRecord[] = [];
  const conflicts: Conflict[] = [];
  for (const [at, placement] of placements.entries()) {
    const conflict = found[at];
    if (conflict !== undefined) conflicts.push(conflict);
    else launched.push(launch(office, placement, ready, options.epoch));
  }
  return { launched, conflicts };
}

/** Those that the limits of their queues do not let start, counting the whole decision. */
function* heldBack(
  office: RowOffice,
  placements: readonly Placement[],
  { readLimits, findObstacle }: CommitOptions,
): Script<ReadonlySet<string>> {
  const held = new Set<string>();
  const names = [...new Set(placements.map(({ job }) => job.spec.queue))].sort();
  for (const name of names) {
    const [seen] = yield [{ kind: 'read', key: queueKey(name) }];
    // A queue that nobody has put has no limits, and is not locked.
    if (seen?.value === undefined) continue;
    const [row, ...running] = yield readLimits(name);
    office.load([required(row, 'the queue')]);
    const gauge = new Gauge();
    for (const each of running) gauge.started(jobOf(each)?.spec.key);
    let queue = office.book.queues.get(name);
    for (const { job } of placements) {
      if (job.spec.queue !== name) continue;
      const nowUs = office.wallUs();
      if (findObstacle(queue, gauge, job.spec.key, nowUs) !== undefined) {
        held.add(job.id);
        continue;
      }
      gauge.started(job.spec.key);
      queue = (queue && afterStart(queue, nowUs)) ?? queue;
    }
  }
  return held;
}

/** The jobs of a decision that are still to be placed, locked. */
export type LockReady = (
  office: RowOffice,
  placements: readonly Placement[],
) => Script<ReadonlyMap<string, JobRecord>>;

/** Jobs that somebody is at are not waited for: they will be taken. */
export const lockReady: LockReady = function* (office, placements) {
  const keys = placements.map(({ job }) => jobKey(job.id)).sort();
  const rows = yield keys.map((key): StoreOp => {
    return { kind: 'read', key, forUpdate: true, wait: 'skip' };
  });
  office.load(rows);
  const ready = new Map<string, JobRecord>();
  for (const job of rows.map(jobOf)) {
    if (job !== undefined && isReady(job) && job.dueUs <= office.wallUs()) ready.set(job.id, job);
  }
  return ready;
};

function* lockCells(placements: readonly Placement[]): Script<ReadonlyMap<string, Cell>> {
  const places = placements.flatMap((each) => each.places);
  const workers = [...new Set(places.map(({ worker }) => worker))].sort();
  const locked = yield workers.map((worker): StoreOp => {
    return { kind: 'read', key: cellKey(worker), forUpdate: true };
  });
  const running = yield workers.map((worker): StoreOp => {
    const prefix = `${worker}${SEPARATOR}`;
    return { kind: 'range', index: 'by-worker', prefix, limit: RUNNING_MAX };
  });
  return cellsIn(locked, running);
}

function cellsIn(
  locked: readonly StoreRow[],
  running: readonly StoreRow[],
): ReadonlyMap<string, Cell> {
  // A gang is shown once for every one of its workers that was asked about.
  const jobs = new Map<string, JobRecord>();
  for (const job of running.map(jobOf)) if (job !== undefined) jobs.set(job.id, job);
  const here = byWorker(jobs.values());
  const cells = new Map<string, Cell>();
  for (const row of locked) {
    const value = valueIn(row);
    if (value?.kind !== 'cell') continue;
    cells.set(value.worker, cellOf(value, row.version, here.get(value.worker) ?? []));
  }
  return cells;
}

function launch(
  office: RowOffice,
  { job, places }: Placement,
  ready: ReadonlyMap<string, JobRecord>,
  epoch: number,
): JobRecord {
  const [first, ...parts] = places;
  const { worker, incarnation } = required(first, 'a place');
  const known = required(ready.get(job.id), job.id);
  const by = { epoch, worker, incarnation, ...(parts.length === 0 ? {} : { parts }) };
  const launched = required(
    office.stepJob(known, { kind: 'launch', ...by }, office.out),
    'a launch',
  );
  const queue = office.book.queues.get(job.spec.queue);
  const counted = queue && afterStart(queue, office.wallUs());
  if (counted !== undefined) office.change({ kind: 'queue', queue: counted }, office.out);
  const { token } = required(launched.run, 'an attempt');
  const others = parts.map((part) => part.worker);
  const said = { kind: 'dispatched', job: job.id, token, worker } as const;
  office.out.observe(others.length === 0 ? said : { ...said, parts: others });
  return launched;
}
