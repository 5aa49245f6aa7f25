/**
 * store: the shared database of the lease designs, a program on a machine of its own.
 *
 *   protocol.ts  calls, operations, outcomes
 *   table.ts     the committed rows with their versions
 *   locks.ts     exclusive locks with waiting lines
 *   store.ts     sessions, transactions, the log (this file)
 *
 * A transaction sees committed rows and its own writes. Every answer waits for the log: nobody
 * reads what a crash could take back. Sessions end with the store's process and after being idle.
 */
import type { DiskOutcome, Host, Message, Recovered } from '../../host/host.ts';
import type { Program } from '../../host/program.ts';
import type { Output } from '../../host/step.ts';
import { NOTHING } from '../../host/step.ts';
import { assert, required, unreachable } from '../../lib/assert.ts';
import type { MonotonicUs } from '../../lib/units.ts';
import { SECOND } from '../../lib/units.ts';
import type { LogRecord } from '../parts/log.ts';
import { recoverLog, refuseToStart } from '../parts/log.ts';
import { Out } from '../parts/out.ts';
import { Locks } from './locks.ts';
import type {
  StoreAnswer,
  StoreCall,
  StoreOp,
  StoreOutcome,
  StoreRow,
  StoreValue,
} from './protocol.ts';
import type { RowWrite } from './table.ts';
import { Table } from './table.ts';

export interface StoreOptions {
  /** A session without a call for this long ends, and its locks with it. */
  readonly sessionIdleUs: number;
  /** How long a call waits for a lock. */
  readonly lockWaitUs: number;
}

export const DEFAULT_STORE: StoreOptions = { sessionIdleUs: 30 * SECOND, lockWaitUs: 10 * SECOND };

const SWEEP_TIMER = 'store:sweep';

interface Session {
  readonly name: string;
  lastCallUs: MonotonicUs;
  /** The call in hand or last answered, and its answer once there is one. */
  call: number;
  answer: StoreOutcome | undefined;
  writes: Map<string, StoreValue> | undefined;
  /** A call that waits for a lock: where it goes on. */
  waiting:
    | {
        readonly from: string;
        readonly ops: readonly StoreOp[];
        readonly at: number;
        readonly rows: StoreRow[];
        readonly key: string;
        /** The wait counts from here, however often the call is sent again. */
        readonly sinceUs: MonotonicUs;
      }
    | undefined;
}

export const createStore =
  (options: StoreOptions = DEFAULT_STORE) =>
  (host: Host): Program =>
    new Store(host, options);

class Store implements Program {
  readonly #host: Host;
  readonly #options: StoreOptions;
  readonly #out = new Out<LogRecord<RowWrite>>();
  readonly #table = new Table();
  readonly #locks = new Locks();
  readonly #sessions = new Map<string, Session>();
  #commits = 0;
  #isOpen = false;

  constructor(host: Host, options: StoreOptions) {
    this.#host = host;
    this.#options = options;
  }

  onStart(recovered: Recovered): Output {
    const log = recoverLog<RowWrite>(recovered);
    if (log.kind === 'refused') return refuseToStart(log);
    for (const { entries } of log.records) for (const row of entries) this.#table.write(row);
    this.#commits = log.records.length;
    const opened = this.#open();
    return log.isClean ? opened : { ...opened, rewrite: log.records };
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    assert(false, () => `answer ${outcome.kind} to ${token}, which was not asked`);
    return NOTHING;
  }

  onMessage(from: string, message: Message): Output {
    if (message.kind === 'store' && this.#isOpen) this.#onCall(from, message as StoreCall);
    return this.#out.take();
  }

  onTimer(tag: string): Output {
    assert(tag === SWEEP_TIMER, () => `timer ${tag}`);
    this.#sweep();
    return this.#out.take();
  }

  snapshot(): unknown {
    return { commits: this.#commits, rows: this.#table.range('', '', Number.MAX_SAFE_INTEGER) };
  }

  #open(): Output {
    this.#isOpen = true;
    this.#out.setTimer(SWEEP_TIMER, this.#options.lockWaitUs / 2);
    return this.#out.take();
  }

  #onCall(from: string, message: StoreCall): void {
    const session = this.#sessionOf(message);
    session.lastCallUs = this.#host.monotonicUs();
    if (message.call < session.call) return;
    if (message.call === session.call) {
      if (session.answer !== undefined) this.#send(from, session, session.answer);
      return;
    }
    if (session.waiting !== undefined) this.#end(session);
    session.call = message.call;
    session.answer = undefined;
    this.#run(from, session, message.ops, 0, []);
  }

  #sessionOf(message: StoreCall): Session {
    const known = this.#sessions.get(message.session);
    if (known !== undefined) return known;
    const name = message.session;
    const lastCallUs = this.#host.monotonicUs();
    const fresh = {
      name,
      lastCallUs,
      call: 0,
      answer: undefined,
      writes: undefined,
      waiting: undefined,
    };
    this.#sessions.set(name, fresh);
    return fresh;
  }

  /** Carries operations out in order until all are done, one fails, or one has to wait. */
  #run(
    from: string,
    session: Session,
    ops: readonly StoreOp[],
    start: number,
    rows: StoreRow[],
  ): void {
    let version = 0;
    for (let at = start; at < ops.length; at++) {
      const op = ops[at] as StoreOp;
      if (needsTransaction(op) && session.writes === undefined) {
        return this.#answer(from, session, { kind: 'no-session' });
      }
      if (needsLock(op) && !this.#locks.take(op.key, session.name)) {
        const sinceUs = this.#host.monotonicUs();
        session.waiting = { from, ops, at, rows, key: op.key, sinceUs };
        return;
      }
      const conflict = this.#do(session, op, rows);
      if (conflict !== undefined) {
        this.#end(session);
        return this.#answer(from, session, { kind: 'conflict', row: conflict });
      }
      if (op.kind === 'commit') version = this.#commits;
    }
    this.#answer(from, session, { kind: 'ok', rows, version });
  }

  /** One operation; the row found, when a compare-and-set fails. */
  #do(session: Session, op: StoreOp, rows: StoreRow[]): StoreRow | undefined {
    switch (op.kind) {
      case 'begin':
        this.#end(session);
        session.writes = new Map();
        return undefined;
      case 'lock':
        return undefined;
      case 'read':
        rows.push(this.#read(session, op.key));
        return undefined;
      case 'range':
        rows.push(...this.#range(session, op.prefix, op.after, op.limit));
        return undefined;
      case 'write':
        session.writes?.set(op.key, op.value);
        return undefined;
      case 'cas': {
        const found = this.#table.read(op.key);
        if (found.version !== op.version) return found;
        session.writes?.set(op.key, op.value);
        return undefined;
      }
      case 'commit':
        this.#commit(session);
        return undefined;
      case 'rollback':
        this.#end(session);
        return undefined;
      default:
        return unreachable(op);
    }
  }

  #read(session: Session, key: string): StoreRow {
    const committed = this.#table.read(key);
    if (session.writes?.has(key) !== true) return committed;
    return { key, value: session.writes.get(key), version: committed.version };
  }

  #range({ writes }: Session, prefix: string, after: string, limit: number): StoreRow[] {
    if (writes === undefined || writes.size === 0) return this.#table.range(prefix, after, limit);
    // So many more that none is missing when every own write deletes one of them.
    const committed = this.#table.range(prefix, after, limit + writes.size);
    const rows = new Map(committed.map((row) => [row.key, row]));
    for (const [key, value] of writes) {
      if (!key.startsWith(prefix) || key <= after) continue;
      if (value === undefined) rows.delete(key);
      else rows.set(key, { key, value, version: this.#table.read(key).version });
    }
    return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
  }

  #commit(session: Session): void {
    const writes = required(session.writes, 'an open transaction');
    if (writes.size > 0) {
      this.#commits += 1;
      const version = this.#commits;
      const entries = [...writes].map(([key, value]) => ({ key, value, version }));
      for (const row of entries) this.#table.write(row);
      this.#out.persist.push({ v: 1, n: version, entries });
    }
    this.#end(session);
  }

  /** Ends the session's transaction: what it buffered is gone, whoever waited for it goes on. */
  #end(session: Session): void {
    session.writes = undefined;
    session.waiting = undefined;
    for (const name of this.#locks.release(session.name)) this.#resume(name);
  }

  #resume(name: string): void {
    const session = required(this.#sessions.get(name), name);
    const waiting = required(session.waiting, `what ${name} waits for`);
    session.waiting = undefined;
    this.#run(waiting.from, session, waiting.ops, waiting.at, waiting.rows);
  }

  #answer(from: string, session: Session, outcome: StoreOutcome): void {
    session.answer = outcome;
    this.#send(from, session, outcome);
  }

  #send(from: string, session: Session, outcome: StoreOutcome): void {
    const { name, call } = session;
    this.#out.sendAfterSync<StoreAnswer>(from, {
      kind: 'store-answer',
      v: 1,
      session: name,
      call,
      outcome,
    });
  }

  /** Ends idle sessions and waits that have lasted too long. */
  #sweep(): void {
    this.#out.setTimer(SWEEP_TIMER, this.#options.lockWaitUs / 2);
    const nowUs = this.#host.monotonicUs();
    for (const session of [...this.#sessions.values()]) {
      const idleUs = nowUs - session.lastCallUs;
      const { waiting } = session;
      if (waiting !== undefined && nowUs - waiting.sinceUs > this.#options.lockWaitUs) {
        this.#end(session);
        this.#answer(waiting.from, session, { kind: 'lock-timeout', key: waiting.key });
      } else if (idleUs > this.#options.sessionIdleUs) {
        this.#end(session);
        this.#sessions.delete(session.name);
      }
    }
  }
}

/** Writers of a key exclude each other until they commit, whichever way they write. */
const needsLock = (op: StoreOp): op is Extract<StoreOp, { kind: 'lock' | 'cas' | 'write' }> =>
  op.kind === 'lock' || op.kind === 'cas' || op.kind === 'write';

const needsTransaction = (op: StoreOp): boolean =>
  op.kind !== 'begin' && op.kind !== 'read' && op.kind !== 'range' && op.kind !== 'rollback';
