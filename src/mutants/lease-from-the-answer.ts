import type { LeaseCase } from '../scheduler/parts/raft/rules.ts';
import type { Mutant } from './mutant.ts';

/** As if its voters had heard the leader when it heard them. */
const fromTheAnswer = ({ answeredUs, electionMinUs }: LeaseCase): number =>
  answeredUs + electionMinUs;

export const leaseFromTheAnswer: Mutant = {
  name: 'lease-from-the-answer',
  sentence: 'A leader trusts its lease from when it was answered, not from when it asked.',
  source: 'sofa-jraft#34',
  cause: 'clock arithmetic',
  shownBy: 'test/scheduler/raft/wrong-parts.test.ts',
  of: 'raft',
  parts: { leaseUntilUs: fromTheAnswer },
};
