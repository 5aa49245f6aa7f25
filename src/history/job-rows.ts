/**
 * Numbers for jobs, so that folds can keep what they know of a job in arrays. A dozen folds look up
 * the job of every fact; with a map of its own each, the look-ups would cost more than the
 * simulation. Here the first fold to ask pays for one, and the others, asking for the same string,
 * for none.
 */

/** Numbers jobs from 0 in the order in which they are first asked for. */
export class JobRows {
  readonly #rows = new Map<string, number>();
  #lastJob: string | undefined;
  #lastRow = -1;

  /** The row of this job; a new one where it had none. */
  row(job: string): number {
    if (job === this.#lastJob) return this.#lastRow;
    let row = this.#rows.get(job);
    if (row === undefined) {
      row = this.#rows.size;
      this.#rows.set(job, row);
    }
    this.#lastJob = job;
    this.#lastRow = row;
    return row;
  }

  /** Every job that has a row, in order of rows. */
  jobs(): Iterable<string> {
    return this.#rows.keys();
  }
}

const shared = new WeakMap<object, JobRows>();

/**
 * The rows that belong to this object: folds that are made with the same context share them.
 * Nothing that a fold concludes depends on who else uses them, for a row without entries means
 * nothing.
 */
export function jobRowsFor(context: object): JobRows {
  let rows = shared.get(context);
  if (rows === undefined) shared.set(context, (rows = new JobRows()));
  return rows;
}

// Columns grow by pages: one that is made anew, twice as long, would be copied and touched again.
const PAGE_BITS = 10;
const PAGE_ROWS = 1 << PAGE_BITS;

/** A number per row, `absent` where none was set. */
export class RowNumbers {
  readonly #absent: number;
  readonly #pages: Float64Array[] = [];
  #length = 0;

  constructor(absent: number) {
    this.#absent = absent;
  }

  /** No row from this one on was ever set. */
  get length(): number {
    return this.#length;
  }

  get(row: number): number {
    if (row >= this.#length) return this.#absent;
    return (this.#pages[row >> PAGE_BITS] as Float64Array)[row & (PAGE_ROWS - 1)] as number;
  }

  set(row: number, value: number): void {
    while (row >= this.#length) {
      this.#length += PAGE_ROWS;
      this.#pages.push(new Float64Array(PAGE_ROWS).fill(this.#absent));
    }
    (this.#pages[row >> PAGE_BITS] as Float64Array)[row & (PAGE_ROWS - 1)] = value;
  }
}

/** Thirty-two bits per row, none set at first. */
export class RowBits {
  readonly #pages: Int32Array[] = [];
  #length = 0;

  /** No row from this one on was ever set. */
  get length(): number {
    return this.#length;
  }

  get(row: number): number {
    if (row >= this.#length) return 0;
    return (this.#pages[row >> PAGE_BITS] as Int32Array)[row & (PAGE_ROWS - 1)] as number;
  }

  set(row: number, bits: number): void {
    while (row >= this.#length) {
      this.#length += PAGE_ROWS;
      this.#pages.push(new Int32Array(PAGE_ROWS));
    }
    (this.#pages[row >> PAGE_BITS] as Int32Array)[row & (PAGE_ROWS - 1)] = bits;
  }
}

/** A value per row, undefined where none was set. */
export class RowValues<T> {
  readonly #cells: (T | undefined)[] = [];

  get(row: number): T | undefined {
    return row < this.#cells.length ? this.#cells[row] : undefined;
  }

  set(row: number, value: T | undefined): void {
    // Filled up to the row, for an array with gaps becomes a slow one.
    while (this.#cells.length <= row) this.#cells.push(undefined);
    this.#cells[row] = value;
  }
}
