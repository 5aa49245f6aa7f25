/**
 * The workers as the scheduler in charge knows them: who was heard of when, in which incarnation,
 * and which attempts each was given. All times are of the local monotonic clock.
 */
import { assert } from '../../lib/assert.ts';
import type { MonotonicUs } from '../../lib/units.ts';

export interface WorkerSeat {
  readonly name: string;
  /** The newest known; 0 until the first beat in this term or an attempt adopted from another. */
  incarnation: number;
  capacity: number;
  /** Given up when silent for too long; heard again, it may be used again. */
  isAlive: boolean;
  /** It refused an attempt: its slots are taken by what we do not know of, until we hear more. */
  isFull: boolean;
  lastBeatUs: MonotonicUs;
  /** Places kept for attempts that are about to be given to it. */
  reserved: number;
  /** By job. */
  readonly given: Map<string, Given>;
  /** What it says it is good for. */
  tags: readonly string[];
}

/** An attempt that a worker was given. */
export interface Given {
  /** When it was launched, or adopted from an earlier term. */
  readonly sinceUs: MonotonicUs;
  /** Signs of life of its body that were heard of, and when the last one was. */
  progress: number;
  aliveUs: MonotonicUs;
}

/** Names the worker for the next attempt, or nobody. */
export type ChooseWorker = (seats: readonly WorkerSeat[], turn: number) => WorkerSeat | undefined;

export const hasRoom = (seat: WorkerSeat): boolean =>
  seat.isAlive &&
  !seat.isFull &&
  seat.incarnation > 0 &&
  seat.given.size + seat.reserved < seat.capacity;

/** The first with room, going round from whose turn it is. */
export const chooseInTurn: ChooseWorker = (seats, turn) => {
  for (let i = 0; i < seats.length; i++) {
    const seat = seats[(turn + i) % seats.length] as WorkerSeat;
    if (hasRoom(seat)) return seat;
  }
  return undefined;
};

export class Workforce {
  readonly seats: WorkerSeat[] = [];
  readonly #byName = new Map<string, WorkerSeat>();
  readonly #choose: ChooseWorker;
  #turn = 0;

  constructor(names: readonly string[], nowUs: MonotonicUs, choose: ChooseWorker) {
    this.#choose = choose;
    for (const name of names) this.#add(name, nowUs);
  }

  get(name: string): WorkerSeat | undefined {
    return this.#byName.get(name);
  }

  /** The seat of that name; a worker that nobody told us of takes a new one. */
  seatOf(name: string, nowUs: MonotonicUs): WorkerSeat {
    return this.#byName.get(name) ?? this.#add(name, nowUs);
  }

  /** A worker with room and all of the tags, in turn. */
  next(tags: readonly string[] = []): WorkerSeat | undefined {
    const seat = this.#choose(this.#fitting(tags), this.#turn);
    if (seat !== undefined) this.#turn = (this.seats.indexOf(seat) + 1) % this.seats.length;
    return seat;
  }

  hasRoomFor(tags: readonly string[]): boolean {
    return this.#fitting(tags).some(hasRoom);
  }

  #fitting(tags: readonly string[]): readonly WorkerSeat[] {
    if (tags.length === 0) return this.seats;
    return this.seats.filter((seat) => tags.every((tag) => seat.tags.includes(tag)));
  }

  give(name: string, job: string, nowUs: MonotonicUs): void {
    const seat = this.seatOf(name, nowUs);
    assert(!seat.given.has(job), () => `${job} given to ${name} twice`);
    seat.given.set(job, { sinceUs: nowUs, progress: 0, aliveUs: nowUs });
  }

  take(name: string, job: string): void {
    this.#byName.get(name)?.given.delete(job);
  }

  #add(name: string, nowUs: MonotonicUs): WorkerSeat {
    const seat: WorkerSeat = {
      name,
      incarnation: 0,
      capacity: 0,
      isAlive: true,
      isFull: false,
      lastBeatUs: nowUs,
      reserved: 0,
      given: new Map(),
      tags: [],
    };
    this.seats.push(seat);
    this.#byName.set(name, seat);
    return seat;
  }
}
