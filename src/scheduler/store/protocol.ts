/**
 * The store's wire protocol with its clients. A session is a conversation with one client in which
 * at most one call is open: calls carry rising numbers, a repeated call gets its old answer again,
 * and an older one that arrives late is ignored. A call holds operations that are carried out in
 * order, so that a whole transaction fits in one message.
 *
 * Every promotion of a replica starts a new timeline. A call is meant for the timeline that its
 * client knows: whatever it rests on may be gone in a later one, so there it is refused, undone.
 */
import type { Message } from '../../host/host.ts';

/** Plain data. */
export type StoreValue = unknown;

export type StoreOp =
  /** Opens a transaction (rolling back what the session had open). */
  | { readonly kind: 'begin' }
  /** Waits until the session holds the key; released by commit, rollback and the session's end. */
  | { readonly kind: 'lock'; readonly key: string }
  | { readonly kind: 'read'; readonly key: string }
  /** Rows with this prefix after a key (exclusive), in order of key. */
  | {
      readonly kind: 'range';
      readonly prefix: string;
      readonly after: string;
      readonly limit: number;
    }
  /** Takes the key's lock; buffered until commit; `undefined` deletes. */
  | { readonly kind: 'write'; readonly key: string; readonly value: StoreValue }
  /** A write on condition that the row has this version (0: is absent); takes the key's lock. */
  | {
      readonly kind: 'cas';
      readonly key: string;
      readonly version: number;
      readonly value: StoreValue;
    }
  /** From now on this session is told of every commit of others that writes the key. */
  | { readonly kind: 'watch'; readonly key: string }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' };

export interface StoreRow {
  readonly key: string;
  readonly value: StoreValue;
  /** Rises with every write of the row, across timelines too; 0 for a row that is absent. */
  readonly version: number;
}

export type StoreOutcome =
  /** Rows of reads and ranges in order; `version` of what the last commit wrote, 0 without one. */
  | { readonly kind: 'ok'; readonly rows: readonly StoreRow[]; readonly version: number }
  /** A compare-and-set found this instead; the transaction is rolled back. */
  | { readonly kind: 'conflict'; readonly row: StoreRow }
  /** A lock was not free in time; the transaction is rolled back. */
  | { readonly kind: 'lock-timeout'; readonly key: string }
  /** The session ended (expiry or restart) while it had a transaction open. */
  | { readonly kind: 'no-session' }
  /** The commit could not be put in order with others; the transaction is rolled back. */
  | { readonly kind: 'serialization' }
  /** No writes are taken now; the transaction is rolled back. */
  | { readonly kind: 'read-only' }
  /** The call was meant for an earlier timeline; nothing of it was done. */
  | { readonly kind: 'new-timeline' }
  /** A replica answers; nothing was done. `primary` where it knows who serves. */
  | { readonly kind: 'not-primary'; readonly primary?: string };

export interface StoreCall extends Message {
  readonly kind: 'store';
  readonly v: 1;
  readonly session: string;
  readonly call: number;
  /** The latest timeline that the client has heard of; -1 before it has heard of any. */
  readonly timeline: number;
  readonly ops: readonly StoreOp[];
}
export interface StoreAnswer extends Message {
  readonly kind: 'store-answer';
  readonly v: 1;
  readonly session: string;
  readonly call: number;
  /** Of who answers. */
  readonly timeline: number;
  readonly outcome: StoreOutcome;
}

/** A row that a session watches was written. At most once: it may be lost, and is not repeated. */
export interface StoreChanged extends Message {
  readonly kind: 'store-changed';
  readonly v: 1;
  readonly session: string;
  readonly timeline: number;
  readonly row: StoreRow;
}

/**
 * Versions and epochs are ordered over (timeline, count): those of a later timeline are newer than
 * all of an earlier one, also where the tail of that was lost. Timelines stay below 2^20, commits
 * below 2^32, terms of a timeline below 2^20: all are exact in a number.
 */
const VERSIONS = 2 ** 32;
const EPOCHS = 2 ** 20;

/** Version of the rows that the nth commit of the log writes. */
export const versionOf = (timeline: number, n: number): number => timeline * VERSIONS + n;

/** Every epoch of this timeline is above it, every one of an earlier timeline below. */
export const epochsAfter = (timeline: number): number => timeline * EPOCHS;
