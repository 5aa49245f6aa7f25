import type { JobRecord } from '../scheduler/job/job.ts';
import type { Book, ScheduleRecord } from '../scheduler/parts/book.ts';

/** The book with every running job made another one. */
export function withRunning(book: Book, remake: (job: JobRecord) => JobRecord): Book {
  for (const job of [...book.jobs.values()]) {
    if (job.run !== undefined) book.apply({ kind: 'job', job: remake(job) });
  }
  return book;
}

/** The book with every schedule made another one. */
export function withSchedules(
  book: Book,
  remake: (schedule: ScheduleRecord) => ScheduleRecord,
): Book {
  for (const schedule of [...book.schedules.values()]) {
    book.apply({ kind: 'schedule', schedule: remake(schedule) });
  }
  return book;
}
