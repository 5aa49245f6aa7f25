import type { DiskOutcome, Host, Message, Recovered } from '../../../host/host.ts';
import type { Program } from '../../../host/program.ts';
import type { Output } from '../../../host/step.ts';
import { NOTHING } from '../../../host/step.ts';
import { assert, required } from '../../../lib/assert.ts';
import { MINUTE, MS, SECOND } from '../../../lib/units.ts';
import type {
  ApiAnswer,
  ApiCall,
  Beat,
  BeatAck,
  Finished,
  FinishedAck,
  Run,
  SchedulerMessage,
} from '../../api.ts';
import type { DesignContext } from '../../designs/design.ts';
import { type JobRecord, placesOf } from '../../job/job.ts';
import { epochsAfter, type StoreAnswer, type StoreRow } from '../../store/protocol.ts';
import { SWEEP_US } from '../attempts.ts';
import type { BookEntry } from '../book.ts';
import { Doubles } from '../doubles.ts';
import { DueQueue } from '../due-queue.ts';
import { IncarnationCounter } from '../incarnation.ts';
import { launchOf } from '../launch.ts';
import { Out } from '../out.ts';
import { StoreSession, StoreSite } from '../store-session.ts';
import { TickDecider } from '../ticks.ts';
import { RowClaimer } from './claimer.ts';
import { Crew } from './crew.ts';
import { decideDue, forget, nextDue, promote, writeInstance } from './due.ts';
import { adoptWorker, homeOf } from './homes.ts';
import { type Deeds, type OfficePort, RowOffice } from './office.ts';
import { type RowsParts, TRUST } from './parts.ts';
import type { NewPlacer, Placer } from './placer.ts';
import type { Plan, RunPlan } from './plan.ts';
import type { RowsPreset } from './preset.ts';
import { giveUp, takeReport } from './reports.ts';
import { answerRequest } from './requests.ts';
import { Rescuer } from './rescuer.ts';
import { homeKey } from './schema.ts';
import { type Script, type Task, Transactions } from './transactions.ts';

const POLL_TIMER = 'rows:poll';
const SWEEP_TIMER = 'rows:sweep';
const RING_TIMER = 'rows:ring';
const RESCUE_TIMER = 'rows:rescue';
const FORGET_TIMER = 'rows:forget';
const RESEND_US = 500 * MS;
/** Transactions under way at a time. */
const LANES = 6;
/** Requests that wait for one; further ones are dropped, and asked again. */
const WAITING_MAX = 1_000;
/** What was found due so long ago still counts as all that is due. */
const FRESH_US = 250 * MS;
/** Held by who decides and claims, where one lock is around all of that. */
const GLOBAL_LOCK = 'lock/scan';

export interface MemberOptions {
  readonly preset: RowsPreset;
  readonly stores: readonly string[];
  /** How ready jobs get workers; by claims of rows where absent. */
  readonly newPlacer?: NewPlacer;
}

/** A member of a scheduler whose members share the rows of a store, and nothing else. */
export class RowMember implements Program {
  readonly #host: Host;
  readonly #context: DesignContext;
  readonly #preset: RowsPreset;
  readonly #parts: RowsParts;
  readonly #port: OfficePort;
  readonly #counter: IncarnationCounter;
  readonly #out = new Out<BookEntry>();
  readonly #doubles = new Doubles();
  readonly #site: StoreSite;
  readonly #crew: Crew;
  readonly #rescuer: Rescuer;
  readonly #placer: Placer;
  /** Undefined until the incarnation is durable. */
  #transactions: Transactions | undefined;
  #listener: StoreSession | undefined;
  /** Instances of ticks that were decided ahead, where they are kept in memory. */
  readonly #ring = new DueQueue<JobRecord>();
  /** Beats of workers that are being adopted: the latest of each. */
  readonly #adopting = new Map<string, Beat>();
  #isDeciding = false;
  /** When what is due is looked for next, by the monotonic clock. */
  #pollAtUs = Number.POSITIVE_INFINITY;

  constructor(host: Host, context: DesignContext, options: MemberOptions, parts: RowsParts) {
    this.#host = host;
    this.#context = context;
    this.#preset = options.preset;
    this.#parts = parts;
    const zones = context.zonesOf(host.self);
    this.#port = {
      options: { zones },
      ticks: new TickDecider(zones, parts.decideTicks, parts.checkTiming),
      cursorOfPut: parts.cursorOfPut,
      stepJob: parts.stepJob,
      wallUs: () => host.wallUs(),
    };
    this.#counter = new IncarnationCounter(host);
    this.#site = new StoreSite(options.stores);
    this.#crew = this.#newCrew();
    const run: RunPlan = (plan) => this.#run(plan);
    this.#rescuer = new Rescuer(host, this.#preset.rescue, this.#crew, parts.newHomeWatch(), run);
    const { newPlacer = (port) => new RowClaimer(port) } = options;
    this.#placer = newPlacer({
      host,
      preset: this.#preset,
      parts,
      crew: this.#crew,
      out: this.#out,
      members: context.members,
      run,
      epoch: () => this.#epoch,
      decide: () => this.#decide(),
      sendRun: (job) => this.#sendRun(job),
    });
  }

  #newCrew(): Crew {
    const { workerTimeoutUs } = this.#context;
    const isByAge = this.#preset.rescue.kind === 'age';
    const suspicion = isByAge ? TRUST : this.#parts.suspicion;
    const port = {
      workerTimeoutUs,
      forgetsLives: isByAge,
      epoch: () => this.#epoch,
      suspect: (job: JobRecord, why: string, worker: string) => this.#suspect(job, why, worker),
      resend: (job: JobRecord, worker: string) => this.#sendRun(job, worker),
    };
    return new Crew(port, this.#host.monotonicUs(), this.#parts.chooseWorker, suspicion);
  }

  onStart(recovered: Recovered): Output {
    this.#counter.begin(recovered);
    return NOTHING;
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    if (this.#counter.onDisk(token, outcome) === undefined) return NOTHING;
    const me = `${this.#host.self}#${this.#counter.identity}`;
    const session = (use: string) => new StoreSession(`${me}/${use}`, this.#site, RESEND_US);
    const sessions = Array.from({ length: LANES }, (_, n) => session(`tx${n + 1}`));
    this.#transactions = new Transactions(sessions, this.#host.random);
    this.#listener = session('listen');
    const { pollUs } = this.#preset;
    this.#out.setTimer(POLL_TIMER, Math.floor(this.#host.random.float() * pollUs));
    this.#out.setTimer(SWEEP_TIMER, SWEEP_US);
    this.#out.setTimer(RESCUE_TIMER, Math.floor(this.#host.random.float() * SECOND));
    this.#out.setTimer(FORGET_TIMER, MINUTE);
    return this.#take();
  }

  onMessage(from: string, message: Message): Output {
    if (this.#transactions === undefined) return NOTHING;
    if (message.kind === 'store-answer') this.#onStore(message as StoreAnswer);
    else if (message.kind === 'store-notified') this.#placer.look();
    else this.#onRequest(from, message as SchedulerMessage);
    return this.#take();
  }

  onTimer(tag: string): Output {
    switch (tag) {
      case POLL_TIMER:
        this.#decide();
        break;
      case SWEEP_TIMER:
        this.#out.setTimer(SWEEP_TIMER, SWEEP_US);
        this.#crew.sweep(this.#host.monotonicUs(), this.#out);
        break;
      case RING_TIMER:
        this.#turnRing();
        break;
      case RESCUE_TIMER:
        this.#out.setTimer(RESCUE_TIMER, this.#rescuer.everyUs);
        this.#rescuer.round();
        this.#listen();
        break;
      case FORGET_TIMER:
        this.#out.setTimer(FORGET_TIMER, MINUTE);
        this.#run({ script: forget });
        break;
      default: {
        const isKnown =
          this.#placer.onTimer(tag) ||
          this.#listener?.onTimer(tag, this.#out) === true ||
          this.#transactions?.onTimer(tag, this.#out) === true;
        assert(isKnown, () => `timer ${tag}`);
      }
    }
    return this.#take();
  }

  snapshot(): unknown {
    return { crew: [...this.#crew.book.jobs.values()] };
  }

  get #epoch(): number {
    return epochsAfter(Math.max(0, this.#site.timeline)) + 1;
  }

  #onStore(answer: StoreAnswer): void {
    if (answer.session === this.#listener?.name) this.#listener.onAnswer(answer, this.#out);
    else this.#transactions?.onAnswer(answer, this.#out);
  }

  #onRequest(from: string, message: SchedulerMessage): void {
    if (message.kind === 'api') this.#onApi(from, message);
    else if (message.kind === 'beat') this.#onBeat(from, message);
    else if (message.kind === 'finished') this.#onFinished(from, message);
  }

  #onApi(from: string, call: ApiCall): void {
    if (required(this.#transactions, 'transactions').waiting >= WAITING_MAX) return;
    if (this.#doubles.isDouble(from, call)) return;
    const { op, request } = call;
    this.#run({
      script: (office) => answerRequest(office, request, this.#parts.decideOverlap),
      done: (result) => {
        this.#out.send<ApiAnswer>(from, { kind: 'api-answer', v: 1, op, result });
      },
    });
  }

  // Workers.

  #onBeat(from: string, beat: Beat): void {
    if (this.#crew.has(from)) {
      this.#placer.onBeat(from, beat);
      if (this.#placer.hasRoom()) this.#placer.look();
      return;
    }
    this.#out.send<BeatAck>(from, { kind: 'beat-ack', v: 1, epoch: this.#epoch });
    const isUnderWay = this.#adopting.has(from);
    this.#adopting.set(from, beat);
    if (isUnderWay) return;
    const { self } = this.#host;
    this.#run({
      script: () => adoptWorker(from, self, this.#host.wallUs()),
      writes: ({ writes }) => writes,
      done: ({ running }) => this.#adopted(from, running),
    });
  }

  #adopted(worker: string, running: readonly JobRecord[]): void {
    const nowUs = this.#host.monotonicUs();
    this.#crew.adopt(worker, nowUs);
    for (const job of running) this.#crew.note(job, nowUs);
    const beat = required(this.#adopting.get(worker), `a beat of ${worker}`);
    this.#adopting.delete(worker);
    this.#placer.onBeat(worker, beat);
    this.#placer.look();
  }

  #onFinished(from: string, report: Finished): void {
    const { job, token, how } = report;
    const draw = this.#host.random.float();
    const { checksToken } = this.#preset;
    this.#run({
      script: (office) => takeReport(office, report, { checksToken, draw }),
      done: (result) => {
        if (result === 'late') this.#out.observe({ kind: 'late-report', job, token });
        this.#crew.dropAttempt(job, token);
        if (how === 'refused') this.#placer.onRefused(from);
        this.#out.send<FinishedAck>(from, { kind: 'finished-ack', v: 1, job, token });
        this.#placer.look();
      },
    });
  }

  /** A worker that is silent here may be heard by another member; then it is theirs. */
  #suspect(job: JobRecord, why: string, worker: string): void {
    const { token } = required(job.run, `running attempt of ${job.id}`);
    const draw = this.#host.random.float();
    const { self } = this.#host;
    this.#run({
      script: function* (office): Script<'moved' | 'over'> {
        const [home] = yield [{ kind: 'read', key: homeKey(worker) }];
        if (why === 'worker silent' && homeOf(home)?.member !== self) return 'moved';
        yield* giveUp(office, job.id, token, { why, draw });
        return 'over';
      },
      done: (result) => {
        this.#crew.cleared(job);
        if (result === 'moved') this.#crew.release(worker);
        else this.#crew.dropAttempt(job.id, token);
        this.#placer.look();
      },
    });
  }

  /** To all of its workers, or to one of them. */
  #sendRun(job: JobRecord, only?: string): void {
    const run = required(job.run, `running attempt of ${job.id}`);
    const epoch = this.#epoch;
    for (const [part, { worker, incarnation }] of placesOf(run).entries()) {
      if (only !== undefined && worker !== only) continue;
      const launch = launchOf(job, this.#preset.fenced, part);
      this.#out.send<Run>(worker, { kind: 'run', v: 1, incarnation, epoch, launch });
    }
  }

  // What falls due.

  /** Decides ticks and finds ready jobs; then claims. One pass at a time. */
  #decide(): void {
    if (this.#isDeciding) return;
    this.#isDeciding = true;
    const { aheadUs, keepsRing, lane } = this.#preset;
    const { decideOverlap, exclusion } = this.#parts;
    const { lockedRows } = exclusion;
    const skipsLocked = lane === 'claim';
    const options = { decideOverlap, lockedRows, aheadUs, skipsLocked, keepsRing };
    let lookedUs = this.#host.monotonicUs();
    const look = (): void => {
      lookedUs = this.#host.monotonicUs();
    };
    this.#run({
      isScan: true,
      script: function* (office) {
        look();
        const firstUs = yield* nextDue();
        if (firstUs - aheadUs > office.wallUs()) return { more: false, ring: [], nextUs: firstUs };
        const { more, ring } = yield* decideDue(office, options);
        const moreJobs = yield* promote(office, options);
        return { more: more || moreJobs, ring, nextUs: yield* nextDue() };
      },
      done: ({ more, ring, nextUs }) => {
        this.#isDeciding = false;
        for (const job of ring) this.#ring.push(job.dueUs, job);
        this.#turnRing();
        this.#pollAtUs = Number.POSITIVE_INFINITY;
        this.#pollBy(more ? 0 : nextUs);
        // The commit may have been long in coming: much may have become due meanwhile.
        this.#placer.look(this.#host.monotonicUs() - lookedUs < FRESH_US);
      },
    });
  }

  /** Something is due at this time by the wall clock: it is looked for then, or before. */
  #pollBy(dueUs: number): void {
    const untilUs = dueUs - this.#preset.aheadUs - this.#host.wallUs();
    const afterUs = Math.min(Math.max(untilUs, MS), this.#preset.pollUs);
    const atUs = this.#host.monotonicUs() + afterUs;
    if (this.#isDeciding || this.#pollAtUs <= atUs) return;
    this.#pollAtUs = atUs;
    this.#out.setTimer(POLL_TIMER, afterUs);
  }

  /** Writes the instances in memory that are due by now. */
  #turnRing(): void {
    const wallUs = this.#host.wallUs();
    for (let job = this.#ring.popDue(wallUs); job !== undefined; job = this.#ring.popDue(wallUs)) {
      const due = job;
      this.#run({
        script: (office) => writeInstance(office, due),
        done: () => this.#placer.look(),
      });
    }
    const nextUs = this.#ring.peekUs();
    if (nextUs === undefined) return;
    this.#out.setTimer(RING_TIMER, Math.min(Math.max(nextUs - wallUs, MS), SECOND));
  }

  /** A subscription is gone when the store starts again, and nobody says so. */
  #listen(): void {
    const listener = required(this.#listener, 'a listener');
    if (!this.#preset.notifies || listener.isOpen) return;
    listener.call([{ kind: 'listen', channel: this.#placer.channel }], this.#out);
  }

  #run<R>(plan: Plan<R>): void {
    let result: R | undefined;
    const { lane, lockWaitUs } = this.#preset;
    const isGuarded = plan.isScan === true && lane === 'lock';
    const task: Task = {
      begin: () => this.#work(plan, (value) => (result = value)),
      ...(isGuarded ? { guard: this.#parts.exclusion.guard(GLOBAL_LOCK) } : {}),
      ...(lockWaitUs === undefined ? {} : { lockWaitUs }),
      done: (work) => {
        const deeds = work as Deeds;
        for (const effect of deeds.effects) this.#out.act(effect);
        if (deeds.dueUs < Number.POSITIVE_INFINITY) this.#pollBy(deeds.dueUs);
        plan.done?.(result as R, deeds);
        if (deeds.hasReady && this.#preset.notifies) this.#placer.onReady(deeds.ready);
      },
    };
    required(this.#transactions, 'transactions').run(task, this.#out);
  }

  *#work<R>(plan: Plan<R>, keep: (result: R) => void): Script<Deeds> {
    const office = new RowOffice(this.#port);
    const result = yield* this.#aloud(office, plan.script(office));
    keep(result);
    const deeds = office.finish();
    const more = plan.writes?.(result) ?? [];
    return { ...deeds, writes: [...deeds.writes, ...more, ...this.#placer.news(deeds)] };
  }

  /** A script, and what it says as soon as it says so: the next rows may be long in coming. */
  *#aloud<R>(office: RowOffice, script: Script<R>): Script<R> {
    for (let rows: readonly StoreRow[] = []; ; ) {
      const step = script.next(rows);
      for (const testimony of office.takeSaid()) this.#out.observe(testimony);
      if (step.done === true) return step.value;
      rows = yield step.value;
    }
  }

  #take(): Output {
    const output = this.#out.take();
    assert(output.persist.length === 0, 'a member that persists on its own disk');
    // What a crew says after it has looked at a beat rests on rows that are committed.
    return { ...output, now: [...output.now, ...output.afterSync], afterSync: [] };
  }
}
