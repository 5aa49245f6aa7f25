import { decideTicks, tickAfter } from '../scheduler/schedule/decide.ts';
import type { Mutant } from './mutant.ts';

const MISSED_MAX = 100;

/** With too many ticks missed the schedule is left alone, with nothing ever due again. */
const resigning: typeof decideTicks = (spec, compiled, cursorUs, nowUs, limit) => {
  let missed = 0;
  for (let at = tickAfter(spec, compiled, cursorUs); at !== undefined && at <= nowUs; ) {
    missed += 1;
    if (missed > MISSED_MAX) return { decisions: [], cursorUs, nextDueUs: undefined, more: false };
    at = tickAfter(spec, compiled, at);
  }
  return decideTicks(spec, compiled, cursorUs, nowUs, limit);
};

export const giveUpAfterNMissed: Mutant = {
  name: 'give-up-after-n-missed',
  sentence: 'A schedule that has missed more than a hundred ticks is never looked at again.',
  source: 'kubernetes#42649',
  cause: 'recovery that does not recover',
  of: 'any',
  parts: { decideTicks: resigning },
};
