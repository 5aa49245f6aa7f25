/**
 * The engine: what whoever is in charge does with jobs, schedules and workers. It keeps the book in
 * memory, decides through pure parts, and says for each change what must be durable before anybody
 * hears of it (`persist` before `afterSync`). A design gives it an epoch and a way to persist.
 *
 * One engine lives for one term: a member that loses its office drops the object.
 */

import type { Token } from '../../history/fact.ts';
import { compareTokens } from '../../history/fact.ts';
import type { Host } from '../../host/host.ts';
import { required } from '../../lib/assert.ts';
import type { MonotonicUs, WallUs } from '../../lib/units.ts';
import { SECOND } from '../../lib/units.ts';
import type {
  Beat,
  BeatAck,
  Finished,
  FinishedAck,
  Launch,
  RollCall,
  Run,
  SchedulerMessage,
  Stop,
} from '../api.ts';
import { tickJobId } from '../api.ts';
import type { JobEvent, JobRecord, RunningAttempt } from '../job/job.ts';
import { newJob, stepJob } from '../job/job.ts';
import { decideTicks } from '../schedule/decide.ts';
import { checkTiming } from '../schedule/timing.ts';
import type { ZoneTable } from '../schedule/zone-rules.ts';
import { answerApi } from './api-desk.ts';
import type { Book, BookEntry } from './book.ts';
import { DueQueue } from './due-queue.ts';
import { Fifo } from './fifo.ts';
import { Out } from './out.ts';
import type { Suspicion } from './suspicion.ts';
import { suspicion } from './suspicion.ts';
import { Ticks } from './ticks.ts';
import type { ChooseWorker, WorkerSeat } from './workforce.ts';
import { chooseInTurn, Workforce } from './workforce.ts';

/** Timers of the engine on the host. */
const DUE_TIMER = 'engine:due';
const SWEEP_TIMER = 'engine:sweep';
const SWEEP_US = SECOND;
/** A sweep this much late means that this very machine was paused or overloaded. */
const SWEEP_LATE_US = 2 * SECOND;
/** The wall clock may be stepped: nobody sleeps longer than this on its word. */
const DUE_SLEEP_US_MAX = SECOND;

export interface EngineOptions {
  readonly workers: readonly string[];
  readonly zones: ZoneTable;
  /** Whether workers and ledger check epochs and tokens. */
  readonly fenced: boolean;
  /** A worker silent for longer than this is given up, and its attempts are lost. */
  readonly workerTimeoutUs: number;
}

/** The replaceable decisions: a mutant replaces one. */
export interface EngineParts {
  readonly stepJob: typeof stepJob;
  readonly decideTicks: typeof decideTicks;
  readonly chooseWorker: ChooseWorker;
  /** A timing made ready: which nominal times a schedule has. */
  readonly checkTiming: typeof checkTiming;
  /** When a launched attempt is taken for lost. */
  readonly suspicion: Suspicion;
  /** What a new term makes of the book that it finds. */
  readonly takeOver: (book: Book, nowUs: WallUs) => Book;
  /** Collects what a step wants done, and keeps apart what waits for it to be durable. */
  readonly newOut: () => EngineOut;
}

export const SAFE_PARTS: EngineParts = {
  stepJob,
  decideTicks,
  chooseWorker: chooseInTurn,
  checkTiming,
  suspicion,
  // As it was written: nothing that an earlier term decided is decided again.
  takeOver: (book) => book,
  newOut: () => new Out(),
};

export type EngineOut = Out<BookEntry>;

export class Engine {
  readonly book: Book;
  readonly epoch: number;
  readonly options: EngineOptions;
  readonly ticks: Ticks;
  readonly #host: Pick<Host, 'monotonicUs' | 'wallUs'>;
  readonly #parts: EngineParts;
  readonly #workforce: Workforce;
  readonly #due = new DueQueue<string>();
  readonly #ready = new Fifo<string>();
  #sweptUs: MonotonicUs;
  /** When the due timer will fire, by the monotonic clock; Infinity when it is not set. */
  #dueTimerUs = Number.POSITIVE_INFINITY;

  constructor(
    host: Pick<Host, 'monotonicUs' | 'wallUs'>,
    epoch: number,
    book: Book,
    options: EngineOptions,
    parts: EngineParts,
  ) {
    this.#host = host;
    this.epoch = epoch;
    this.#sweptUs = host.monotonicUs();
    this.book = parts.takeOver(book, host.wallUs());
    this.options = options;
    this.#parts = parts;
    this.ticks = new Ticks(options.zones, parts.decideTicks, parts.checkTiming);
    this.#workforce = new Workforce(options.workers, host.monotonicUs(), parts.chooseWorker);
  }

  /** Takes the book over: running attempts are adopted until their workers tell otherwise. */
  begin(out: EngineOut): void {
    const nowUs = this.#host.monotonicUs();
    for (const job of this.book.jobs.values()) {
      if (job.run !== undefined) this.#adopt(job.id, job.run, nowUs);
      else if (job.state === 'waiting') this.enqueue(job);
    }
    this.#trackSchedules(out);
    for (const { name } of this.#workforce.seats) {
      out.sendAfterSync<RollCall>(name, { kind: 'roll-call', v: 1, epoch: this.epoch });
    }
    out.setTimer(SWEEP_TIMER, SWEEP_US);
    this.settle(out);
  }

  #trackSchedules(out: EngineOut): void {
    const left: string[] = [];
    for (const schedule of this.book.schedules.values()) {
      if (!this.ticks.track(schedule)) left.push(schedule.id);
    }
    if (left.length === 0) return;
    const text = `zone rules older than the book's: ticks are left undecided for ${left.length}`;
    out.observe({ kind: 'note', text: `${text} of ${this.book.schedules.size} schedules` });
  }

  /** Beats of a worker's earlier life, late on their way here, have no word on this attempt. */
  #adopt(job: string, run: RunningAttempt, nowUs: MonotonicUs): void {
    this.#workforce.give(run.worker, job, nowUs);
    const seat = this.#workforce.seatOf(run.worker, nowUs);
    seat.incarnation = Math.max(seat.incarnation, run.incarnation);
  }

  /** The term is over: no timer of this engine may fire again. */
  end(out: EngineOut): void {
    out.cancelTimer(DUE_TIMER);
    out.cancelTimer(SWEEP_TIMER);
  }

  /** The wall clock of the machine in charge, by which jobs and ticks fall due. */
  wallUs(): ReturnType<Host['wallUs']> {
    return this.#host.wallUs();
  }

  onMessage(from: string, message: SchedulerMessage, out: EngineOut): void {
    switch (message.kind) {
      case 'api':
        answerApi(this, from, message, out);
        break;
      case 'beat':
        this.#onBeat(from, message, out);
        break;
      case 'finished':
        this.#onFinished(from, message, out);
        break;
      default:
        return;
    }
    this.settle(out);
  }

  /** True when the timer was the engine's. */
  onTimer(tag: string, out: EngineOut): boolean {
    if (tag === DUE_TIMER) this.#dueTimerUs = Number.POSITIVE_INFINITY;
    else if (tag === SWEEP_TIMER) this.#sweep(out);
    else return false;
    this.settle(out);
    return true;
  }

  /** Makes a change of the book: in memory at once, durable before what waits for it. */
  change(entry: BookEntry, out: EngineOut): void {
    this.book.apply(entry);
    out.persist.push(entry);
  }

  /** Files a waiting job under its due time. */
  enqueue(job: JobRecord): void {
    this.#due.push(job.dueUs, job.id);
  }

  /** Ends a job's hold on its worker and tells the worker to stop. */
  stopRunning(job: JobRecord, out: EngineOut): void {
    const run = required(job.run, `running attempt of ${job.id}`);
    this.#workforce.take(run.worker, job.id);
    out.sendAfterSync<Stop>(run.worker, { kind: 'stop', v: 1, job: job.id, token: run.token });
  }

  /** Applies an event to one job; false when it was late. */
  stepJob(job: JobRecord, event: JobEvent, out: EngineOut): JobRecord | undefined {
    const step = this.#parts.stepJob(job, event);
    if (step.effect === 'late') return undefined;
    this.change({ kind: 'job', job: step.job }, out);
    if (step.job.state === 'waiting') this.enqueue(step.job);
    return step.job;
  }

  /** Does all that is due now: ticks become jobs, due jobs get workers, the timer is set. */
  settle(out: EngineOut): void {
    const wallUs = this.#host.wallUs();
    this.#decideDueTicks(out);
    for (;;) {
      const id = this.#due.popDue(wallUs);
      if (id === undefined) break;
      this.#ready.push(id);
    }
    this.#dispatch(out);
    this.#armDueTimer(wallUs, out);
  }

  #decideDueTicks(out: EngineOut): void {
    const wallUs = this.#host.wallUs();
    // One pass per schedule and settling: a long catch-up does not starve what else is due.
    for (let passes = this.book.schedules.size; passes > 0; passes--) {
      const decided = this.ticks.decideNext(this.book.schedules, wallUs);
      if (decided === undefined) return;
      for (const { tick, action, reason } of decided.ticks) {
        out.observe({ kind: 'tick-decided', tick, action, reason });
        if (action === 'skip') this.change({ kind: 'skip', tick, reason }, out);
        else this.#makeTickJob(decided.schedule.spec.job, tick, out);
      }
      this.change({ kind: 'schedule', schedule: decided.schedule }, out);
    }
  }

  #makeTickJob(spec: JobRecord['spec'], tick: JobRecord['tick'] & object, out: EngineOut): void {
    const id = tickJobId(tick);
    // Decided before, by a term whose cursor was lost while its job was not: it is on its way.
    if (this.book.jobs.get(id)?.run !== undefined) return;
    const job = newJob(id, spec, tick.nominalUs, tick);
    this.change({ kind: 'job', job }, out);
    this.enqueue(job);
  }

  #dispatch(out: EngineOut): void {
    while (this.#ready.size > 0) {
      const job = required(this.book.jobs.get(this.#ready.peek() as string), 'a ready job');
      if (job.state !== 'waiting') {
        this.#ready.pop();
        continue;
      }
      const seat = this.#workforce.next();
      if (seat === undefined) return;
      this.#ready.pop();
      this.#launch(job, seat, out);
    }
  }

  #launch(job: JobRecord, seat: WorkerSeat, out: EngineOut): void {
    const { epoch } = this;
    const by = { epoch, worker: seat.name, incarnation: seat.incarnation };
    const launched = required(this.stepJob(job, { kind: 'launch', ...by }, out), 'a launch');
    this.#workforce.give(seat.name, job.id, this.#host.monotonicUs());
    const token = required(launched.run, 'its attempt').token;
    out.observe({ kind: 'dispatched', job: job.id, token, worker: seat.name });
    this.#sendRun(launched, out);
  }

  #sendRun(job: JobRecord, out: EngineOut): void {
    const run = required(job.run, `running attempt of ${job.id}`);
    const { timeoutUs, delivery, sink } = job.spec;
    const { fenced } = this.options;
    const base = { job: job.id, token: run.token, timeoutUs, delivery, sink, fenced };
    const launch: Launch = job.tick === undefined ? base : { ...base, tick: job.tick };
    const { incarnation } = run;
    out.sendAfterSync<Run>(run.worker, {
      kind: 'run',
      v: 1,
      incarnation,
      epoch: this.epoch,
      launch,
    });
  }

  #onBeat(from: string, beat: Beat, out: EngineOut): void {
    const nowUs = this.#host.monotonicUs();
    const seat = this.#workforce.seatOf(from, nowUs);
    if (beat.incarnation < seat.incarnation) return this.#onStaleBeat(seat, nowUs, out);
    seat.incarnation = beat.incarnation;
    seat.capacity = beat.capacity;
    seat.isAlive = true;
    seat.isFull = false;
    seat.lastBeatUs = nowUs;
    out.send<BeatAck>(from, { kind: 'beat-ack', v: 1, epoch: this.epoch });
    const holding = new Map(beat.holding.map(({ job, token }) => [job, token]));
    for (const [id, sinceUs] of seat.given)
      this.#compareGiven(seat, id, nowUs - sinceUs, holding, out);
    for (const [job, token] of holding) {
      const run = this.book.jobs.get(job)?.run;
      if (run !== undefined && compareTokens(run.token, token) === 0) continue;
      out.sendAfterSync<Stop>(from, { kind: 'stop', v: 1, job, token });
    }
  }

  /**
   * Late on its way, or of a worker that lost its disk and counts anew: the latter needs a greater
   * number to be heard again. It is not told while the one with the greater number beats, for then
   * there are two of them, and each would outbid the other.
   */
  #onStaleBeat(seat: WorkerSeat, nowUs: MonotonicUs, out: EngineOut): void {
    const { name, incarnation: newest } = seat;
    if (nowUs - seat.lastBeatUs <= this.options.workerTimeoutUs / 2) return;
    out.send<BeatAck>(name, { kind: 'beat-ack', v: 1, epoch: this.epoch, newest });
  }

  /** One attempt that the worker should hold, against what it says it holds. */
  #compareGiven(
    seat: WorkerSeat,
    id: string,
    ageUs: number,
    holding: ReadonlyMap<string, Token>,
    out: EngineOut,
  ): void {
    const job = required(this.book.jobs.get(id), id);
    const run = required(job.run, `running attempt of ${id}`);
    const held = holding.get(id);
    const isHeld = held !== undefined && compareTokens(held, run.token) === 0;
    const isSameLife = run.incarnation === seat.incarnation;
    const finding = this.#parts.suspicion.atBeat({ isSameLife, isHeld, ageUs });
    if (finding === 'lost') this.#lose(job, 'worker restarted', out);
    else if (finding === 'resend') this.#sendRun(job, out);
  }

  #onFinished(from: string, report: Finished, out: EngineOut): void {
    const { job: id, token, how } = report;
    const job = this.book.jobs.get(id);
    const nowUs = this.#host.wallUs();
    const worker = job?.run?.worker;
    const stepped = job && this.stepJob(job, { kind: 'report', token, how, nowUs }, out);
    if (stepped === undefined) out.observe({ kind: 'late-report', job: id, token });
    else if (worker !== undefined) this.#release(worker, id, how === 'refused');
    out.sendAfterSync<FinishedAck>(from, { kind: 'finished-ack', v: 1, job: id, token });
  }

  #release(worker: string, job: string, isFull: boolean): void {
    this.#workforce.take(worker, job);
    const seat = this.#workforce.get(worker);
    if (seat !== undefined) seat.isFull = isFull;
  }

  /** Gives up silent workers and overdue attempts. */
  #sweep(out: EngineOut): void {
    out.setTimer(SWEEP_TIMER, SWEEP_US);
    const nowUs = this.#host.monotonicUs();
    const lateUs = nowUs - this.#sweptUs - SWEEP_US;
    this.#sweptUs = nowUs;
    // Who slept itself has no word on who was silent or overdue meanwhile: beats and reports may
    // wait in its own inbox.
    if (lateUs > SWEEP_LATE_US) {
      for (const seat of this.#workforce.seats) seat.lastBeatUs = nowUs;
      return;
    }
    for (const seat of this.#workforce.seats) {
      const { workerTimeoutUs } = this.options;
      const silentUs = nowUs - seat.lastBeatUs;
      if (silentUs > workerTimeoutUs) seat.isAlive = false;
      for (const [id, sinceUs] of seat.given) {
        const job = required(this.book.jobs.get(id), id);
        const { timeoutUs } = job.spec;
        const ageUs = nowUs - sinceUs;
        const evidence = { silentUs, workerTimeoutUs, ageUs, timeoutUs };
        const why = this.#parts.suspicion.atSweep(evidence);
        if (why !== undefined) this.#lose(job, why, out);
      }
    }
  }

  #lose(job: JobRecord, why: string, out: EngineOut): void {
    const token = required(job.run, `running attempt of ${job.id}`).token;
    out.observe({ kind: 'attempt-lost', job: job.id, token, why });
    this.stopRunning(job, out);
    this.stepJob(job, { kind: 'lost', token, why, nowUs: this.#host.wallUs() }, out);
  }

  #armDueTimer(wallUs: number, out: EngineOut): void {
    const next = Math.min(
      this.#due.peekUs() ?? Number.POSITIVE_INFINITY,
      this.ticks.nextUs() ?? Number.POSITIVE_INFINITY,
    );
    if (next === Number.POSITIVE_INFINITY) return;
    const afterUs = Math.min(Math.max(next - wallUs, 0), DUE_SLEEP_US_MAX);
    const atUs = this.#host.monotonicUs() + afterUs;
    if (this.#dueTimerUs <= atUs) return;
    this.#dueTimerUs = atUs;
    out.setTimer(DUE_TIMER, afterUs);
  }
}
