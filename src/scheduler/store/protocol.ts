/**
 * The store's wire protocol with its clients. A session is a conversation with one client in which
 * at most one call is open: calls carry rising numbers, a repeated call gets its old answer again,
 * and an older one that arrives late is ignored. A call holds operations that are carried out in
 * order, so that a whole transaction fits in one message.
 *
 * Sessions are the store's memory, and gone when it starts again. One that was opened with a
 * timeout is kept as its rows are, and so is that it has ended.
 *
 * Every promotion of a replica starts a new timeline. A call is meant for the timeline that its
 * client knows: whatever it rests on may be gone in a later one, so there it is refused, undone.
 */
import type { Message } from '../../host/host.ts';

/** Plain data. */
export type StoreValue = unknown;

/**
 * What a transaction sees beside its own writes. `read-committed`: what is committed when it looks.
 * `repeatable-read`: what was when it began; the first to write a row wins, and whoever then wants
 * to write or lock it is told `serialization`. `serializable`: the same, and a transaction that has
 * written something does not commit when a row or range that it read, even in vain, has changed:
 * those that commit have the effect of doing so one after the other. Rows that a claim passes over
 * do not count as read, and sequences are outside of all transactions.
 */
export type Isolation = 'read-committed' | 'repeatable-read' | 'serializable';

/**
 * What happens when somebody else holds a lock: the call waits in line, goes on without it, or
 * fails with `lock-timeout` at once.
 */
export type LockWait = 'queue' | 'skip' | 'fail';

/**
 * Rows in order of key; or with `index`, in order of index key, then key: prefix, after and until
 * are of places in that index then, which begin with the index key.
 */
export interface StoreScan {
  readonly prefix: string;
  /** Exclusive: the key, or in an index the `place`, of the last row of the page before. */
  readonly after?: string;
  /** Exclusive: no row is shown from this key or index key on. */
  readonly until?: string;
  readonly limit: number;
  readonly index?: string;
}

/** What a row is to hold; `undefined` deletes. */
interface Written {
  readonly key: string;
  readonly value: StoreValue;
  /** The row goes when the session ends, which must have been opened; or when it is overwritten. */
  readonly ephemeral?: true;
}

export type StoreOp =
  /**
   * Opens a transaction (rolling back what the session had open). `lockWaitUs` is how long it waits
   * for each lock, where that is not left to the store.
   */
  | { readonly kind: 'begin'; readonly isolation?: Isolation; readonly lockWaitUs?: number }
  /**
   * The session holds the key, whether or not there is such a row, until commit, rollback or its
   * end. (In SQL a row must be there to be locked.)
   */
  | { readonly kind: 'lock'; readonly key: string; readonly wait?: LockWait }
  /** With `forUpdate` the key is locked first; a row that could not be locked is not shown. */
  | {
      readonly kind: 'read';
      readonly key: string;
      readonly forUpdate?: true;
      readonly wait?: LockWait;
    }
  | ({ readonly kind: 'range' } & StoreScan)
  /** Locks and shows so many rows in order, passing over those that others have locked. */
  | ({ readonly kind: 'claim' } & StoreScan)
  /** Takes the key's lock; buffered until commit. */
  | ({ readonly kind: 'write' } & Written)
  /** A write on condition that the row has this version (0: is absent); takes the key's lock. */
  | ({ readonly kind: 'cas'; readonly version: number } & Written)
  /** From now on this session is told of every commit of others that writes the key. */
  | { readonly kind: 'watch'; readonly key: string }
  /** From now on, until it ends, this session is told what others notify on the channel. */
  | { readonly kind: 'listen'; readonly channel: string }
  /** With the commit; once, however often it is asked for in one transaction. */
  | { readonly kind: 'notify'; readonly channel: string; readonly payload: string }
  /**
   * Shows a row with the next number of a sequence. Each is given once, in the order of asking: a
   * rollback gives nothing back, and numbers jump ahead when the store starts again.
   */
  | { readonly kind: 'next'; readonly sequence: string }
  /** Shows a row with the wall clock of the store's machine. */
  | { readonly kind: 'now' }
  /**
   * Opens the session, or changes its timeout: it ends when nothing is heard of it for so long, and
   * not before, also when the store starts again. Its name cannot be used again then.
   */
  | { readonly kind: 'session'; readonly timeoutUs: number }
  /** Says that a session that was opened lives, as every call does, and asks whether it does. */
  | { readonly kind: 'ping' }
  /** Ends a session that was opened; what follows in the call is not carried out. */
  | { readonly kind: 'close' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' };

export interface StoreRow {
  readonly key: string;
  readonly value: StoreValue;
  /** Rises with every write of the row, across timelines too; 0 for a row that is absent. */
  readonly version: number;
  /** The session that it goes with. */
  readonly owner?: string;
  /** Where it was found in the index of a scan. */
  readonly place?: string;
}

export type StoreOutcome =
  /** Rows that were read in order; `version` of what the last commit wrote, 0 without one. */
  | {
      readonly kind: 'ok';
      readonly rows: readonly StoreRow[];
      readonly version: number;
      /** Keys that were to be locked without waiting, and are not, if there are any. */
      readonly skipped?: readonly string[];
    }
  /** A compare-and-set found this instead; the transaction is rolled back. */
  | { readonly kind: 'conflict'; readonly row: StoreRow }
  /** A lock was not free in time; the transaction is rolled back. */
  | { readonly kind: 'lock-timeout'; readonly key: string }
  /** To wait for this lock would be to wait for oneself; the transaction is rolled back. */
  | { readonly kind: 'deadlock'; readonly key: string }
  /** The session ended (expiry or restart) while it had a transaction open. */
  | { readonly kind: 'no-session' }
  /** The session that was opened is over, or never was; the transaction is rolled back. */
  | { readonly kind: 'expired' }
  /** The transaction could not be put in order with others, and is rolled back. */
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

/** What others notified on a channel. At most once, as {@link StoreChanged}. */
export interface StoreNotified extends Message {
  readonly kind: 'store-notified';
  readonly v: 1;
  readonly session: string;
  readonly timeline: number;
  readonly channel: string;
  readonly payload: string;
}

/**
 * Versions and epochs are ordered over (timeline, count): those of a later timeline are newer than
 * all of an earlier one, also where the tail of that was lost. Timelines stay below 2^20, commits
 * and numbers of a sequence below 2^32, terms of a timeline below 2^20: all are exact in a number.
 */
const VERSIONS = 2 ** 32;
const EPOCHS = 2 ** 20;

/** Version of the rows that the nth commit of the log writes. */
export const versionOf = (timeline: number, n: number): number => timeline * VERSIONS + n;

/** Every number that a sequence gives on this timeline is above it, as with versions. */
export const numbersAfter = (timeline: number): number => timeline * VERSIONS;

/** Every epoch of this timeline is above it, every one of an earlier timeline below. */
export const epochsAfter = (timeline: number): number => timeline * EPOCHS;
