/**
 * kernel: virtual time, and what happens next. It knows nothing of machines, messages or faults.
 *
 *   kernel.ts       the clock, the table of handlers, the loop (this file)
 *   event-queue.ts  what is pending: an indexed heap with true cancel and rearm in place
 *   fingerprint.ts  64 bits that depend on everything that happened, and on its order
 *   trace.ts        the fingerprint after every step, to find where two runs part
 *   rng.ts          randomness: one seed, a stream of its own for every purpose
 */
import { assert, InvariantBroken } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import type { VirtualUs } from '../lib/units.ts';
import { type EventQueue, HeapQueue } from './event-queue.ts';
import { Fingerprint } from './fingerprint.ts';
import { StepTrace } from './trace.ts';

/** What happens when an event of a kind comes due. It runs to completion and may schedule more. */
export type Handler = (arg: number, payload: unknown) => void;

export interface KernelOptions {
  /** Draws the order among events at equal times; without it they come in the order of asking. */
  readonly tieBreak?: Random;
  /** Keeps a {@link StepTrace} (24 bytes per step). */
  readonly trace?: boolean;
  /** The structure that holds what is pending; a heap unless given. */
  readonly queue?: EventQueue;
}

/** Kinds fit beside the high word of a time in one word of the fingerprint: 11 + 21 bits. */
const MAX_KINDS = 1 << 11;
const HIGH_WORD = 2 ** -32;
/** A drawn order is 16 random bits above a sequence of 37, exact in a double. */
const TIE_DRAWS = 2 ** 16;
const TIE_STEP = 2 ** 37;

/**
 * A loop over events, which are records (kind, arg, payload) at an integer time in µs: no closures,
 * so that an event can be printed, folded and compared. Order is total: by time, then by sequence.
 */
export class Kernel {
  readonly trace: StepTrace | undefined;
  readonly #queue: EventQueue;
  readonly #tieBreak: Random | undefined;
  readonly #names: string[] = [];
  readonly #handlers: Handler[] = [];
  readonly #fingerprint = new Fingerprint();
  // Records of pending events, by slot: kind and arg side by side, and the payload.
  #records = new Int32Array(2 * 64);
  readonly #payloads: unknown[] = [];
  #now = 0;
  #steps = 0;
  #sequence = 0;

  constructor(options: KernelOptions = {}) {
    this.#queue = options.queue ?? new HeapQueue();
    this.#tieBreak = options.tieBreak;
    this.trace = options.trace === true ? new StepTrace() : undefined;
  }

  /** True time, in µs since the start of the run. */
  get now(): VirtualUs {
    return this.#now as VirtualUs;
  }

  /** Events handled so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Events not yet handled. */
  get pending(): number {
    return this.#queue.size;
  }

  /** Makes a kind of event known and answers with its number; register in a fixed order. */
  register(name: string, handler: Handler): number {
    assert(!this.#names.includes(name), `event kind registered twice: ${name}`);
    assert(this.#names.length < MAX_KINDS, `more than ${MAX_KINDS} kinds of events`);
    this.#handlers.push(handler);
    return this.#names.push(name) - 1;
  }

  /** The name under which a kind was registered. */
  nameOf(kind: number): string {
    return this.#names[kind] ?? `kind ${kind}`;
  }

  /**
   * Schedules an event at an absolute time, an integer number of µs that is not in the past. `arg`
   * is an integer of 32 bits. The handle is good for cancel, rearm and isPending until the event
   * happens.
   */
  at(timeUs: number, kind: number, arg: number, payload?: unknown): number {
    if (!(timeUs >= this.#now && Number.isSafeInteger(timeUs))) refuseTime(timeUs, this.#now);
    if (kind >>> 0 >= this.#handlers.length || (arg | 0) !== arg) refuseRecord(kind, arg);
    const handle = this.#queue.push(timeUs, this.#nextOrder());
    const slot = this.#queue.slotOf(handle);
    if (2 * slot >= this.#records.length) this.#grow();
    this.#records[2 * slot] = kind;
    this.#records[2 * slot + 1] = arg;
    this.#payloads[slot] = payload;
    return handle;
  }

  /** Takes an event back; false when it already happened or was already taken back. */
  cancel(handle: number): boolean {
    if (!this.#queue.cancel(handle)) return false;
    this.#payloads[this.#queue.slotOf(handle)] = undefined;
    return true;
  }

  /** Moves an event to another time; it comes after those already there. False as for cancel. */
  rearm(handle: number, timeUs: number): boolean {
    if (!(timeUs >= this.#now && Number.isSafeInteger(timeUs))) refuseTime(timeUs, this.#now);
    return this.#queue.rearm(handle, timeUs, this.#nextOrder());
  }

  isPending(handle: number): boolean {
    return this.#queue.isPending(handle);
  }

  /** Mixes a word of 32 bits into the fingerprint: something that two equal runs must share. */
  fold(word: number): void {
    this.#fingerprint.fold(word);
  }

  /** 16 hex digits that depend on every step so far and everything folded. */
  fingerprint(): string {
    return this.#fingerprint.hex();
  }

  /** Handles the earliest event; false when there is none. */
  step(): boolean {
    if (this.#queue.size === 0) return false;
    this.#handleEarliest();
    return true;
  }

  /** Handles every event due up to and including this time, which then is `now`. */
  run(untilUs: number): void {
    if (!(untilUs >= this.#now && Number.isSafeInteger(untilUs))) refuseTime(untilUs, this.#now);
    while (this.#queue.earliest <= untilUs) this.#handleEarliest();
    this.#now = untilUs;
  }

  #handleEarliest(): void {
    const time = this.#queue.earliest;
    const slot = this.#queue.pop();
    const kind = this.#records[2 * slot]!;
    const arg = this.#records[2 * slot + 1]!;
    const payload = this.#payloads[slot];
    this.#payloads[slot] = undefined;
    this.#now = time;
    this.#steps++;
    this.#fingerprint.fold3(time | 0, ((time * HIGH_WORD) << 11) | kind, arg);
    this.#handlers[kind]!(arg, payload);
    if (this.trace !== undefined) this.trace.add(this.#fingerprint, time, kind, arg);
  }

  #nextOrder(): number {
    const sequence = this.#sequence++;
    if (this.#tieBreak === undefined) return sequence;
    return this.#tieBreak.below(TIE_DRAWS) * TIE_STEP + sequence;
  }

  #grow(): void {
    const bigger = new Int32Array(2 * this.#records.length);
    bigger.set(this.#records);
    this.#records = bigger;
  }
}

// Apart from the hot path, so that no text is built and no closure made where nothing is wrong.
function refuseTime(timeUs: number, nowUs: number): never {
  throw new InvariantBroken(`time ${timeUs} is no integer from now, ${nowUs}, on`);
}

function refuseRecord(kind: number, arg: number): never {
  throw new InvariantBroken(
    `event of kind ${kind} with argument ${arg}: no such kind, or no int32`,
  );
}
