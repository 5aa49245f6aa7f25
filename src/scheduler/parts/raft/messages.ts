/**
 * What members of a Raft group tell each other. Every message names its addressee: a machine may
 * have been given the name of one that is gone, and is not the member that was.
 */
import type { Message } from '../../../host/host.ts';
import type { RaftConfig } from './config.ts';

/** Where an entry stands in the log; (0, 0) is before the first one. */
export interface Place {
  readonly index: number;
  readonly term: number;
}

export const START: Place = { index: 0, term: 0 };

/** What an entry holds. The state machine's own commands are plain data that Raft never reads. */
export type Command =
  /** The first of every term: what it commits, it commits all before it. */
  | { readonly kind: 'no-op' }
  | { readonly kind: 'config'; readonly config: RaftConfig }
  | { readonly kind: 'data'; readonly data: unknown };

export interface LogEntry extends Place {
  readonly command: Command;
}

interface Addressed extends Message {
  readonly v: 1;
  readonly to: string;
  readonly term: number;
}

/** `isPre`: would you vote for me in this term? Nobody's term changes by asking. */
export interface RequestVote extends Addressed {
  readonly kind: 'raft-request-vote';
  readonly isPre: boolean;
  /** Tells this candidacy from others of the same member in the same term. */
  readonly ballot: number;
  readonly last: Place;
  /** The leader itself asked for it: it is not protected. */
  readonly isTransfer: boolean;
}

export interface Vote extends Addressed {
  readonly kind: 'raft-vote';
  readonly isPre: boolean;
  readonly ballot: number;
  readonly isGranted: boolean;
}

/** Entries after `prev`, none in a heartbeat. */
export interface Append extends Addressed {
  readonly kind: 'raft-append';
  readonly prev: Place;
  readonly entries: readonly LogEntry[];
  readonly commit: number;
  /** The answer tells it back: whoever leads knows how late it was still followed. */
  readonly round: number;
}

/**
 * `match`: everything up to there is durable and as the leader has it. `gap`: `prev` is not in the
 * log; it may be found at `hint` or before.
 */
export interface Appended extends Addressed {
  readonly kind: 'raft-appended';
  readonly round: number;
  readonly outcome:
    | { readonly kind: 'match'; readonly index: number }
    | { readonly kind: 'gap'; readonly prev: number; readonly hint: number };
}

/** One page of the state up to `last`. */
export interface SnapshotPage extends Addressed {
  readonly kind: 'raft-snapshot-page';
  readonly last: Place;
  readonly config: RaftConfig;
  readonly page: number;
  readonly isLast: boolean;
  readonly rows: readonly unknown[];
  readonly round: number;
}

export interface SnapshotTaken extends Addressed {
  readonly kind: 'raft-snapshot-taken';
  readonly last: Place;
  readonly page: number;
  readonly round: number;
}

/** The leader hands over: stand for election at once. */
export interface StandNow extends Addressed {
  readonly kind: 'raft-stand-now';
}

/** Who is no member asks to become one. */
export interface Join extends Message {
  readonly kind: 'raft-join';
  readonly v: 1;
}

/** The leader to who is no member, whatever it believes itself to be. */
export interface Outsider extends Addressed {
  readonly kind: 'raft-outsider';
}

export type RaftMessage =
  | RequestVote
  | Vote
  | Append
  | Appended
  | SnapshotPage
  | SnapshotTaken
  | StandNow
  | Join
  | Outsider;

export const isRaft = (message: Message): message is RaftMessage =>
  message.kind.startsWith('raft-');
