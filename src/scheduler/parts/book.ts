/**
 * The book: every job, schedule, queue and skipped tick that a scheduler answers for, in memory,
 * and the entries in which changes of it are made durable. Applying the same entries in order gives
 * the same book, wherever they were kept: that is recovery. A book may be partial: the rows that
 * one transaction needs.
 */
import type { JobState, QueueLimits, Standing, TickId } from '../../history/fact.ts';
import { required } from '../../lib/assert.ts';
import type { WallUs } from '../../lib/units.ts';
import type { ListedJob, ListedSchedule, ListedSkip, ScheduleSpec } from '../api.ts';
import type { JobRecord } from '../job/job.ts';
import { Kin, mayHaveTies } from './kin.ts';

export interface ScheduleRecord {
  readonly v: 1;
  readonly id: string;
  readonly spec: ScheduleSpec;
  /** Every tick up to and including this nominal time is decided. */
  readonly cursorUs: WallUs;
  /** Version of the zone rules by which it was last decided; absent for one without a zone. */
  readonly rules?: string;
  /** With spaced catch-up: when the last late tick starts. */
  readonly lateStartUs?: WallUs;
  /** Of the last edit; 1 where absent. */
  readonly revision?: number;
  /** `active` where absent. A deleted one stays, so that no late edit wakes it. */
  readonly standing?: Standing;
}

/** A queue that was put or paused; any other has no limits. */
export interface QueueRecord {
  readonly v: 1;
  readonly id: string;
  readonly limits: QueueLimits;
  readonly revision: number;
  readonly standing: Standing;
  /** With a rate: when its bucket is full again if nothing starts (see `limits.ts`). */
  readonly fullAtUs?: WallUs;
}

export type BookEntry =
  | { readonly kind: 'job'; readonly job: JobRecord }
  /** Nobody will ask for it any more. */
  | { readonly kind: 'forget'; readonly job: string }
  | { readonly kind: 'schedule'; readonly schedule: ScheduleRecord }
  | { readonly kind: 'queue'; readonly queue: QueueRecord }
  | { readonly kind: 'skip'; readonly tick: TickId; readonly reason: string };

/** Key of a tick in tables and listings; sorts by schedule, then time. */
export const tickKey = (tick: TickId): string =>
  `${tick.schedule}@${String(tick.nominalUs).padStart(17, '0')}`;

export class Book {
  readonly jobs = new Map<string, JobRecord>();
  readonly schedules = new Map<string, ScheduleRecord>();
  readonly queues = new Map<string, QueueRecord>();
  /** How jobs are tied to each other. */
  readonly kin = new Kin();
  readonly skips = new Map<string, ListedSkip>();
  #sortedJobs: readonly string[] | undefined;
  #sortedSkips: readonly string[] | undefined;

  apply(entry: BookEntry): void {
    switch (entry.kind) {
      case 'job': {
        const { job } = entry;
        if (mayHaveTies(job)) this.kin.changed(this.jobs.get(job.id), job);
        const { size } = this.jobs;
        this.jobs.set(job.id, job);
        if (this.jobs.size !== size) this.#sortedJobs = undefined;
        return;
      }
      case 'forget':
        this.kin.changed(this.jobs.get(entry.job), undefined);
        if (this.jobs.delete(entry.job)) this.#sortedJobs = undefined;
        return;
      case 'queue':
        this.queues.set(entry.queue.id, entry.queue);
        return;
      case 'schedule':
        this.schedules.set(entry.schedule.id, entry.schedule);
        return;
      case 'skip':
        this.#sortedSkips = undefined;
        this.skips.set(tickKey(entry.tick), { tick: entry.tick, reason: entry.reason });
        return;
    }
  }

  /** A page of jobs in order of id, after the given id; of one state where one is named. */
  listJobs(
    after: string,
    limit: number,
    state?: JobState,
  ): { jobs: readonly ListedJob[]; next?: string } {
    this.#sortedJobs ??= [...this.jobs.keys()].sort();
    const isMeant = (id: string): boolean => this.jobs.get(id)?.state === state;
    const all = this.#sortedJobs;
    const page = pageOf(state === undefined ? all : all.filter(isMeant), after, limit);
    const jobs = page.keys.map((id) => listed(required(this.jobs.get(id), id)));
    return page.next === undefined ? { jobs } : { jobs, next: page.next };
  }

  /** A page of schedules in order of id, deleted ones too. */
  listSchedules(
    after: string,
    limit: number,
  ): { schedules: readonly ListedSchedule[]; next?: string } {
    const page = pageOf([...this.schedules.keys()].sort(), after, limit);
    const schedules = page.keys.map((id) => listedSchedule(required(this.schedules.get(id), id)));
    return page.next === undefined ? { schedules } : { schedules, next: page.next };
  }

  /** The rows that make this book of an empty one. */
  entries(): BookEntry[] {
    const rows: BookEntry[] = [];
    for (const job of this.jobs.values()) rows.push({ kind: 'job', job });
    for (const schedule of this.schedules.values()) rows.push({ kind: 'schedule', schedule });
    for (const queue of this.queues.values()) rows.push({ kind: 'queue', queue });
    for (const { tick, reason } of this.skips.values()) rows.push({ kind: 'skip', tick, reason });
    return rows;
  }

  /** How many rows that are. */
  get size(): number {
    return this.jobs.size + this.schedules.size + this.queues.size + this.skips.size;
  }

  /** A page of skipped ticks in order of their key. */
  listSkips(after: string, limit: number): { skips: readonly ListedSkip[]; next?: string } {
    this.#sortedSkips ??= [...this.skips.keys()].sort();
    const page = pageOf(this.#sortedSkips, after, limit);
    const skips = page.keys.map((key) => this.skips.get(key) as ListedSkip);
    return page.next === undefined ? { skips } : { skips, next: page.next };
  }
}

/** A schedule as clients see it. */
export const listedSchedule = ({
  id,
  revision = 1,
  standing = 'active',
}: ScheduleRecord): ListedSchedule => ({ schedule: id, revision, standing });

function listed(job: JobRecord): ListedJob {
  const base = { job: job.id, state: job.state, attempts: job.attempt };
  return job.tick === undefined ? base : { tick: job.tick, ...base };
}

/** The keys after `after`, at most `limit`, and where to go on; binary search over sorted keys. */
function pageOf(
  sorted: readonly string[],
  after: string,
  limit: number,
): { readonly keys: readonly string[]; readonly next: string | undefined } {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) <= after) low = middle + 1;
    else high = middle;
  }
  const keys = sorted.slice(low, low + limit);
  return { keys, next: low + limit < sorted.length ? keys[keys.length - 1] : undefined };
}
