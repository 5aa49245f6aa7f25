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

const FIRST_LENGTH = 1_024;

/** A number per row, `absent` where none was set. */
export class RowNumbers {
  readonly #absent: number;
  #cells: Float64Array;

  constructor(absent: number) {
    this.#absent = absent;
    this.#cells = new Float64Array(FIRST_LENGTH).fill(absent);
  }

  /** No row from this one on was ever set. */
  get length(): number {
    return this.#cells.length;
  }

  get(row: number): number {
    return row < this.#cells.length ? (this.#cells[row] as number) : this.#absent;
  }

  set(row: number, value: number): void {
    if (row >= this.#cells.length) this.#grow(row);
    this.#cells[row] = value;
  }

  #grow(row: number): void {
    const grown = new Float64Array(Math.max(row + 1, 2 * this.#cells.length)).fill(this.#absent);
    grown.set(this.#cells);
    this.#cells = grown;
  }
}

/** Thirty-two bits per row, none set at first. */
export class RowBits {
  #cells = new Int32Array(FIRST_LENGTH);

  /** No row from this one on was ever set. */
  get length(): number {
    return this.#cells.length;
  }

  get(row: number): number {
    return row < this.#cells.length ? (this.#cells[row] as number) : 0;
  }

  set(row: number, bits: number): void {
    if (row >= this.#cells.length) {
      const grown = new Int32Array(Math.max(row + 1, 2 * this.#cells.length));
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#cells[row] = bits;
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
