import type { JobRecord } from '../scheduler/job/job.ts';
import type { Mutant } from './mutant.ts';
import { withRunning } from './remade-book.ts';

/** As if every worker had gone with the leader. */
function again(job: JobRecord): JobRecord {
  const { run: _, ...rest } = job;
  return { ...rest, state: 'waiting' };
}

export const replaceOnElection: Mutant = {
  name: 'replace-on-election',
  sentence: 'Heartbeats are lost with the leader, so the next one replaces work that is healthy.',
  source: 'nomad#2176',
  cause: 'time-only suspicion',
  of: 'engine',
  parts: { takeOver: (book) => withRunning(book, again) },
};
