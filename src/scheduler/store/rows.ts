import { required } from '../../lib/assert.ts';
import type { MonotonicUs } from '../../lib/units.ts';
import { OWN_PREFIX } from './indexes.ts';
import type { Mishaps } from './mishaps.ts';
import type { StoreRow, StoreScan } from './protocol.ts';
import { type Overlay, Past, type RowWrite, type Table } from './table.ts';
import type { Transaction, Writes } from './transaction.ts';

export interface Committed {
  readonly version: number;
  readonly rows: readonly RowWrite[];
}

/** What reading and writing rows needs of the store. */
export interface RowsPort {
  readonly table: Table;
  readonly mishaps: Mishaps;
  readonly nowUs: () => MonotonicUs;
  /** Makes a commit of these; the version that its rows get. */
  readonly commit: (writes: Writes) => Committed;
}

/**
 * The rows as one transaction or another sees them, or none. What they were is kept only for those
 * that may still ask: transactions that see the past, and a mishap that makes everybody see it.
 */
export class Rows {
  readonly #port: RowsPort;
  /** Open ones that see what was there when they began. */
  readonly #snapshots = new Set<Transaction>();
  /** Kept while reads may be stale. */
  #past: Past | undefined;

  constructor(port: RowsPort) {
    this.#port = port;
  }

  get table(): Table {
    return this.#port.table;
  }

  begin(transaction: Transaction): void {
    if (transaction.isSnapshot) this.#snapshots.add(transaction);
  }

  end(transaction: Transaction): void {
    this.#snapshots.delete(transaction);
  }

  /** Something about reads may be otherwise from now on. */
  mishapsChanged(): void {
    if (!this.#port.mishaps.has('stale-reads')) this.#past = undefined;
    else this.#past ??= new Past();
  }

  read(transaction: Transaction | undefined, key: string): StoreRow {
    const committed = this.table.read(key);
    if (transaction === undefined) {
      if (this.#past === undefined) return committed;
      return this.#stale((row) => row.key === key)?.get(key) ?? committed;
    }
    transaction.noteKey(key);
    const seen = transaction.before.get(key) ?? committed;
    const own = transaction.writes.get(key);
    return own === undefined ? seen : { key, ...own, version: seen.version };
  }

  range(transaction: Transaction | undefined, scan: StoreScan): StoreRow[] {
    if (transaction === undefined) {
      if (this.#past === undefined) return this.table.scan(scan);
      return this.table.scan(
        scan,
        this.#stale((row) => this.#isAsked(row, scan)),
      );
    }
    const rows = this.table.scan(scan, this.#seenBy(transaction));
    transaction.noteScan(scan, rows);
    return rows;
  }

  /** The same without rows that cannot be had. */
  claim(transaction: Transaction, scan: StoreScan, has: (key: string) => boolean): StoreRow[] {
    const taken = new Set<string>();
    const passedOver = new Set<string>();
    const rows = this.table.scan(scan, this.#seenBy(transaction), ({ key }) => {
      // One that is in an index twice is shown once.
      if (taken.has(key) || passedOver.has(key)) return false;
      const isHad = has(key);
      (isHad ? taken : passedOver).add(key);
      return isHad;
    });
    transaction.noteScan(scan, rows, passedOver);
    return rows;
  }

  /** Makes a commit, of a transaction or of the store itself. */
  write(writes: Writes): Committed {
    const nowUs = this.#port.nowUs();
    for (const key of writes.keys()) {
      // Nobody comes by the store's own.
      if (key.startsWith(OWN_PREFIX)) continue;
      const before = this.table.read(key);
      this.#past?.note(nowUs, before);
      for (const each of this.#snapshots) each.outlive(before);
    }
    return this.#port.commit(writes);
  }

  /** Committed rows that do not show, and what shows in their place. */
  #seenBy({ before, writes }: Transaction): Overlay {
    if (writes.size === 0) return before;
    const overlay = new Map(before);
    for (const [key, own] of writes) {
      const { version } = before.get(key) ?? this.table.read(key);
      overlay.set(key, { key, ...own, version });
    }
    return overlay;
  }

  /** Whether a row as it was, or what became of it, concerns a scan. */
  #isAsked(row: StoreRow, scan: StoreScan): boolean {
    if (scan.index === undefined) return row.key.startsWith(scan.prefix);
    return this.table.isWithin(row, scan) || this.table.isWithin(this.table.read(row.key), scan);
  }

  /** Rows as they were a while ago, when some of those in question have changed since. */
  #stale(isAsked: (row: StoreRow) => boolean): Overlay | undefined {
    const { mishaps, nowUs } = this.#port;
    const old = required(this.#past, 'the past').asOf(nowUs() - mishaps.lagUs());
    if (![...old.values()].some(isAsked)) return undefined;
    mishaps.hit('stale-reads');
    return old;
  }
}
