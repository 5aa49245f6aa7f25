import type { Testimony } from '../../history/fact.ts';
import { required } from '../../lib/assert.ts';
import { tickJobId } from '../api.ts';
import { type JobRecord, newJob } from '../job/job.ts';
import { type Book, type BookEntry, type ScheduleRecord, tickKey } from './book.ts';
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
  const id = tickJobId(tick);
  // Decided before, by a term whose cursor was lost while its decision was not: it has its fate.
  if (book.jobs.has(id)) return run(decided, [], []);
  const skip = book.skips.get(tickKey(tick));
  if (skip !== undefined) return { ...skipped(tick, skip.reason), entries: [] };
  if (decided.action === 'skip') return skipped(tick, decided.reason);
  const { overlap: policy = 'allow' } = spec;
  const open = policy === 'allow' ? [] : openOf(book, schedule, id);
  const overlap = decideOverlap(spec, open, decided.reason);
  if (overlap.kind === 'skip') return skipped(tick, overlap.reason);
  const job = newJob(id, spec.job, decided.startUs, tick, overlap.after);
  return run(decided, [{ kind: 'job', job }], overlap.replaces);
}

/** Open instances in the order of their ticks, whatever became of them since they were made. */
function openOf(book: Book, schedule: string, but: string): readonly JobRecord[] {
  const ids = book.kin.openInstances(schedule).filter((instance) => instance !== but);
  const jobs = ids.map((id) => required(book.jobs.get(id), id));
  return jobs.sort((a, b) => nominalUs(a) - nominalUs(b));
}

const nominalUs = ({ id, tick }: JobRecord): number => required(tick, id).nominalUs;

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
