import type { Mutant } from './mutant.ts';

export const voteNotPersisted: Mutant = {
  name: 'vote-not-persisted',
  sentence: 'A vote leaves before it is on the disk, and whoever crashes then may give another.',
  source: 'etcd#10000',
  cause: 'state kept or lost across terms',
  shownBy: 'test/scheduler/raft/exploration.test.ts',
  of: 'raft',
  parts: { syncsVotes: false },
};
