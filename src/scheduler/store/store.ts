/**
 * store: the shared database of designs, a program on a machine of its own, or on two. It is as
 * much of a SQL database and of a coordination service as schedulers rest on.
 *
 *   protocol.ts       calls, operations, outcomes; versions, numbers and epochs across timelines
 *   sorted-keys.ts    strings in order, cheap to add to
 *   indexes.ts        the orders in which rows can be read
 *   table.ts          the committed rows with their versions, and scans of them
 *   transaction.ts    what a transaction has written, and read; whether it may commit
 *   rows.ts           the rows as one transaction or another sees them
 *   locks.ts          exclusive locks with waiting lines, and circles of them
 *   subscriptions.ts  who wants to be told of what
 *   catalog.ts        what the store keeps for itself: sessions that were opened, sequences
 *   session.ts        a conversation with a client; what operations need
 *   executor.ts       carries operations out
 *   sessions.ts       conversations: their calls, waits and ends
 *   replication.ts    what the two machines say to each other, and the primary's side of it
 *   mishaps.ts        what may be wrong with it for a while; what an operator says
 *   archive.ts        what it knows for good, and the log of it
 *   store.ts          roles, and what the others say to it (this file)
 *
 * Every answer waits for the log: nobody reads what a crash could take back. One machine serves,
 * the primary; the other follows it. Nobody but an operator promotes, and every promotion starts a
 * new timeline: a store that hears of a later one than its own stops serving.
 */
import type { DiskOutcome, Host, Message, Recovered } from '../../host/host.ts';
import type { Program } from '../../host/program.ts';
import type { Output } from '../../host/step.ts';
import { assert, required, unreachable } from '../../lib/assert.ts';
import type { MonotonicUs } from '../../lib/units.ts';
import { MS, SECOND } from '../../lib/units.ts';
import { refuseToStart } from '../parts/log.ts';
import { Out } from '../parts/out.ts';
import { Archive, type Role, type StoreEntry } from './archive.ts';
import type { StoreIndex } from './indexes.ts';
import { Mishaps, type StoreControl, type StoreOrder } from './mishaps.ts';
import type { StoreAnswer, StoreCall, StoreOutcome, StoreRow } from './protocol.ts';
import { versionOf } from './protocol.ts';
import {
  compare,
  following,
  type PeerMessage,
  type Position,
  positionOf,
  type Replication,
  SHIP_TIMER,
  Shipper,
  type StoreAck,
  type StoreHello,
  type StoreShip,
  type StoreState,
} from './replication.ts';
import type { Committed } from './rows.ts';
import { type SessionOptions, Sessions } from './sessions.ts';
import type { Writes } from './transaction.ts';

export interface StoreOptions extends SessionOptions {
  /** With a synchronous replica: a commit waits so long for one that does not answer. */
  readonly aloneAfterUs: number;
  /** Of the same names on all machines of a store. */
  readonly indexes: readonly StoreIndex[];
}

export const DEFAULT_STORE: StoreOptions = {
  sessionIdleUs: 30 * SECOND,
  lockWaitUs: 10 * SECOND,
  aloneAfterUs: 3 * SECOND,
  indexes: [],
};

const SWEEP_TIMER = 'store:sweep';
const REMIND_TIMER = 'store:remind';
const HELLO_TIMER = 'store:hello';
/** Who has heard nothing from the other one asks again. */
const HELLO_US = SECOND;
/** A primary that starts asks the other what it has, and serves without an answer after this. */
const ASK_US = SECOND;
const ASK_AGAIN_US = 200 * MS;

/** The state as plain data. */
export interface StoreSnapshot {
  readonly kind: 'store';
  readonly role: Role;
  readonly isServing: boolean;
  readonly timeline: number;
  readonly at: Position;
  /** The last commit that a client was told of, or saw; only of who serves. */
  readonly accepted: Position;
  readonly isAlone: boolean;
  readonly sessions: number;
  readonly locks: Readonly<Record<string, string>>;
  /** Mishaps to how often each changed something. */
  readonly hits: Readonly<Record<string, number>>;
  /** In order of key; made when it is asked for. */
  readonly rows: readonly StoreRow[];
}

export const createStore =
  (options: StoreOptions = DEFAULT_STORE, replication?: Replication) =>
  (host: Host): Program =>
    new Store(host, options, replication);

class Store implements Program {
  readonly #host: Host;
  readonly #options: StoreOptions;
  readonly #replication: Replication | undefined;
  readonly #out = new Out<StoreEntry>();
  readonly #mishaps = new Mishaps();
  readonly #archive: Archive;
  /** While it serves. */
  #sessions: Sessions | undefined;
  /** While it serves and there is another one. */
  #shipper: Shipper | undefined;
  /** A primary that waits to hear what the other one has; a replica that has not heard of one. */
  #isAsking = false;
  /** When a gap was last asked about. */
  #askedUs = 0;
  /** The other one has more than this disk, and is waited for. */
  #hasLess = false;
  /** When the reminder that sessions asked for is due. */
  #remindAtUs = Infinity;

  constructor(host: Host, options: StoreOptions, replication: Replication | undefined) {
    this.#host = host;
    this.#options = options;
    this.#replication = replication;
    const role = replication?.isFirst === false ? 'replica' : 'primary';
    this.#archive = new Archive(role, options.indexes);
  }

  onStart(recovered: Recovered): Output {
    const refused = this.#archive.recover(recovered);
    if (refused !== undefined) return refuseToStart(refused);
    this.#armSweep();
    if (this.#replication === undefined) this.#serve(undefined);
    else this.#ask();
    return this.#take();
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    assert(false, () => `answer to ${token}: ${outcome.kind}`);
  }

  onMessage(from: string, message: Message): Output {
    switch (message.kind) {
      case 'store':
        this.#onCall(from, message as StoreCall);
        break;
      case 'store-control':
        this.#onOrder((message as StoreControl).order);
        break;
      case 'store-ship':
      case 'store-ack':
      case 'store-hello':
      case 'store-state':
        // From the other one, or from the machine that has been put in its place.
        if (this.#replication !== undefined) this.#onPeer(message as PeerMessage);
        break;
      default:
        break;
    }
    return this.#take();
  }

  onTimer(tag: string): Output {
    if (tag === SWEEP_TIMER) this.#sweep();
    else if (tag === REMIND_TIMER) this.#onReminder();
    else if (tag === SHIP_TIMER) this.#shipper?.onTimer(this.#host.monotonicUs(), this.#out);
    else {
      assert(tag === HELLO_TIMER, () => `timer ${tag}`);
      // Nobody there who knows more: what this machine has is what there is.
      if (this.#archive.role === 'primary' && !this.#hasLess) this.#serve(undefined);
      else this.#ask();
    }
    return this.#take();
  }

  snapshot(): StoreSnapshot {
    const table = this.#archive.table;
    return {
      kind: 'store',
      role: this.#archive.role,
      isServing: this.#sessions !== undefined,
      timeline: this.#archive.timeline,
      at: positionOf(this.#archive.at),
      accepted: positionOf(this.#shipper?.accepted ?? this.#archive.at),
      isAlone: this.#shipper?.isAlone ?? true,
      sessions: this.#sessions?.size ?? 0,
      locks: this.#sessions?.lockHolders ?? {},
      hits: this.#mishaps.hits(),
      get rows() {
        return table.scan({ prefix: '', limit: Number.MAX_SAFE_INTEGER });
      },
    };
  }

  // What clients say.

  #onCall(from: string, call: StoreCall): void {
    // A client that has heard of a later timeline tells this store that it serves no more.
    if (call.timeline > this.#archive.timeline) this.#follow(call.timeline);
    if (this.#archive.role === 'replica') {
      const peer = this.#replication?.peer;
      const primary = peer === undefined ? {} : { primary: peer };
      return this.#refuse(from, call, { kind: 'not-primary', ...primary });
    }
    if (this.#sessions === undefined) return;
    if (call.timeline >= 0 && call.timeline < this.#archive.timeline) {
      return this.#refuse(from, call, { kind: 'new-timeline' });
    }
    this.#sessions.onCall(from, call);
  }

  #refuse(to: string, { session, call }: StoreCall, outcome: StoreOutcome): void {
    const timeline = this.#archive.timeline;
    const answer: StoreAnswer = { kind: 'store-answer', v: 1, session, call, timeline, outcome };
    this.#out.sendAfterSync(to, answer);
  }

  // What an operator says.

  #onOrder(order: StoreOrder): void {
    switch (order.kind) {
      case 'promote':
        return this.#promote(order.timeline, order.asks);
      case 'demote':
        if (order.timeline >= this.#archive.timeline) this.#follow(order.timeline);
        return;
      case 'begin': {
        const untilUs = this.#host.monotonicUs() + order.forUs;
        this.#mishaps.begin(order.id, order.mishap, untilUs);
        break;
      }
      case 'end':
        this.#mishaps.end(order.id);
        break;
      case 'end-sessions':
        this.#sessions?.endAll(order.of);
        return;
      default:
        unreachable(order);
    }
    this.#sessions?.mishapsChanged();
  }

  /** Serves on a timeline, as the one that the others have to follow. */
  #promote(timeline: number, asks: boolean): void {
    const isKnown = this.#archive.role === 'primary' && timeline === this.#archive.timeline;
    if (isKnown || timeline < this.#archive.timeline) return;
    this.#become('primary', timeline);
    if (asks && this.#replication !== undefined) this.#ask();
    else this.#serve(undefined);
  }

  /** Serves no more; what was not answered yet is never answered. */
  #follow(timeline: number): void {
    if (this.#archive.role === 'replica' && timeline === this.#archive.timeline) return;
    this.#become('replica', timeline);
    if (this.#replication !== undefined) this.#ask();
  }

  #become(role: Role, timeline: number): void {
    this.#archive.become(role, timeline, this.#out);
    this.#sessions = undefined;
    this.#shipper = undefined;
    this.#hasLess = false;
    this.#out.cancelTimer(SHIP_TIMER);
    if (role === 'replica') this.#observeRole();
  }

  /** Serves from now on; `replicaAt` where it is known what the other one has. */
  #serve(replicaAt: Position | undefined): void {
    this.#isAsking = false;
    this.#out.cancelTimer(HELLO_TIMER);
    const nowUs = (): MonotonicUs => this.#host.monotonicUs();
    const timeline = this.#archive.timeline;
    if (this.#replication !== undefined) {
      const { aloneAfterUs } = this.#options;
      const base = { timeline, at: positionOf(this.#archive.at), replicaAt, aloneAfterUs };
      this.#shipper = new Shipper({ ...this.#replication, ...base }, nowUs());
      this.#shipper.begin(this.#out);
    }
    const port = {
      timeline,
      table: this.#archive.table,
      mishaps: this.#mishaps,
      nowUs,
      wallUs: () => this.#host.wallUs(),
      commit: (writes: Writes) => this.#commit(writes),
      send: (to: string, message: Message) => this.#send(to, message),
      remind: (afterUs: number) => this.#remind(afterUs),
    };
    this.#sessions = new Sessions(port, this.#options);
    this.#observeRole();
  }

  #observeRole(): void {
    this.#out.observe({ kind: 'role', role: this.#archive.role, epoch: this.#archive.timeline });
  }

  #commit(writes: Writes): Committed {
    const commit = this.#archive.commit(writes, this.#out);
    this.#shipper?.committed(commit);
    return { version: versionOf(commit.timeline, commit.n), rows: commit.rows };
  }

  #send(to: string, message: Message): void {
    if (this.#shipper === undefined) this.#out.sendAfterSync(to, message);
    else this.#shipper.send(to, message, this.#out);
  }

  // What the other machine says.

  #onPeer(message: PeerMessage): void {
    if (message.timeline > this.#archive.timeline) this.#follow(message.timeline);
    switch (message.kind) {
      case 'store-ack':
        if (message.timeline !== this.#archive.timeline) return;
        return this.#shipper?.onAck(message, this.#host.monotonicUs(), this.#out);
      case 'store-hello':
        return this.#archive.role === 'primary' ? this.#onReplica(message) : this.#onAsked(message);
      case 'store-ship':
        return this.#onShip(message);
      case 'store-state':
        return this.#onState(message);
      default:
        unreachable(message);
    }
  }

  /** Says who this is and what it has, until it has heard of the other one. */
  #ask(): void {
    this.#isAsking = true;
    this.#hello(true);
    this.#out.setTimer(HELLO_TIMER, this.#archive.role === 'primary' ? ASK_US : HELLO_US);
  }

  #hello(asks: boolean): void {
    this.#tell<StoreHello>({
      kind: 'store-hello',
      v: 1,
      timeline: this.#archive.timeline,
      role: this.#archive.role,
      asks,
      at: positionOf(this.#archive.at),
    });
  }

  /** A primary hears from the other one. */
  #onReplica(hello: StoreHello): void {
    const isBehind = hello.timeline < this.#archive.timeline;
    // It takes itself for the primary, and learns from this answer that it is not.
    if (hello.role === 'primary') return isBehind ? this.#hello(false) : undefined;
    if (this.#sessions === undefined) {
      // It has what this disk had lost: it will send it.
      this.#hasLess = compare(hello.at, this.#archive.at) > 0;
      if (this.#hasLess) return;
      this.#serve(hello.at);
    }
    if (this.#shipper?.onHello(hello, this.#out) !== true) this.#tellState();
  }

  /** A replica hears from a primary that starts, and may have lost what was here. */
  #onAsked(hello: StoreHello): void {
    if (hello.role !== 'primary') return;
    const hasMore = compare(this.#archive.at, hello.at) > 0;
    if (hello.timeline === this.#archive.timeline && hasMore) this.#tellState();
    else this.#hello(false);
  }

  #onShip(ship: StoreShip): void {
    // Its sender serves no more, and learns it from this.
    if (ship.timeline < this.#archive.timeline) return this.#hello(false);
    if (this.#archive.role === 'primary') return;
    const commits = following(ship, this.#archive.at);
    const has = this.#archive.at.timeline === ship.timeline && this.#archive.at.n > ship.after.n;
    if (commits === undefined && !has) return this.#askAgain();
    this.#heard();
    for (const commit of commits ?? []) this.#archive.apply(commit, this.#out);
    this.#ack();
  }

  /** A gap shows in every message until it is closed: asked about once in a while. */
  #askAgain(): void {
    const nowUs = this.#host.monotonicUs();
    if (this.#isAsking && nowUs - this.#askedUs < ASK_AGAIN_US) return;
    this.#askedUs = nowUs;
    this.#ask();
  }

  #onState({ timeline, at, rows }: StoreState): void {
    if (timeline < this.#archive.timeline || this.#sessions !== undefined) return;
    const has = this.#archive.at.timeline === timeline && this.#archive.at.n >= at.n;
    const isTaken = this.#archive.role === 'primary' ? compare(at, this.#archive.at) > 0 : !has;
    if (isTaken) {
      this.#archive.replace(at, rows);
    }
    if (this.#archive.role === 'primary') return this.#serve(isTaken ? at : undefined);
    this.#heard();
    this.#ack();
  }

  /** A replica has heard from its primary. */
  #heard(): void {
    if (this.#isAsking) this.#out.cancelTimer(HELLO_TIMER);
    this.#isAsking = false;
  }

  #ack(): void {
    this.#tell<StoreAck>({
      kind: 'store-ack',
      v: 1,
      timeline: this.#archive.timeline,
      n: this.#archive.at.n,
    });
  }

  #tellState(): void {
    this.#tell<StoreState>({
      kind: 'store-state',
      v: 1,
      timeline: this.#archive.timeline,
      at: positionOf(this.#archive.at),
      rows: this.#archive.table.rows(),
    });
  }

  #tell<M extends PeerMessage>(message: M): void {
    const { peer } = required(this.#replication, 'another machine');
    this.#out.sendAfterSync(peer, message);
  }

  /** Ends idle sessions, waits that have lasted too long, and mishaps whose end got lost. */
  #sweep(): void {
    this.#armSweep();
    const { any } = this.#mishaps;
    this.#mishaps.expire(this.#host.monotonicUs());
    if (any) this.#sessions?.mishapsChanged();
    this.#sessions?.sweep();
  }

  #armSweep(): void {
    const { lockWaitUs, sessionIdleUs } = this.#options;
    this.#out.setTimer(SWEEP_TIMER, Math.min(lockWaitUs, sessionIdleUs) / 2);
  }

  /** One timer for all that has a limit of its own, for the earliest. */
  #remind(afterUs: number): void {
    const atUs = this.#host.monotonicUs() + afterUs;
    if (atUs >= this.#remindAtUs) return;
    this.#remindAtUs = atUs;
    this.#out.setTimer(REMIND_TIMER, afterUs);
  }

  #onReminder(): void {
    this.#remindAtUs = Infinity;
    this.#sessions?.onReminder();
  }

  #take(): Output {
    this.#shipper?.flush(this.#host.monotonicUs(), this.#out);
    return this.#archive.seal(this.#out.take());
  }
}
