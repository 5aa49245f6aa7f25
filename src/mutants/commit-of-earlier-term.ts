import { reachedByMajority } from '../scheduler/parts/raft/config.ts';
import type { CommitCase } from '../scheduler/parts/raft/rules.ts';
import type { Mutant } from './mutant.ts';

/** A majority has it, and that is all that is asked. */
const byCounting = ({ config, commit, matchOf }: CommitCase): number =>
  Math.max(commit, reachedByMajority(config, matchOf));

export const commitOfEarlierTerm: Mutant = {
  name: 'commit-of-earlier-term',
  sentence: 'Entries of earlier terms are committed by counting who has them.',
  source: 'logcabin#44',
  cause: 'ownership without fencing',
  shownBy: 'test/scheduler/raft/exploration.test.ts',
  of: 'raft',
  parts: { committedBy: byCounting },
};
