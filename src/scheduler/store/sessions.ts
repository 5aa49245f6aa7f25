import type { Message } from '../../host/host.ts';
import { required } from '../../lib/assert.ts';
import type { WallUs } from '../../lib/units.ts';
import { Catalog } from './catalog.ts';
import { Executor } from './executor.ts';
import { Locks } from './locks.ts';
import type {
  StoreAnswer,
  StoreCall,
  StoreChanged,
  StoreNotified,
  StoreOp,
  StoreOutcome,
} from './protocol.ts';
import { type Committed, Rows, type RowsPort } from './rows.ts';
import { keysOf, newSession, type Progress, type Session } from './session.ts';
import { Subscriptions } from './subscriptions.ts';
import type { Buffered, Writes } from './transaction.ts';

/** What sessions need of the store that they live in, for as long as it serves. */
export interface SessionsPort extends RowsPort {
  readonly timeline: number;
  readonly wallUs: () => WallUs;
  /** Sends what nobody may hear before all that was committed so far is sure to stay. */
  readonly send: <M extends Message>(to: string, message: M) => void;
  /** Calls back after this span, or earlier. */
  readonly remind: (afterUs: number) => void;
}

export interface SessionOptions {
  /** A session without a call for this long ends, and its locks with it, unless it was opened. */
  readonly sessionIdleUs: number;
  /** How long a call waits for a lock, where its transaction does not say. */
  readonly lockWaitUs: number;
}

/**
 * Conversations with clients: their calls, transactions, locks and what they want to be told. All
 * of it is memory, and ends when the store stops serving, but for sessions that were opened.
 */
export class Sessions {
  readonly #port: SessionsPort;
  readonly #options: SessionOptions;
  readonly #rows: Rows;
  readonly #catalog: Catalog;
  readonly #executor: Executor;
  readonly #locks = new Locks();
  readonly #sessions = new Map<string, Session>();
  readonly #watches = new Subscriptions();
  readonly #channels = new Subscriptions();
  /** There may be rows of sessions that have ended: somebody had locked them. */
  #hasLeftovers = true;

  constructor(port: SessionsPort, options: SessionOptions) {
    this.#port = port;
    this.#options = options;
    this.#rows = new Rows(port);
    this.#catalog = new Catalog(this.#rows, port.timeline);
    this.#executor = new Executor({
      mishaps: port.mishaps,
      rows: this.#rows,
      locks: this.#locks,
      catalog: this.#catalog,
      watches: this.#watches,
      channels: this.#channels,
      nowUs: port.nowUs,
      wallUs: port.wallUs,
      commit: (writes, by) => this.#commit(writes, by),
      notify: (channel, payload, by) => this.#notify(channel, payload, by),
      end: (session) => this.#end(session),
      remind: port.remind,
    });
    // How long they have been silent is not known: their time starts again.
    for (const { name, of, timeoutUs } of this.#catalog.openSessions()) {
      this.#sessions.set(name, { ...newSession(name, of, port.nowUs()), timeoutUs });
    }
    this.mishapsChanged();
  }

  onCall(from: string, message: StoreCall): void {
    const session = this.#sessionOf(from, message);
    if (session === undefined) {
      return this.#send(from, message.session, message.call, { kind: 'expired' });
    }
    if (message.call < session.call) return;
    session.lastCallUs = this.#port.nowUs();
    if (message.call === session.call) {
      if (session.answer !== undefined)
        this.#send(from, session.name, session.call, session.answer);
      return;
    }
    if (session.waiting !== undefined) this.#end(session);
    session.call = message.call;
    session.answer = undefined;
    session.ops = message.ops;
    session.claimed = [];
    this.#run(session, { from, ops: message.ops, at: 0, rows: [], skipped: [], version: 0 });
  }

  /** Ends idle sessions and waits that have lasted too long. */
  sweep(): void {
    const nowUs = this.#port.nowUs();
    for (const session of [...this.#sessions.values()]) {
      const { waiting, timeoutUs, transaction } = session;
      const limitUs = transaction?.lockWaitUs ?? this.#options.lockWaitUs;
      if (waiting !== undefined && nowUs - waiting.sinceUs > limitUs) this.#giveUp(session);
      else if (timeoutUs !== undefined) continue;
      else if (nowUs - session.lastCallUs > this.#options.sessionIdleUs) this.#endOf(session);
    }
  }

  /** Ends what has a limit of its own and is over it, to the point; asks to be called for more. */
  onReminder(): void {
    const nowUs = this.#port.nowUs();
    for (const session of [...this.#sessions.values()]) {
      if (nowUs >= waitEndsUs(session)) this.#giveUp(session);
      if (this.#sessions.has(session.name) && nowUs >= this.#silentUs(session)) {
        this.#expire(session);
      }
    }
    this.#remind();
  }

  /** Ends every session, or those of one client; those that wait hear of it. */
  endAll(of?: string): void {
    const all = [...this.#sessions.values()].filter(({ from }) => of === undefined || from === of);
    // Those that wait first: what the others give up is not for them any more.
    for (const session of all) {
      if (session.waiting !== undefined) this.#endOf(session);
    }
    for (const session of all) if (this.#sessions.has(session.name)) this.#endOf(session);
  }

  /** Something about locks, reads or writes may be otherwise from now on. */
  mishapsChanged(): void {
    const { mishaps } = this.#port;
    this.#rows.mishapsChanged();
    const woken = this.#locks.stall(mishaps.has('lock-stall'));
    if (!mishaps.has('orphan-locks')) woken.push(...this.#locks.releaseOrphans());
    for (const name of woken) this.#resume(name);
    this.#reap();
    this.#remind();
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Key to the session that holds it, for inspection. */
  get lockHolders(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#locks.holders);
  }

  /** Nothing for one that was opened and is over. */
  #sessionOf(from: string, { session: name }: StoreCall): Session | undefined {
    const known = this.#sessions.get(name);
    if (known !== undefined) return known;
    if (this.#catalog.stateOf(name) === 'ended') return undefined;
    const fresh = newSession(name, from, this.#port.nowUs());
    this.#sessions.set(name, fresh);
    return fresh;
  }

  /** Carries operations out in order until all are done, one fails, or one has to wait. */
  #run(session: Session, progress: Progress): void {
    const { from, ops, rows, skipped } = progress;
    for (; progress.at < ops.length; progress.at++) {
      const op = ops[progress.at] as StoreOp;
      const step = this.#executor.step(session, op, progress);
      if (step === 'waits') return;
      if (step !== 'done') {
        this.#end(session);
        return this.#answer(from, session, step);
      }
      if (op.kind === 'close') {
        this.#expire(session);
        break;
      }
    }
    const { version } = progress;
    const ok: StoreOutcome = { kind: 'ok', rows, version };
    this.#answer(from, session, skipped.length === 0 ? ok : { ...ok, skipped });
  }

  #commit(writes: Writes, by: string): Committed {
    const committed = this.#rows.write(writes);
    const { timeline } = this.#port;
    for (const row of committed.rows) {
      for (const [session, to] of this.#watches.of(row.key, by)) {
        const changed: StoreChanged = { kind: 'store-changed', v: 1, session, timeline, row };
        this.#port.send(to, changed);
      }
    }
    return committed;
  }

  #notify(channel: string, payload: string, by: string): void {
    const { timeline } = this.#port;
    for (const [session, to] of this.#channels.of(channel, by)) {
      this.#port.send<StoreNotified>(to, {
        kind: 'store-notified',
        v: 1,
        session,
        timeline,
        channel,
        payload,
      });
    }
  }

  /** Ends the session's transaction: what it buffered is gone, whoever waited for it goes on. */
  #end(session: Session): void {
    this.#undo(session);
    for (const name of this.#locks.release(session.name)) this.#resume(name);
    this.#reap();
  }

  #undo(session: Session): void {
    if (session.transaction !== undefined) this.#rows.end(session.transaction);
    session.transaction = undefined;
    session.waiting = undefined;
  }

  /** It has waited too long for a lock. */
  #giveUp(session: Session): void {
    const { progress, key } = required(session.waiting, `what ${session.name} waits for`);
    this.#end(session);
    this.#answer(progress.from, session, { kind: 'lock-timeout', key });
  }

  #endOf(session: Session): void {
    if (session.timeoutUs !== undefined) return this.#expire(session);
    const { waiting, name, call } = session;
    this.#forget(session);
    if (waiting !== undefined)
      this.#send(waiting.progress.from, name, call, { kind: 'no-session' });
  }

  /** The session is over. A mishap may leave the locks of its last call behind. */
  #forget(session: Session): void {
    const { name } = session;
    this.#undo(session);
    this.#sessions.delete(name);
    this.#watches.drop(name);
    this.#channels.drop(name);
    const { mishaps } = this.#port;
    const isKept = mishaps.has('orphan-locks');
    const kept = isKept ? [...keysOf(session.ops), ...session.claimed] : [];
    if (kept.length > 0) mishaps.hit('orphan-locks');
    for (const other of this.#locks.release(name, kept)) this.#resume(other);
    this.#reap();
  }

  // Sessions that were opened.

  /** It ends for good, and rows go with it: at once those that nobody else has locked. */
  #expire(session: Session): void {
    const { name, waiting, call } = session;
    const { mishaps } = this.#port;
    const owned = this.#rows.table.ownedBy(name);
    const isKept = mishaps.has('orphan-locks') && owned.length > 0;
    if (isKept) mishaps.hit('orphan-locks');
    const free = isKept ? [] : owned.filter((key) => !this.#locks.isTaken(key, name));
    if (free.length < owned.length) this.#hasLeftovers = true;
    this.#commit(new Map([this.#catalog.ending(name), ...free.map(gone)]), name);
    this.#forget(session);
    if (waiting !== undefined) this.#send(waiting.progress.from, name, call, { kind: 'expired' });
  }

  /** Rows of sessions that have ended go as soon as they can. */
  #reap(): void {
    const { mishaps } = this.#port;
    if (!this.#hasLeftovers || mishaps.has('orphan-locks') || mishaps.has('read-only')) return;
    this.#hasLeftovers = false;
    for (const owner of this.#rows.table.owners()) {
      if (this.#sessions.has(owner)) continue;
      const owned = this.#rows.table.ownedBy(owner);
      const free = owned.filter((key) => !this.#locks.isTaken(key, owner));
      if (free.length < owned.length) this.#hasLeftovers = true;
      if (free.length > 0) this.#commit(new Map(free.map(gone)), owner);
    }
  }

  /** Asks to be called when the next limit of its own is over. */
  #remind(): void {
    const dueUs = [...this.#sessions.values()].map((session) =>
      Math.min(this.#silentUs(session), waitEndsUs(session)),
    );
    const nextUs = dueUs.reduce((a, b) => Math.min(a, b), Infinity);
    if (nextUs < Infinity) this.#port.remind(Math.max(0, nextUs - this.#port.nowUs()));
  }

  /** When a session that was opened has been silent for too long. */
  #silentUs({ timeoutUs, lastCallUs }: Session): number {
    // A store that takes no writes cannot end it.
    if (timeoutUs === undefined || this.#port.mishaps.has('read-only')) return Infinity;
    return lastCallUs + timeoutUs;
  }

  #resume(name: string): void {
    const session = required(this.#sessions.get(name), name);
    const { progress } = required(session.waiting, `what ${name} waits for`);
    session.waiting = undefined;
    this.#run(session, progress);
  }

  #answer(from: string, session: Session, outcome: StoreOutcome): void {
    session.answer = outcome;
    this.#send(from, session.name, session.call, outcome);
  }

  #send(to: string, session: string, call: number, outcome: StoreOutcome): void {
    const { timeline } = this.#port;
    const answer: StoreAnswer = { kind: 'store-answer', v: 1, session, call, timeline, outcome };
    this.#port.send(to, answer);
  }
}

/** When it has waited for as long as its transaction wants to. */
function waitEndsUs({ waiting, transaction }: Session): number {
  if (waiting === undefined || transaction?.lockWaitUs === undefined) return Infinity;
  return waiting.sinceUs + transaction.lockWaitUs;
}

const gone = (key: string): readonly [string, Buffered] => [key, { value: undefined }];
