import { decideTicks } from '../scheduler/schedule/decide.ts';
import { CATCH_UP_MAX } from '../scheduler/schedule/schedule.ts';
import type { Mutant } from './mutant.ts';

/** Whatever the schedule asks for, every late tick runs. */
const thorough: typeof decideTicks = (spec, compiled, cursorUs, nowUs, limit) => {
  const misfire = { ...spec.misfire, late: 'all', catchUpMax: CATCH_UP_MAX } as const;
  return decideTicks({ ...spec, misfire }, compiled, cursorUs, nowUs, limit);
};

export const catchupUnbounded: Mutant = {
  name: 'catchup-unbounded',
  sentence: 'After an outage every missed tick runs, all at once.',
  source: 'FoundatioFx#317',
  cause: 'unbounded reaction',
  of: 'any',
  parts: { decideTicks: thorough },
};
