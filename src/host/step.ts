import type { Testimony } from '../history/fact.ts';
import type { DiskOutcome, DiskRecord, Host, Message } from './host.ts';

/** Something a handler wants done. */
export type Effect =
  | { readonly kind: 'send'; readonly to: string; readonly message: Message }
  | { readonly kind: 'setTimer'; readonly tag: string; readonly afterUs: number }
  | { readonly kind: 'cancelTimer'; readonly tag: string }
  | { readonly kind: 'observe'; readonly testimony: Testimony }
  | { readonly kind: 'exit'; readonly reason: string };

/**
 * What a handler answers with. `now` leaves at once. `persist` is appended to the program's log
 * (file {@link LOG_FILE}) and synced. `afterSync` leaves when everything persisted so far, by this
 * step and all before it, is synced: so "sync before you answer" cannot be written backwards.
 */
export interface Output {
  readonly now: readonly Effect[];
  readonly persist: readonly DiskRecord[];
  readonly afterSync: readonly Effect[];
}

/** A pure part's answer: the next state of one entity (a job, a lease, a log) and what follows. */
export interface Step<S> extends Output {
  readonly state: S;
}

export const LOG_FILE = 'log';
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

/**
 * Carries outputs out on a host: one sync in flight at a time, so that what arrives meanwhile
 * shares the next one (group commit). A failed sync stops the process: what it may have lost is
 * unknown, and a later ok would cover only later writes.
 */
export class StepRunner {
  readonly #host: Host;
  #syncing: Effect[] | undefined;
  #waiting: Effect[] = [];
  #appendedSinceSync = false;

  constructor(host: Host) {
    this.#host = host;
  }

  perform(output: Output): void {
    for (const effect of output.now) this.#do(effect);
    for (const record of output.persist) this.#host.disk.append(LOG_FILE, record);
    if (output.persist.length > 0) this.#appendedSinceSync = true;
    if (output.afterSync.length > 0) this.#queue(output.afterSync);
    if (this.#appendedSinceSync && this.#syncing === undefined) this.#startSync();
  }

  /** True when the answer was for a sync of this runner; the program never sees those. */
  onDisk(token: string, outcome: DiskOutcome): boolean {
    if (token !== SYNC_TOKEN) return false;
    if (outcome.kind === 'failed') {
      this.#host.exit(`sync of ${LOG_FILE} failed: ${outcome.reason}`);
      return true;
    }
    const released = this.#syncing ?? [];
    this.#syncing = undefined;
    for (const effect of released) this.#do(effect);
    if (this.#appendedSinceSync) this.#startSync();
    return true;
  }

  #queue(effects: readonly Effect[]): void {
    if (this.#appendedSinceSync) for (const effect of effects) this.#waiting.push(effect);
    else if (this.#syncing !== undefined) for (const effect of effects) this.#syncing.push(effect);
    else for (const effect of effects) this.#do(effect);
  }

  #startSync(): void {
    this.#syncing = this.#waiting;
    this.#waiting = [];
    this.#appendedSinceSync = false;
    this.#host.disk.sync(LOG_FILE, SYNC_TOKEN);
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
        return this.#host.exit(effect.reason);
    }
  }
}
