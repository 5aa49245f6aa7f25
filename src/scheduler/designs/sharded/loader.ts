import { required } from '../../../lib/assert.ts';
import { MS, type WallUs } from '../../../lib/units.ts';
import { Book, type BookEntry } from '../../parts/book.ts';
import type { CallOut, StoreSession } from '../../parts/store-session.ts';
import { sortable } from '../../store/indexes.ts';
import type { StoreAnswer } from '../../store/protocol.ts';
import { LOADED, rowOf } from './schema.ts';

const PAGE = 500;
const AGAIN_US = 100 * MS;

/** What of a shard's rows a new owner takes into its memory; with it come all of its timers. */
export type Reload = (entry: BookEntry, nowUs: WallUs) => boolean;

export const reloadAll: Reload = () => true;

export interface Loaded {
  readonly book: Book;
  /** Keys of all rows that were found. */
  readonly known: Set<string>;
}

/** Reads the rows of one shard, page by page, each in a transaction, for it must not be stale. */
export class ShardLoader {
  readonly #session: StoreSession;
  readonly #shard: number;
  readonly #reload: (entry: BookEntry) => boolean;
  #loaded: Loaded = { book: new Book(), known: new Set() };
  #part = 0;
  #after = '';

  constructor(session: StoreSession, shard: number, reload: (entry: BookEntry) => boolean) {
    this.#session = session;
    this.#shard = shard;
    this.#reload = reload;
  }

  begin(out: CallOut): void {
    this.#loaded = { book: new Book(), known: new Set() };
    this.#part = 0;
    this.#ask('', out);
  }

  /** Everything, once the last page is in. */
  onAnswer(answer: StoreAnswer, out: CallOut): Loaded | undefined {
    const outcome = this.#session.onAnswer(answer, out);
    if (outcome === undefined) return undefined;
    // What was read so far may be gone from a new timeline.
    if (outcome.kind === 'new-timeline') this.begin(out);
    else if (outcome.kind !== 'ok') this.#ask(this.#after, out, AGAIN_US);
    else {
      const { rows } = outcome;
      for (const { value } of rows) this.#take(value as BookEntry);
      if (rows.length === PAGE) this.#ask(required(rows[PAGE - 1]?.place, 'a place'), out);
      else if (this.#part + 1 === LOADED.length) return this.#loaded;
      else {
        this.#part += 1;
        this.#ask('', out);
      }
    }
    return undefined;
  }

  #take(entry: BookEntry): void {
    this.#loaded.known.add(rowOf(entry));
    if (this.#reload(entry)) this.#loaded.book.apply(entry);
  }

  #ask(after: string, out: CallOut, waitUs = 0): void {
    this.#after = after;
    const index = required(LOADED[this.#part], 'an index');
    const scan = { kind: 'range', index, prefix: sortable(this.#shard), limit: PAGE } as const;
    const page = after === '' ? scan : { ...scan, after };
    this.#session.call([{ kind: 'begin' }, page, { kind: 'rollback' }], out, waitUs);
  }
}
