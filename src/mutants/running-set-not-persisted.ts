import type { JobRecord } from '../scheduler/job/job.ts';
import type { Mutant } from './mutant.ts';
import { withRunning } from './remade-book.ts';

function neverLaunched(job: JobRecord): JobRecord {
  const { run: _, ...rest } = job;
  return { ...rest, state: 'waiting', attempt: job.attempt - 1 };
}

export const runningSetNotPersisted: Mutant = {
  name: 'running-set-not-persisted',
  sentence: 'What is running is known in memory only: a new leader starts it once more.',
  source: 'chronos#411',
  cause: 'state kept or lost across terms',
  of: 'engine',
  parts: { takeOver: (book) => withRunning(book, neverLaunched) },
};
