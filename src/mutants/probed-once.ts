import type { Mutant } from './mutant.ts';

export const probedOnce: Mutant = {
  name: 'probed-once',
  sentence: 'Workers are asked once for a task, and nobody notices that none of them answers.',
  source: 'kubernetes-mesos#550',
  cause: 'recovery that does not recover',
  of: 'sampling',
  parts: { probesAgain: () => false },
};
