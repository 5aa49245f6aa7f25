/**
 * The engine: what whoever is in charge does with jobs, schedules and workers. It keeps the book in
 * memory, decides through pure parts, and says for each change what must be durable before anybody
 * hears of it (`persist` before `afterSync`). A design gives it an epoch and a way to persist.
 *
 * One engine lives for one term: a member that loses its office drops the object.
 */

import { isTerminal } from '../../history/fact.ts';
import type { Host } from '../../host/host.ts';
import { required } from '../../lib/assert.ts';
import type { WallUs } from '../../lib/units.ts';
import { SECOND } from '../../lib/units.ts';
import type { Finished, FinishedAck, RollCall, Run, SchedulerMessage, Stop } from '../api.ts';
import type { JobEvent, JobRecord } from '../job/job.ts';
import { isReady, stepJob } from '../job/job.ts';
import { decideTicks } from '../schedule/decide.ts';
import { checkTiming } from '../schedule/timing.ts';
import type { ZoneTable } from '../schedule/zone-rules.ts';
import { answerApi, type Elsewhere, type Office } from './api-desk.ts';
import { Attempts, type Charge, SWEEP_US } from './attempts.ts';
import type { Book, BookEntry } from './book.ts';
import { Doubles } from './doubles.ts';
import { DueQueue } from './due-queue.ts';
import { type CursorOfPut, cursorOfPut } from './edits.ts';
import { instancesOf } from './instances.ts';
import { launchOf } from './launch.ts';
import { afterStart, type FindObstacle, findObstacle } from './limits.ts';
import { Out } from './out.ts';
import { type DecideOverlap, decideOverlap } from './overlap.ts';
import { type ComesFirst, comesFirst, ReadyJobs, type Start } from './ready.ts';
import type { Suspicion } from './suspicion.ts';
import { suspicion } from './suspicion.ts';
import { type DecidedSchedule, Ticks } from './ticks.ts';
import type { ChooseWorker } from './workforce.ts';
import { chooseInTurn, Workforce } from './workforce.ts';

/** Timers of the engine on the host. */
const DUE_TIMER = 'engine:due';
const SWEEP_TIMER = 'engine:sweep';
/** The wall clock may be stepped: nobody sleeps longer than this on its word. */
const DUE_SLEEP_US_MAX = SECOND;

export interface EngineOptions {
  readonly workers: readonly string[];
  readonly zones: ZoneTable;
  /** Whether workers and ledger check epochs and tokens. */
  readonly fenced: boolean;
  /** A worker silent for longer than this is given up, and its attempts are lost. */
  readonly workerTimeoutUs: number;
  /** Where not every job is in this engine's book. */
  readonly elsewhere?: Elsewhere;
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
  /** What a tick becomes while others of its schedule are open. */
  readonly decideOverlap: DecideOverlap;
  /** From where on a schedule that was put has ticks. */
  readonly cursorOfPut: CursorOfPut;
  /** What the limits of a queue hold back. */
  readonly findObstacle: FindObstacle;
  /** Which of two ready jobs starts first. */
  readonly comesFirst: ComesFirst;
  /** What a new term makes of the book that it finds. */
  readonly takeOver: (book: Book, nowUs: WallUs) => Book;
  /** What the network delivered twice. */
  readonly newDoubles: () => Doubles;
  /** Collects what a step wants done, and keeps apart what waits for it to be durable. */
  readonly newOut: () => EngineOut;
}

export const SAFE_PARTS: EngineParts = {
  stepJob,
  decideTicks,
  chooseWorker: chooseInTurn,
  checkTiming,
  suspicion,
  decideOverlap,
  cursorOfPut,
  findObstacle,
  comesFirst,
  // As it was written: nothing that an earlier term decided is decided again.
  takeOver: (book) => book,
  newDoubles: () => new Doubles(),
  newOut: () => new Out(),
};

export type EngineOut = Out<BookEntry>;

export class Engine implements Office, Charge {
  readonly book: Book;
  readonly epoch: number;
  readonly options: EngineOptions;
  readonly ticks: Ticks;
  readonly #host: Pick<Host, 'monotonicUs' | 'wallUs' | 'random'>;
  readonly #parts: EngineParts;
  readonly #workforce: Workforce;
  readonly #attempts: Attempts;
  readonly #ready: ReadyJobs;
  readonly #doubles: Doubles;
  /** Waiting jobs by their time, and ended ones by the time when they may be forgotten. */
  readonly #due = new DueQueue<string>();
  readonly #ended = new DueQueue<string>();
  /** When the due timer will fire, by the monotonic clock; Infinity when it is not set. */
  #dueTimerUs = Number.POSITIVE_INFINITY;

  constructor(
    host: Pick<Host, 'monotonicUs' | 'wallUs' | 'random'>,
    epoch: number,
    book: Book,
    options: EngineOptions,
    parts: EngineParts,
  ) {
    const nowUs = host.monotonicUs();
    this.#host = host;
    this.epoch = epoch;
    this.book = parts.takeOver(book, host.wallUs());
    this.options = options;
    this.#parts = parts;
    this.#doubles = parts.newDoubles();
    this.ticks = new Ticks(options.zones, parts.decideTicks, parts.checkTiming);
    this.#workforce = new Workforce(options.workers, nowUs, parts.chooseWorker);
    this.#attempts = new Attempts(this, this.#workforce, parts.suspicion, nowUs);
    this.#ready = new ReadyJobs(this.book, this.#workforce, parts.findObstacle, parts.comesFirst);
  }

  get cursorOfPut(): CursorOfPut {
    return this.#parts.cursorOfPut;
  }

  get workerTimeoutUs(): number {
    return this.options.workerTimeoutUs;
  }

  /** Takes the book over: running attempts are adopted until their workers tell otherwise. */
  begin(out: EngineOut): void {
    const nowUs = this.#host.monotonicUs();
    for (const job of this.book.jobs.values()) {
      if (job.run !== undefined) this.#attempts.adopt(job.id, job.run, nowUs);
      this.#ready.changed(undefined, job);
      this.#file(job);
    }
    for (const job of this.book.jobs.values()) {
      // An earlier term may have ended between the end of a job and the word to all who waited.
      if (isTerminal(job.state)) this.#tellChildren(job, out);
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

  /** The term is over: no timer of this engine may fire again. */
  end(out: EngineOut): void {
    out.cancelTimer(DUE_TIMER);
    out.cancelTimer(SWEEP_TIMER);
  }

  /** The wall clock of the machine in charge, by which jobs and ticks fall due. */
  wallUs(): WallUs {
    return this.#host.wallUs();
  }

  onMessage(from: string, message: SchedulerMessage, out: EngineOut): void {
    switch (message.kind) {
      case 'api':
        if (this.#doubles.isDouble(from, message)) return;
        answerApi(this, from, message, out);
        break;
      case 'beat':
        this.#attempts.onBeat(from, message, this.#host.monotonicUs(), out);
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
    if (entry.kind === 'job') {
      const before = this.book.jobs.get(entry.job.id);
      this.book.apply(entry);
      this.#ready.changed(before, entry.job);
    } else this.book.apply(entry);
    out.keep(entry);
  }

  enqueue(job: JobRecord): void {
    if (isReady(job)) this.#due.push(job.dueUs, job.id);
  }

  #file(job: JobRecord): void {
    this.enqueue(job);
    const { retainUs } = job.spec;
    if (job.endedUs === undefined || retainUs === undefined) return;
    this.#ended.push(job.endedUs + retainUs, job.id);
  }

  /** Ends a job's hold on its worker and tells the worker to stop. */
  stopRunning(job: JobRecord, out: EngineOut): void {
    const run = required(job.run, `running attempt of ${job.id}`);
    this.#workforce.take(run.worker, job.id);
    out.sendAfterSync<Stop>(run.worker, { kind: 'stop', v: 1, job: job.id, token: run.token });
  }

  stepJob(job: JobRecord, event: JobEvent, out: EngineOut): JobRecord | undefined {
    const step = this.#parts.stepJob(job, event);
    if (step.effect === 'late') return undefined;
    this.change({ kind: 'job', job: step.job }, out);
    this.#file(step.job);
    if (isTerminal(step.job.state)) this.#tellChildren(step.job, out);
    return step.job;
  }

  /** Whoever waits for the end of a job is told, and whoever waits for theirs if that ends them. */
  #tellChildren(ended: JobRecord, out: EngineOut): void {
    const nowUs = this.#host.wallUs();
    const left = [ended];
    for (let parent = left.shift(); parent !== undefined; parent = left.shift()) {
      const succeeded = parent.state === 'succeeded';
      for (const id of this.book.kin.childrenOf(parent.id)) {
        const child = required(this.book.jobs.get(id), id);
        const event = { kind: 'parent-ended', parent: parent.id, succeeded, nowUs } as const;
        const { job, effect } = this.#parts.stepJob(child, event);
        if (effect === 'late') continue;
        this.change({ kind: 'job', job }, out);
        this.#file(job);
        if (isTerminal(job.state)) left.push(job);
      }
    }
  }

  progressOf(job: JobRecord): number | undefined {
    return this.#attempts.progressOf(job);
  }

  queueChanged(queue: string): void {
    this.#ready.unpark(queue);
  }

  /** Does all that is due now: ticks become jobs, due jobs get workers, the timer is set. */
  settle(out: EngineOut): void {
    const wallUs = this.#host.wallUs();
    this.#decideDueTicks(out);
    for (;;) {
      const id = this.#due.popDue(wallUs);
      if (id === undefined) break;
      const job = this.book.jobs.get(id);
      // One whose time has been put off has another place in the queue.
      if (job !== undefined && isReady(job) && job.dueUs <= wallUs) this.#ready.push(job);
    }
    for (const start of this.#ready.starts(wallUs)) this.#launch(start, wallUs, out);
    this.#armDueTimer(wallUs, out);
  }

  #decideDueTicks(out: EngineOut): void {
    const wallUs = this.#host.wallUs();
    // One pass per schedule and settling: a long catch-up does not starve what else is due.
    for (let passes = this.book.schedules.size; passes > 0; passes--) {
      const decided = this.ticks.decideNext(this.book.schedules, wallUs);
      if (decided === undefined) return;
      this.#carryOut(decided, out);
    }
  }

  decideDue(id: string, out: EngineOut): void {
    for (let more = true; more; ) {
      const before = this.book.schedules.get(id);
      const decided = before && this.ticks.decide(before, this.#host.wallUs());
      if (decided === undefined) return;
      if (decided.ticks.length > 0) this.#carryOut(decided, out);
      more = decided.more;
    }
  }

  #carryOut(decided: DecidedSchedule, out: EngineOut): void {
    for (const tick of decided.ticks) {
      const outcome = instancesOf(this.book, decided.schedule, tick, this.#parts.decideOverlap);
      out.observe({ kind: 'tick-decided', ...outcome.said });
      for (const id of outcome.replaces) this.#replace(id, out);
      for (const entry of outcome.entries) {
        this.change(entry, out);
        if (entry.kind === 'job') this.enqueue(entry.job);
      }
    }
    this.change({ kind: 'schedule', schedule: decided.schedule }, out);
  }

  /** Its place is taken by the next instance of its schedule. */
  #replace(id: string, out: EngineOut): void {
    const job = required(this.book.jobs.get(id), id);
    if (job.run !== undefined) {
      out.observe({ kind: 'attempt-lost', job: id, token: job.run.token, why: 'replaced' });
      this.stopRunning(job, out);
    }
    this.stepJob(job, { kind: 'cancel', nowUs: this.#host.wallUs() }, out);
  }

  #launch({ job, seat }: Start, wallUs: WallUs, out: EngineOut): void {
    const { epoch } = this;
    const by = { epoch, worker: seat.name, incarnation: seat.incarnation };
    // Counted first: a term that ends in between has counted a start too many, not one too few.
    const queue = this.book.queues.get(job.spec.queue);
    const counted = queue && afterStart(queue, wallUs);
    if (counted !== undefined) this.change({ kind: 'queue', queue: counted }, out);
    const launched = required(this.stepJob(job, { kind: 'launch', ...by }, out), 'a launch');
    this.#workforce.give(seat.name, job.id, this.#host.monotonicUs());
    const token = required(launched.run, 'its attempt').token;
    out.observe({ kind: 'dispatched', job: job.id, token, worker: seat.name });
    this.resend(launched, out);
  }

  /** Sends a launch, for the first time or once more: the same token is the same launch. */
  resend(job: JobRecord, out: EngineOut): void {
    const { worker, incarnation } = required(job.run, `running attempt of ${job.id}`);
    const launch = launchOf(job, this.options.fenced);
    const { epoch } = this;
    out.sendAfterSync<Run>(worker, { kind: 'run', v: 1, incarnation, epoch, launch });
  }

  #onFinished(from: string, report: Finished, out: EngineOut): void {
    const { job: id, token, how } = report;
    const job = this.book.jobs.get(id);
    const worker = job?.run?.worker;
    const event = job && { kind: 'report' as const, token, how, ...this.#moment(job) };
    const stepped = event && this.stepJob(job, event, out);
    if (stepped === undefined) out.observe({ kind: 'late-report', job: id, token });
    else if (worker !== undefined) this.#release(worker, id, how === 'refused');
    out.sendAfterSync<FinishedAck>(from, { kind: 'finished-ack', v: 1, job: id, token });
  }

  /** When an attempt ended, and what the wait for the next one is lengthened by. */
  #moment({ spec }: JobRecord): { readonly nowUs: WallUs; readonly draw: number } {
    const isDrawn = (spec.retry.jitterPpm ?? 0) > 0;
    return { nowUs: this.#host.wallUs(), draw: isDrawn ? this.#host.random.float() : 0 };
  }

  #release(worker: string, job: string, isFull: boolean): void {
    this.#workforce.take(worker, job);
    const seat = this.#workforce.get(worker);
    if (seat !== undefined) seat.isFull = isFull;
  }

  #sweep(out: EngineOut): void {
    out.setTimer(SWEEP_TIMER, SWEEP_US);
    this.#attempts.sweep(this.#host.monotonicUs(), out);
    const wallUs = this.#host.wallUs();
    for (
      let job = this.#ended.popDue(wallUs);
      job !== undefined;
      job = this.#ended.popDue(wallUs)
    ) {
      // It may have been retried by hand since, and have ended once more.
      const { endedUs, spec } = this.book.jobs.get(job) ?? {};
      const isOver = endedUs !== undefined && endedUs + (spec?.retainUs ?? 0) <= wallUs;
      if (isOver) this.change({ kind: 'forget', job }, out);
    }
  }

  lose(job: JobRecord, why: string, out: EngineOut): void {
    const token = required(job.run, `running attempt of ${job.id}`).token;
    out.observe({ kind: 'attempt-lost', job: job.id, token, why });
    this.stopRunning(job, out);
    this.stepJob(job, { kind: 'lost', token, why, ...this.#moment(job) }, out);
  }

  #armDueTimer(wallUs: number, out: EngineOut): void {
    const next = Math.min(
      this.#due.peekUs() ?? Number.POSITIVE_INFINITY,
      this.ticks.nextUs() ?? Number.POSITIVE_INFINITY,
      this.#ready.wakeUs,
    );
    if (next === Number.POSITIVE_INFINITY) return;
    const afterUs = Math.min(Math.max(next - wallUs, 0), DUE_SLEEP_US_MAX);
    const atUs = this.#host.monotonicUs() + afterUs;
    if (this.#dueTimerUs <= atUs) return;
    this.#dueTimerUs = atUs;
    out.setTimer(DUE_TIMER, afterUs);
  }
}
