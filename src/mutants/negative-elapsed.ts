import type { WallUs } from '../lib/units.ts';
import type { Elector, StepElector } from '../scheduler/parts/elector.ts';
import { stepElector } from '../scheduler/parts/elector.ts';
import type { Mutant } from './mutant.ts';

interface CheckedIn extends Elector {
  readonly checkedInUs?: WallUs;
}

/** Sleeps what is left of the period since the last renewal, by the wall clock. */
const oversleeping: StepElector = (elector, event, config, nowUs, wallUs) => {
  const { checkedInUs } = elector as CheckedIn;
  const isDue = event.kind === 'timer' && elector.isLeader && elector.deadlineUs === undefined;
  if (isDue && checkedInUs !== undefined) {
    const restUs = config.retryUs - (wallUs - checkedInUs);
    if (restUs > 0) return { elector, actions: [{ kind: 'timer', afterUs: restUs }] };
  }
  const step = stepElector(elector, event, config, nowUs);
  if (event.kind !== 'written') return step;
  const checkedIn: CheckedIn = { ...step.elector, checkedInUs: wallUs };
  return { ...step, elector: checkedIn };
};

export const negativeElapsed: Mutant = {
  name: 'negative-elapsed',
  sentence:
    'Renewals sleep for the period less the time since the last one, which a clock that was set ' +
    'back makes negative.',
  source: 'quartznet#1508',
  cause: 'clock arithmetic',
  of: 'lease',
  parts: { stepElector: oversleeping },
};
