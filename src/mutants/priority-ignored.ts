import type { ComesFirst } from '../scheduler/parts/ready.ts';
import type { Mutant } from './mutant.ts';

const inTurn: ComesFirst = (a, b) => a.seq < b.seq;

export const priorityIgnored: Mutant = {
  name: 'priority-ignored',
  sentence: 'Jobs start in the order in which they came, whatever their priority.',
  source: 'bull#1775',
  cause: 'what was asked for left out',
  of: 'engine',
  parts: { comesFirst: inTurn },
};
