import type { Testimony } from '../../history/fact.ts';
import { required } from '../../lib/assert.ts';
import { tickJobId } from '../api.ts';
import { newJob } from '../job/job.ts';
import type { Book, BookEntry, ScheduleRecord } from './book.ts';
import type { DecideOverlap } from './overlap.ts';
import type { DecidedTick } from './ticks.ts';

/** What one decided tick comes to. */
export interface TickOutcome {
  /** Changes of the book: an instance, or the record of a skip. */
  readonly entries: readonly BookEntry[];
  /** Open instances that are ended first. */
  readonly replaces: readonly string[];
  readonly said: Omit<Extract<Testimony, { readonly kind: 'tick-decided' }>, 'kind'>;
}

/** Makes a decided tick an instance of its schedule, unless those that are open forbid it. */
export function instancesOf(
  book: Book,
  { id: schedule, spec }: ScheduleRecord,
  decided: DecidedTick,
  decideOverlap: DecideOverlap,
): TickOutcome {
  const { tick } = decided;
  if (decided.action === 'skip') return skipped(tick, decided.reason);
  const id = tickJobId(tick);
  // Decided before, by a term whose cursor was lost while its job was not: it is on its way.
  if (book.jobs.get(id)?.run !== undefined) return run(decided, [], []);
  const open = book.kin.openInstances(schedule).filter((instance) => instance !== id);
  const records = open.map((instance) => required(book.jobs.get(instance), instance));
  const overlap = decideOverlap(spec, records);
  if (overlap.kind === 'skip') return skipped(tick, overlap.reason);
  const waitsFor = overlap.after === undefined ? [] : [overlap.after];
  const job = newJob(id, spec.job, decided.startUs, tick, waitsFor);
  return run(decided, [{ kind: 'job', job }], overlap.replaces);
}

const run = (
  { tick, reason }: DecidedTick,
  entries: readonly BookEntry[],
  replaces: readonly string[],
): TickOutcome => ({ entries, replaces, said: { tick, action: 'run', reason } });

const skipped = (tick: DecidedTick['tick'], reason: string): TickOutcome => ({
  entries: [{ kind: 'skip', tick, reason }],
  replaces: [],
  said: { tick, action: 'skip', reason },
});
