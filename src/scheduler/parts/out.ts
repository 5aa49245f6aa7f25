import type { Testimony } from '../../history/fact.ts';
import type { DiskRecord, Message } from '../../host/host.ts';
import type { Effect, Output } from '../../host/step.ts';
import { NOTHING } from '../../host/step.ts';

/**
 * Collects what a handler wants done. `E` is what the design persists: the design decides whether
 * that goes to a local log or into a transaction, and what waits for it.
 */
export class Out<E = DiskRecord> {
  now: Effect[] = [];
  persist: E[] = [];
  afterSync: Effect[] = [];

  send<M extends Message>(to: string, message: M): void {
    this.now.push({ kind: 'send', to, message });
  }
  /** Leaves when everything persisted so far is durable. */
  sendAfterSync<M extends Message>(to: string, message: M): void {
    this.afterSync.push({ kind: 'send', to, message });
  }
  setTimer(tag: string, afterUs: number): void {
    this.now.push({ kind: 'setTimer', tag, afterUs });
  }
  cancelTimer(tag: string): void {
    this.now.push({ kind: 'cancelTimer', tag });
  }
  /** Ends the program when everything persisted so far is durable. */
  exitAfterSync(reason: string): void {
    this.afterSync.push({ kind: 'exit', reason });
  }
  observe(testimony: Testimony): void {
    this.now.push({ kind: 'observe', testimony });
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
