import { assert, required } from '../../lib/assert.ts';
import type { MonotonicUs } from '../../lib/units.ts';
import { indexOrder, keyOrder, move, type Order, OWN_PREFIX, type StoreIndex } from './indexes.ts';
import type { StoreRow, StoreScan, StoreValue } from './protocol.ts';

/** One row as a commit writes it; an `undefined` value deletes. */
export interface RowWrite {
  readonly key: string;
  readonly value: StoreValue;
  readonly version: number;
  /** The session that it goes with. */
  readonly owner?: string;
}

/** Rows that show instead of those of a table; an `undefined` value hides the row. */
export type Overlay = ReadonlyMap<string, StoreRow>;
const NOTHING: Overlay = new Map();

/** The index of rows by the session that they go with. */
const OWNERS = `${OWN_PREFIX}owner`;

/** The committed rows. Versions rise with commits, so a deleted row never gets an old one. */
export class Table {
  readonly #rows = new Map<string, StoreRow>();
  readonly #keys: Order;
  readonly #indexes: ReadonlyMap<string, Order>;

  constructor(indexes: readonly StoreIndex[] = [], rows: Iterable<StoreRow> = []) {
    for (const row of rows) this.#rows.set(row.key, row);
    this.#keys = keyOrder(this.#rows.keys());
    const all = this.rows();
    this.#indexes = new Map([
      ...indexes.map(({ name, prefix, keyOf }): [string, Order] => [
        name,
        indexOrder(prefix, ({ value }) => keyOf(value), all),
      ]),
      [OWNERS, indexOrder('', ({ owner }) => owner, all)],
    ]);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** All rows, in no order that means anything. */
  rows(): readonly StoreRow[] {
    return [...this.#rows.values()];
  }

  read(key: string): StoreRow {
    return this.#rows.get(key) ?? absent(key);
  }

  write(row: RowWrite): void {
    const before = this.read(row.key);
    assert(row.version > before.version, () => `${row.key} goes back to ${row.version}`);
    if (row.value === undefined) this.#rows.delete(row.key);
    else this.#rows.set(row.key, row);
    if (before.value === undefined || row.value === undefined) move(this.#keys, before, row);
    for (const index of this.#indexes.values()) move(index, before, row);
  }

  /**
   * Rows in order, with some replaced. `accepts` is asked about each in turn until there are enough
   * and leaves out those that it does not want.
   */
  scan(
    scan: StoreScan,
    over: Overlay = NOTHING,
    accepts: (row: StoreRow) => boolean = () => true,
  ): StoreRow[] {
    const rows: StoreRow[] = [];
    if (scan.limit <= 0) return rows;
    const order = this.#order(scan.index);
    for (const place of places(order, scan, over)) {
      const key = order.keyAt(place);
      const row = over.get(key) ?? this.read(key);
      if (!accepts(row)) continue;
      rows.push(scan.index === undefined ? row : { place, ...row });
      if (rows.length >= scan.limit) break;
    }
    return rows;
  }

  /** Whether a scan goes over the row, up to a place if one is given. */
  isWithin(row: StoreRow, scan: StoreScan, last?: string): boolean {
    const found = this.#order(scan.index).placesOf(row);
    return found.some((at) => isAmong(at, scan) && (last === undefined || at <= last));
  }

  /** Keys of the rows that go with a session. */
  ownedBy(session: string): string[] {
    const prefix = `${session}\u0000`;
    const scan = { index: OWNERS, prefix, limit: Number.MAX_SAFE_INTEGER };
    return this.scan(scan).map(({ key }) => key);
  }

  /** Sessions that rows go with. */
  owners(): ReadonlySet<string> {
    const scan = { index: OWNERS, prefix: '', limit: Number.MAX_SAFE_INTEGER };
    return new Set(this.scan(scan).flatMap(({ owner }) => owner ?? []));
  }

  #order(index: string | undefined): Order {
    if (index === undefined) return this.#keys;
    return required(this.#indexes.get(index), `index ${index}`);
  }
}

const absent = (key: string): StoreRow => ({ key, value: undefined, version: 0 });

/** Where a scan comes by, in order: committed rows that are not replaced, and replacements. */
function* places(order: Order, scan: StoreScan, over: Overlay): Generator<string> {
  const own: string[] = [];
  for (const row of over.values()) {
    for (const place of order.placesOf(row)) if (isAmong(place, scan)) own.push(place);
  }
  own.sort();
  let next = 0;
  for (const place of order.places.from(latest(scan.prefix || order.first, scan.after ?? ''))) {
    if (!place.startsWith(scan.prefix) || !isBefore(place, scan.until)) break;
    if (place === scan.after) continue;
    if (over.size > 0 && over.has(order.keyAt(place))) continue;
    for (; next < own.length && (own[next] as string) < place; next++) yield own[next] as string;
    yield place;
  }
  for (; next < own.length; next++) yield own[next] as string;
}

const isAmong = (place: string, { prefix, after = '', until }: StoreScan): boolean =>
  place.startsWith(prefix) && place > after && isBefore(place, until);

const isBefore = (place: string, until: string | undefined): boolean =>
  until === undefined || place < until;

const latest = (a: string, b: string): string => (a < b ? b : a);

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
