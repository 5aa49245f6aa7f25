import type { Mutant } from './mutant.ts';

export const neverWaitsForRoom: Mutant = {
  name: 'never-waits-for-room',
  sentence: 'Whatever fits is started, so what needs much room at once never finds it.',
  source: 'volcano-sh/volcano#13',
  cause: 'what was asked for left out',
  of: 'optimistic',
  parts: { adjust: (habits) => ({ ...habits, patienceUs: Number.POSITIVE_INFINITY }) },
};
