/**
 * The rules that Raft's safety rests on, each a pure function, so that each can be replaced by one
 * that gets it wrong. Names and numbers are those of Ongaro's dissertation (2014) and of Figure 2
 * of the paper.
 */
import type { RaftConfig } from './config.ts';
import { reachedByMajority } from './config.ts';
import type { HardState } from './durable.ts';
import { type RecoverRaft, recoverRaft } from './durable.ts';
import type { Place } from './messages.ts';

/** Whether a log that ends at `a` lacks nothing that one that ends at `b` may have (§3.6.1). */
export const isAsUpToDate = (a: Place, b: Place): boolean =>
  a.term > b.term || (a.term === b.term && a.index >= b.index);

export interface VoteCase {
  readonly hard: HardState;
  /** Where the voter's log ends. */
  readonly last: Place;
  readonly candidate: string;
  readonly term: number;
  readonly candidateLast: Place;
}

/** One vote in a term, and for nobody whose log lacks what may be committed (§3.4, §3.6.1). */
export const grantsVote = ({ hard, last, candidate, term, candidateLast }: VoteCase): boolean =>
  term === hard.term &&
  (hard.vote === undefined || hard.vote === candidate) &&
  isAsUpToDate(candidateLast, last);

export interface CommitCase {
  readonly config: RaftConfig;
  readonly term: number;
  readonly commit: number;
  /** How far a voter is known to have the leader's log on its disk. */
  readonly matchOf: (voter: string) => number;
  readonly termAt: (index: number) => number | undefined;
}

/** Only an entry of the leader's own term is committed by counting (§3.6.2). */
export function committedBy({ config, term, commit, matchOf, termAt }: CommitCase): number {
  const reached = reachedByMajority(config, matchOf);
  return reached > commit && termAt(reached) === term ? reached : commit;
}

export interface ChangeCase {
  /** Where the configuration in force was appended, and how far entries are committed. */
  readonly configIndex: number;
  readonly commit: number;
  /** Where the leader's term began. */
  readonly termIndex: number;
}

/** One change at a time, and none before an entry of the own term is committed (§4.1, and 2015). */
export const mayChange = ({ configIndex, commit, termIndex }: ChangeCase): boolean =>
  commit >= configIndex && commit >= termIndex;

export interface LeaseCase {
  /** When the latest round that a majority has answered was sent, by the leader's clock. */
  readonly sentUs: number;
  /** When the last of that majority was heard. */
  readonly answeredUs: number;
  /** No voter helps to elect another leader before that long after it was heard from. */
  readonly electionMinUs: number;
  /** How far the rates of two clocks may be apart, either way. */
  readonly ratePpmMax: number;
}

/**
 * Until when a leader may answer reads without asking (§6.4.1). Counted from when the round was
 * sent, for voters may have heard it any time after; and shorter by what two clocks may disagree.
 */
export const leaseUntilUs = ({ sentUs, electionMinUs, ratePpmMax }: LeaseCase): number =>
  sentUs + Math.floor(electionMinUs * (1 - (2 * ratePpmMax) / 1e6));

/** The replaceable rules. */
export interface RaftRules {
  readonly grantsVote: (vote: VoteCase) => boolean;
  readonly committedBy: (commit: CommitCase) => number;
  readonly mayChange: (change: ChangeCase) => boolean;
  readonly leaseUntilUs: (lease: LeaseCase) => number;
  readonly recoverRaft: RecoverRaft;
  /** Whether a vote leaves only when it is durable. */
  readonly syncsVotes: boolean;
}

export const RAFT_RULES: RaftRules = {
  grantsVote,
  committedBy,
  mayChange,
  leaseUntilUs,
  recoverRaft,
  syncsVotes: true,
};
