import type { Testimony } from '../history/fact.ts';
import { appended } from '../lib/append.ts';
import type { DiskOutcome, DiskRecord, Host, Message, Recovered, RecoveredRecord } from './host.ts';

/** Something a handler wants done. */
export type Effect =
  | { readonly kind: 'send'; readonly to: string; readonly message: Message }
  | { readonly kind: 'setTimer'; readonly tag: string; readonly afterUs: number }
  | { readonly kind: 'cancelTimer'; readonly tag: string }
  | { readonly kind: 'observe'; readonly testimony: Testimony }
  | { readonly kind: 'exit'; readonly reason: string };

/**
 * What a handler answers with. `now` leaves at once. `persist` is appended to the program's log
 * (file {@link LOG_FILE}) and synced; before it, the log is replaced by `rewrite` where there is
 * one. `afterSync` leaves when everything persisted so far, by this step and all before it, is
 * durable: so "sync before you answer" cannot be written backwards.
 */
export interface Output {
  readonly now: readonly Effect[];
  readonly persist: readonly DiskRecord[];
  readonly afterSync: readonly Effect[];
  /** All that the log shall hold before `persist`; it must say what the records so far said. */
  readonly rewrite?: readonly DiskRecord[];
}

/** A pure part's answer: the next state of one entity (a job, a lease, a log) and what follows. */
export interface Step<S> extends Output {
  readonly state: S;
}

export const LOG_FILE = 'log';
/** Holds one {@link Mark}, where the records of the log are numbered. */
export const MARK_FILE = 'log.mark';

/** How far a log is known to be synced: every record up to this number. */
export interface Mark {
  readonly v: 1;
  readonly n: number;
}

/** A record with a running number; the runner adds how far the log was synced by then. */
interface NumberedRecord {
  readonly n: number;
  readonly synced?: number;
}

const NONE: readonly never[] = Object.freeze([]);

/** Nothing to do. */
export const NOTHING: Output = Object.freeze({ now: NONE, persist: NONE, afterSync: NONE });

/** An output of immediate effects only. */
export const nowOnly = (now: readonly Effect[]): Output => ({
  now,
  persist: NONE,
  afterSync: NONE,
});

const SYNC_TOKEN = 'step:sync';
const REWRITE_TOKEN = 'step:rewrite';
const MARK_TOKEN = 'step:mark';
const MARK_TIMER = 'step:mark';
/** A record that has been synced for this long, and a moment, is marked as synced. */
const MARK_AFTER_US = 500_000;

/**
 * Carries outputs out on a host: one sync in flight at a time, so that what arrives meanwhile
 * shares the next one (group commit). A failed sync stops the process: what it may have lost is
 * unknown, and a later ok would cover only later writes.
 *
 * Of a log with running numbers it leaves evidence of what was synced, so that damage is told from
 * a tail that never was: every record says how far the log was synced when it was written, and a
 * file beside the log says it again half a second after the last one.
 */
export class StepRunner {
  readonly #host: Host;
  #syncing: Effect[] | undefined;
  #waiting: Effect[] = [];
  #appendedSinceSync = false;
  #isOver = false;
  /** Numbers of the last record appended, covered by the sync in flight, synced, and marked. */
  #appendedN = 0;
  #syncingN = 0;
  #syncedN = 0;
  #markedN = 0;
  /** A timer or a replacement of the mark is under way. */
  #isMarking = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Begins with what the disk holds; or ends the process, where some of it cannot be read now. A
   * log that was found may be in the memory of the operating system only, so it is synced before
   * anything leaves that may rest on it.
   */
  start(recovered: Recovered, onStart: () => Output): void {
    const { files, unreadable } = recovered;
    if (unreadable !== undefined && unreadable.size > 0) {
      return this.#exit(`cannot read ${[...unreadable].sort().join(', ')}`);
    }
    const last = files.get(LOG_FILE)?.at(-1);
    if (last !== undefined) this.#appendedSinceSync = true;
    this.#appendedN = numberOf(last);
    this.#markedN = numberOf(files.get(MARK_FILE)?.[0]);
    this.#syncedN = this.#markedN;
    this.perform(onStart());
  }

  perform(output: Output): void {
    const { now, persist, afterSync, rewrite } = output;
    // By index: some lists are frozen, and an iterator over both sorts is slow.
    for (let i = 0; i < now.length; i++) this.#do(now[i] as Effect);
    if (this.#isOver) return;
    if (rewrite !== undefined) this.#rewrite(rewrite);
    for (let i = 0; i < persist.length; i++) this.#append(persist[i] as DiskRecord);
    if (afterSync.length > 0) this.#queue(afterSync);
    if (this.#appendedSinceSync && this.#syncing === undefined) this.#startSync();
  }

  /** True when the answer was for a request of this runner; the program never sees those. */
  onDisk(token: string, outcome: DiskOutcome): boolean {
    if (token === SYNC_TOKEN) this.#synced(outcome);
    else if (token === REWRITE_TOKEN) this.#rewritten(outcome);
    else if (token === MARK_TOKEN) this.#marked(outcome);
    else return false;
    return true;
  }

  /** True when the timer was this runner's. */
  onTimer(tag: string): boolean {
    if (tag !== MARK_TIMER) return false;
    this.#mark();
    return true;
  }

  #mark(): void {
    const mark: Mark = { v: 1, n: this.#syncedN };
    this.#host.disk.replace(MARK_FILE, [mark], MARK_TOKEN);
    this.#markedN = mark.n;
  }

  #synced(outcome: DiskOutcome): void {
    if (outcome.kind === 'failed') {
      return this.#exit(`sync of ${LOG_FILE} failed: ${outcome.reason}`);
    }
    const released = this.#syncing ?? [];
    this.#syncing = undefined;
    this.#syncedN = this.#syncingN;
    for (let i = 0; i < released.length; i++) this.#do(released[i] as Effect);
    if (this.#isOver) return;
    this.#markLater();
    if (this.#appendedSinceSync) this.#startSync();
  }

  /** The sync that was asked for after it says that it is durable. */
  #rewritten(outcome: DiskOutcome): void {
    if (outcome.kind === 'failed') this.#exit(`${LOG_FILE} not rewritten: ${outcome.reason}`);
  }

  /** A mark that could not be written is late, no more: it is written again. */
  #marked(outcome: DiskOutcome): void {
    this.#isMarking = false;
    if (outcome.kind === 'failed') this.#markedN = 0;
    this.#markLater();
  }

  #markLater(): void {
    if (this.#isMarking || this.#markedN === this.#syncedN) return;
    this.#isMarking = true;
    this.#host.setTimer(MARK_TIMER, MARK_AFTER_US);
  }

  #rewrite(records: readonly DiskRecord[]): void {
    this.#host.disk.replace(LOG_FILE, records, REWRITE_TOKEN);
    this.#appendedSinceSync = true;
    const last = records.at(-1);
    this.#appendedN = isNumbered(last) ? last.n : 0;
    // A log that is given up counts anew: what was synced of the old one says nothing of this one.
    if (this.#appendedN >= this.#syncedN) return;
    this.#syncedN = this.#appendedN;
    this.#syncingN = Math.min(this.#syncingN, this.#appendedN);
    this.#mark();
  }

  #append(record: DiskRecord): void {
    this.#appendedSinceSync = true;
    if (!isNumbered(record)) return this.#host.disk.append(LOG_FILE, record);
    this.#appendedN = record.n;
    this.#host.disk.append(LOG_FILE, { synced: this.#syncedN, ...record });
  }

  #queue(effects: readonly Effect[]): void {
    for (let i = 0; i < effects.length; i++) {
      const effect = effects[i] as Effect;
      if (this.#appendedSinceSync) this.#waiting = appended(this.#waiting, effect);
      else if (this.#syncing !== undefined) this.#syncing = appended(this.#syncing, effect);
      else this.#do(effect);
    }
  }

  #startSync(): void {
    this.#syncing = this.#waiting;
    this.#waiting = [];
    this.#appendedSinceSync = false;
    this.#syncingN = this.#appendedN;
    this.#host.disk.sync(LOG_FILE, SYNC_TOKEN);
  }

  #exit(reason: string): void {
    this.#isOver = true;
    this.#host.exit(reason);
  }

  #do(effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        return this.#host.send(effect.to, effect.message);
      case 'setTimer':
        return this.#host.setTimer(effect.tag, effect.afterUs);
      case 'cancelTimer':
        return this.#host.cancelTimer(effect.tag);
      case 'observe':
        return this.#host.observe(effect.testimony);
      case 'exit':
        return this.#exit(effect.reason);
    }
  }
}

const isNumbered = (record: DiskRecord): record is NumberedRecord =>
  typeof record === 'object' &&
  record !== null &&
  typeof (record as { n?: unknown }).n === 'number';

/** The number of a place that was found; 0 where there is none. */
const numberOf = (place: RecoveredRecord | undefined): number =>
  place?.kind === 'intact' && isNumbered(place.data) ? place.data.n : 0;
