import { compareTokens, type Token } from '../../../history/fact.ts';
import { required } from '../../../lib/assert.ts';
import type { MonotonicUs } from '../../../lib/units.ts';
import type { Beat } from '../../api.ts';
import { type JobRecord, placesOf } from '../../job/job.ts';
import type { DeskOut } from '../api-desk.ts';
import { Attempts, type Charge } from '../attempts.ts';
import { Book } from '../book.ts';
import type { Suspicion } from '../suspicion.ts';
import { type ChooseWorker, type WorkerSeat, Workforce } from '../workforce.ts';

/** A worker that is adopted counts as silent for this share of the time that it is given. */
const SILENT_SHARE = 0.6;

export interface CrewPort {
  readonly workerTimeoutUs: number;
  /** What ran in an earlier life of a worker is left to others, and takes no place here. */
  readonly forgetsLives: boolean;
  epoch(): number;
  /** An attempt seems lost: the rows will tell. */
  suspect(job: JobRecord, why: string, worker: string): void;
  resend(job: JobRecord, worker: string): void;
}

/**
 * The workers that a member looks after, and what runs on them as far as it knows: a mirror of
 * rows, never more than a reason to look at them.
 */
export class Crew implements Charge {
  readonly book = new Book();
  readonly #port: CrewPort;
  readonly #workforce: Workforce;
  readonly #attempts: Attempts;
  readonly #adopted = new Set<string>();
  /** Tokens of attempts that are being looked into. */
  readonly #suspected = new Set<string>();

  constructor(port: CrewPort, nowUs: MonotonicUs, choose: ChooseWorker, suspicion: Suspicion) {
    this.#port = port;
    this.#workforce = new Workforce([], nowUs, choose);
    this.#attempts = new Attempts(this, this.#workforce, suspicion, nowUs);
  }

  get epoch(): number {
    return this.#port.epoch();
  }

  get workerTimeoutUs(): number {
    return this.#port.workerTimeoutUs;
  }

  /** Workers that were adopted and have been heard of lately. */
  get alive(): readonly string[] {
    return this.#workforce.seats
      .filter(({ name, isAlive }) => isAlive && this.#adopted.has(name))
      .map(({ name }) => name);
  }

  has(worker: string): boolean {
    return this.#adopted.has(worker);
  }

  /**
   * A worker that counts its lives anew, because its disk was lost or a copy of it was ahead, has
   * to learn that soon: members would hand it on to each other, and none would tell it.
   */
  adopt(worker: string, nowUs: MonotonicUs): void {
    const unheardUs = SILENT_SHARE * this.#port.workerTimeoutUs;
    this.#workforce.seatOf(worker, nowUs).lastBeatUs = (nowUs - unheardUs) as MonotonicUs;
    this.#adopted.add(worker);
  }

  /** It belongs to another member, with all that runs on it. */
  release(worker: string): void {
    const seat = this.#workforce.get(worker);
    if (seat === undefined || !this.#adopted.delete(worker)) return;
    for (const job of [...seat.given.keys()]) this.drop(job);
    seat.capacity = 0;
    seat.incarnation = 0;
  }

  /** Such an attempt runs on a worker of the crew. */
  note(job: JobRecord, nowUs: MonotonicUs): void {
    const run = required(job.run, `running attempt of ${job.id}`);
    const known = this.book.jobs.get(job.id)?.run;
    if (known !== undefined && compareTokens(known.token, run.token) > 0) return;
    if (known !== undefined && compareTokens(known.token, run.token) < 0) this.drop(job.id);
    for (const place of placesOf(run)) {
      const isKnown = this.#workforce.get(place.worker)?.given.has(job.id) === true;
      if (isKnown || !this.#adopted.has(place.worker)) continue;
      this.book.apply({ kind: 'job', job });
      this.#attempts.adopt(job.id, place, nowUs);
    }
  }

  /** All that runs on a worker, by the rows: whatever else is known of it is over. */
  match(worker: string, running: readonly JobRecord[], nowUs: MonotonicUs): void {
    const names = new Set(running.map(nameOf));
    for (const id of [...(this.#workforce.get(worker)?.given.keys() ?? [])]) {
      const job = this.book.jobs.get(id);
      if (job !== undefined && !names.has(nameOf(job))) this.drop(id);
    }
    for (const job of running) this.note(job, nowUs);
  }

  /**
   * It has lived as long as this, by the rows: whoever beats with a lesser number is late, or
   * counts its lives anew and has to be told.
   */
  outlived(worker: string, incarnation: number): void {
    const seat = this.#workforce.get(worker);
    if (seat === undefined || !this.#adopted.has(worker)) return;
    seat.incarnation = Math.max(seat.incarnation, incarnation);
  }

  /** A worker that beats is not silent, however long it takes to look at what it says. */
  hears(worker: string, incarnation: number, nowUs: MonotonicUs): void {
    const seat = this.#workforce.get(worker);
    if (seat !== undefined && incarnation >= seat.incarnation) seat.lastBeatUs = nowUs;
  }

  /** The attempt of the job that is known here is over, or no longer this member's business. */
  drop(id: string): void {
    const job = this.book.jobs.get(id);
    if (job?.run === undefined) return;
    for (const { worker } of placesOf(job.run)) this.#workforce.take(worker, id);
    this.book.apply({ kind: 'forget', job: id });
  }

  /** The same for one attempt only. */
  dropAttempt(id: string, token: Token): void {
    const known = this.book.jobs.get(id)?.run;
    if (known !== undefined && compareTokens(known.token, token) <= 0) this.drop(id);
  }

  onBeat(from: string, beat: Beat, nowUs: MonotonicUs, out: DeskOut): void {
    if (this.#port.forgetsLives) this.#forgetLives(from, beat.incarnation);
    this.#attempts.onBeat(from, beat, nowUs, out);
  }

  #forgetLives(worker: string, incarnation: number): void {
    for (const id of [...(this.#workforce.get(worker)?.given.keys() ?? [])]) {
      const run = this.book.jobs.get(id)?.run;
      if (run !== undefined && run.incarnation < incarnation) this.drop(id);
    }
  }

  sweep(nowUs: MonotonicUs, out: DeskOut): void {
    this.#attempts.sweep(nowUs, out);
  }

  lose(job: JobRecord, why: string, _: DeskOut, worker: string): void {
    const name = nameOf(job);
    if (this.#suspected.has(name)) return;
    this.#suspected.add(name);
    this.#port.suspect(job, why, worker);
  }

  /** The rows have told. */
  cleared(job: JobRecord): void {
    this.#suspected.delete(nameOf(job));
  }

  resend(job: JobRecord, _: DeskOut, worker: string): void {
    this.#port.resend(job, worker);
  }

  progressOf(job: JobRecord): number | undefined {
    return this.#attempts.progressOf(job);
  }

  hasRoom(): boolean {
    return this.#workforce.hasRoomFor([]);
  }

  /** A worker for the job, one of whose places is kept until {@link unreserve}. */
  reserve({ spec }: JobRecord): WorkerSeat | undefined {
    const seat = this.#workforce.next(spec.tags);
    if (seat !== undefined) seat.reserved += 1;
    return seat;
  }

  unreserve(): void {
    for (const seat of this.#workforce.seats) seat.reserved = 0;
  }

  /** It refused an attempt: it has no room, until it says otherwise. */
  isFull(worker: string): void {
    const seat = this.#workforce.get(worker);
    if (seat !== undefined) seat.isFull = true;
  }
}

const nameOf = ({ id, run }: JobRecord): string => {
  const { token } = required(run, `running attempt of ${id}`);
  return `${token.epoch}.${token.attempt} ${id}`;
};
