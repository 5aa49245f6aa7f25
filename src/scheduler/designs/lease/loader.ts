import { required } from '../../../lib/assert.ts';
import { MS } from '../../../lib/units.ts';
import type { BookEntry } from '../../parts/book.ts';
import { Book } from '../../parts/book.ts';
import type { CallOut, StoreSession } from '../../parts/store-session.ts';
import type { StoreAnswer } from '../../store/protocol.ts';
import { BOOK_PREFIXES } from './journal.ts';

const PAGE = 500;
const AGAIN_US = 100 * MS;

/**
 * Reads the book back from the store, page by page, when a term begins. Each page is read in a
 * transaction: outside of one, a store may show what was there a while ago.
 */
export class Loader {
  readonly #session: StoreSession;
  #book = new Book();
  #prefix = 0;
  #after = '';

  constructor(session: StoreSession) {
    this.#session = session;
  }

  begin(out: CallOut): void {
    this.#ask('', out);
  }

  /** The whole book, once the last page is in. */
  onAnswer(answer: StoreAnswer, out: CallOut): Book | undefined {
    const outcome = this.#session.onAnswer(answer, out);
    if (outcome === undefined) return undefined;
    if (outcome.kind === 'new-timeline') {
      // What was read so far may be gone from this one.
      this.#book = new Book();
      this.#prefix = 0;
      this.#ask('', out);
      return undefined;
    }
    if (outcome.kind !== 'ok') {
      this.#ask(this.#after, out, AGAIN_US);
      return undefined;
    }
    const { rows } = outcome;
    for (const row of rows) this.#book.apply(row.value as BookEntry);
    if (rows.length === PAGE) this.#ask(required(rows[PAGE - 1], 'the last row').key, out);
    else if (this.#prefix + 1 === BOOK_PREFIXES.length) return this.#book;
    else {
      this.#prefix += 1;
      this.#ask('', out);
    }
    return undefined;
  }

  #ask(after: string, out: CallOut, waitUs = 0): void {
    this.#after = after;
    const prefix = required(BOOK_PREFIXES[this.#prefix], 'a prefix');
    const page = { kind: 'range', prefix, after, limit: PAGE } as const;
    this.#session.call([{ kind: 'begin' }, page, { kind: 'rollback' }], out, waitUs);
  }
}
