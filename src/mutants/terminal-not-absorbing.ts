import { stepJob } from '../scheduler/job/job.ts';
import type { Mutant } from './mutant.ts';

/** A job given up for dead succeeds after all when somebody says so. */
const reviving: typeof stepJob = (job, event) => {
  const isNews = job.state === 'dead' && event.kind === 'report' && event.how === 'succeeded';
  if (!isNews) return stepJob(job, event);
  const { reason: _, ...rest } = job;
  return { job: { ...rest, state: 'succeeded' }, effect: 'changed' };
};

export const terminalNotAbsorbing: Mutant = {
  name: 'terminal-not-absorbing',
  sentence: 'A late report changes the state of a job that was over.',
  source: 'PowerJob#1104',
  cause: 'identity without incarnation',
  of: 'any',
  parts: { stepJob: reviving },
};
