import { type RecoverRaft, recoverRaft } from '../scheduler/parts/raft/durable.ts';
import type { Mutant } from './mutant.ts';

const withoutVote: RecoverRaft = (records, initial) => {
  const durable = recoverRaft(records, initial);
  return { ...durable, hard: { term: durable.hard.term } };
};

export const doubleVoteAfterRestart: Mutant = {
  name: 'double-vote-after-restart',
  sentence: 'Who starts again knows its term, and no longer whom it voted for in it.',
  source: 'datatechnology/cornerstone#65',
  cause: 'state kept or lost across terms',
  shownBy: 'test/scheduler/raft/exploration.test.ts',
  of: 'raft',
  parts: { recoverRaft: withoutVote },
};
