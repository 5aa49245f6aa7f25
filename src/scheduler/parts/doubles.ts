/**
 * Requests that the network delivered twice. A client that is told of a refusal relies on it that
 * no copy is left which could still be carried out, and counts the copies that it sent; only who
 * receives them can tell those that it never sent. A connection would do the same with sequence
 * numbers, and no more: what is delivered twice around a restart is taken for news.
 */
import { dropOldest } from '../../lib/oldest.ts';
import type { ApiCall } from '../api.ts';
import { inShort, inWords, isWorthNoting } from './answered.ts';

/** So many copies are remembered at least, the latest ones, and at most a few more. */
const COPIES = 10_000;
const MORE_MAX = 1_000;

export class Doubles {
  /** In the order in which they came. */
  readonly #seen = new Set<string>();

  /** Whether this very copy was here before, of a request that may change something. */
  isDouble(from: string, { op, request, resentAtUs }: ApiCall): boolean {
    if (!isWorthNoting(request)) return false;
    const copy = inWords([from, op, resentAtUs, inShort(request)]);
    if (this.#seen.has(copy)) return true;
    this.#seen.add(copy);
    if (this.#seen.size > COPIES + MORE_MAX) dropOldest(this.#seen, MORE_MAX);
    return false;
  }
}
