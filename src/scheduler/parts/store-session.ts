import type { Message } from '../../host/host.ts';
import { assert } from '../../lib/assert.ts';
import { MS } from '../../lib/units.ts';
import type { StoreAnswer, StoreCall, StoreOp, StoreOutcome } from '../store/protocol.ts';

/** The part of an output collector that a session needs. */
export interface CallOut {
  send<M extends Message>(to: string, message: M): void;
  setTimer(tag: string, afterUs: number): void;
  cancelTimer(tag: string): void;
}

/** Who was turned away asks the next one after this: they may both be about to change places. */
const TURN_US = 50 * MS;

/** What the sessions of one client know together: which machine serves, and on which timeline. */
export class StoreSite {
  readonly #names: readonly string[];
  #current = 0;
  /** The latest that was heard of; -1 before any. */
  timeline = -1;

  constructor(names: readonly string[]) {
    assert(names.length > 0, 'a store without a machine');
    this.#names = names;
  }

  /** Whom to ask. */
  get believed(): string {
    return this.#names[this.#current] as string;
  }

  /** This one was silent, or does not serve: asks another, the one it named if it did. */
  turnFrom(name: string, to?: string): void {
    if (name !== this.believed) return;
    const named = to === undefined ? -1 : this.#names.indexOf(to);
    this.#current = named >= 0 ? named : (this.#current + 1) % this.#names.length;
  }

  /** False for what was said on a timeline that is over. */
  hears(timeline: number): boolean {
    if (timeline < this.timeline) return false;
    this.timeline = timeline;
    return true;
  }
}

/**
 * One conversation with the store: at most one call is open; it is sent again, under the same
 * number, until it is answered. A new call gives an open one up: the store ignores it should it
 * arrive later. A call belongs to the timeline that was known when it was made, also when it is
 * sent again.
 */
export class StoreSession {
  readonly name: string;
  readonly #site: StoreSite;
  readonly #resendUs: number;
  #call = 0;
  #open: StoreCall | undefined;
  /** Whom the open call was sent to last; undefined for one that waits. */
  #asked: string | undefined;

  constructor(name: string, site: StoreSite, resendUs: number) {
    this.name = name;
    this.#site = site;
    this.#resendUs = resendUs;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** The tag of the resend timer on the host. */
  get timer(): string {
    return `store:${this.name}`;
  }

  /** Makes a call, at once or after this span of the local clock. */
  call(ops: readonly StoreOp[], out: CallOut, afterUs = 0): void {
    assert(ops.length > 0, 'a call without operations');
    this.#call += 1;
    const { timeline } = this.#site;
    this.#open = { kind: 'store', v: 1, session: this.name, call: this.#call, timeline, ops };
    this.#asked = undefined;
    if (afterUs === 0) this.#send(this.#open, out);
    else out.setTimer(this.timer, afterUs);
  }

  /** The outcome, when this answers the open call. */
  onAnswer(answer: StoreAnswer, out: CallOut): StoreOutcome | undefined {
    if (!this.#site.hears(answer.timeline)) return undefined;
    if (answer.session !== this.name || answer.call !== this.#open?.call) return undefined;
    const { outcome } = answer;
    if (outcome.kind === 'not-primary') {
      this.#turn(outcome.primary);
      out.setTimer(this.timer, TURN_US);
      return undefined;
    }
    this.close(out);
    return outcome;
  }

  /** True when the timer was this session's. */
  onTimer(tag: string, out: CallOut): boolean {
    if (tag !== this.timer) return false;
    this.#turn(undefined);
    if (this.#open !== undefined) this.#send(this.#open, out);
    return true;
  }

  /** Forgets the open call; what became of it at the store is unknown. */
  close(out: CallOut): void {
    if (this.#open !== undefined) out.cancelTimer(this.timer);
    this.#open = undefined;
  }

  #turn(to: string | undefined): void {
    if (this.#asked !== undefined) this.#site.turnFrom(this.#asked, to);
    this.#asked = undefined;
  }

  #send(call: StoreCall, out: CallOut): void {
    this.#asked = this.#site.believed;
    out.send(this.#asked, call);
    out.setTimer(this.timer, this.#resendUs);
  }
}
