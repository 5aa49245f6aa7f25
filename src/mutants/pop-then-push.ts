import type { Suspicion } from '../scheduler/parts/suspicion.ts';
import { suspicion } from '../scheduler/parts/suspicion.ts';
import type { Mutant } from './mutant.ts';

/** What was taken from the queue counts as handed over, and only a dead worker brings it back. */
const trusting: Suspicion = {
  atBeat: ({ isSameLife }) => (isSameLife ? 'fine' : 'lost'),
  atSweep: (evidence) => suspicion.atSweep({ ...evidence, ageUs: 0 }),
};

export const popThenPush: Mutant = {
  name: 'pop-then-push',
  sentence: 'A job leaves the queue before it has reached a worker, and nobody looks after it.',
  source: 'sidekiq#843',
  cause: 'cursor and effect not atomic',
  of: 'any',
  parts: { suspicion: trusting },
};
