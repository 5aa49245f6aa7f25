import { assert } from '../../lib/assert.ts';
import type { MonotonicUs } from '../../lib/units.ts';
import type { StoreRow, StoreValue } from './protocol.ts';

/** One row as a commit writes it; an `undefined` value deletes. */
export interface RowWrite {
  readonly key: string;
  readonly value: StoreValue;
  readonly version: number;
}

/** Rows that show instead of those of a table; an `undefined` value hides the row. */
export type Overlay = ReadonlyMap<string, StoreRow>;

/** The committed rows. Versions rise with commits, so a deleted row never gets an old one. */
export class Table {
  readonly #rows = new Map<string, StoreRow>();
  #sorted: readonly string[] | undefined;

  constructor(rows: Iterable<StoreRow> = []) {
    for (const row of rows) this.#rows.set(row.key, row);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** All rows, in no order that means anything. */
  rows(): readonly StoreRow[] {
    return [...this.#rows.values()];
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

  /** The same with some rows replaced. */
  rangeOver(overlay: Overlay, prefix: string, after: string, limit: number): StoreRow[] {
    if (overlay.size === 0) return this.range(prefix, after, limit);
    // So many more that none is missing when every replacement hides one of them.
    const committed = this.range(prefix, after, limit + overlay.size);
    const rows = new Map(committed.map((row) => [row.key, row]));
    for (const [key, row] of overlay) {
      if (!key.startsWith(prefix) || key <= after) continue;
      if (row.value === undefined) rows.delete(key);
      else rows.set(key, row);
    }
    return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, limit);
  }
}

/** What rows were before they were written, from a moment on, to read them as of a while ago. */
export class Past {
  #changes: { readonly atUs: MonotonicUs; readonly before: StoreRow }[] = [];

  note(atUs: MonotonicUs, before: StoreRow): void {
    this.#changes.push({ atUs, before });
  }

  /** Rows as they were then, where they have changed since; forgets what was before it. */
  asOf(us: number): Overlay {
    const firstLater = this.#changes.findIndex(({ atUs }) => atUs > us);
    this.#changes = firstLater < 0 ? [] : this.#changes.slice(firstLater);
    const overlay = new Map<string, StoreRow>();
    for (const { before } of this.#changes) {
      if (!overlay.has(before.key)) overlay.set(before.key, before);
    }
    return overlay;
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
