/**
 * The one port: what a program may ask of its machine. Types only, but for `step.ts`, which both
 * hosts share. The contract is the weakest that both the simulated and a real machine can honour:
 *
 *   host.ts     the port itself: names, clocks, timers, disk, messages
 *   program.ts  what a program is: handlers that run to completion and never wait
 *   step.ts     what a handler answers with, and the rule "sync before you answer"
 */
import type { Testimony } from '../history/fact.ts';
import type { Random } from '../lib/random.ts';
import type { MonotonicUs, WallUs } from '../lib/units.ts';

/** Plain frozen data with a kind. Shared, never copied, in the simulator: do not mutate. */
export interface Message {
  readonly kind: string;
}

/** Plain data written to a disk; it carries its own version where it outlives a release. */
export type DiskRecord = unknown;

/** One place of a recovered file: what was written, or the fact that it is damaged. */
export type RecoveredRecord =
  | { readonly kind: 'intact'; readonly data: DiskRecord }
  | { readonly kind: 'damaged' };

/** What a program finds on its disk when it starts: file name to records, in file order. */
export interface Recovered {
  readonly files: ReadonlyMap<string, readonly RecoveredRecord[]>;
  /**
   * Files that are there and cannot be read just now. They are not in `files`, and not empty: who
   * finds one ends itself, and its supervisor tries again.
   */
  readonly unreadable?: ReadonlySet<string>;
}

/**
 * The answer to a disk request. `failed` after a sync: what it covered may or may not be there, and
 * a later ok covers only what was appended later. After a replacement: the old or the new is there.
 * A read that failed may be tried again.
 */
export type DiskOutcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'data'; readonly records: readonly RecoveredRecord[] }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * Files of records. Every request is answered later by `onDisk(token, outcome)`, never to another
 * incarnation. After a crash: everything whose sync was answered ok, plus any subset of the rest,
 * whole, absent, torn or reordered. `replace` leaves the old or the new. No order between files.
 */
export interface Disk {
  append(file: string, record: DiskRecord): void;
  sync(file: string, token: string): void;
  replace(file: string, records: readonly DiskRecord[], token: string): void;
  read(file: string, token: string): void;
}

export interface Host {
  /** The machine's name; other machines send to it. */
  readonly self: string;
  /** Zero or more deliveries, late, in any order, to a name (perhaps its next incarnation). */
  send(to: string, message: Message): void;
  /**
   * Asks for `onTimer(tag)` after this span of the local monotonic clock, never before; re-arms.
   */
  setTimer(tag: string, afterUs: number): void;
  cancelTimer(tag: string): void;
  /** Never goes back while the process lives; starts anywhere. */
  monotonicUs(): MonotonicUs;
  /** May step either way. */
  wallUs(): WallUs;
  readonly random: Random;
  readonly disk: Disk;
  /** Recorded; programs never read it back. */
  observe(testimony: Testimony): void;
  /** Ends this process on purpose; its supervisor starts a new incarnation after a moment. */
  exit(reason: string): void;
}
