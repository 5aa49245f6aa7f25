/**
 * Requests that the network delivered twice. A client that is told of a refusal relies on it that
 * no copy is left which could still be carried out, and counts the copies that it sent; only who
 * receives them can tell those that it never sent. A connection would do the same with sequence
 * numbers, and no more: what is delivered twice around a restart is taken for news.
 */
import { keepLatest } from '../../lib/oldest.ts';
import type { ApiCall } from '../api.ts';
import { inShort, inWord, isWorthNoting } from './answered.ts';

/** So many copies are remembered at least, the latest ones. */
const REMEMBERED = 10_000;

export class Doubles {
  /** In the order in which they came. */
  readonly #seen = new Set<string>();

  /** Whether this very copy was here before, of a request that may change something. */
  isDouble(from: string, { op, request, resentAtUs }: ApiCall): boolean {
    if (!isWorthNoting(request)) return false;
    const copy = `${from} ${inWord(op)} ${inWord(resentAtUs)} ${inShort(request)}`;
    const { size } = this.#seen;
    this.#seen.add(copy);
    if (this.#seen.size === size) return true;
    keepLatest(this.#seen, REMEMBERED);
    return false;
  }
}
