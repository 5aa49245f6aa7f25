/**
 * How a replica comes to have what its primary has. Commits are shipped in order once they are
 * durable here; a replica that cannot tell what lies between gets the whole state instead, and
 * thereby loses a tail that the others never had.
 *
 * `sync`: a commit is answered when the replica has it, too. Should the replica stay away for
 * longer than a bound, the primary goes on alone, as real systems do; then, as with `async`, a
 * failover loses what had been answered and not shipped.
 */
import type { Message } from '../../host/host.ts';
import { assert } from '../../lib/assert.ts';
import type { MonotonicUs } from '../../lib/units.ts';
import { MS, SECOND } from '../../lib/units.ts';
import type { Out } from '../parts/out.ts';
import type { StoreRow } from './protocol.ts';
import type { RowWrite } from './table.ts';

/**
 * A place in the history of commits. The nth commit of a timeline is made once, by the one store
 * that serves on it: who has the same last commit has the same history.
 */
export interface Position {
  readonly timeline: number;
  readonly n: number;
}
export const START: Position = { timeline: 0, n: 0 };

export interface Commit extends Position {
  readonly kind: 'commit';
  readonly rows: readonly RowWrite[];
}

/** Without what a commit has beside it. */
export const positionOf = ({ timeline, n }: Position): Position => ({ timeline, n });

export const isSame = (a: Position, b: Position): boolean =>
  a.timeline === b.timeline && a.n === b.n;

/** Negative where the first has less: what a later timeline has counts for more. */
export const compare = (a: Position, b: Position): number =>
  a.timeline === b.timeline ? a.n - b.n : a.timeline - b.timeline;

/** Commits after a position, from who serves on this timeline; without any it asks for an ack. */
export interface StoreShip extends Message {
  readonly kind: 'store-ship';
  readonly v: 1;
  readonly timeline: number;
  readonly after: Position;
  readonly commits: readonly Commit[];
}
/** The replica has everything up to this commit for good. */
export interface StoreAck extends Message {
  readonly kind: 'store-ack';
  readonly v: 1;
  readonly timeline: number;
  readonly n: number;
}
/** Who I am and what I have; `asks` for what is missing, or for the same of the other. */
export interface StoreHello extends Message {
  readonly kind: 'store-hello';
  readonly v: 1;
  readonly timeline: number;
  readonly role: 'primary' | 'replica';
  readonly asks: boolean;
  readonly at: Position;
}
/** All rows at a position. */
export interface StoreState extends Message {
  readonly kind: 'store-state';
  readonly v: 1;
  readonly timeline: number;
  readonly at: Position;
  readonly rows: readonly StoreRow[];
}
export type PeerMessage = StoreShip | StoreAck | StoreHello | StoreState;

export interface Replication {
  /** The other machine. */
  readonly peer: string;
  readonly mode: 'sync' | 'async';
  /** Serves when neither has anything yet. */
  readonly isFirst: boolean;
}

export const SHIP_TIMER = 'store:ship';
/** What was not acknowledged by then is shipped again. */
const RESHIP_US = 500 * MS;
/** Alone, a primary looks whether its replica is back. */
const PROBE_US = 2 * SECOND;
/** Commits kept for a replica that missed some; beyond them it gets the whole state. */
const TAIL_MAX = 512;
/** A replica this close behind is waited for again. */
const NEAR = 64;

interface Held {
  readonly n: number;
  readonly to: string;
  readonly message: Message;
}

export interface ShipperOptions extends Replication {
  readonly timeline: number;
  readonly at: Position;
  /** Where the replica is, if it is known to be somewhere on this history. */
  readonly replicaAt: Position | undefined;
  /** A commit waits so long for a replica that does not answer. */
  readonly aloneAfterUs: number;
}

/** The primary's side, for as long as it serves. */
export class Shipper {
  readonly #options: ShipperOptions;
  /** The replica may get all commits after this one. */
  #base: Position;
  #tail: Commit[] = [];
  #at: Position;
  /** The first commit that was not sent, and the last that is on the replica for good. */
  #unsent = 0;
  #acked: number;
  /** Held back for the replica, in order. */
  #held: Held[] = [];
  #isPaired: boolean;
  #progressUs: MonotonicUs;
  #isArmed = false;
  /** The last commit that somebody was told of, or who saw it. */
  accepted: Position;

  constructor(options: ShipperOptions, nowUs: MonotonicUs) {
    const { at, replicaAt, mode } = options;
    this.#options = options;
    this.#base = at;
    this.#at = at;
    this.accepted = at;
    const isThere = replicaAt !== undefined && isSame(replicaAt, at);
    this.#acked = isThere ? at.n : -1;
    this.#isPaired = isThere && mode === 'sync';
    this.#progressUs = nowUs;
  }

  /** Asks a replica that did not say where it is: it may have missed something. */
  begin(out: Out<unknown>): void {
    if (this.#acked >= this.#at.n) return;
    this.#ship(this.#tail.length, out);
    this.#arm(PROBE_US, out);
  }

  get isAlone(): boolean {
    return this.#options.mode === 'sync' && !this.#isPaired;
  }

  committed(commit: Commit): void {
    assert(commit.n === this.#at.n + 1, () => `commit ${commit.n} after ${this.#at.n}`);
    this.#at = commit;
    this.#tail.push(commit);
    if (this.#tail.length <= 2 * TAIL_MAX) return;
    this.#base = this.#tail[TAIL_MAX - 1] as Commit;
    this.#tail = this.#tail.slice(TAIL_MAX);
    this.#unsent = Math.max(0, this.#unsent - TAIL_MAX);
  }

  /** Sends a client what rests on everything committed so far. */
  send(to: string, message: Message, out: Out<unknown>): void {
    if (this.#isPaired && this.#acked < this.#at.n) {
      this.#held.push({ n: this.#at.n, to, message });
      return;
    }
    this.accepted = this.#at;
    out.sendAfterSync(to, message);
  }

  /** Ships what this handler has committed, as soon as it is durable here. */
  flush(nowUs: MonotonicUs, out: Out<unknown>): void {
    if (this.#unsent === this.#tail.length) return;
    if (!this.#isArmed) {
      this.#progressUs = nowUs;
      this.#arm(this.#isPaired ? RESHIP_US : PROBE_US, out);
    }
    this.#ship(this.#unsent, out);
  }

  onAck({ n }: StoreAck, nowUs: MonotonicUs, out: Out<unknown>): void {
    if (n <= this.#acked || n > this.#at.n) return;
    this.#acked = n;
    this.#progressUs = nowUs;
    if (this.isAlone && this.#at.n - n <= NEAR) {
      this.#isPaired = true;
      out.observe({ kind: 'note', text: 'the replica is back: commits wait for it' });
    }
    this.#release(n, out);
  }

  /** What the replica lacks; false when it needs the whole state. */
  onHello({ at }: StoreHello, out: Out<unknown>): boolean {
    if (isSame(at, this.#base)) this.#ship(0, out);
    else {
      const place = this.#tail.findIndex((commit) => isSame(commit, at));
      if (place < 0) return false;
      this.#ship(place + 1, out);
    }
    return true;
  }

  onTimer(nowUs: MonotonicUs, out: Out<unknown>): void {
    this.#isArmed = false;
    if (this.#acked >= this.#at.n) return;
    const awayUs = nowUs - this.#progressUs;
    if (this.#isPaired && awayUs >= this.#options.aloneAfterUs) this.#goOnAlone(out);
    const known = this.#acked - this.#base.n;
    // Alone, or with a replica of which nothing is known, it is enough to ask.
    if (this.#isPaired && known >= 0) {
      if (awayUs >= RESHIP_US) this.#ship(known, out);
    } else this.#ship(this.#tail.length, out);
    this.#arm(this.#isPaired ? RESHIP_US : PROBE_US, out);
  }

  #goOnAlone(out: Out<unknown>): void {
    this.#isPaired = false;
    out.observe({ kind: 'note', text: 'the replica does not answer: commits wait no longer' });
    this.#release(this.#at.n, out);
  }

  #release(n: number, out: Out<unknown>): void {
    let count = 0;
    for (const held of this.#held) {
      if (held.n > n) break;
      out.sendAfterSync(held.to, held.message);
      count += 1;
    }
    if (count === 0) return;
    this.accepted = this.#positionOf((this.#held[count - 1] as Held).n);
    this.#held = this.#held.slice(count);
  }

  #positionOf(n: number): Position {
    return n <= this.#base.n ? this.#base : (this.#tail[n - this.#base.n - 1] as Commit);
  }

  #ship(from: number, out: Out<unknown>): void {
    const after = from === 0 ? this.#base : (this.#tail[from - 1] as Commit);
    this.#unsent = this.#tail.length;
    out.sendAfterSync<StoreShip>(this.#options.peer, {
      kind: 'store-ship',
      v: 1,
      timeline: this.#options.timeline,
      after: { timeline: after.timeline, n: after.n },
      commits: this.#tail.slice(from),
    });
  }

  #arm(afterUs: number, out: Out<unknown>): void {
    out.setTimer(SHIP_TIMER, afterUs);
    this.#isArmed = true;
  }
}

/** Of these commits those that follow a position; `undefined` where they do not connect to it. */
export function following(ship: StoreShip, at: Position): readonly Commit[] | undefined {
  if (isSame(ship.after, at)) return ship.commits;
  const place = ship.commits.findIndex((commit) => isSame(commit, at));
  return place < 0 ? undefined : ship.commits.slice(place + 1);
}
