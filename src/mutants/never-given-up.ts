import type { Suspicion } from '../scheduler/parts/suspicion.ts';
import type { Mutant } from './mutant.ts';

const trusting: Suspicion = { atBeat: () => 'fine', atSweep: () => undefined };

export const neverGivenUp: Mutant = {
  name: 'never-given-up',
  sentence: 'What was handed over is in progress for ever, whatever became of who was to do it.',
  source: 'asynq#55',
  cause: 'recovery that does not recover',
  of: 'any',
  parts: { suspicion: trusting },
};
