import { stepJob } from '../scheduler/job/job.ts';
import type { Mutant } from './mutant.ts';

/** The next attempt of a lost one has its number. */
const uncounted: typeof stepJob = (job, event) => {
  const step = stepJob(job, event);
  if (event.kind !== 'lost' || step.job.state !== 'waiting') return step;
  return { ...step, job: { ...step.job, attempt: step.job.attempt - 1 } };
};

export const redeliveryNotCounted: Mutant = {
  name: 'redelivery-not-counted',
  sentence: 'What was not acknowledged in time is delivered again as if it never had been.',
  source: 'kombu#337',
  cause: 'time-only suspicion',
  of: 'any',
  parts: { stepJob: uncounted },
};
