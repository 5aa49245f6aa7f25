import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECOND, wallUs } from '../../../src/lib/units.ts';
import type { JobSpec } from '../../../src/scheduler/api.ts';
import { type JobRecord, newJob } from '../../../src/scheduler/job/job.ts';
import { Book, tickKey } from '../../../src/scheduler/parts/book.ts';

const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 0,
  retry: { maxAttempts: 1, backoff: 'fixed', baseUs: 0, maxUs: 0 },
  timeoutUs: SECOND,
  delivery: 'at-least-once',
  sink: 'none',
};
const jobOf = (id: string, attempt = 0): JobRecord => ({ ...newJob(id, SPEC, wallUs(0)), attempt });

/** All pages, one after the other, as a reader turns them. */
function turnPages<T>(read: (after: string) => { items: readonly T[]; next?: string }): T[] {
  const all: T[] = [];
  for (let page = read(''); ; page = read(page.next as string)) {
    all.push(...page.items);
    if (page.next === undefined) return all;
  }
}
const jobsOf = (book: Book, limit: number) =>
  turnPages((after) => {
    const { jobs, ...rest } = book.listJobs(after, limit);
    expect(jobs.length).toBeLessThanOrEqual(limit);
    return { items: jobs, ...rest };
  });

test('pages of any size give every job once, in order, as it is now', () => {
  const changes = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.nat(9)), { maxLength: 40 });
  fc.assert(
    fc.property(changes, fc.integer({ min: 1, max: 7 }), (list, limit) => {
      const book = new Book();
      const model = new Map<string, number>();
      for (const [id, attempts] of list) {
        book.apply({ kind: 'job', job: jobOf(id, attempts) });
        model.set(id, attempts);
        // A page read in between must not freeze what later ones list.
        book.listJobs('', 1);
      }
      const listed = jobsOf(book, limit);
      const ids = [...model.keys()].sort();
      expect(listed.map(({ job }) => job)).toEqual(ids);
      expect(listed.map(({ attempts }) => attempts)).toEqual(ids.map((id) => model.get(id)));
    }),
  );
});

test('a full last page names no next one', () => {
  const book = new Book();
  for (const id of ['a', 'b', 'c', 'd']) book.apply({ kind: 'job', job: jobOf(id) });
  expect(book.listJobs('', 2).next).toBe('b');
  expect(book.listJobs('b', 2).next).toBeUndefined();
  expect(book.listJobs('zz', 2)).toEqual({ jobs: [] });
});

test('skips come by schedule, then by time, each tick once with its last reason', () => {
  const book = new Book();
  const skip = (schedule: string, us: number, reason: string) =>
    book.apply({ kind: 'skip', tick: { schedule, nominalUs: wallUs(us) }, reason });
  skip('b', 5, 'late');
  skip('a', 1_000, 'late');
  skip('a', 999, 'late');
  skip('a', 999, 'older');
  const listed = turnPages((after) => {
    const { skips, ...rest } = book.listSkips(after, 1);
    return { items: skips, ...rest };
  });
  const found = listed.map(({ tick, reason }) => [tick.schedule, tick.nominalUs, reason]);
  expect(found).toEqual([
    ['a', 999, 'older'],
    ['a', 1_000, 'late'],
    ['b', 5, 'late'],
  ]);
});

test('keys of ticks sort as times do', () => {
  const times = fc.nat({ max: 4_000_000_000_000_000 });
  fc.assert(
    fc.property(times, times, (one, two) => {
      const key = (us: number) => tickKey({ schedule: 's', nominalUs: wallUs(us) });
      expect(key(one) < key(two)).toBe(one < two);
    }),
  );
});

test('a job of a tick is listed with its tick', () => {
  const book = new Book();
  const tick = { schedule: 's', nominalUs: wallUs(7) };
  book.apply({ kind: 'job', job: newJob('s@7', SPEC, wallUs(7), tick) });
  expect(book.listJobs('', 9).jobs).toEqual([{ job: 's@7', state: 'waiting', attempts: 0, tick }]);
});
