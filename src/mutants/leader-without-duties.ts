import type { ElectorAction, StepElector } from '../scheduler/parts/elector.ts';
import { stepElector } from '../scheduler/parts/elector.ts';
import type { Mutant } from './mutant.ts';

/** Everything goes well in the first term of all; in every later one a duty fails to start. */
const isFailure = (action: ElectorAction): boolean => action.kind === 'elected' && action.epoch > 1;

const idle: StepElector = (elector, event, config, nowUs) => {
  const step = stepElector(elector, event, config, nowUs);
  return { ...step, actions: step.actions.filter((action) => !isFailure(action)) };
};

export const leaderWithoutDuties: Mutant = {
  name: 'leader-without-duties',
  sentence: 'A duty of the new leader fails to start, and it holds on to the lease without it.',
  source: 'river#1161',
  cause: 'recovery that does not recover',
  of: 'lease',
  parts: { stepElector: idle },
};
