import type { Reload } from '../scheduler/designs/sharded/loader.ts';
import type { Mutant } from './mutant.ts';

/** What is due by now is found; what was to be woken later had a timer where it was before. */
const withoutTimers: Reload = (entry, nowUs) =>
  entry.kind !== 'job' || entry.job.state !== 'waiting' || entry.job.dueUs <= nowUs;

export const timersLeftBehind: Mutant = {
  name: 'timers-left-behind',
  sentence: 'Timers stay with the owner before, so that what waits for its time is never woken.',
  source: 'temporal#5176',
  cause: 'state kept or lost across terms',
  of: 'sharded',
  parts: { reload: withoutTimers },
};
