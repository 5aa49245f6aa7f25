import type { FactOf, Token } from '../history/fact.ts';
import { type JobRows, jobRowsFor, RowNumbers } from '../history/job-rows.ts';

type Testified = FactOf<'testified'>;

interface Decision {
  readonly token: Token;
  readonly at: number;
  /** Places of machine and worker among the names. */
  readonly names: number;
}

/** More than there are machines. */
const PLACES = 2 ** 24;

/**
 * When grants were decided, in the words of those who decided them. A `dispatched` may come from a
 * deposed member and never take effect, so judges look here only for tokens of bodies that began.
 * Of the same token the first word counts: a launch that is sent again was decided before.
 */
export class Decisions {
  readonly #rows: JobRows;
  /** Of each job the newest said; older ones of jobs that have several in `#older`. */
  readonly #at = new RowNumbers(-1);
  readonly #epoch = new RowNumbers(0);
  readonly #attempt = new RowNumbers(0);
  readonly #names = new RowNumbers(0);
  readonly #firstAt = new RowNumbers(Number.POSITIVE_INFINITY);
  readonly #older = new Map<number, Decision[]>();
  readonly #texts: string[] = [];
  readonly #places = new Map<string, number>();
  #last: Testified | undefined;

  constructor(rows: JobRows) {
    this.#rows = rows;
  }

  /** Judges share this, and each hands over what it is told: the same fact again is no news. */
  onTestified(fact: Testified): void {
    if (fact === this.#last || fact.said.kind !== 'dispatched') return;
    this.#last = fact;
    const { job, token, worker } = fact.said;
    const row = this.#rows.row(job);
    if (this.#find(row, token) !== undefined) return;
    if (this.#at.get(row) === -1) this.#firstAt.set(row, fact.at);
    else this.#keepOlder(row);
    this.#at.set(row, fact.at);
    this.#epoch.set(row, token.epoch);
    this.#attempt.set(row, token.attempt);
    this.#names.set(row, this.#place(fact.machine) * PLACES + this.#place(worker));
  }

  /** When the grant with this token was decided; undefined where nobody said. */
  atUs(job: string, token: Token): number | undefined {
    return this.#find(this.#rows.row(job), token)?.at;
  }

  /** When any grant of the job was first decided, whatever came of it; Infinity where none was. */
  firstUs(row: number): number {
    return this.#firstAt.get(row);
  }

  /** The first decision about a job, made a fact again; there has to be one. */
  first(job: string): Testified {
    const row = this.#rows.row(job);
    const { at, token, names } = this.#older.get(row)?.[0] ?? this.#newest(row);
    const worker = this.#texts[names % PLACES] as string;
    const machine = this.#texts[Math.floor(names / PLACES)] as string;
    const said = { kind: 'dispatched', job, token, worker } as const;
    return { kind: 'testified', at: at as Testified['at'], machine, said };
  }

  #find(row: number, { epoch, attempt }: Token): { readonly at: number } | undefined {
    const at = this.#at.get(row);
    if (at === -1) return undefined;
    if (this.#epoch.get(row) === epoch && this.#attempt.get(row) === attempt) return { at };
    const older = this.#older.get(row);
    return older?.find(({ token }) => token.epoch === epoch && token.attempt === attempt);
  }

  #newest(row: number): Decision {
    const token = { epoch: this.#epoch.get(row), attempt: this.#attempt.get(row) };
    return { token, at: this.#at.get(row), names: this.#names.get(row) };
  }

  #keepOlder(row: number): void {
    const older = this.#older.get(row);
    if (older === undefined) this.#older.set(row, [this.#newest(row)]);
    else older.push(this.#newest(row));
  }

  #place(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }
}

const shared = new WeakMap<object, Decisions>();

/** The decisions that belong to this context: its judges share them. */
export function decisionsFor(context: object): Decisions {
  let decisions = shared.get(context);
  if (decisions === undefined)
    shared.set(context, (decisions = new Decisions(jobRowsFor(context))));
  return decisions;
}
