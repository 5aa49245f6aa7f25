/**
 * The book: every job, schedule and skipped tick that a scheduler answers for, in memory, and the
 * entries in which changes of it are made durable. Applying the same entries in order gives the
 * same book, wherever they were kept: that is recovery.
 */
import type { TickId } from '../../history/fact.ts';
import type { WallUs } from '../../lib/units.ts';
import type { ListedJob, ListedSkip, ScheduleSpec } from '../api.ts';
import type { JobRecord } from '../job/job.ts';

export interface ScheduleRecord {
  readonly v: 1;
  readonly id: string;
  readonly spec: ScheduleSpec;
  /** Every tick up to and including this nominal time is decided. */
  readonly cursorUs: WallUs;
  /** Version of the zone rules by which it was last decided; absent for one without a zone. */
  readonly rules?: string;
}

export type BookEntry =
  | { readonly kind: 'job'; readonly job: JobRecord }
  | { readonly kind: 'schedule'; readonly schedule: ScheduleRecord }
  | { readonly kind: 'skip'; readonly tick: TickId; readonly reason: string };

/** Key of a tick in tables and listings; sorts by schedule, then time. */
export const tickKey = (tick: TickId): string =>
  `${tick.schedule}@${String(tick.nominalUs).padStart(17, '0')}`;

export class Book {
  readonly jobs = new Map<string, JobRecord>();
  readonly schedules = new Map<string, ScheduleRecord>();
  readonly skips = new Map<string, ListedSkip>();
  #sortedJobs: readonly string[] | undefined;
  #sortedSkips: readonly string[] | undefined;

  apply(entry: BookEntry): void {
    switch (entry.kind) {
      case 'job':
        if (!this.jobs.has(entry.job.id)) this.#sortedJobs = undefined;
        this.jobs.set(entry.job.id, entry.job);
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

  /** A page of jobs in order of id, after the given id. */
  listJobs(after: string, limit: number): { jobs: readonly ListedJob[]; next?: string } {
    this.#sortedJobs ??= [...this.jobs.keys()].sort();
    const page = pageOf(this.#sortedJobs, after, limit);
    const jobs = page.keys.map((id) => listed(this.jobs.get(id) as JobRecord));
    return page.next === undefined ? { jobs } : { jobs, next: page.next };
  }

  /** A page of skipped ticks in order of their key. */
  listSkips(after: string, limit: number): { skips: readonly ListedSkip[]; next?: string } {
    this.#sortedSkips ??= [...this.skips.keys()].sort();
    const page = pageOf(this.#sortedSkips, after, limit);
    const skips = page.keys.map((key) => this.skips.get(key) as ListedSkip);
    return page.next === undefined ? { skips } : { skips, next: page.next };
  }
}

function listed(job: JobRecord): ListedJob {
  const base = { job: job.id, state: job.state, attempts: job.attempt };
  return job.tick === undefined ? base : { ...base, tick: job.tick };
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
