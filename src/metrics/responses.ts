import type { FactOf } from '../history/fact.ts';
import { type JobRows, RowBits, RowNumbers } from '../history/job-rows.ts';
import { SECOND } from '../lib/units.ts';
import type { Fate, JobBook } from './jobs.ts';
import { percentilesOf } from './latency.ts';
import type { Metrics } from './numbers.ts';
import { mean, quantile } from './statistics.ts';
import type { Window } from './window.ts';

/** Bodies shorter than this are taken for this long in a slowdown (τ of Feitelson). */
const SHORT_US = 10 * SECOND;

/**
 * From ready to done, of every job that was asked for: the way of its work, and not only its start.
 *
 *   jobLatency   from ready (asked, plus the delay asked for) to done, as goodput counts it, of the
 *                accepted jobs that became ready in the storm; one that is open at the end of the
 *                run took at least until then, and one that was cancelled or is dead never will
 *   slowdown     bounded slowdown of the same jobs, max(1, t / max(run, τ)): t as above, run the
 *                time of the body that succeeded, τ = 10 s so that a late trifle is no disaster;
 *                where no body succeeded, τ alone. Mean and p99 over jobs ('times')
 *   fairness     Jain's index (Σx)² / (n·Σx²) over clients, x the share of a client's jobs that
 *                became ready in the storm and were done in it; those cancelled or dead are left
 *                out. 1 when all clients fare alike, 1/n when one gets everything ('ratio')
 *
 * A job that several attempts run at a time counts the run of the one that began last.
 */
export class Responses {
  readonly #rows: JobRows;
  readonly #jobs: JobBook;
  readonly #window: Window;
  readonly #beganUs = new RowNumbers(-1);
  readonly #runUs = new RowNumbers(-1);
  /** When it was last heard of: asked, answered, cancelled, or a body of it ended. */
  readonly #seenUs = new RowNumbers(-1);
  /** Whose it is: a place in the list of clients, and one more. */
  readonly #clients = new RowBits();
  readonly #places = new Map<string, number>();

  constructor(rows: JobRows, jobs: JobBook, window: Window) {
    this.#rows = rows;
    this.#jobs = jobs;
    this.#window = window;
  }

  onAsked({ at, client, request }: FactOf<'asked'>): void {
    if (request.kind !== 'submit' && request.kind !== 'trigger') return;
    const row = this.#rows.row(request.job);
    const place = this.#places.get(client) ?? this.#places.size + 1;
    this.#places.set(client, place);
    if (this.#clients.get(row) === 0) this.#clients.set(row, place);
    this.#seenUs.set(row, at);
  }

  onAnswered({ at, request }: FactOf<'answered'>): void {
    const isAbout =
      request.kind === 'submit' || request.kind === 'trigger' || request.kind === 'cancel';
    if (isAbout) this.#seenUs.set(this.#rows.row(request.job), at);
  }

  onBegan({ at, job }: FactOf<'body-began'>): void {
    this.#beganUs.set(this.#rows.row(job), at);
  }

  onEnded({ at, job, how }: FactOf<'body-ended'>): void {
    const row = this.#rows.row(job);
    this.#seenUs.set(row, at);
    const beganUs = this.#beganUs.get(row);
    if (how !== 'succeeded' || beganUs === -1 || this.#runUs.get(row) !== -1) return;
    this.#runUs.set(row, at - beganUs);
  }

  metrics(): Metrics {
    const latenciesUs: number[] = [];
    const slowdowns: number[] = [];
    this.#each((row, tookUs) => {
      latenciesUs.push(tookUs);
      slowdowns.push(Math.max(1, tookUs / Math.max(SHORT_US, this.#runUs.get(row))));
    });
    return {
      ...percentilesOf('jobLatency', latenciesUs),
      slowdown: { unit: 'times', value: slowdowns.length === 0 ? undefined : mean(slowdowns) },
      slowdownP99: { unit: 'times', value: quantile(slowdowns, 0.99) },
      fairness: { unit: 'ratio', value: this.#fairness() },
    };
  }

  /**
   * When each job that was asked for began to be owed, and until when it was: until done, or until
   * the end of the run; until it was last heard of where it was over without that, or where its
   * client never heard that it was accepted.
   */
  owed(): { readonly fromUs: readonly number[]; readonly untilUs: readonly number[] } {
    const fromUs: number[] = [];
    const untilUs: number[] = [];
    const { endUs } = this.#window;
    this.#jobs.eachAsked((row, readyUs, doneUs, fate) => {
      if (readyUs > endUs) return;
      const us = fate === 'done' ? doneUs : fate === 'open' ? endUs : this.#seenUs.get(row);
      fromUs.push(readyUs);
      untilUs.push(Math.max(readyUs, us));
    });
    return { fromUs, untilUs };
  }

  #each(visit: (row: number, tookUs: number) => void): void {
    const { endUs } = this.#window;
    this.#jobs.eachAsked((row, readyUs, doneUs, fate) => {
      if (!this.#window.contains(readyUs) || readyUs > endUs || !COUNTED.has(fate)) return;
      visit(row, Math.max(0, (fate === 'done' ? doneUs : endUs) - readyUs));
    });
  }

  #fairness(): number | undefined {
    const clients = [...this.#places.values()].map(() => ({ asked: 0, done: 0 }));
    this.#jobs.eachAsked((row, readyUs, doneUs, fate) => {
      if (!this.#window.contains(readyUs) || fate === 'over') return;
      const client = clients[this.#clients.get(row) - 1];
      if (client === undefined) return;
      client.asked++;
      if (fate === 'done' && this.#window.contains(doneUs)) client.done++;
    });
    return jain(clients.flatMap(({ asked, done }) => (asked === 0 ? [] : [done / asked])));
  }
}

const COUNTED: ReadonlySet<Fate> = new Set(['done', 'open']);

/** Jain's index; nothing where there is nobody to compare with, or nobody got anything. */
export function jain(shares: readonly number[]): number | undefined {
  let [sum, squares] = [0, 0];
  for (const share of shares) {
    sum += share;
    squares += share * share;
  }
  return shares.length < 2 || squares === 0 ? undefined : (sum * sum) / (shares.length * squares);
}
