import type { Elector, ElectorAction, StepElector } from '../scheduler/parts/elector.ts';
import { stepElector } from '../scheduler/parts/elector.ts';
import type { Mutant } from './mutant.ts';

/** Whoever finds a row of its own takes it for released, and counts from the beginning. */
const counting: StepElector = (elector, event, config, nowUs) => {
  const isReleased =
    event.kind === 'row' && !elector.isLeader && event.record?.holder === elector.me;
  const isFirst = event.kind === 'written' && !elector.isLeader && event.record.epoch === 1;
  // The row that was deleted is forgotten, so the first epoch looks new again.
  const known: Elector = isFirst ? { ...elector, record: undefined } : elector;
  const step = stepElector(known, event, config, nowUs);
  return isReleased ? { ...step, actions: step.actions.map(fromTheStart) } : step;
};

const fromTheStart = (action: ElectorAction): ElectorAction =>
  action.kind === 'write' ? { ...action, record: { ...action.record, epoch: 1 } } : action;

export const tokenResetOnRelease: Mutant = {
  name: 'token-reset-on-release',
  sentence: 'Releasing the lease deletes its row, and the next epoch is the first one again.',
  source: 'synapse-ce#437',
  cause: 'identity without incarnation',
  of: 'lease',
  parts: { stepElector: counting },
};
