import { stepJob } from '../scheduler/job/job.ts';
import type { Mutant } from './mutant.ts';

/** That an attempt is over is all that is looked at. */
const content: typeof stepJob = (job, event) =>
  stepJob(job, event.kind === 'lost' ? { ...event, kind: 'report', how: 'succeeded' } : event);

export const killedCountsAsDone: Mutant = {
  name: 'killed-counts-as-done',
  sentence: 'A job whose process was killed is over, and counts among those that succeeded.',
  source: 'dolphinscheduler#2634',
  cause: 'what was asked for left out',
  of: 'any',
  parts: { stepJob: content },
};
