import { assert, required } from '../../../lib/assert.ts';
import type { BookEntry } from '../../parts/book.ts';
import { Book } from '../../parts/book.ts';
import type { CallOut, StoreSession } from '../../parts/store-session.ts';
import type { StoreAnswer } from '../../store/protocol.ts';
import { BOOK_PREFIXES } from './journal.ts';

const PAGE = 500;

/** Reads the book back from the store, page by page, when a term begins. */
export class Loader {
  readonly #session: StoreSession;
  readonly #book = new Book();
  #prefix = 0;

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
    assert(outcome.kind === 'ok', () => `reading the book back: ${outcome.kind}`);
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

  #ask(after: string, out: CallOut): void {
    const prefix = required(BOOK_PREFIXES[this.#prefix], 'a prefix');
    this.#session.call([{ kind: 'range', prefix, after, limit: PAGE }], out);
  }
}
