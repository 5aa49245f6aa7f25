/**
 * A scheduler in two minutes: one machine, one log, first come first served.
 *
 * It is a program on the host port: handlers that run to completion and answer with what is to be
 * done. What they `persist` is written to the log; what stands in `afterSync` leaves when the log
 * is safe on the disk, so that nobody is told what a crash could take back.
 */
import {
  type ApiRequest,
  type ApiResult,
  type Beat,
  defineDesign,
  type Effect,
  type Finished,
  type Host,
  type JobSpec,
  LOG_FILE,
  type Message,
  NOTHING,
  type Output,
  type Program,
  type Recovered,
  type SchedulerMessage,
} from 'seaworthy';

/** A job, as it is logged after every change. The record with the most changes counts. */
interface Job {
  readonly id: string;
  readonly spec: JobSpec;
  readonly changes: number;
  readonly state: 'waiting' | 'running' | 'succeeded' | 'dead' | 'cancelled';
  readonly attempt: number;
  /** Not before this instant of the wall clock. */
  readonly dueUs: number;
  /** While it runs: where, in which life of that worker, and under which epoch. */
  readonly run?: { readonly worker: string; readonly incarnation: number; readonly epoch: number };
}
type Entry = Job | { readonly epoch: number };

interface Seat {
  incarnation: number;
  capacity: number;
  heardUs: number;
}

const SWEEP_US = 500_000;

export class Scheduler implements Program {
  readonly #host: Host;
  readonly #workerTimeoutUs: number;
  readonly #jobs = new Map<string, Job>();
  readonly #workers = new Map<string, Seat>();
  /** Counts the starts: what was sent before a crash is older than what is sent after it. */
  #epoch = 0;
  #sweptUs = 0;
  #persist: Entry[] = [];
  #afterSync: Effect[] = [];

  constructor(host: Host, workerTimeoutUs: number) {
    this.#host = host;
    this.#workerTimeoutUs = workerTimeoutUs;
  }

  onStart({ files }: Recovered): Output {
    // A crash may leave unsynced records damaged or out of order: nobody was told of them.
    for (const place of files.get(LOG_FILE) ?? []) {
      if (place.kind === 'intact') this.#recover(place.data as Entry);
    }
    this.#epoch += 1;
    this.#persist.push({ epoch: this.#epoch });
    this.#sweptUs = this.#host.monotonicUs();
    for (const { run } of this.#jobs.values()) {
      if (run !== undefined) this.#seat(run.worker, run.incarnation);
    }
    const said = { kind: 'role', role: 'leader', epoch: this.#epoch } as const;
    return this.#take({ kind: 'observe', testimony: said }, nextSweep);
  }

  onMessage(from: string, message: Message): Output {
    const it = message as SchedulerMessage;
    if (it.kind === 'api') {
      this.#send(from, { kind: 'api-answer', v: 1, op: it.op, result: this.#answer(it.request) });
    } else if (it.kind === 'beat') this.#onBeat(from, it);
    else if (it.kind === 'finished') this.#onFinished(from, it);
    this.#dispatch();
    return this.#take();
  }

  onTimer(): Output {
    const nowUs = this.#host.monotonicUs();
    // Who slept itself cannot say who was silent meanwhile.
    const slept = nowUs - this.#sweptUs > 4 * SWEEP_US;
    this.#sweptUs = nowUs;
    for (const [worker, seat] of this.#workers) {
      if (slept) seat.heardUs = nowUs;
      if (nowUs - seat.heardUs > this.#workerTimeoutUs) this.#loseAll(worker);
    }
    this.#dispatch();
    return this.#take(nextSweep);
  }

  onDisk(): Output {
    return NOTHING;
  }

  snapshot(): unknown {
    return { epoch: this.#epoch, jobs: [...this.#jobs.values()] };
  }

  #recover(entry: Entry): void {
    if ('epoch' in entry) this.#epoch = Math.max(this.#epoch, entry.epoch);
    else if (entry.changes > (this.#jobs.get(entry.id)?.changes ?? 0)) {
      this.#jobs.set(entry.id, entry);
    }
  }

  #answer(request: ApiRequest): ApiResult {
    const job = 'job' in request ? this.#jobs.get(request.job) : undefined;
    switch (request.kind) {
      case 'submit': {
        if (job !== undefined) return told(job);
        const { job: id, spec } = request;
        const dueUs = Math.max(this.#host.wallUs() + spec.delayUs, spec.atUs ?? 0);
        return told(this.#put({ id, spec, changes: 0, state: 'waiting', attempt: 0, dueUs }));
      }
      case 'status':
        return job === undefined ? refused('job', 'unknown job') : told(job);
      case 'cancel':
        if (job === undefined) return refused('job', 'unknown job');
        if (job.state === 'succeeded' || job.state === 'dead') return refused('job', 'is over');
        return told(job.state === 'cancelled' ? job : this.#end(job, 'cancelled'));
      case 'list-jobs': {
        const left = [...this.#jobs.values()]
          .filter(({ id }) => id > request.after)
          .sort((a, b) => (a.id < b.id ? -1 : 1));
        const page = left.slice(0, request.limit);
        const next = left.length > page.length ? page.at(-1)?.id : undefined;
        const jobs = page.map(({ id, state, attempt }) => ({ job: id, state, attempts: attempt }));
        return { kind: 'jobs', jobs, ...(next === undefined ? {} : { next }) };
      }
      case 'list-skips':
        return { kind: 'skips', skips: [] };
      case 'list-schedules':
        return { kind: 'schedules', schedules: [] };
      default:
        return refused('kind', `${request.kind} is not offered`);
    }
  }

  #onBeat(worker: string, beat: Beat): void {
    const seat = this.#seat(worker, beat.incarnation);
    if (beat.incarnation < seat.incarnation) return;
    if (beat.incarnation > seat.incarnation) this.#loseAll(worker);
    Object.assign(seat, { incarnation: beat.incarnation, capacity: beat.capacity });
    seat.heardUs = this.#host.monotonicUs();
    this.#send(worker, { kind: 'beat-ack', v: 1, epoch: this.#epoch });
    // The launch or its report may be lost: the same launch again begins nothing twice.
    const held = new Set(beat.holding.map(({ job, token }) => `${job} ${token.attempt}`));
    for (const job of this.#runningOn(worker)) {
      if (!held.has(`${job.id} ${job.attempt}`)) this.#launch(job);
    }
  }

  #onFinished(worker: string, { job: id, token, how }: Finished): void {
    const job = this.#jobs.get(id);
    this.#send(worker, { kind: 'finished-ack', v: 1, job: id, token });
    if (job?.state !== 'running' || job.attempt !== token.attempt) return;
    if (how === 'succeeded') this.#end(job, 'succeeded');
    else this.#again(job);
  }

  /** Gives waiting jobs, in order of acceptance, to workers with room. */
  #dispatch(): void {
    const wallUs = this.#host.wallUs();
    for (const [worker, seat] of this.#workers) {
      let room = seat.capacity - this.#runningOn(worker).length;
      for (const job of this.#jobs.values()) {
        if (room <= 0) break;
        if (job.state !== 'waiting' || job.dueUs > wallUs) continue;
        const run = { worker, incarnation: seat.incarnation, epoch: this.#epoch };
        this.#launch(this.#put({ ...job, state: 'running', attempt: job.attempt + 1, run }));
        room -= 1;
      }
    }
  }

  #launch({ id, spec, attempt, run }: Job): void {
    if (run === undefined) return;
    const { timeoutUs, delivery, sink } = spec;
    const token = { epoch: run.epoch, attempt };
    const launch = { job: id, token, timeoutUs, delivery, sink, fenced: true };
    const { worker, incarnation } = run;
    this.#send(worker, { kind: 'run', v: 1, incarnation, epoch: this.#epoch, launch });
  }

  #loseAll(worker: string): void {
    for (const job of this.#runningOn(worker)) this.#again(job);
  }

  /** An attempt failed or was lost: one more, as long as there are any left. */
  #again(job: Job): void {
    const { retry, delivery } = job.spec;
    if (job.attempt >= retry.maxAttempts || delivery === 'at-most-once') {
      this.#end(job, 'dead');
      return;
    }
    const doubled = retry.backoff === 'fixed' ? 1 : 2 ** (job.attempt - 1);
    const dueUs = this.#host.wallUs() + Math.min(retry.baseUs * doubled, retry.maxUs);
    const { run: _, ...rest } = job;
    this.#put({ ...rest, state: 'waiting', dueUs });
  }

  #end(job: Job, state: Job['state']): Job {
    const { run, ...rest } = job;
    if (run !== undefined && state === 'cancelled') {
      const token = { epoch: run.epoch, attempt: job.attempt };
      this.#send(run.worker, { kind: 'stop', v: 1, job: job.id, token });
    }
    return this.#put({ ...rest, state });
  }

  #put(job: Job): Job {
    const changed = { ...job, changes: job.changes + 1 };
    this.#jobs.set(job.id, changed);
    this.#persist.push(changed);
    return changed;
  }

  #runningOn(worker: string): readonly Job[] {
    return [...this.#jobs.values()].filter(({ run }) => run?.worker === worker);
  }

  #seat(worker: string, incarnation: number): Seat {
    let seat = this.#workers.get(worker);
    if (seat === undefined) {
      seat = { incarnation, capacity: 0, heardUs: this.#host.monotonicUs() };
      this.#workers.set(worker, seat);
    }
    return seat;
  }

  #send(to: string, message: SchedulerMessage): void {
    this.#afterSync.push({ kind: 'send', to, message });
  }

  #take(...now: readonly Effect[]): Output {
    const output = { now, persist: this.#persist, afterSync: this.#afterSync };
    this.#persist = [];
    this.#afterSync = [];
    return output;
  }
}

const nextSweep: Effect = { kind: 'setTimer', tag: 'sweep', afterUs: SWEEP_US };

const told = ({ state, attempt }: Job): ApiResult => ({ kind: 'ok', state, attempts: attempt });
const refused = (field: string, reason: string): ApiResult => ({ kind: 'error', field, reason });

const NO_SCHEDULES = 'it refuses schedules';
const NO_LIMITS = 'it knows no priorities, limits and parents';

/** One scheduler, restarted when it dies. */
export const firstCome = defineDesign({
  name: 'first-come',
  module: import.meta.url,
  build: ({ members: [name = 'scheduler-1'], workerTimeoutUs }) => [
    { name, program: (host) => new Scheduler(host, workerTimeoutUs) },
  ],
  takeoverUs: 5_000_000,
  assumes: { singleCopy: true },
  notPromised: {
    'tick-once': NO_SCHEDULES,
    'explained-skips': NO_SCHEDULES,
    'bounded-catch-up': NO_SCHEDULES,
    'no-silent-schedule': NO_SCHEDULES,
    'on-time': NO_SCHEDULES,
    overlap: NO_SCHEDULES,
    'spec-change': NO_SCHEDULES,
    'queue-order': NO_LIMITS,
    limits: NO_LIMITS,
    'dependency-order': NO_LIMITS,
  },
  coreSchedulers: () => 1,
});
