import type { Message } from '../../host/host.ts';
import { required, unreachable } from '../../lib/assert.ts';
import type { MonotonicUs } from '../../lib/units.ts';
import { Locks } from './locks.ts';
import type { Mishaps } from './mishaps.ts';
import type {
  StoreAnswer,
  StoreCall,
  StoreChanged,
  StoreOp,
  StoreOutcome,
  StoreRow,
  StoreValue,
} from './protocol.ts';
import { Past, type RowWrite, type Table } from './table.ts';

interface Session {
  readonly name: string;
  /** The client's machine. */
  readonly from: string;
  lastCallUs: MonotonicUs;
  /** The call in hand or last answered, and its answer once there is one. */
  call: number;
  answer: StoreOutcome | undefined;
  /** Of that call. */
  ops: readonly StoreOp[];
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

/** What sessions need of the store that they live in, for as long as it serves. */
export interface SessionsPort {
  readonly timeline: number;
  readonly table: Table;
  readonly mishaps: Mishaps;
  readonly nowUs: () => MonotonicUs;
  /** Makes a commit of these; the version that its rows get. */
  readonly commit: (writes: ReadonlyMap<string, StoreValue>) => {
    readonly version: number;
    readonly rows: readonly RowWrite[];
  };
  /** Sends what nobody may hear before all that was committed so far is sure to stay. */
  readonly send: (to: string, message: Message) => void;
}

export interface SessionOptions {
  /** A session without a call for this long ends, and its locks with it. */
  readonly sessionIdleUs: number;
  /** How long a call waits for a lock. */
  readonly lockWaitUs: number;
}

/**
 * Conversations with clients: their calls, transactions, locks and watches. A transaction sees
 * committed rows and its own writes. All of it is memory: it ends when the store stops serving.
 */
export class Sessions {
  readonly #port: SessionsPort;
  readonly #options: SessionOptions;
  readonly #locks = new Locks();
  readonly #sessions = new Map<string, Session>();
  /** Key to the sessions that watch it, and where they are. */
  readonly #watches = new Map<string, Map<string, string>>();
  /** Kept while reads may be stale. */
  #past: Past | undefined;

  constructor(port: SessionsPort, options: SessionOptions) {
    this.#port = port;
    this.#options = options;
    this.mishapsChanged();
  }

  onCall(from: string, message: StoreCall): void {
    const session = this.#sessionOf(from, message);
    session.lastCallUs = this.#port.nowUs();
    if (message.call < session.call) return;
    if (message.call === session.call) {
      if (session.answer !== undefined) this.#send(from, session, session.answer);
      return;
    }
    if (session.waiting !== undefined) this.#end(session);
    session.call = message.call;
    session.answer = undefined;
    session.ops = message.ops;
    this.#run(from, session, message.ops, 0, []);
  }

  /** Ends idle sessions and waits that have lasted too long. */
  sweep(): void {
    const nowUs = this.#port.nowUs();
    for (const session of [...this.#sessions.values()]) {
      const idleUs = nowUs - session.lastCallUs;
      const { waiting } = session;
      if (waiting !== undefined && nowUs - waiting.sinceUs > this.#options.lockWaitUs) {
        this.#end(session);
        this.#answer(waiting.from, session, { kind: 'lock-timeout', key: waiting.key });
      } else if (idleUs > this.#options.sessionIdleUs) this.#forget(session);
    }
  }

  /** Ends every session, or those of one client; those that wait hear of it. */
  endAll(of?: string): void {
    const all = [...this.#sessions.values()].filter(({ from }) => of === undefined || from === of);
    // Those that wait first: what the others give up is not for them any more.
    for (const session of all) {
      const { waiting } = session;
      if (waiting === undefined) continue;
      this.#forget(session);
      this.#send(waiting.from, session, { kind: 'no-session' });
    }
    for (const session of all) if (this.#sessions.has(session.name)) this.#forget(session);
  }

  /** Something about locks or reads may be otherwise from now on. */
  mishapsChanged(): void {
    const { mishaps } = this.#port;
    if (!mishaps.has('stale-reads')) this.#past = undefined;
    else this.#past ??= new Past();
    const woken = this.#locks.stall(mishaps.has('lock-stall'));
    if (!mishaps.has('orphan-locks')) woken.push(...this.#locks.releaseOrphans());
    for (const name of woken) this.#resume(name);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Key to the session that holds it, for inspection. */
  get lockHolders(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#locks.holders);
  }

  #sessionOf(from: string, message: StoreCall): Session {
    const known = this.#sessions.get(message.session);
    if (known !== undefined) return known;
    const fresh: Session = {
      name: message.session,
      from,
      lastCallUs: this.#port.nowUs(),
      call: 0,
      answer: undefined,
      ops: [],
      writes: undefined,
      waiting: undefined,
    };
    this.#sessions.set(fresh.name, fresh);
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
        const sinceUs = this.#port.nowUs();
        session.waiting = { from, ops, at, rows, key: op.key, sinceUs };
        if (this.#port.mishaps.any) this.#noteWait(op.key);
        return;
      }
      const failure = this.#failure(session, op);
      if (failure !== undefined) {
        this.#end(session);
        return this.#answer(from, session, failure);
      }
      if (op.kind === 'commit') version = this.#commit(session);
      else this.#do(from, session, op, rows);
    }
    this.#answer(from, session, { kind: 'ok', rows, version });
  }

  /** A lock is free and not granted. */
  #noteWait(key: string): void {
    if (!this.#locks.holders.has(key)) this.#port.mishaps.hit('lock-stall');
  }

  /** Why an operation cannot be carried out, and the transaction with it. */
  #failure({ writes }: Session, op: StoreOp): StoreOutcome | undefined {
    const { mishaps, table } = this.#port;
    if (mishaps.any) {
      if (isWrite(op) && mishaps.has('read-only')) {
        mishaps.hit('read-only');
        return { kind: 'read-only' };
      }
      const writesAny = op.kind === 'commit' && writes !== undefined && writes.size > 0;
      if (writesAny && mishaps.abortsCommit()) return { kind: 'serialization' };
    }
    if (op.kind !== 'cas') return undefined;
    const found = table.read(op.key);
    return found.version === op.version ? undefined : { kind: 'conflict', row: found };
  }

  #do(
    from: string,
    session: Session,
    op: Exclude<StoreOp, { kind: 'commit' }>,
    rows: StoreRow[],
  ): void {
    switch (op.kind) {
      case 'begin':
        this.#end(session);
        session.writes = new Map();
        return;
      case 'lock':
        return;
      case 'read':
        rows.push(this.#read(session, op.key));
        return;
      case 'range':
        for (const row of this.#range(session, op)) rows.push(row);
        return;
      case 'write':
      case 'cas':
        session.writes?.set(op.key, op.value);
        return;
      case 'watch':
        this.#watch(op.key, session.name, from);
        return;
      case 'rollback':
        this.#end(session);
        return;
      default:
        unreachable(op);
    }
  }

  #read({ writes }: Session, key: string): StoreRow {
    const committed = this.#port.table.read(key);
    if (writes === undefined) {
      if (this.#past === undefined) return committed;
      return this.#stale((row) => row.key === key)?.get(key) ?? committed;
    }
    if (!writes.has(key)) return committed;
    return { key, value: writes.get(key), version: committed.version };
  }

  #range(
    { writes }: Session,
    { prefix, after, limit }: Extract<StoreOp, { kind: 'range' }>,
  ): StoreRow[] {
    const { table } = this.#port;
    if (writes === undefined) {
      if (this.#past === undefined) return table.range(prefix, after, limit);
      const stale = this.#stale(({ key }) => key.startsWith(prefix));
      return table.rangeOver(stale ?? new Map(), prefix, after, limit);
    }
    const own = new Map<string, StoreRow>();
    for (const [key, value] of writes) {
      own.set(key, { key, value, version: table.read(key).version });
    }
    return table.rangeOver(own, prefix, after, limit);
  }

  /** Rows as they were a while ago, when some of those in question have changed since. */
  #stale(isAsked: (row: StoreRow) => boolean): ReadonlyMap<string, StoreRow> | undefined {
    const { mishaps, nowUs } = this.#port;
    const old = required(this.#past, 'the past').asOf(nowUs() - mishaps.lagUs());
    if (![...old.values()].some(isAsked)) return undefined;
    mishaps.hit('stale-reads');
    return old;
  }

  #commit(session: Session): number {
    const writes = required(session.writes, 'an open transaction');
    if (writes.size === 0) {
      this.#end(session);
      return 0;
    }
    if (this.#past !== undefined) {
      const nowUs = this.#port.nowUs();
      for (const key of writes.keys()) this.#past.note(nowUs, this.#port.table.read(key));
    }
    const { version, rows } = this.#port.commit(writes);
    if (this.#watches.size > 0) this.#notify(session.name, rows);
    this.#end(session);
    return version;
  }

  #watch(key: string, session: string, from: string): void {
    const watchers = this.#watches.get(key);
    if (watchers === undefined) this.#watches.set(key, new Map([[session, from]]));
    else watchers.set(session, from);
  }

  #notify(writer: string, rows: readonly RowWrite[]): void {
    for (const row of rows) {
      const watchers = this.#watches.get(row.key);
      if (watchers === undefined) continue;
      for (const [session, to] of watchers) {
        if (session === writer) continue;
        const { timeline } = this.#port;
        const changed: StoreChanged = { kind: 'store-changed', v: 1, session, timeline, row };
        this.#port.send(to, changed);
      }
    }
  }

  /** Ends the session's transaction: what it buffered is gone, whoever waited for it goes on. */
  #end(session: Session): void {
    session.writes = undefined;
    session.waiting = undefined;
    for (const name of this.#locks.release(session.name)) this.#resume(name);
  }

  /** The session is over. A mishap may leave the locks of its last call behind. */
  #forget(session: Session): void {
    this.#sessions.delete(session.name);
    for (const watchers of this.#watches.values()) watchers.delete(session.name);
    const { mishaps } = this.#port;
    const kept = mishaps.has('orphan-locks') ? keysOf(session.ops) : [];
    if (kept.length > 0) mishaps.hit('orphan-locks');
    const woken = this.#locks.release(session.name, kept);
    for (const name of woken) this.#resume(name);
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
    const { timeline } = this.#port;
    const answer: StoreAnswer = {
      kind: 'store-answer',
      v: 1,
      session: name,
      call,
      timeline,
      outcome,
    };
    this.#port.send(from, answer);
  }
}

/** Writers of a key exclude each other until they commit, whichever way they write. */
const needsLock = (op: StoreOp): op is Extract<StoreOp, { kind: 'lock' | 'cas' | 'write' }> =>
  op.kind === 'lock' || isWrite(op);

const isWrite = (op: StoreOp): op is Extract<StoreOp, { kind: 'cas' | 'write' }> =>
  op.kind === 'cas' || op.kind === 'write';

const needsTransaction = (op: StoreOp): boolean => needsLock(op) || op.kind === 'commit';

const keysOf = (ops: readonly StoreOp[]): readonly string[] =>
  ops.flatMap((op) => (needsLock(op) ? [op.key] : []));
