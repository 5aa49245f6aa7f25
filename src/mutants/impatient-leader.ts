import { MS } from '../lib/units.ts';
import type { StepElector } from '../scheduler/parts/elector.ts';
import { stepElector } from '../scheduler/parts/elector.ts';
import type { Mutant } from './mutant.ts';

/** No store that has something to do answers within this. */
const DEADLINE_US = MS;

const impatient: StepElector = (elector, event, config, nowUs) =>
  stepElector(elector, event, { ...config, renewDeadlineUs: DEADLINE_US }, nowUs);

export const impatientLeader: Mutant = {
  name: 'impatient-leader',
  sentence: 'A leader that is well gives up whenever one renewal takes longer than it waits for.',
  source: 'rke#2295',
  cause: 'time-only suspicion',
  of: 'lease',
  parts: { stepElector: impatient },
};
