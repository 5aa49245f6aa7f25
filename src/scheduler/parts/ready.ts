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

/** A ready job in line. */
export interface Place {
  readonly id: string;
  readonly priority: number;
  /** Kept when it is parked, so that it finds its place again. */
  readonly seq: number;
  /** A job that was tried or put off meanwhile has another place, or none; nor has a namesake. */
  readonly attempt: number;
  readonly dueUs: WallUs;
  readonly key: string | undefined;
  readonly tags: readonly string[];
}

/** Which of two starts first. */
export type ComesFirst = (a: Place, b: Place) => boolean;

export const comesFirst: ComesFirst = (a, b) =>
  a.priority !== b.priority ? a.priority > b.priority : a.seq < b.seq;

/** A job that starts now, and where. */
export interface Start {
  readonly job: JobRecord;
  readonly seat: WorkerSeat;
}

/** The jobs of one queue. Of those parked together, the first is let out at a time. */
class Lane {
  readonly heap: Heap<Place>;
  readonly gauge = new Gauge();
  /** Those whose key is taken, by key. */
  readonly #keyed = new Map<string, Heap<Place>>();
  /** Those that wait for a worker with their tags, by tags. */
  readonly #tagged = new Map<string, Heap<Place>>();
  readonly #isBefore: ComesFirst;

  constructor(isBefore: ComesFirst) {
    this.#isBefore = isBefore;
    this.heap = new Heap(isBefore);
  }

  parkKeyed(place: Place): void {
    this.#park(this.#keyed, required(place.key, 'the key that is taken'), place);
  }

  parkTagged(place: Place): void {
    this.#park(this.#tagged, nameOf(place.tags), place);
  }

  /** The next one with the key may look for itself. */
  letOutKeyed(key: string): void {
    this.#letOut(this.#keyed, key);
  }

  /** The next one with the tags, if there is a worker for it. */
  letOutTagged(tags: readonly string[], workforce: Workforce): void {
    if (tags.length > 0 && workforce.hasRoomFor(tags)) this.#letOut(this.#tagged, nameOf(tags));
  }

  letOutAllTagged(workforce: Workforce): void {
    for (const heap of this.#tagged.values()) {
      this.letOutTagged((heap.peek() as Place).tags, workforce);
    }
  }

  letOutAllKeyed(): void {
    for (const [key, heap] of this.#keyed) while (heap.size > 0) this.letOutKeyed(key);
  }

  #park(parked: Map<string, Heap<Place>>, name: string, place: Place): void {
    let heap = parked.get(name);
    if (heap === undefined) parked.set(name, (heap = new Heap(this.#isBefore)));
    heap.push(place);
  }

  #letOut(parked: Map<string, Heap<Place>>, name: string): void {
    const heap = parked.get(name);
    if (heap === undefined) return;
    this.heap.push(heap.pop() as Place);
    if (heap.size === 0) parked.delete(name);
  }
}

const nameOf = (tags: readonly string[]): string => JSON.stringify(tags);

export class ReadyJobs {
  readonly #book: Book;
  readonly #workforce: Workforce;
  readonly #find: FindObstacle;
  readonly #isBefore: ComesFirst;
  /** By queue. */
  readonly #lanes = new Map<string, Lane>();
  #seq = 0;
  /** When a queue that its rate holds back may start its next job; Infinity where there is none. */
  wakeUs = Number.POSITIVE_INFINITY;

  constructor(
    book: Book,
    workforce: Workforce,
    find: FindObstacle,
    isBefore: ComesFirst = comesFirst,
  ) {
    this.#book = book;
    this.#workforce = workforce;
    this.#find = find;
    this.#isBefore = isBefore;
  }

  push(job: JobRecord): void {
    const { id, attempt, dueUs } = job;
    const { queue, key, tags = [] } = job.spec;
    const place = { id, priority: priorityOf(job), seq: this.#seq++, attempt, dueUs, key, tags };
    this.#laneOf(queue).heap.push(place);
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
    if (key !== undefined) lane.letOutKeyed(key);
  }

  /** The limits of a queue are others: whatever they held back is looked at anew. */
  unpark(queue: string): void {
    this.#lanes.get(queue)?.letOutAllKeyed();
  }

  /** Each job that can start by now, one after another: the caller starts it before the next. */
  *starts(nowUs: WallUs): Generator<Start> {
    this.wakeUs = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.values()) lane.letOutAllTagged(this.#workforce);
    const aside: Lane[] = [];
    for (;;) {
      const lane = this.#next(aside);
      const place = lane?.heap.peek();
      if (lane === undefined || place === undefined) return;
      const job = this.#jobOf(place);
      if (job === undefined) {
        this.#leave(lane, place);
        continue;
      }
      const start = this.#startOf(job, lane, place, nowUs, aside);
      if (start === 'nobody') return;
      if (start === undefined) continue;
      yield start;
      lane.letOutTagged(place.tags, this.#workforce);
    }
  }

  /** The job of a place, unless that is out of date. */
  #jobOf({ id, attempt, dueUs }: Place): JobRecord | undefined {
    const job = this.#book.jobs.get(id);
    const isMeant = job !== undefined && job.attempt === attempt && job.dueUs === dueUs;
    return isMeant && isReady(job) ? job : undefined;
  }

  /** Takes the first place out, which will not start now; those parked behind it may. */
  #leave(lane: Lane, { key, tags }: Place): void {
    lane.heap.pop();
    if (key !== undefined) lane.letOutKeyed(key);
    lane.letOutTagged(tags, this.#workforce);
  }

  /** Starts a job, or takes it or its lane aside; `nobody` when no worker has room. */
  #startOf(
    job: JobRecord,
    lane: Lane,
    place: Place,
    nowUs: WallUs,
    aside: Lane[],
  ): Start | 'nobody' | undefined {
    const { key, tags } = place;
    const obstacle = this.#find(this.#book.queues.get(job.spec.queue), lane.gauge, key, nowUs);
    if (obstacle !== undefined) {
      this.#heldBack(obstacle, lane, place, aside);
      return undefined;
    }
    const seat = this.#workforce.next(tags);
    if (seat === undefined && tags.length === 0) return 'nobody';
    if (seat === undefined) {
      lane.heap.pop();
      if (key !== undefined) lane.letOutKeyed(key);
      lane.parkTagged(place);
      return undefined;
    }
    lane.heap.pop();
    return { job, seat };
  }

  #heldBack(obstacle: Obstacle, lane: Lane, place: Place, aside: Lane[]): void {
    if (obstacle.kind === 'rate') this.wakeUs = Math.min(this.wakeUs, obstacle.untilUs);
    if (obstacle.kind !== 'key') {
      aside.push(lane);
      return;
    }
    lane.heap.pop();
    lane.parkKeyed(place);
    lane.letOutTagged(place.tags, this.#workforce);
  }

  /** The lane whose first job comes first, of those that have not stood aside. */
  #next(aside: readonly Lane[]): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of this.#lanes.values()) {
      const place = lane.heap.peek();
      if (place === undefined || aside.includes(lane)) continue;
      const first = best?.heap.peek();
      if (first === undefined || this.#isBefore(place, first)) best = lane;
    }
    return best;
  }

  #laneOf(queue: string): Lane {
    let lane = this.#lanes.get(queue);
    if (lane === undefined) this.#lanes.set(queue, (lane = new Lane(this.#isBefore)));
    return lane;
  }
}
