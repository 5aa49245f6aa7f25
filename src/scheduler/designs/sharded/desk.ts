/**
 * Requests as they come to a member: what is of a shard goes to its owner, wherever that is, and
 * what is only read is answered from the rows.
 */
import { assert } from '../../../lib/assert.ts';
import type { ApiAnswer, ApiCall, ApiResult, SchedulerMessage } from '../../api.ts';
import { resultOf } from '../../parts/api-desk.ts';
import type { Book, BookEntry } from '../../parts/book.ts';
import { Doubles } from '../../parts/doubles.ts';
import type { Out } from '../../parts/out.ts';
import type { DecideOverlap } from '../../parts/overlap.ts';
import { shardOf } from '../../parts/placement.ts';
import { type OfficePort, RowOffice } from '../../parts/rows/office.ts';
import { answerRequest } from '../../parts/rows/requests.ts';
import { jobKey, scheduleKey } from '../../parts/rows/schema.ts';
import type { Script } from '../../parts/rows/transactions.ts';
import { routeOf } from './routes.ts';

export interface DeskPort {
  readonly shards: number;
  readonly out: Out<BookEntry>;
  readonly office: OfficePort;
  readonly decideOverlap: DecideOverlap;
  /** The shards that are led here, and what each of them knows. */
  books(): Iterable<readonly [shard: number, book: Book]>;
  toOwner(shard: number, from: string, message: SchedulerMessage): void;
  /** Reads rows in one transaction; too many that wait are dropped, and never done. */
  read<R>(script: () => Script<R>, done: (result: R) => void): void;
}

export class FrontDesk {
  readonly #port: DeskPort;
  readonly #doubles = new Doubles();
  /** A schedule stays in its shard. */
  readonly #schedules = new Map<string, number>();

  constructor(port: DeskPort) {
    this.#port = port;
  }

  onApi(from: string, call: ApiCall): void {
    if (this.#doubles.isDouble(from, call)) return;
    const route = routeOf(call.request, this.#port.shards);
    switch (route.kind) {
      case 'shard':
        return this.#port.toOwner(route.shard, from, call);
      case 'job':
        return this.#onJob(route.job, from, call);
      case 'schedule':
        return this.#onSchedule(route.schedule, from, call);
      case 'rows':
        return this.#onQuestion(from, call);
      case 'wrong':
        return this.#answer(from, call, this.#resultWithout(call));
    }
  }

  /** A job that is in no book here is found by its row. */
  #onJob(job: string, from: string, call: ApiCall): void {
    const { shards, toOwner } = this.#port;
    const here = this.#shardHere(job);
    if (here !== undefined) return toOwner(here, from, call);
    this.#readRow(jobKey(job), (entry) => {
      if (entry?.kind !== 'job') this.#answer(from, call, this.#resultWithout(call));
      else toOwner(shardOf(entry.job.spec.queue, shards), from, call);
    });
  }

  #onSchedule(schedule: string, from: string, call: ApiCall): void {
    const { shards, toOwner } = this.#port;
    const known = this.#schedules.get(schedule);
    if (known !== undefined) return toOwner(known, from, call);
    this.#readRow(scheduleKey(schedule), (entry) => {
      if (entry?.kind !== 'schedule') {
        return this.#answer(from, call, this.#resultWithout(call));
      }
      const shard = shardOf(entry.schedule.spec.job.queue, shards);
      this.#schedules.set(schedule, shard);
      toOwner(shard, from, call);
    });
  }

  /** What is only read: of a job that is in a book here from there, else from the rows. */
  #onQuestion(from: string, call: ApiCall): void {
    const { request } = call;
    const { office, decideOverlap, read, toOwner } = this.#port;
    const here = request.kind === 'status' ? this.#shardHere(request.job) : undefined;
    if (here !== undefined) return toOwner(here, from, call);
    read(
      () => answerRequest(new RowOffice(office), request, decideOverlap),
      (result) => this.#answer(from, call, result),
    );
  }

  #shardHere(job: string): number | undefined {
    for (const [shard, book] of this.#port.books()) {
      if (book.jobs.has(job)) return shard;
    }
    return undefined;
  }

  /** The answer where no row is there that it could be about. */
  #resultWithout({ request }: ApiCall): ApiResult {
    const office = new RowOffice(this.#port.office);
    const result = resultOf(office, request, office.out);
    assert(result.kind === 'error', () => `a ${request.kind} that took no row`);
    return result;
  }

  #answer(to: string, { op }: ApiCall, result: ApiResult): void {
    this.#port.out.send<ApiAnswer>(to, { kind: 'api-answer', v: 1, op, result });
  }

  #readRow(key: string, done: (entry: BookEntry | undefined) => void): void {
    const script = function* (): Script<BookEntry | undefined> {
      const [row] = yield [{ kind: 'read', key }];
      return row?.value as BookEntry | undefined;
    };
    this.#port.read(script, done);
  }
}
