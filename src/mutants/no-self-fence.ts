import { HOUR } from '../lib/units.ts';
import type { StepElector } from '../scheduler/parts/elector.ts';
import { stepElector } from '../scheduler/parts/elector.ts';
import type { Mutant } from './mutant.ts';

const NEVER_US = 1_000_000 * HOUR;

/** Neither the deadline nor a refused commit ends the term. */
const neverStops: StepElector = (elector, event, config, nowUs) => {
  if (event.kind === 'deposed') return { elector, actions: [] };
  return stepElector(elector, event, { ...config, renewDeadlineUs: NEVER_US }, nowUs);
};

export const noSelfFence: Mutant = {
  name: 'no-self-fence',
  sentence: 'A leader that cannot renew its lease goes on leading, whoever leads by then.',
  source: 'shardingsphere-elasticjob#507',
  cause: 'ownership without fencing',
  of: 'lease',
  parts: { stepElector: neverStops },
};
