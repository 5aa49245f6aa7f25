import type { Elector, StepElector } from '../scheduler/parts/elector.ts';
import { stepElector } from '../scheduler/parts/elector.ts';
import type { Mutant } from './mutant.ts';

interface Quitter extends Elector {
  readonly hasQuit: true;
}

/** Who has lost a term stands for no other one. */
const quitting: StepElector = (elector, event, config, nowUs) => {
  if ('hasQuit' in elector) return { elector, actions: [] };
  const step = stepElector(elector, event, config, nowUs);
  const stopped = step.actions.filter(({ kind }) => kind === 'stopped');
  if (stopped.length === 0) return step;
  const quitter: Quitter = { ...step.elector, hasQuit: true };
  return { elector: quitter, actions: stopped };
};

export const expiryMeansShutdown: Mutant = {
  name: 'expiry-means-shutdown',
  sentence: 'The loss of the own lease is taken for an order to shut down for good.',
  source: 'shardingsphere-elasticjob#2383',
  cause: 'recovery that does not recover',
  of: 'lease',
  parts: { stepElector: quitting },
};
