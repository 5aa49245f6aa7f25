/**
 * Who is in a Raft group: voters, and learners that are sent the log and have no vote. Members
 * change one at a time, so that any majority before and any after have a member in common (Ongaro
 * 2014, §4.1).
 */
import { assert } from '../../../lib/assert.ts';

export interface RaftConfig {
  readonly voters: readonly string[];
  readonly learners: readonly string[];
}

export const configOf = (voters: readonly string[]): RaftConfig => ({ voters, learners: [] });

/** How many of so many voters are a majority. */
export const majorityOf = (voters: number): number => Math.floor(voters / 2) + 1;

export const isVoter = ({ voters }: RaftConfig, name: string): boolean => voters.includes(name);

export const isMember = (config: RaftConfig, name: string): boolean =>
  isVoter(config, name) || config.learners.includes(name);

/** Everybody who is sent the log. */
export const membersOf = ({ voters, learners }: RaftConfig): readonly string[] => [
  ...voters,
  ...learners,
];

export function withLearner(config: RaftConfig, name: string): RaftConfig {
  assert(!isMember(config, name), () => `${name} is a member already`);
  return { ...config, learners: [...config.learners, name] };
}

export function promoted({ voters, learners }: RaftConfig, name: string): RaftConfig {
  assert(learners.includes(name), () => `${name} is no learner`);
  return { voters: [...voters, name], learners: learners.filter((it) => it !== name) };
}

export function without({ voters, learners }: RaftConfig, name: string): RaftConfig {
  assert(voters.length > 1 || voters[0] !== name, () => `${name} is the last voter`);
  return {
    voters: voters.filter((it) => it !== name),
    learners: learners.filter((it) => it !== name),
  };
}

/** The greatest number that a majority of voters have reached or passed; nobody is at 0. */
export function reachedByMajority(
  { voters }: RaftConfig,
  numberOf: (voter: string) => number,
): number {
  // Sorted by insertion, the greatest first: voters are few, and this is asked at every answer.
  const sorted = voters.map(numberOf);
  for (let i = 1; i < sorted.length; i++) {
    const number = sorted[i] as number;
    let at = i;
    for (; at > 0 && (sorted[at - 1] as number) < number; at--) {
      sorted[at] = sorted[at - 1] as number;
    }
    sorted[at] = number;
  }
  return sorted[majorityOf(voters.length) - 1] ?? 0;
}
