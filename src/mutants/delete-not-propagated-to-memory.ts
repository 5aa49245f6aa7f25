import { stepJob } from '../scheduler/job/job.ts';
import type { Mutant } from './mutant.ts';

/** The cancel is answered, and what is in memory goes on waiting for its time. */
const forgetful: typeof stepJob = (job, event) =>
  event.kind === 'cancel' && job.state === 'waiting'
    ? { job, effect: 'changed' }
    : stepJob(job, event);

export const deleteNotPropagatedToMemory: Mutant = {
  name: 'delete-not-propagated-to-memory',
  sentence: 'A cancelled job stays in the memory of the leader, and runs when it is due.',
  source: 'chronos#549',
  cause: 'state kept or lost across terms',
  of: 'any',
  parts: { stepJob: forgetful },
};
