/**
 * parts/rows: a scheduler whose members share the rows of a store, and nothing else. Each request,
 * report, decision of ticks and claim of jobs is one transaction over the rows that it needs; any
 * member can make any of them.
 *
 *   schema.ts        rows and their indexes (this file)
 *   transactions.ts  scripts that read, decide and write, tried until they are committed
 *   office.ts        the rows of one script as a book, and what changes in it as writes
 *   lookups.ts       which rows a request needs
 *   requests.ts      what clients ask
 *   reports.ts       what becomes of attempts, and of those who wait for their jobs
 *   due.ts           due ticks become instances, waiting jobs become ready
 *   placer.ts        how ready jobs get workers: by claims here, or as a design has it
 *   claims.ts        ready jobs are claimed, in one transaction; claimer.ts: when
 *   homes.ts         which member looks after which worker, and who rescues whose attempts
 *   member.ts        the program
 */
import { isTerminal, type Resources } from '../../../history/fact.ts';
import type { WallUs } from '../../../lib/units.ts';
import { isReady, type JobRecord, placesOf, priorityOf } from '../../job/job.ts';
import { type StoreIndex, sortable } from '../../store/indexes.ts';
import type { StoreRow } from '../../store/protocol.ts';
import type { QueueRecord, ScheduleRecord } from '../book.ts';
import { tickKey } from '../book.ts';

export interface JobRow {
  readonly kind: 'job';
  readonly job: JobRecord;
  /** Its time had come when it was written, or somebody found that it had since. */
  readonly isReady: boolean;
  /** When its running attempt was claimed, by the wall clock of who claimed it. */
  readonly claimedUs?: WallUs;
}

export interface ScheduleRow {
  readonly kind: 'schedule';
  readonly schedule: ScheduleRecord;
  /** Of the next tick. */
  readonly nextUs?: WallUs;
}

export interface QueueRow {
  readonly kind: 'queue';
  readonly queue: QueueRecord;
}

export interface SkipRow {
  readonly kind: 'skip';
  readonly tick: Parameters<typeof tickKey>[0];
  readonly reason: string;
}

/** A worker and the member that looks after it; written again and again while it beats. */
export interface HomeRow {
  readonly kind: 'home';
  readonly worker: string;
  readonly member: string;
  /** When it was written, by the wall clock of that member. */
  readonly seenUs: WallUs;
}

/**
 * What a worker has for attempts, as it says; where members place jobs on the workers of others,
 * for them to read. What is taken of it is in the rows of running jobs.
 */
export interface CellRow {
  readonly kind: 'cell';
  readonly worker: string;
  readonly incarnation: number;
  readonly slots: number;
  readonly tags: readonly string[];
  readonly resources?: Resources;
  /** It refused an attempt, or is silent: nothing is placed there until it beats. */
  readonly isClosed?: true;
}

export type Row = JobRow | ScheduleRow | QueueRow | SkipRow | HomeRow | CellRow;

export const valueIn = (row: StoreRow): Row | undefined => row.value as Row | undefined;

export const jobKey = (id: string): string => `job/${id}`;
export const scheduleKey = (id: string): string => `schedule/${id}`;
export const queueKey = (id: string): string => `queue/${id}`;
export const skipKey = (tick: SkipRow['tick']): string => `skip/${tickKey(tick)}`;
export const cellKey = (worker: string): string => `cell/${worker}`;
export const homeKey = (worker: string): string => `home/${worker}`;
/** Locked by whoever is to have, or to look for, the job that has the key. */
export const uniqueLock = (key: string): string => `unique/${key}`;

/** No name holds it, so the entries of one name are those that begin with name and separator. */
export const SEPARATOR = '\u0001';

const PRIORITY_TOP = 1_000;

/** Greater priorities first, then earlier times. */
const orderOf = (job: JobRecord): string =>
  `${sortable(PRIORITY_TOP - priorityOf(job))}${sortable(job.dueUs)}`;

type JobKey = (row: JobRow) => string | readonly string[] | undefined;

const jobIndex = (name: string, keyOf: JobKey): StoreIndex => ({
  name,
  prefix: 'job/',
  keyOf: (value) => keyOf(value as JobRow),
});

const isOpen = ({ job }: JobRow): boolean => !isTerminal(job.state);

export const INDEXES: readonly StoreIndex[] = [
  jobIndex('ready', ({ job, isReady: hasCome }) =>
    hasCome && isReady(job) ? `${job.spec.queue}${SEPARATOR}${orderOf(job)}` : undefined,
  ),
  jobIndex('later', ({ job, isReady: hasCome }) =>
    !hasCome && isReady(job) ? sortable(job.dueUs) : undefined,
  ),
  jobIndex(
    'by-worker',
    ({ job: { run } }) => run && placesOf(run).map(({ worker }) => `${worker}${SEPARATOR}`),
  ),
  jobIndex('by-queue', ({ job }) => job.run && `${job.spec.queue}${SEPARATOR}`),
  jobIndex('by-claim', ({ claimedUs }) =>
    claimedUs === undefined ? undefined : sortable(claimedUs),
  ),
  jobIndex('by-state', ({ job }) => job.state),
  jobIndex('instances', (row) => {
    const { tick } = row.job;
    if (tick === undefined || !isOpen(row)) return undefined;
    return `${tick.schedule}${SEPARATOR}${sortable(tick.nominalUs)}`;
  }),
  jobIndex('children', ({ job }) => job.waitsFor?.map((parent) => `${parent}${SEPARATOR}`)),
  jobIndex('unique', (row) => (isOpen(row) ? row.job.spec.uniqueKey : undefined)),
  jobIndex('ended', ({ job: { endedUs, spec } }) =>
    endedUs === undefined ? undefined : sortable(endedUs + (spec.retainUs ?? 0)),
  ),
  {
    name: 'due',
    prefix: 'schedule/',
    keyOf: (value) => {
      const { nextUs } = value as ScheduleRow;
      return nextUs === undefined ? undefined : sortable(nextUs);
    },
  },
];
