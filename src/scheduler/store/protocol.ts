/**
 * The store's wire protocol. A session is a conversation with one client in which at most one call
 * is open: calls carry rising numbers, a repeated call gets its old answer again, and an older one
 * that arrives late is ignored. A call holds operations that are carried out in order, so that a
 * whole transaction fits in one message.
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
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' };

export interface StoreRow {
  readonly key: string;
  readonly value: StoreValue;
  /** Rises with every write of the row; 0 for a row that is absent. */
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
  | { readonly kind: 'no-session' };

export interface StoreCall extends Message {
  readonly kind: 'store';
  readonly v: 1;
  readonly session: string;
  readonly call: number;
  readonly ops: readonly StoreOp[];
}
export interface StoreAnswer extends Message {
  readonly kind: 'store-answer';
  readonly v: 1;
  readonly session: string;
  readonly call: number;
  readonly outcome: StoreOutcome;
}
