import type { Isolation, StoreRow, StoreScan, StoreValue } from './protocol.ts';
import type { Table } from './table.ts';

/** What a row is to hold, and the session that it then goes with. */
export interface Buffered {
  readonly value: StoreValue;
  readonly owner?: string;
}
export type Writes = ReadonlyMap<string, Buffered>;

interface Notice {
  readonly channel: string;
  readonly payload: string;
}

/** What a session does before it commits: all of it is undone by forgetting it. */
export class Transaction {
  readonly isolation: Isolation;
  /** How long it waits for a lock, where that is not left to the store. */
  readonly lockWaitUs: number | undefined;
  readonly writes = new Map<string, Buffered>();
  /** To be told with the commit. */
  readonly notices: Notice[] = [];
  /** What others have changed since it began, as it was then, where it is to see that. */
  readonly before = new Map<string, StoreRow>();
  readonly #footprint = new Footprint();

  constructor(isolation: Isolation = 'read-committed', lockWaitUs?: number) {
    this.isolation = isolation;
    this.lockWaitUs = lockWaitUs;
  }

  get isSnapshot(): boolean {
    return this.isolation !== 'read-committed';
  }

  get isSerializable(): boolean {
    return this.isolation === 'serializable';
  }

  /** Others do something else for what it has done. */
  get hasEffect(): boolean {
    return this.writes.size > 0 || this.notices.length > 0;
  }

  notify(channel: string, payload: string): void {
    const isKnown = this.notices.some((n) => n.channel === channel && n.payload === payload);
    if (!isKnown) this.notices.push({ channel, payload });
  }

  noteKey(key: string): void {
    if (this.isSerializable) this.#footprint.addKey(key);
  }

  noteScan(scan: StoreScan, rows: readonly StoreRow[], passedOver?: ReadonlySet<string>): void {
    if (this.isSerializable) this.#footprint.addScan(scan, rows, passedOver);
  }

  /** Another transaction has changed a row: this one goes on seeing what was there. */
  outlive(before: StoreRow): void {
    if (!this.before.has(before.key)) this.before.set(before.key, before);
  }

  /**
   * Whether it may commit: what it read is what it would read now, so it might as well have begun
   * now. One that only read needs no such check: it shows the moment at which it began.
   */
  isInOrder(table: Table): boolean {
    if (!this.isSerializable || !this.hasEffect) return true;
    const footprint = this.#footprint;
    return ![...this.before.values()].some(
      (row) => footprint.covers(row, table) || footprint.covers(table.read(row.key), table),
    );
  }
}

/** What a transaction has read, rows that were not there included. */
class Footprint {
  readonly #keys = new Set<string>();
  readonly #scans: {
    readonly scan: StoreScan;
    /** Where it ended; `undefined` where it went through to the end. */
    readonly last: string | undefined;
    readonly passedOver: ReadonlySet<string>;
  }[] = [];

  addKey(key: string): void {
    this.#keys.add(key);
  }

  addScan(
    scan: StoreScan,
    rows: readonly StoreRow[],
    passedOver: ReadonlySet<string> = new Set(),
  ): void {
    const end = rows.length >= scan.limit ? rows.at(-1) : undefined;
    this.#scans.push({ scan, last: end?.place ?? end?.key, passedOver });
  }

  covers(row: StoreRow, table: Table): boolean {
    if (this.#keys.has(row.key)) return true;
    return this.#scans.some(
      ({ scan, last, passedOver }) => !passedOver.has(row.key) && table.isWithin(row, scan, last),
    );
  }
}
