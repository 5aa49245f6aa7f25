import type { Mutant } from './mutant.ts';

export const givenUpIsGone: Mutant = {
  name: 'given-up-is-gone',
  sentence: 'The place of a job that was told to stop is free at once, although it goes on.',
  source: 'php-resque#125',
  cause: 'time-only suspicion',
  of: 'worker',
  parts: { capacity: (slots) => slots },
};
