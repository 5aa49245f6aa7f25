/**
 * What a member does with jobs, schedules and workers. It keeps the book in memory and lets it go
 * with itself, but for schedules, which are configuration: these are on its disk, and with its
 * peers. Attempts of submitted jobs are granted by clients, one at a time (`submits.ts`); ticks and
 * triggered jobs have no client that waits for them, and are tried again here.
 */
import { isTerminal } from '../../../history/fact.ts';
import type { Host } from '../../../host/host.ts';
import { assert, required } from '../../../lib/assert.ts';
import { type MonotonicUs, SECOND, type WallUs } from '../../../lib/units.ts';
import type { Finished, FinishedAck, ListedSkip, Run, Stop } from '../../api.ts';
import type { JobEvent, JobRecord } from '../../job/job.ts';
import { isReady } from '../../job/job.ts';
import type { DeskOut, Office } from '../../parts/api-desk.ts';
import type { Book, BookEntry, ScheduleRecord } from '../../parts/book.ts';
import { DueQueue } from '../../parts/due-queue.ts';
import type { CursorOfPut } from '../../parts/edits.ts';
import { instancesOf } from '../../parts/instances.ts';
import { launchOf } from '../../parts/launch.ts';
import { type DecidedSchedule, Ticks } from '../../parts/ticks.ts';
import type { ZoneTable } from '../../schedule/zone-rules.ts';
import type { SamplingParts } from './parts.ts';
import type { Binding, Placement } from './placement.ts';
import type { Submits } from './submits.ts';
import { EPOCH, type Finding, type Watch } from './watch.ts';

export const DUE_TIMER = 'sampling:due';
/** The wall clock may be stepped: nobody sleeps longer than this on its word. */
const DUE_SLEEP_US_MAX = SECOND;
/** What has ended is remembered for so long, for who asks once more. */
const REMEMBERS_US = 120 * SECOND;
/** Peers are told of a skipped tick for so long. */
const SKIP_NEWS_US = 20 * SECOND;

/** Whose ticks a member decides. */
export interface Rank {
  isMine(schedule: string): boolean;
  isReady(nowUs: MonotonicUs): boolean;
}

export interface OfficeTools {
  readonly zones: ZoneTable;
  readonly parts: SamplingParts;
  readonly placement: Placement;
  readonly watch: Watch;
  readonly submits: Submits;
  readonly rank: Rank;
}

export class SamplingOffice implements Office {
  readonly book: Book;
  readonly options: { readonly zones: ZoneTable };
  readonly ticks = {
    track: (schedule: ScheduleRecord): boolean => this.#track(schedule),
    stamped: (schedule: ScheduleRecord): ScheduleRecord => this.#ticks.stamped(schedule),
  };
  readonly #host: Pick<Host, 'monotonicUs' | 'wallUs' | 'random'>;
  readonly #tools: OfficeTools;
  readonly #due = new DueQueue<string>();
  /** By the monotonic clock: when what has ended is forgotten. */
  readonly #ended = new DueQueue<string>();
  #skips: { readonly skip: ListedSkip; readonly sinceUs: MonotonicUs }[] = [];
  #ticks: Ticks;
  #dueTimerUs = Number.POSITIVE_INFINITY;
  /** A schedule was put or edited, and peers were not told yet. */
  hasNews = false;

  constructor(
    host: Pick<Host, 'monotonicUs' | 'wallUs' | 'random'>,
    book: Book,
    tools: OfficeTools,
  ) {
    this.#host = host;
    this.book = book;
    this.#tools = tools;
    this.options = { zones: tools.zones };
    this.#ticks = this.#newTicks();
  }

  get cursorOfPut(): CursorOfPut {
    return this.#tools.parts.cursorOfPut;
  }

  wallUs(): WallUs {
    return this.#host.wallUs();
  }

  change(entry: BookEntry, out: DeskOut): void {
    this.book.apply(entry);
    if (entry.kind === 'schedule') {
      out.keep(entry);
      this.hasNews = true;
    } else if (entry.kind === 'skip') {
      const { tick, reason } = entry;
      this.#skips.push({ skip: { tick, reason }, sinceUs: this.#host.monotonicUs() });
    }
  }

  enqueue(job: JobRecord): void {
    if (isReady(job)) this.#due.push(job.dueUs, job.id);
  }

  progressOf(): undefined {
    return undefined;
  }

  /** Queues that can be put have no limits. */
  queueChanged(): void {}

  stopRunning(job: JobRecord, out: DeskOut): void {
    const { worker, token } = required(job.run, `running attempt of ${job.id}`);
    this.#tools.watch.take(job.id);
    out.send<Stop>(worker, { kind: 'stop', v: 1, job: job.id, token });
  }

  stepJob(job: JobRecord, event: JobEvent, out: DeskOut): JobRecord | undefined {
    const { parts, submits, placement } = this.#tools;
    const step = parts.stepJob(job, event);
    if (step.effect === 'late') return undefined;
    const isOver = job.state === 'running' && step.job.state === 'waiting';
    if (isOver && submits.isGranted(job.id)) return this.#granted(job, step.job, event, out);
    this.change({ kind: 'job', job: step.job }, out);
    this.enqueue(step.job);
    if (!isTerminal(step.job.state)) return step.job;
    placement.drop(job.id, out);
    this.#ended.push(this.#host.monotonicUs() + REMEMBERS_US, job.id);
    submits.ended(step.job, out);
    this.#tellChildren(step.job, out);
    return step.job;
  }

  /** An attempt that never began is made elsewhere; about another one its client decides. */
  #granted(before: JobRecord, after: JobRecord, event: JobEvent, out: DeskOut): JobRecord {
    if (event.kind === 'report' && event.how === 'refused') {
      const { refusals } = before;
      const again = { ...after, attempt: before.attempt - 1, refusals };
      this.change({ kind: 'job', job: again }, out);
      this.enqueue(again);
      return again;
    }
    this.change({ kind: 'forget', job: before.id }, out);
    this.#tools.submits.attemptEnded(before.id, before.attempt, out);
    return after;
  }

  /** Instances of a schedule may wait for the end of those before them. */
  #tellChildren(ended: JobRecord, out: DeskOut): void {
    const nowUs = this.#host.wallUs();
    const succeeded = ended.state === 'succeeded';
    for (const id of this.book.kin.childrenOf(ended.id)) {
      const child = required(this.book.jobs.get(id), id);
      this.stepJob(child, { kind: 'parent-ended', parent: ended.id, succeeded, nowUs }, out);
    }
  }

  /** A client takes the job elsewhere, or for lost: nothing of it is done here any more. */
  abandon(job: JobRecord, out: DeskOut): void {
    if (job.run !== undefined) this.stopRunning(job, out);
    this.#tools.placement.drop(job.id, out);
    this.change({ kind: 'forget', job: job.id }, out);
  }

  onFinished(from: string, report: Finished, out: DeskOut): void {
    const { job: id, token, how } = report;
    const job = this.book.jobs.get(id);
    const isMeant = job !== undefined && this.#isOfThisLaunch(from, job, report);
    const stepped =
      isMeant && this.stepJob(job, { kind: 'report', token, how, ...this.#moment(job) }, out);
    if (!stepped) out.observe({ kind: 'late-report', job: id, token });
    else this.#tools.watch.take(id);
    // Nobody waits for word on a refusal, and the same token may have been reported since.
    if (how !== 'refused')
      out.send<FinishedAck>(from, { kind: 'finished-ack', v: 1, job: id, token });
  }

  /**
   * An attempt that was refused is launched again under its token. So a second copy of the refusal
   * has to be told from one of the next launch, or that would be taken for never begun.
   */
  #isOfThisLaunch(from: string, { id, run }: JobRecord, report: Finished): boolean {
    if (report.how !== 'refused') return true;
    const isOfThisLife = run?.worker === from && run.incarnation === report.incarnation;
    return isOfThisLife && this.#tools.watch.runOf(id)?.request === report.request;
  }

  #moment({ spec }: JobRecord): { readonly nowUs: WallUs; readonly draw: number } {
    const isDrawn = (spec.retry.jitterPpm ?? 0) > 0;
    return { nowUs: this.#host.wallUs(), draw: isDrawn ? this.#host.random.float() : 0 };
  }

  /** Attempts that are lost, or may never have arrived. */
  onFindings(findings: readonly Finding[], out: DeskOut): void {
    for (const { job: id, what } of findings) {
      const job = this.book.jobs.get(id);
      const token = job?.run?.token;
      if (job === undefined || token === undefined) continue;
      if (what.kind === 'resend') {
        const run = required(this.#tools.watch.runOf(id), `what ${id} was sent as`);
        out.send<Run>(required(job.run, id).worker, run);
        continue;
      }
      out.observe({ kind: 'attempt-lost', job: id, token, why: what.why });
      this.stopRunning(job, out);
      this.stepJob(job, { kind: 'lost', token, why: what.why, ...this.#moment(job) }, out);
    }
  }

  /** The worker is to run it: at once, or as soon as it has a slot. */
  launch({ job: id, worker, incarnation, request }: Binding, out: DeskOut): void {
    const job = required(this.book.jobs.get(id), id);
    assert(job.state === 'waiting', () => `${id} is bound, and ${job.state}`);
    const event = { kind: 'launch', epoch: EPOCH, worker, incarnation } as const;
    const launched = required(this.stepJob(job, event, out), 'a launch');
    const launch = launchOf(launched, true);
    const base = { kind: 'run', v: 1, incarnation, epoch: EPOCH, launch } as const;
    const run: Run = request === undefined ? { queued: true, ...base } : { request, ...base };
    this.#tools.watch.give(worker, run, this.#host.monotonicUs());
    out.observe({ kind: 'dispatched', job: id, token: launch.token, worker });
    out.send<Run>(worker, run);
  }

  /** Does all that is due now: ticks become jobs, due jobs are a batch that looks for workers. */
  settle(out: DeskOut): void {
    const wallUs = this.#host.wallUs();
    const nowUs = this.#host.monotonicUs();
    if (this.#tools.rank.isReady(nowUs)) this.#decideDueTicks(wallUs, out);
    const due: JobRecord[] = [];
    const taken = new Set<string>();
    for (let id = this.#due.popDue(wallUs); id !== undefined; id = this.#due.popDue(wallUs)) {
      const job = this.book.jobs.get(id);
      const isDue = job !== undefined && isReady(job) && job.dueUs <= wallUs;
      if (!isDue || taken.has(id) || this.#tools.placement.isPlacing(id)) continue;
      taken.add(id);
      due.push(job);
    }
    if (due.length > 0) this.#tools.placement.place(due, nowUs, out);
    this.#armDueTimer(wallUs, out);
  }

  #decideDueTicks(wallUs: WallUs, out: DeskOut): void {
    // One pass per schedule and settling: a long catch-up does not starve what else is due.
    for (let passes = this.book.schedules.size; passes > 0; passes--) {
      const decided = this.#ticks.decideNext(this.book.schedules, wallUs);
      if (decided === undefined) return;
      this.#carryOut(decided, out);
    }
  }

  decideDue(id: string, out: DeskOut): void {
    if (!this.#tools.rank.isReady(this.#host.monotonicUs())) return;
    for (let more = true; more; ) {
      const before = this.book.schedules.get(id);
      const decided = before && this.#ticks.decide(before, this.#host.wallUs());
      if (decided === undefined) return;
      if (decided.ticks.length > 0) this.#carryOut(decided, out);
      more = decided.more;
    }
  }

  #carryOut({ schedule, ticks }: DecidedSchedule, out: DeskOut): void {
    for (const tick of ticks) {
      const outcome = instancesOf(this.book, schedule, tick, this.#tools.parts.decideOverlap);
      out.observe({ kind: 'tick-decided', ...outcome.said });
      for (const id of outcome.replaces) this.#replace(id, out);
      for (const entry of outcome.entries) {
        this.change(entry, out);
        if (entry.kind === 'job') this.enqueue(entry.job);
      }
    }
    this.change({ kind: 'schedule', schedule }, out);
  }

  /** Its place is taken by the next instance of its schedule. */
  #replace(id: string, out: DeskOut): void {
    const job = required(this.book.jobs.get(id), id);
    if (job.run !== undefined) {
      out.observe({ kind: 'attempt-lost', job: id, token: job.run.token, why: 'replaced' });
      this.stopRunning(job, out);
    }
    this.stepJob(job, { kind: 'cancel', nowUs: this.#host.wallUs() }, out);
  }

  /** A schedule as a peer knows it better. */
  learn(schedule: ScheduleRecord, out: DeskOut): void {
    const hadNews = this.hasNews;
    this.change({ kind: 'schedule', schedule }, out);
    this.hasNews = hadNews;
    this.#track(schedule);
  }

  /** Others are alive than before: some of the schedules are somebody else's. */
  rankChanged(): void {
    this.#ticks = this.#newTicks();
    for (const schedule of this.book.schedules.values()) this.#track(schedule);
  }

  #newTicks(): Ticks {
    const { zones, parts } = this.#tools;
    return new Ticks(zones, parts.decideTicks, parts.checkTiming);
  }

  #track(schedule: ScheduleRecord): boolean {
    return this.#tools.rank.isMine(schedule.id) ? this.#ticks.track(schedule) : true;
  }

  /** Ticks skipped of late, for those who are asked about them. */
  recentSkips(nowUs: MonotonicUs): readonly ListedSkip[] {
    this.#skips = this.#skips.filter(({ sinceUs }) => nowUs - sinceUs <= SKIP_NEWS_US);
    return this.#skips.map(({ skip }) => skip);
  }

  /** What ended long ago is forgotten. */
  forget(nowUs: MonotonicUs, out: DeskOut): void {
    for (let id = this.#ended.popDue(nowUs); id !== undefined; id = this.#ended.popDue(nowUs)) {
      const job = this.book.jobs.get(id);
      if (job !== undefined && isTerminal(job.state)) this.change({ kind: 'forget', job: id }, out);
    }
  }

  dueTimerFired(): void {
    this.#dueTimerUs = Number.POSITIVE_INFINITY;
  }

  #armDueTimer(wallUs: WallUs, out: DeskOut): void {
    const next = Math.min(
      this.#due.peekUs() ?? Number.POSITIVE_INFINITY,
      this.#ticks.nextUs() ?? Number.POSITIVE_INFINITY,
    );
    if (next === Number.POSITIVE_INFINITY) return;
    const isReady = this.#tools.rank.isReady(this.#host.monotonicUs());
    const leastUs = isReady ? 0 : DUE_SLEEP_US_MAX / 10;
    const afterUs = Math.min(Math.max(next - wallUs, leastUs), DUE_SLEEP_US_MAX);
    const atUs = this.#host.monotonicUs() + afterUs;
    if (this.#dueTimerUs <= atUs) return;
    this.#dueTimerUs = atUs;
    out.setTimer(DUE_TIMER, afterUs);
  }
}
