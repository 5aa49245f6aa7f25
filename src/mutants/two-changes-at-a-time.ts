import type { Mutant } from './mutant.ts';

export const twoChangesAtATime: Mutant = {
  name: 'two-changes-at-a-time',
  sentence: 'Members change again before the last change is committed.',
  source: 'etcd#7625',
  cause: 'ownership without fencing',
  shownBy: 'test/scheduler/raft/exploration.test.ts',
  of: 'raft',
  parts: { mayChange: () => true },
};
