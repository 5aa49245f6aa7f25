/**
 * How long messages are, and what their length costs. The length of the JSON is near enough: it is
 * the difference between long and short that shows.
 */
import type { Message } from '../host/host.ts';

/** Most numbers are counts of a few digits. */
const NUMBER_BYTES = 4;
const WORD_BYTES = 5;
/** Quotes, a colon and a comma around a name and its value. */
const NAME_BYTES = 4;
const TEXT_BYTES = 2;
const BRACKET_BYTES = 2;

/** About how many bytes plain data takes as text. Reads every name and value once. */
export function bytesOf(data: unknown): number {
  if (typeof data === 'object' && data !== null) return bytesWithin(data);
  return typeof data === 'string' ? data.length + TEXT_BYTES : WORD_BYTES;
}

function bytesWithin(data: object): number {
  let bytes = BRACKET_BYTES;
  if (Array.isArray(data)) {
    for (const item of data as readonly unknown[]) bytes += bytesOf(item) + 1;
    return bytes;
  }
  for (const name in data) {
    const value = (data as Record<string, unknown>)[name];
    bytes += name.length + NAME_BYTES;
    if (typeof value === 'string') bytes += value.length + TEXT_BYTES;
    else if (typeof value === 'number') bytes += NUMBER_BYTES;
    else bytes += bytesOf(value);
  }
  return bytes;
}

/**
 * The price of length, in whole microseconds: what is shorter than a microsecond's worth is in the
 * price of every message. It is paid where a message is sent and where it is received.
 */
export class LengthPrices {
  readonly #perByteUs: number;
  // What was measured last: a message is asked about by who sends it and by who carries it, and the
  // same list may go to several machines, one after the other.
  #message: Message | undefined;
  #us = 0;
  #list: readonly unknown[] | undefined;
  #listBytes = 0;

  constructor(perByteUs: number) {
    this.#perByteUs = perByteUs;
  }

  of(message: Message): number {
    if (message === this.#message) return this.#us;
    this.#message = message;
    this.#us = this.#perByteUs === 0 ? 0 : Math.floor(this.#bytesOf(message) * this.#perByteUs);
    return this.#us;
  }

  /** As {@link bytesOf}. */
  #bytesOf(message: Message): number {
    let bytes = BRACKET_BYTES;
    for (const name in message) {
      const value = (message as Message & Record<string, unknown>)[name];
      bytes += name.length + NAME_BYTES;
      if (typeof value === 'number') bytes += NUMBER_BYTES;
      else bytes += Array.isArray(value) ? this.#bytesOfList(value) : bytesOf(value);
    }
    return bytes;
  }

  #bytesOfList(list: readonly unknown[]): number {
    if (list === this.#list) return this.#listBytes;
    this.#list = list;
    this.#listBytes = bytesOf(list);
    return this.#listBytes;
  }
}
