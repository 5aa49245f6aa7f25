import type { Mutant } from './mutant.ts';

/** Who restarts has forgotten what it did, and is asked once more for what it may have done. */
export const grantsOfAnEarlierLife: Mutant = {
  name: 'grants-of-an-earlier-life',
  sentence: 'A scheduler that restarted does again what was asked of its earlier life.',
  source: 'airflow#23520',
  cause: 'identity without incarnation',
  of: 'sampling',
  parts: { isMeant: () => true },
};
