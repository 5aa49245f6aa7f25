import { assert } from '../../lib/assert.ts';
import type { StoreRow, StoreValue } from './protocol.ts';

/** One row as a commit writes it; an `undefined` value deletes. */
export interface RowWrite {
  readonly key: string;
  readonly value: StoreValue;
  readonly version: number;
}

/** The committed rows. Versions are numbers of commits, so a deleted row never gets an old one. */
export class Table {
  readonly #rows = new Map<string, StoreRow>();
  #sorted: readonly string[] | undefined;

  get size(): number {
    return this.#rows.size;
  }

  read(key: string): StoreRow {
    return this.#rows.get(key) ?? { key, value: undefined, version: 0 };
  }

  write(row: RowWrite): void {
    assert(
      row.version > this.read(row.key).version,
      () => `${row.key} goes back to ${row.version}`,
    );
    if (row.value === undefined) this.#rows.delete(row.key);
    const isNew = !this.#rows.has(row.key);
    if (row.value !== undefined) this.#rows.set(row.key, row);
    if (isNew || row.value === undefined) this.#sorted = undefined;
  }

  /** Rows with the prefix after a key, in order of key. */
  range(prefix: string, after: string, limit: number): StoreRow[] {
    this.#sorted ??= [...this.#rows.keys()].sort();
    const from = after === '' ? prefix : after;
    const rows: StoreRow[] = [];
    for (let i = firstAtLeast(this.#sorted, from); i < this.#sorted.length; i++) {
      const key = this.#sorted[i] as string;
      if (!key.startsWith(prefix) || rows.length >= limit) break;
      if (key !== after) rows.push(this.read(key));
    }
    return rows;
  }
}

function firstAtLeast(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
