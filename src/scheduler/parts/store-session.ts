import type { Message } from '../../host/host.ts';
import { assert } from '../../lib/assert.ts';
import type { StoreAnswer, StoreCall, StoreOp, StoreOutcome } from '../store/protocol.ts';

/** The part of an output collector that a session needs. */
export interface CallOut {
  send<M extends Message>(to: string, message: M): void;
  setTimer(tag: string, afterUs: number): void;
  cancelTimer(tag: string): void;
}

/**
 * One conversation with the store: at most one call is open; it is sent again, under the same
 * number, until it is answered. A new call gives an open one up: the store ignores it should it
 * arrive later.
 */
export class StoreSession {
  readonly name: string;
  readonly #store: string;
  readonly #resendUs: number;
  #call = 0;
  #open: StoreCall | undefined;

  constructor(name: string, store: string, resendUs: number) {
    this.name = name;
    this.#store = store;
    this.#resendUs = resendUs;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The tag of the resend timer on the host. */
  get timer(): string {
    return `store:${this.name}`;
  }

  call(ops: readonly StoreOp[], out: CallOut): void {
    assert(ops.length > 0, 'a call without operations');
    this.#call += 1;
    this.#open = { kind: 'store', v: 1, session: this.name, call: this.#call, ops };
    this.#send(this.#open, out);
  }

  /** The outcome, when this answers the open call. */
  onAnswer(answer: StoreAnswer, out: CallOut): StoreOutcome | undefined {
    if (answer.session !== this.name || answer.call !== this.#open?.call) return undefined;
    this.close(out);
    return answer.outcome;
  }

  /** True when the timer was this session's. */
  onTimer(tag: string, out: CallOut): boolean {
    if (tag !== this.timer) return false;
    if (this.#open !== undefined) this.#send(this.#open, out);
    return true;
  }

  /** Forgets the open call; what became of it at the store is unknown. */
  close(out: CallOut): void {
    if (this.#open !== undefined) out.cancelTimer(this.timer);
    this.#open = undefined;
  }

  #send(call: StoreCall, out: CallOut): void {
    out.send(this.#store, call);
    out.setTimer(this.timer, this.#resendUs);
  }
}
