/**
 * Attempts under way, as whoever is in charge knows them: what each worker was given, what it says
 * it holds, and what follows from silence. Decisions are those of `suspicion.ts`.
 */
import type { Token } from '../../history/fact.ts';
import { compareTokens } from '../../history/fact.ts';
import { required } from '../../lib/assert.ts';
import type { MonotonicUs } from '../../lib/units.ts';
import { SECOND } from '../../lib/units.ts';
import type { Beat, BeatAck, Held, Stop } from '../api.ts';
import { type JobRecord, type Place, placesOf } from '../job/job.ts';
import type { DeskOut } from './api-desk.ts';
import type { Book } from './book.ts';
import type { Suspicion } from './suspicion.ts';
import type { Given, WorkerSeat, Workforce } from './workforce.ts';

export const SWEEP_US = SECOND;
/** A sweep this much late means that this very machine was paused or overloaded. */
const SWEEP_LATE_US = 2 * SECOND;

/** What this needs of whoever is in charge. */
export interface Charge {
  readonly book: Book;
  readonly epoch: number;
  readonly workerTimeoutUs: number;
  /** The worker is the one that gave reason to think so. */
  lose(job: JobRecord, why: string, out: DeskOut, worker: string): void;
  resend(job: JobRecord, out: DeskOut, worker: string): void;
}

export class Attempts {
  readonly #charge: Charge;
  readonly #workforce: Workforce;
  readonly #suspicion: Suspicion;
  #sweptUs: MonotonicUs;

  constructor(charge: Charge, workforce: Workforce, suspicion: Suspicion, nowUs: MonotonicUs) {
    this.#charge = charge;
    this.#workforce = workforce;
    this.#suspicion = suspicion;
    this.#sweptUs = nowUs;
  }

  /** Beats of a worker's earlier life, late on their way here, have no word on this attempt. */
  adopt(job: string, run: Place, nowUs: MonotonicUs): void {
    this.#workforce.give(run.worker, job, nowUs);
    const seat = this.#workforce.seatOf(run.worker, nowUs);
    seat.incarnation = Math.max(seat.incarnation, run.incarnation);
  }

  /** Signs of life that the running attempt of a job has given. */
  progressOf({ id, run }: JobRecord): number | undefined {
    if (run === undefined) return undefined;
    const progress = this.#workforce.get(run.worker)?.given.get(id)?.progress;
    return progress === 0 ? undefined : progress;
  }

  onBeat(from: string, beat: Beat, nowUs: MonotonicUs, out: DeskOut): void {
    const seat = this.#workforce.seatOf(from, nowUs);
    if (beat.incarnation < seat.incarnation) return this.#onStaleBeat(seat, nowUs, out);
    seat.incarnation = beat.incarnation;
    seat.capacity = beat.capacity;
    seat.tags = beat.tags ?? [];
    seat.isAlive = true;
    seat.isFull = false;
    seat.lastBeatUs = nowUs;
    out.send<BeatAck>(from, { kind: 'beat-ack', v: 1, epoch: this.#charge.epoch });
    const holding = new Map(beat.holding.map((held) => [held.job, held]));
    for (const [id, given] of seat.given) this.#compare(seat, id, given, nowUs, holding, out);
    for (const { job, token } of holding.values()) {
      const run = this.#charge.book.jobs.get(job)?.run;
      if (run !== undefined && compareTokens(run.token, token) === 0) continue;
      out.sendAfterSync<Stop>(from, { kind: 'stop', v: 1, job, token });
    }
  }

  /**
   * Late on its way, or of a worker that lost its disk and counts anew: the latter needs a greater
   * number to be heard again. It is not told while the one with the greater number beats, for then
   * there are two of them, and each would outbid the other.
   */
  #onStaleBeat(seat: WorkerSeat, nowUs: MonotonicUs, out: DeskOut): void {
    const { name, incarnation: newest } = seat;
    const { workerTimeoutUs, epoch } = this.#charge;
    if (nowUs - seat.lastBeatUs <= workerTimeoutUs / 2) return;
    out.send<BeatAck>(name, { kind: 'beat-ack', v: 1, epoch, newest });
  }

  /** One attempt that the worker should hold, against what it says it holds. */
  #compare(
    seat: WorkerSeat,
    id: string,
    given: Given,
    nowUs: MonotonicUs,
    holding: ReadonlyMap<string, Held>,
    out: DeskOut,
  ): void {
    const job = required(this.#charge.book.jobs.get(id), id);
    const run = required(job.run, `running attempt of ${id}`);
    const held = holding.get(id);
    const isHeld = held !== undefined && isSame(held.token, run.token);
    if (isHeld) noteProgress(given, held.progress ?? 0, nowUs);
    const here = placesOf(run).find(({ worker }) => worker === seat.name);
    const isSameLife = here?.incarnation === seat.incarnation;
    const ageUs = nowUs - given.sinceUs;
    const finding = this.#suspicion.atBeat({ isSameLife, isHeld, ageUs });
    if (finding === 'lost') this.#charge.lose(job, 'worker restarted', out, seat.name);
    else if (finding === 'resend') this.#charge.resend(job, out, seat.name);
  }

  /** Gives up silent workers, overdue attempts, and bodies that give no sign of life. */
  sweep(nowUs: MonotonicUs, out: DeskOut): void {
    const lateUs = nowUs - this.#sweptUs - SWEEP_US;
    this.#sweptUs = nowUs;
    // Who slept itself has no word on who was silent or overdue meanwhile: beats and reports may
    // wait in its own inbox.
    if (lateUs > SWEEP_LATE_US) return this.#startAnew(nowUs);
    const { workerTimeoutUs, book } = this.#charge;
    for (const seat of this.#workforce.seats) {
      const silentUs = nowUs - seat.lastBeatUs;
      if (silentUs > workerTimeoutUs) seat.isAlive = false;
      for (const [id, { sinceUs, aliveUs }] of seat.given) {
        const job = required(book.jobs.get(id), id);
        const { timeoutUs, heartbeatUs } = job.spec;
        const times = { ageUs: nowUs - sinceUs, stillUs: nowUs - aliveUs };
        const evidence = { silentUs, workerTimeoutUs, timeoutUs, heartbeatUs, ...times };
        const why = this.#suspicion.atSweep(evidence);
        if (why !== undefined) this.#charge.lose(job, why, out, seat.name);
      }
    }
  }

  #startAnew(nowUs: MonotonicUs): void {
    for (const seat of this.#workforce.seats) {
      seat.lastBeatUs = nowUs;
      for (const given of seat.given.values()) given.aliveUs = nowUs;
    }
  }
}

function noteProgress(given: Given, progress: number, nowUs: MonotonicUs): void {
  if (progress <= given.progress) return;
  given.progress = progress;
  given.aliveUs = nowUs;
}

const isSame = (a: Token, b: Token): boolean => compareTokens(a, b) === 0;
