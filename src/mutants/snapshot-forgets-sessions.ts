import type { RowsOf } from '../scheduler/designs/raft/state.ts';
import type { Mutant } from './mutant.ts';

const bookOnly: RowsOf = ({ book }) => [...book.entries()];

export const snapshotForgetsSessions: Mutant = {
  name: 'snapshot-forgets-sessions',
  sentence: 'Snapshots hold the jobs, and not what clients were answered: requests count again.',
  source: 'redisraft#568',
  cause: 'state kept or lost across terms',
  shownBy: 'test/scheduler/raft/wrong-parts.test.ts',
  of: 'raft',
  parts: { rowsOf: bookOnly },
};
