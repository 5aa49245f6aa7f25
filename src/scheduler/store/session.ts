import type { MonotonicUs } from '../../lib/units.ts';
import type { LockWait, StoreOp, StoreOutcome, StoreRow } from './protocol.ts';
import type { Transaction } from './transaction.ts';

/** How far a call has come. */
export interface Progress {
  readonly from: string;
  readonly ops: readonly StoreOp[];
  at: number;
  readonly rows: StoreRow[];
  /** Keys that it goes on without. */
  readonly skipped: string[];
  /** Of the last commit. */
  version: number;
}

export interface Waiting {
  readonly progress: Progress;
  readonly key: string;
  /** The wait counts from here, however often the call is sent again. */
  readonly sinceUs: MonotonicUs;
}

/** A conversation with one client. */
export interface Session {
  readonly name: string;
  /** The client's machine. */
  readonly from: string;
  lastCallUs: MonotonicUs;
  /** Of one that was opened: it ends when it is silent for so long. */
  timeoutUs: number | undefined;
  /** The call in hand or last answered, and its answer once there is one. */
  call: number;
  answer: StoreOutcome | undefined;
  /** Of that call. */
  ops: readonly StoreOp[];
  /** Rows that it has claimed. */
  claimed: string[];
  transaction: Transaction | undefined;
  /** A call that waits for a lock. */
  waiting: Waiting | undefined;
}

export const newSession = (name: string, from: string, lastCallUs: MonotonicUs): Session => ({
  name,
  from,
  lastCallUs,
  timeoutUs: undefined,
  call: 0,
  answer: undefined,
  ops: [],
  claimed: [],
  transaction: undefined,
  waiting: undefined,
});

type Locking = Extract<StoreOp, { kind: 'lock' | 'read' | 'cas' | 'write' }>;

/** Writers of a key exclude each other until they commit, whichever way they write. */
export const needsLock = (op: StoreOp): op is Locking =>
  op.kind === 'lock' || isWrite(op) || (op.kind === 'read' && op.forUpdate === true);

export const waitOf = (op: Locking): LockWait =>
  op.kind === 'lock' || op.kind === 'read' ? (op.wait ?? 'queue') : 'queue';

export const isWrite = (op: StoreOp): op is Extract<StoreOp, { kind: 'cas' | 'write' }> =>
  op.kind === 'cas' || op.kind === 'write';

export const needsTransaction = (op: StoreOp): boolean =>
  needsLock(op) || op.kind === 'claim' || op.kind === 'notify' || op.kind === 'commit';

/** Operations that make no sense in a session that was not opened. */
export const needsOpened = (op: StoreOp): boolean =>
  op.kind === 'ping' || op.kind === 'close' || (isWrite(op) && op.ephemeral === true);

/** What the store itself writes down when it carries this out, in a transaction or not. */
export const writesCatalog = (op: StoreOp): boolean =>
  op.kind === 'next' || op.kind === 'session' || op.kind === 'close';

export const keysOf = (ops: readonly StoreOp[]): readonly string[] =>
  ops.flatMap((op) => (needsLock(op) ? [op.key] : []));
