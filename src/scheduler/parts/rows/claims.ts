/**
 * Ready jobs get workers: one transaction claims as many rows as the member's workers have room
 * for. Rows that another member is about to claim are passed over; a queue that somebody has put is
 * locked, for its limits hold among all members together.
 */
import { required } from '../../../lib/assert.ts';
import type { JobRecord } from '../../job/job.ts';
import type { StoreOp, StoreRow, StoreScan } from '../../store/protocol.ts';
import { afterStart, type FindObstacle, Gauge } from '../limits.ts';
import type { WorkerSeat } from '../workforce.ts';
import type { LockedRows } from './due.ts';
import { jobOf, type RowOffice } from './office.ts';
import { queueKey, SEPARATOR } from './schema.ts';
import type { Script } from './transactions.ts';

/** Rows looked at in one go, and in one transaction per queue. */
const PAGE = 50;
const LOOKED_AT_MAX = 500;
const QUEUES_MAX = 1_000;
const RUNNING_MAX = 10_000;
/** After every place of a queue. */
const BEYOND = '\uffff';

export interface ClaimOptions {
  readonly epoch: number;
  readonly findObstacle: FindObstacle;
  readonly lockedRows: LockedRows;
  readonly readLimits: (queue: string) => readonly StoreOp[];
  /** A worker for the job, which takes one of its places; undefined when no one has room. */
  readonly seatFor: (job: JobRecord) => WorkerSeat | undefined;
  /** Whether any worker has room. */
  readonly hasRoom: () => boolean;
  /** Whether jobs whose time has come were just marked as ready, as far as nobody else does. */
  readonly isFresh: boolean;
}

export interface Claimed {
  readonly job: JobRecord;
  readonly seat: WorkerSeat;
}

export interface Claims {
  readonly claimed: readonly Claimed[];
  /** When a rate lets the next job start; Infinity where none holds any back. */
  readonly wakeUs: number;
  /** Nothing was claimed: some jobs are to be marked as ready first, for they may come first. */
  readonly isStale: boolean;
}

/** Claims what can start now, queue by queue, the one with the first job before the others. */
export function* claimReady(office: RowOffice, options: ClaimOptions): Script<Claims> {
  const claimed: Claimed[] = [];
  let wakeUs = Number.POSITIVE_INFINITY;
  if (!options.isFresh) {
    // The answer may have been long in coming: what is due counts from now.
    const [next] = yield [{ kind: 'range', index: 'later', prefix: '', limit: 1 }];
    const dueUs = jobOf(next)?.dueUs ?? Number.POSITIVE_INFINITY;
    if (dueUs <= office.wallUs()) return { claimed, wakeUs, isStale: true };
  }
  const heads = yield* readyQueues();
  for (const queue of heads) {
    if (!options.hasRoom()) break;
    const lane = new Lane(office, queue, options);
    yield* lane.claim(claimed);
    wakeUs = Math.min(wakeUs, lane.wakeUs);
  }
  return { claimed, wakeUs, isStale: false };
}

/** Queues that have ready jobs, by the priority and time of their first ones. */
export function* readyQueues(): Script<readonly string[]> {
  const heads: { readonly queue: string; readonly order: string }[] = [];
  let after: string | undefined;
  while (heads.length < QUEUES_MAX) {
    const scan = { kind: 'range', index: 'ready', prefix: '', limit: 1 } as const;
    const [row] = yield [after === undefined ? scan : { ...scan, after }];
    if (row === undefined) break;
    const place = required(row.place, 'a place in the index');
    const [queue = '', order = ''] = place.split(SEPARATOR);
    heads.push({ queue, order });
    after = `${queue}${SEPARATOR}${BEYOND}`;
  }
  heads.sort((a, b) => (a.order < b.order ? -1 : 1));
  return heads.map(({ queue }) => queue);
}

/** The queue is locked, so that what runs of it is what its limits allow when this commits. */
export const readLimits = (queue: string): readonly StoreOp[] => [
  { kind: 'read', key: queueKey(queue), forUpdate: true },
  { kind: 'range', index: 'by-queue', prefix: `${queue}${SEPARATOR}`, limit: RUNNING_MAX },
];

/** One queue within one transaction. */
class Lane {
  readonly #office: RowOffice;
  readonly #queue: string;
  readonly #options: ClaimOptions;
  readonly #gauge = new Gauge();
  #isOpen = true;
  wakeUs = Number.POSITIVE_INFINITY;

  constructor(office: RowOffice, queue: string, options: ClaimOptions) {
    this.#office = office;
    this.#queue = queue;
    this.#options = options;
  }

  *claim(claimed: Claimed[]): Script<void> {
    yield* this.#loadLimits();
    let after: string | undefined;
    let left = LOOKED_AT_MAX;
    while (this.#isOpen && left > 0 && this.#options.hasRoom()) {
      const rows: readonly StoreRow[] = yield* this.#options.lockedRows(true, this.#scan(after));
      this.#office.load(rows);
      for (const row of rows) {
        const start = this.#start(jobOf(row));
        if (start !== undefined) claimed.push(start);
      }
      if (rows.length < PAGE) return;
      after = required(rows.at(-1)?.place, 'a place in the index');
      left -= rows.length;
    }
  }

  #scan(after: string | undefined): StoreScan {
    const prefix = `${this.#queue}${SEPARATOR}`;
    const scan = { index: 'ready', prefix, limit: PAGE };
    return after === undefined ? scan : { ...scan, after };
  }

  /** A queue that nobody has put has no limits, and is not locked. */
  *#loadLimits(): Script<void> {
    const key = queueKey(this.#queue);
    const [seen] = yield [{ kind: 'read', key }];
    if (seen?.value === undefined) return;
    const [row, ...running] = yield this.#options.readLimits(this.#queue);
    this.#office.load([required(row, 'the queue')]);
    for (const each of running) this.#gauge.started(jobOf(each)?.spec.key);
  }

  #start(job: JobRecord | undefined): Claimed | undefined {
    if (job === undefined || !this.#isOpen) return undefined;
    const office = this.#office;
    const nowUs = office.wallUs();
    const queue = office.book.queues.get(this.#queue);
    const obstacle = this.#options.findObstacle(queue, this.#gauge, job.spec.key, nowUs);
    if (obstacle?.kind === 'rate') this.wakeUs = obstacle.untilUs;
    if (obstacle !== undefined && obstacle.kind !== 'key') this.#isOpen = false;
    if (obstacle !== undefined) return undefined;
    const seat = this.#options.seatFor(job);
    if (seat === undefined) return undefined;
    const by = { epoch: this.#options.epoch, worker: seat.name, incarnation: seat.incarnation };
    const launched = office.stepJob(job, { kind: 'launch', ...by }, office.out);
    this.#gauge.started(job.spec.key);
    const counted = queue && afterStart(queue, nowUs);
    if (counted !== undefined) office.change({ kind: 'queue', queue: counted }, office.out);
    return { job: required(launched, 'a launch'), seat };
  }
}
