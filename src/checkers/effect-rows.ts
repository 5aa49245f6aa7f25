import type { FactOf, Token } from '../history/fact.ts';
import { RowNumbers } from '../history/job-rows.ts';

type Arrival = FactOf<'effect-arrived'>;

/**
 * One accepted effect per job, for the whole run: a zombie's may come arbitrarily late. Kept in
 * columns (some forty bytes each, where the facts themselves would take five times that), and made
 * a fact again when a verdict rests on it.
 */
export class EffectRows {
  readonly #at = new RowNumbers(-1);
  readonly #epoch = new RowNumbers(0);
  readonly #attempt = new RowNumbers(0);
  /** Place of worker, then of effect, among the texts; and whether it was fenced. */
  readonly #texts = new RowNumbers(0);
  readonly #names: string[] = [];
  readonly #places = new Map<string, number>();
  #count = 0;

  /** How many jobs have one. */
  get count(): number {
    return this.#count;
  }

  has(row: number): boolean {
    return this.#at.get(row) !== -1;
  }

  set(row: number, fact: Arrival): void {
    if (!this.has(row)) this.#count++;
    this.#at.set(row, fact.at);
    this.#epoch.set(row, fact.token.epoch);
    this.#attempt.set(row, fact.token.attempt);
    const texts = this.#place(fact.worker) * PLACES + this.#place(fact.effect);
    this.#texts.set(row, 2 * texts + (fact.fenced ? 1 : 0));
  }

  /** Negative, zero or positive as this token is older than the one kept, equal, or newer. */
  compare(row: number, { epoch, attempt }: Token): number {
    return epoch - this.#epoch.get(row) || attempt - this.#attempt.get(row);
  }

  isEffect(row: number, effect: string): boolean {
    return this.#names[Math.floor(this.#texts.get(row) / 2) % PLACES] === effect;
  }

  /** The arrival that was kept; job, tick and sink are those of a later one of the same job. */
  fact(row: number, later: Arrival): Arrival {
    const texts = Math.floor(this.#texts.get(row) / 2);
    return {
      kind: 'effect-arrived',
      at: this.#at.get(row) as Arrival['at'],
      worker: this.#names[Math.floor(texts / PLACES)] as string,
      job: later.job,
      ...(later.tick === undefined ? undefined : { tick: later.tick }),
      effect: this.#names[texts % PLACES] as string,
      token: { epoch: this.#epoch.get(row), attempt: this.#attempt.get(row) },
      sink: later.sink,
      fenced: this.#texts.get(row) % 2 === 1,
      accepted: true,
      repeat: false,
    };
  }

  #place(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.#names.length);
    return this.#names.push(text) - 1;
  }
}

/** More than there are different names of workers and effects in a run. */
const PLACES = 2 ** 24;
