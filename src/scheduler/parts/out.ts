import type { Testimony } from '../../history/fact.ts';
import type { DiskRecord, Message } from '../../host/host.ts';
import type { Effect, Output } from '../../host/step.ts';
import { NOTHING } from '../../host/step.ts';
import { appended } from '../../lib/append.ts';

/**
 * Collects what a handler wants done. `E` is what the design persists: the design decides whether
 * that goes to a local log or into a transaction, and what waits for it.
 */
export class Out<E = DiskRecord> {
  now: Effect[] = [];
  persist: E[] = [];
  afterSync: Effect[] = [];

  /** Something that is done at once. */
  act(effect: Effect): void {
    this.now = appended(this.now, effect);
  }
  /** Something that is done when everything persisted so far is durable. */
  actAfterSync(effect: Effect): void {
    this.afterSync = appended(this.afterSync, effect);
  }
  keep(entry: E): void {
    this.persist = appended(this.persist, entry);
  }

  send<M extends Message>(to: string, message: M): void {
    this.act({ kind: 'send', to, message });
  }
  /** Leaves when everything persisted so far is durable. */
  sendAfterSync<M extends Message>(to: string, message: M): void {
    this.actAfterSync({ kind: 'send', to, message });
  }
  setTimer(tag: string, afterUs: number): void {
    this.act({ kind: 'setTimer', tag, afterUs });
  }
  cancelTimer(tag: string): void {
    this.act({ kind: 'cancelTimer', tag });
  }
  /** Ends the program when everything persisted so far is durable. */
  exitAfterSync(reason: string): void {
    this.actAfterSync({ kind: 'exit', reason });
  }
  observe(testimony: Testimony): void {
    this.act({ kind: 'observe', testimony });
  }

  /** What was collected, as the host wants it; this collector is then empty. */
  take(): Output {
    const { now, persist, afterSync } = this;
    if (now.length === 0 && persist.length === 0 && afterSync.length === 0) return NOTHING;
    this.now = [];
    this.persist = [];
    this.afterSync = [];
    return { now, persist, afterSync };
  }
}
