import type { FactOf, TickId } from '../history/fact.ts';
import { type JobRows, RowNumbers } from '../history/job-rows.ts';
import { SchedulePuts } from './schedule-puts.ts';

const NONE = -1;

/**
 * Which queue a job waits in, and since when it may be granted at the earliest: not before it was
 * asked for. Of ticks and triggered jobs it is the queue of their schedule, where all versions of
 * the schedule say the same.
 */
export class JobQueues {
  readonly schedules = new SchedulePuts();
  readonly #rows: JobRows;
  readonly #queue = new RowNumbers(NONE);
  readonly #askedUs = new RowNumbers(Number.NEGATIVE_INFINITY);
  readonly #names: string[] = [];
  readonly #places = new Map<string, number>();
  readonly #triggered = new Map<string, string>();

  constructor(rows: JobRows) {
    this.#rows = rows;
  }

  onAsked(fact: FactOf<'asked'>): void {
    const { at, request } = fact;
    this.schedules.onAsked(fact);
    if (request.kind !== 'submit' && request.kind !== 'trigger') return;
    const row = this.#rows.row(request.job);
    if (this.#askedUs.get(row) !== Number.NEGATIVE_INFINITY) return;
    this.#askedUs.set(row, at);
    if (request.kind === 'submit') this.#queue.set(row, this.#place(request.queue));
    else this.#triggered.set(request.job, request.schedule);
  }

  /** The queue of a job, or of the instance of a tick; undefined where it is not on record. */
  of({ job, tick }: { readonly job: string; readonly tick?: TickId }): string | undefined {
    if (tick !== undefined) return this.schedules.queueOf(tick.schedule);
    const place = this.#queue.get(this.#rows.row(job));
    if (place !== NONE) return this.#names[place];
    const schedule = this.#triggered.get(job);
    return schedule === undefined ? undefined : this.schedules.queueOf(schedule);
  }

  /** When the job was first asked for; minus Infinity for ticks. */
  askedUs(job: string): number {
    return this.#askedUs.get(this.#rows.row(job));
  }

  #place(queue: string): number {
    const known = this.#places.get(queue);
    if (known !== undefined) return known;
    this.#places.set(queue, this.#names.length);
    return this.#names.push(queue) - 1;
  }
}
