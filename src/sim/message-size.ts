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
 * price of every message. Each message is measured when it is sent, and when it is received only if
 * one of its kind was ever long, for most kinds never are.
 */
export class LengthPrices {
  readonly #perByteUs: number;
  readonly #longKinds = new Set<string>();

  constructor(perByteUs: number) {
    this.#perByteUs = perByteUs;
  }

  sendUs(message: Message): number {
    if (this.#perByteUs === 0) return 0;
    const us = this.#measure(message);
    if (us > 0) this.#longKinds.add(message.kind);
    return us;
  }

  receiveUs(message: Message): number {
    return this.#longKinds.has(message.kind) ? this.#measure(message) : 0;
  }

  #measure(message: Message): number {
    return Math.floor(bytesWithin(message) * this.#perByteUs);
  }
}
