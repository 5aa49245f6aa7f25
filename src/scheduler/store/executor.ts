import { required, unreachable } from '../../lib/assert.ts';
import type { MonotonicUs, WallUs } from '../../lib/units.ts';
import type { Catalog } from './catalog.ts';
import type { Locks } from './locks.ts';
import type { Mishaps } from './mishaps.ts';
import type { StoreOp, StoreOutcome } from './protocol.ts';
import type { Committed, Rows } from './rows.ts';
import {
  isWrite,
  needsLock,
  needsOpened,
  needsTransaction,
  type Progress,
  type Session,
  waitOf,
  writesCatalog,
} from './session.ts';
import type { Subscriptions } from './subscriptions.ts';
import { Transaction, type Writes } from './transaction.ts';

/** What carrying out operations needs of the sessions that they come from. */
export interface ExecutorPort {
  readonly mishaps: Mishaps;
  readonly rows: Rows;
  readonly locks: Locks;
  readonly catalog: Catalog;
  readonly watches: Subscriptions;
  readonly channels: Subscriptions;
  readonly nowUs: () => MonotonicUs;
  readonly wallUs: () => WallUs;
  /** Commits; those who watch hear of it. */
  readonly commit: (writes: Writes, by: string) => Committed;
  /** Those who listen hear it. */
  readonly notify: (channel: string, payload: string, by: string) => void;
  /** Ends the transaction of a session: whoever waited for it goes on. */
  readonly end: (session: Session) => void;
  /** Something of this session must be looked at in so long. */
  readonly remind: (afterUs: number) => void;
}

/** An operation was carried out, waits for a lock, or cannot be, and its transaction with it. */
export type Step = 'done' | 'waits' | StoreOutcome;
const DONE: Step = 'done';

/** Carries out operations one by one. A transaction sees committed rows and its own writes. */
export class Executor {
  readonly #port: ExecutorPort;

  constructor(port: ExecutorPort) {
    this.#port = port;
  }

  step(session: Session, op: StoreOp, progress: Progress): Step {
    const { transaction } = session;
    if (needsTransaction(op) && transaction === undefined) return { kind: 'no-session' };
    if (needsOpened(op) && session.timeoutUs === undefined) return { kind: 'expired' };
    if (needsLock(op)) {
      const taken = this.#lock(session, op, progress);
      if (taken === 'skipped') return DONE;
      if (taken !== 'held') return taken;
      // Somebody was faster than a transaction that does not see what he wrote.
      if (transaction?.before.has(op.key)) return { kind: 'serialization' };
    }
    return this.#failure(session, op) ?? this.#do(session, op, progress);
  }

  #lock(
    session: Session,
    op: Extract<StoreOp, { key: string }>,
    progress: Progress,
  ): 'held' | 'skipped' | Step {
    if (!needsLock(op)) return 'held';
    const { locks, nowUs } = this.#port;
    const { key } = op;
    const wait = waitOf(op);
    if (locks.tryTake(key, session.name)) return 'held';
    this.#noteRefusal(key);
    if (wait === 'fail') return { kind: 'lock-timeout', key };
    if (wait === 'skip') {
      progress.skipped.push(key);
      return 'skipped';
    }
    if (!locks.wait(key, session.name)) return { kind: 'deadlock', key };
    session.waiting = { progress, key, sinceUs: nowUs() };
    const limitUs = session.transaction?.lockWaitUs;
    if (limitUs !== undefined) this.#port.remind(limitUs);
    return 'waits';
  }

  /** A lock is free and not granted. */
  #noteRefusal(key: string): void {
    const { mishaps, locks } = this.#port;
    if (mishaps.any && !locks.holders.has(key)) mishaps.hit('lock-stall');
  }

  /** Why an operation cannot be carried out, and the transaction with it. */
  #failure({ transaction }: Session, op: StoreOp): StoreOutcome | undefined {
    const { mishaps, rows } = this.#port;
    const isCommit = op.kind === 'commit' && transaction !== undefined;
    if (mishaps.any) {
      if ((isWrite(op) || writesCatalog(op)) && mishaps.has('read-only')) {
        mishaps.hit('read-only');
        return { kind: 'read-only' };
      }
      const writesAny = isCommit && transaction.writes.size > 0;
      if (writesAny && mishaps.abortsCommit()) return { kind: 'serialization' };
    }
    if (isCommit && !transaction.isInOrder(rows.table)) return { kind: 'serialization' };
    if (op.kind !== 'cas') return undefined;
    transaction?.noteKey(op.key);
    const found = rows.table.read(op.key);
    return found.version === op.version ? undefined : { kind: 'conflict', row: found };
  }

  #do(session: Session, op: StoreOp, progress: Progress): Step {
    const { rows, end, wallUs } = this.#port;
    const { transaction } = session;
    switch (op.kind) {
      case 'begin':
        end(session);
        session.transaction = new Transaction(op.isolation, op.lockWaitUs);
        rows.begin(session.transaction);
        return DONE;
      case 'lock':
      case 'ping':
        return DONE;
      case 'read':
        progress.rows.push(rows.read(transaction, op.key));
        return DONE;
      case 'range':
        for (const row of rows.range(transaction, op)) progress.rows.push(row);
        return DONE;
      case 'claim':
        return this.#claim(session, op, progress);
      case 'write':
      case 'cas': {
        const owner = op.ephemeral === true ? { owner: session.name } : {};
        transaction?.writes.set(op.key, { value: op.value, ...owner });
        return DONE;
      }
      case 'notify':
        transaction?.notify(op.channel, op.payload);
        return DONE;
      case 'now':
        progress.rows.push({ key: 'now', value: wallUs(), version: 0 });
        return DONE;
      case 'commit':
        progress.version = this.#commit(session);
        return DONE;
      case 'rollback':
        end(session);
        return DONE;
      case 'watch':
      case 'listen':
      case 'next':
      case 'session':
      case 'close':
        return this.#attend(session, op, progress);
      default:
        unreachable(op);
    }
  }

  /** What is outside of all transactions. */
  #attend(
    session: Session,
    op: Extract<StoreOp, { kind: 'watch' | 'listen' | 'next' | 'session' | 'close' }>,
    progress: Progress,
  ): Step {
    const { catalog, watches, channels, remind } = this.#port;
    const { name } = session;
    const { from } = progress;
    switch (op.kind) {
      case 'watch':
        watches.add(op.key, name, from);
        return DONE;
      case 'listen':
        channels.add(op.channel, name, from);
        return DONE;
      case 'next': {
        const { sequence } = op;
        progress.rows.push({ key: sequence, value: catalog.next(sequence), version: 0 });
        return DONE;
      }
      case 'session':
        catalog.open({ name, of: from, timeoutUs: op.timeoutUs });
        session.timeoutUs = op.timeoutUs;
        remind(op.timeoutUs);
        return DONE;
      case 'close':
        // Whoever holds the conversation ends it.
        return DONE;
      default:
        unreachable(op);
    }
  }

  #claim(session: Session, op: Extract<StoreOp, { kind: 'claim' }>, { rows }: Progress): Step {
    const { locks } = this.#port;
    const transaction = required(session.transaction, 'an open transaction');
    let isInOrder = true;
    const has = (key: string): boolean => {
      const isHad = locks.tryTake(key, session.name);
      if (!isHad) this.#noteRefusal(key);
      else if (transaction.before.has(key)) isInOrder = false;
      return isHad;
    };
    for (const row of this.#port.rows.claim(transaction, op, has)) {
      rows.push(row);
      session.claimed.push(row.key);
    }
    return isInOrder ? DONE : { kind: 'serialization' };
  }

  #commit(session: Session): number {
    const { commit, notify, end } = this.#port;
    const transaction = required(session.transaction, 'an open transaction');
    const { writes, notices } = transaction;
    const { name } = session;
    const version = writes.size === 0 ? 0 : commit(writes, name).version;
    for (const { channel, payload } of notices) notify(channel, payload, name);
    end(session);
    return version;
  }
}
