import { stepJob } from '../scheduler/job/job.ts';
import type { Mutant } from './mutant.ts';

/** A parent that has ended counts as done, however it ended. */
const lenient: typeof stepJob = (job, event) =>
  stepJob(job, event.kind === 'parent-ended' ? { ...event, succeeded: true } : event);

export const failedParentWillDo: Mutant = {
  name: 'failed-parent-will-do',
  sentence: 'A job begins when its parents are over, also where one of them has failed.',
  source: 'dolphinscheduler#3324',
  cause: 'what was asked for left out',
  of: 'any',
  parts: { stepJob: lenient },
};
