import type { FactOf, Token } from '../history/fact.ts';
import { type JobRows, RowValues } from '../history/job-rows.ts';
import { SECOND } from '../lib/units.ts';
import type { Metrics } from './numbers.ts';
import { Counts } from './series.ts';
import type { Window } from './window.ts';

/**
 * Counts what was achieved: successes of bodies, and work done for the first time.
 *
 *   completions     bodies that ended in success, per second of the storm ('1/s')
 *   goodput         distinct jobs and ticks whose first effect was accepted, or that succeeded and
 *                   asked nothing of the ledger, per second of the storm ('1/s')
 *   duplicateRatio  share of those successes whose job or tick had succeeded before ('ratio')
 */
export class Tally {
  readonly #window: Window;
  /** Work done for the first time, by time of the run. */
  readonly good: Counts;
  #succeeded = 0;
  #repeated = 0;
  #credited = 0;

  constructor(window: Window, bucketUs: number) {
    this.#window = window;
    this.good = new Counts(bucketUs);
    window.whenOpened(() => {
      this.#succeeded = 0;
      this.#repeated = 0;
      this.#credited = 0;
    });
  }

  succeeded(at: number, isRepeat: boolean): void {
    if (!this.#window.contains(at)) return;
    this.#succeeded++;
    if (isRepeat) this.#repeated++;
  }

  credited(at: number): void {
    this.good.add(at, 1);
    if (this.#window.contains(at)) this.#credited++;
  }

  /** How much was done for the first time in the storm. */
  get done(): number {
    return this.#credited;
  }

  metrics(): Metrics {
    const seconds = this.#window.spanUs / SECOND;
    const rate = (count: number): number | undefined => (seconds > 0 ? count / seconds : undefined);
    return {
      goodput: { unit: '1/s', value: rate(this.#credited) },
      completions: { unit: '1/s', value: rate(this.#succeeded) },
      duplicateRatio: {
        unit: 'ratio',
        value: this.#succeeded === 0 ? undefined : this.#repeated / this.#succeeded,
      },
    };
  }
}

/** An attempt whose fate is open: it runs, or has succeeded and its effect is under way. */
interface Attempt {
  readonly token: Token;
  readonly beganUs: number;
  /** -1 while it runs. */
  runUs: number;
  isAccepted: boolean;
  /** Another attempt of the same job: rare, so a chain rather than a list per job. */
  next: Attempt | undefined;
}

/**
 * wastedWork ('ratio'): of the time that bodies ran which began in the storm, the share of attempts
 * no effect of which was accepted. Bodies that never ended are left out.
 */
export class Work {
  readonly #window: Window;
  readonly #rows: JobRows;
  readonly #open = new RowValues<Attempt>();
  #totalUs = 0;
  #usefulUs = 0;

  constructor(rows: JobRows, window: Window) {
    this.#rows = rows;
    this.#window = window;
    window.whenOpened(() => {
      this.#totalUs = 0;
      this.#usefulUs = 0;
    });
  }

  onBegan({ at, job, token }: FactOf<'body-began'>): void {
    if (!this.#window.contains(at)) return;
    const row = this.#rows.row(job);
    const next = this.#open.get(row);
    this.#open.set(row, { token, beganUs: at, runUs: -1, isAccepted: false, next });
  }

  onEnded({ at, job, token, how }: FactOf<'body-ended'>): void {
    const row = this.#rows.row(job);
    const attempt = this.#find(row, token, true);
    if (attempt === undefined) return;
    attempt.runUs = at - attempt.beganUs;
    if (attempt.beganUs >= this.#window.fromUs) this.#totalUs += attempt.runUs;
    if (attempt.isAccepted) this.#settle(row, attempt, true);
    else if (how !== 'succeeded') this.#settle(row, attempt, false);
  }

  onEffect({ job, token, accepted }: FactOf<'effect-arrived'>): void {
    const row = this.#rows.row(job);
    const attempt = this.#find(row, token, false);
    // A refusal settles nothing: the attempt may have further effects.
    if (attempt === undefined || !accepted) return;
    attempt.isAccepted = true;
    if (attempt.runUs !== -1) this.#settle(row, attempt, true);
  }

  metrics(): Metrics {
    const value = this.#totalUs === 0 ? undefined : 1 - this.#usefulUs / this.#totalUs;
    return { wastedWork: { unit: 'ratio', value } };
  }

  #find(row: number, { epoch, attempt }: Token, mustRun: boolean): Attempt | undefined {
    let one = this.#open.get(row);
    while (one !== undefined) {
      const isSame = one.token.epoch === epoch && one.token.attempt === attempt;
      if (isSame && (!mustRun || one.runUs === -1)) return one;
      one = one.next;
    }
    return undefined;
  }

  #settle(row: number, settled: Attempt, isUseful: boolean): void {
    if (isUseful && settled.beganUs >= this.#window.fromUs) this.#usefulUs += settled.runUs;
    const first = this.#open.get(row);
    if (first === settled) return this.#open.set(row, settled.next);
    for (let one = first; one !== undefined; one = one.next) {
      if (one.next === settled) one.next = settled.next;
    }
  }
}
