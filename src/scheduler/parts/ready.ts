/**
 * Jobs whose time has come, in the order in which they start: by priority, then in the order in
 * which they became ready. One that something holds back lets the others pass: a queue that is full
 * stands aside as a whole, a job whose key is taken or whose tags no worker has is parked until
 * that changes.
 */
import { required } from '../../lib/assert.ts';
import type { WallUs } from '../../lib/units.ts';
import { isReady, type JobRecord, priorityOf } from '../job/job.ts';
import type { Book } from './book.ts';
import { Heap } from './heap.ts';
import { type FindObstacle, Gauge, type Obstacle } from './limits.ts';
import type { WorkerSeat, Workforce } from './workforce.ts';

interface Place {
  readonly id: string;
  readonly priority: number;
  /** Kept when it is parked, so that it finds its place again. */
  readonly seq: number;
  /** A job that was tried meanwhile has another place, or none. */
  readonly attempt: number;
}

const isBefore = (a: Place, b: Place): boolean =>
  a.priority !== b.priority ? a.priority > b.priority : a.seq < b.seq;

/** A job that starts now, and where. */
export interface Start {
  readonly job: JobRecord;
  readonly seat: WorkerSeat;
}

class Lane {
  readonly heap = new Heap<Place>(isBefore);
  readonly gauge = new Gauge();
  readonly parked = new Map<string, Place[]>();
}

export class ReadyJobs {
  readonly #book: Book;
  readonly #workforce: Workforce;
  readonly #find: FindObstacle;
  /** By queue. */
  readonly #lanes = new Map<string, Lane>();
  /** Those that wait for a worker with their tags, by tags. */
  readonly #tagged = new Map<string, { readonly tags: readonly string[]; places: Place[] }>();
  #seq = 0;
  /** When a queue that its rate holds back may start its next job; Infinity where there is none. */
  wakeUs = Number.POSITIVE_INFINITY;

  constructor(book: Book, workforce: Workforce, find: FindObstacle) {
    this.#book = book;
    this.#workforce = workforce;
    this.#find = find;
  }

  push(job: JobRecord): void {
    const place = { id: job.id, priority: priorityOf(job), seq: this.#seq++, attempt: job.attempt };
    this.#laneOf(job.spec.queue).heap.push(place);
  }

  /** Told of every change of a job, so that running ones are counted and parked ones return. */
  changed(before: JobRecord | undefined, after: JobRecord | undefined): void {
    const wasRunning = before?.run !== undefined;
    const isRunning = after?.run !== undefined;
    if (wasRunning === isRunning) return;
    const { queue, key } = required(after ?? before, 'a job that changed').spec;
    const lane = this.#laneOf(queue);
    if (isRunning) return lane.gauge.started(key);
    lane.gauge.ended(key);
    if (key === undefined) return;
    for (const place of lane.parked.get(key) ?? []) lane.heap.push(place);
    lane.parked.delete(key);
  }

  /** Each job that can start by now, one after another: the caller starts it before the next. */
  *starts(nowUs: WallUs): Generator<Start> {
    this.wakeUs = Number.POSITIVE_INFINITY;
    this.#unparkTagged();
    const aside = new Set<Lane>();
    for (;;) {
      const lane = this.#next(aside);
      const place = lane?.heap.peek();
      if (lane === undefined || place === undefined) return;
      const job = this.#book.jobs.get(place.id);
      if (job === undefined || !isReady(job) || job.attempt !== place.attempt) {
        lane.heap.pop();
        continue;
      }
      const start = this.#startOf(job, lane, place, nowUs, aside);
      if (start === 'nobody') return;
      if (start !== undefined) yield start;
    }
  }

  /** Starts a job, or takes it or its lane aside; `nobody` when no worker has room. */
  #startOf(
    job: JobRecord,
    lane: Lane,
    place: Place,
    nowUs: WallUs,
    aside: Set<Lane>,
  ): Start | 'nobody' | undefined {
    const { queue, key, tags = [] } = job.spec;
    const obstacle = this.#find(this.#book.queues.get(queue), lane.gauge, key, nowUs);
    if (obstacle !== undefined) {
      this.#heldBack(obstacle, lane, place, key, aside);
      return undefined;
    }
    const seat = this.#workforce.next(tags);
    if (seat === undefined && tags.length === 0) return 'nobody';
    lane.heap.pop();
    if (seat !== undefined) return { job, seat };
    this.#parkTagged(tags, place);
    return undefined;
  }

  #heldBack(
    obstacle: Obstacle,
    lane: Lane,
    place: Place,
    key: string | undefined,
    aside: Set<Lane>,
  ): void {
    if (obstacle.kind === 'rate') this.wakeUs = Math.min(this.wakeUs, obstacle.untilUs);
    if (obstacle.kind !== 'key') {
      aside.add(lane);
      return;
    }
    lane.heap.pop();
    const parked = lane.parked.get(required(key, 'the key that is taken'));
    if (parked === undefined) lane.parked.set(key as string, [place]);
    else parked.push(place);
  }

  #parkTagged(tags: readonly string[], place: Place): void {
    const name = tags.join('\u0000');
    const group = this.#tagged.get(name);
    if (group === undefined) this.#tagged.set(name, { tags, places: [place] });
    else group.places.push(place);
  }

  #unparkTagged(): void {
    for (const [name, { tags, places }] of this.#tagged) {
      if (!this.#workforce.hasRoomFor(tags)) continue;
      this.#tagged.delete(name);
      for (const place of places) {
        const job = this.#book.jobs.get(place.id);
        if (job !== undefined) this.#laneOf(job.spec.queue).heap.push(place);
      }
    }
  }

  /** The lane whose first job comes first, of those that have not stood aside. */
  #next(aside: ReadonlySet<Lane>): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of this.#lanes.values()) {
      const place = lane.heap.peek();
      if (place === undefined || aside.has(lane)) continue;
      const first = best?.heap.peek();
      if (first === undefined || isBefore(place, first)) best = lane;
    }
    return best;
  }

  #laneOf(queue: string): Lane {
    let lane = this.#lanes.get(queue);
    if (lane === undefined) this.#lanes.set(queue, (lane = new Lane()));
    return lane;
  }
}
