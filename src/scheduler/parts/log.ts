/**
 * A write-ahead log of records with running numbers, and what may be believed of it at a start.
 *
 * A crash leaves of unsynced records any part, torn or reordered: nobody was told of them, so the
 * log ends before the first that is damaged, missing or out of order, and is rewritten before
 * anything is added, or the leftovers would be taken for valid next time. A record that was synced
 * is another matter. It was acknowledged, and a log that lacks it must not be believed at all.
 * Evidence of what was synced is in the intact records, each of which tells how far the log was
 * synced when it was written, and in the mark beside the log (see `StepRunner`). What remains open:
 * the last batch synced in the half second before the latest mark came due, when its records are
 * damaged, no record was written after it, and the machine crashes before the mark is.
 */
import type { Recovered, RecoveredRecord } from '../../host/host.ts';
import type { Mark, Output } from '../../host/step.ts';
import { LOG_FILE, MARK_FILE, NOTHING } from '../../host/step.ts';

export interface LogRecord<E> {
  readonly v: 1;
  /** 1, 2, 3 … without gaps. */
  readonly n: number;
  readonly entries: readonly E[];
  /** First in its file: it stands for every record up to its number. */
  readonly snapshot?: true;
  /** Every record up to this number was synced when this one was written; set by the runner. */
  readonly synced?: number;
}

/** A log that is believed: entries of these records in order make the state. */
export interface WholeLog<E> {
  readonly kind: 'whole';
  readonly records: readonly LogRecord<E>[];
  /** True when the file holds exactly these records: nothing to repair. */
  readonly isClean: boolean;
}

/** A log that lost what was acknowledged: nobody may start with it. */
export interface RefusedLog {
  readonly kind: 'refused';
  /** For people. */
  readonly reason: string;
}

export type RecoveredLog<E> = WholeLog<E> | RefusedLog;

/** What a start finds of the log of a program; `files` must have been readable. */
export function recoverLog<E>({ files }: Pick<Recovered, 'files'>): RecoveredLog<E> {
  const found = files.get(LOG_FILE) ?? [];
  const mark = files.get(MARK_FILE)?.[0];
  // A write that went astray may have hit the mark, and its own place is empty: a log that looks
  // whole may lack its end.
  if (mark?.kind === 'damaged') return refused('the mark of what was synced is damaged');
  const records = believable<E>(found);
  const isClean = records.length === found.length;
  const last = records.at(-1)?.n ?? 0;
  const synced = Math.max(markedBy(mark), syncedBy<E>(found));
  if (last < synced) {
    const state = found.some(({ kind }) => kind === 'damaged') ? 'damaged' : 'missing';
    return refused(`record ${last + 1} is ${state}, and ${synced} were synced`);
  }
  return { kind: 'whole', records, isClean };
}

/** Of a program that may not start: it says why and ends; its supervisor will try again. */
export function refuseToStart({ reason }: RefusedLog): Output {
  const text = `refuses to start: ${reason}`;
  return {
    ...NOTHING,
    now: [
      { kind: 'observe', testimony: { kind: 'note', text } },
      { kind: 'exit', reason: text },
    ],
  };
}

/** A log is replaced by a snapshot when it holds more than both of these. */
export interface LogLimits {
  readonly records: number;
  readonly entriesPerRow: number;
}

export interface LogOptions<E> {
  readonly limits?: LogLimits;
  /** As how many an entry counts that holds others; as one where absent. */
  readonly weigh?: (entry: E) => number;
}

/** A job makes three entries at least and leaves one row: more per row might never come about. */
const LIMITS: LogLimits = { records: 4_096, entriesPerRow: 2 };

/** Numbers the records of a log, one for each step, and keeps the log short. */
export class LogWriter<E> {
  #n: number;
  /** How many records the file holds, or will when it is repaired. */
  #held: number;
  /** How many entries are in those that follow the snapshot. */
  #entries = 0;
  #repair: readonly LogRecord<E>[] | undefined;
  readonly #limits: LogLimits;
  readonly #weigh: (entry: E) => number;

  constructor({ records, isClean }: WholeLog<E>, options: LogOptions<E> = {}) {
    const { limits = LIMITS, weigh = () => 1 } = options;
    this.#limits = limits;
    this.#weigh = weigh;
    for (const record of records) if (record.snapshot !== true) this.#count(record.entries);
    this.#n = records.at(-1)?.n ?? 0;
    this.#held = records.length;
    this.#repair = isClean ? undefined : records;
  }

  /** Number of the last record. */
  get n(): number {
    return this.#n;
  }

  /**
   * Makes one record of what a step persists: it is durable whole or not at all. Where the log has
   * grown much longer than the state (`rows` entries), it becomes a snapshot of the state instead,
   * `live`, which holds this step's changes already; that costs each entry a share of a row.
   */
  seal(output: Output, rows: number, live: () => readonly E[]): Output {
    // A copy, for it is kept: a list that grew has room for more.
    const entries = output.persist.slice() as readonly E[];
    const repair = this.#repair;
    if (entries.length === 0 && repair === undefined) return output;
    this.#repair = undefined;
    if (entries.length === 0) return { ...output, rewrite: repair as readonly LogRecord<E>[] };
    this.#n += 1;
    this.#held += 1;
    this.#count(entries);
    const { records, entriesPerRow } = this.#limits;
    if (this.#held > records && this.#entries > entriesPerRow * rows) {
      return this.#snapshot(output, live);
    }
    const record: LogRecord<E> = { v: 1, n: this.#n, entries };
    const sealed = { ...output, persist: [record] };
    return repair === undefined ? sealed : { ...sealed, rewrite: repair };
  }

  /** Makes the whole log one snapshot, for the state is another one than it told so far. */
  reset(output: Output, live: () => readonly E[]): Output {
    this.#repair = undefined;
    this.#n += 1;
    return this.#snapshot(output, live);
  }

  #snapshot(output: Output, live: () => readonly E[]): Output {
    this.#held = 1;
    this.#entries = 0;
    const snapshot: LogRecord<E> = { v: 1, n: this.#n, entries: live(), snapshot: true };
    return { ...output, persist: NOTHING.persist, rewrite: [snapshot] };
  }

  #count(entries: readonly E[]): void {
    for (const entry of entries) this.#entries += this.#weigh(entry);
  }
}

/** The longest row of records from the front without damage or gap. */
function believable<E>(found: readonly RecoveredRecord[]): readonly LogRecord<E>[] {
  const records: LogRecord<E>[] = [];
  let last = 0;
  for (const place of found) {
    if (place.kind === 'damaged') break;
    const record = place.data as LogRecord<E>;
    const isFirst = records.length === 0 && record.snapshot === true;
    if (record.v !== 1 || (record.n !== last + 1 && !isFirst)) break;
    if (record.snapshot === true && !isFirst) break;
    records.push(record);
    last = record.n;
  }
  return records;
}

function markedBy(mark: RecoveredRecord | undefined): number {
  return mark?.kind === 'intact' ? (mark.data as Mark).n : 0;
}

/** What intact records, wherever they are, tell of those before them. */
function syncedBy<E>(found: readonly RecoveredRecord[]): number {
  let synced = 0;
  for (const place of found) {
    if (place.kind === 'intact') {
      synced = Math.max(synced, (place.data as LogRecord<E>).synced ?? 0);
    }
  }
  return synced;
}

const refused = (reason: string): RefusedLog => ({ kind: 'refused', reason });
