import type { StepElector } from '../scheduler/parts/elector.ts';
import { stepElector } from '../scheduler/parts/elector.ts';
import type { Mutant } from './mutant.ts';

/** The election knows that the term is over, and nobody else is told. */
const untold: StepElector = (elector, event, config, nowUs) => {
  const step = stepElector(elector, event, config, nowUs);
  return { ...step, actions: step.actions.filter(({ kind }) => kind !== 'stopped') };
};

export const noStopCallback: Mutant = {
  name: 'no-stop-callback',
  sentence: 'The election steps down, but what it had started is never told to stop.',
  source: 'kubernetes#23731',
  cause: 'ownership without fencing',
  of: 'lease',
  parts: { stepElector: untold },
};
