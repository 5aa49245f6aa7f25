/** An engine on a clock moved by hand; what each step wants done is looked at, not carried out. */
import type { Testimony, Token } from '../../../src/history/fact.ts';
import type { Message } from '../../../src/host/host.ts';
import type { Effect } from '../../../src/host/step.ts';
import { MS, SECOND, wallUs } from '../../../src/lib/units.ts';
import type {
  ApiAnswer,
  ApiRequest,
  ApiResult,
  Held,
  JobSpec,
  Run,
  ScheduleSpec,
  Stop,
} from '../../../src/scheduler/api.ts';
import { Book, type BookEntry } from '../../../src/scheduler/parts/book.ts';
import { Engine, SAFE_PARTS } from '../../../src/scheduler/parts/engine.ts';
import { Out } from '../../../src/scheduler/parts/out.ts';
import type { ZoneTable } from '../../../src/scheduler/schedule/zone-rules.ts';
import { FakeHost } from '../../support/fake-host.ts';

export const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 0,
  retry: { maxAttempts: 3, backoff: 'fixed', baseUs: SECOND, maxUs: SECOND },
  timeoutUs: 20 * SECOND,
  delivery: 'at-least-once',
  sink: 'token',
};
/** The first instant by the wall clock of a lab. */
export const EPOCH_US = 1_700_000_000_000_000;
export const WORKER_TIMEOUT_US = 8 * SECOND;

/** What one step wants done. */
export interface Done {
  readonly now: readonly Effect[];
  readonly persist: readonly BookEntry[];
  readonly afterSync: readonly Effect[];
}

export class EngineLab {
  readonly host = new FakeHost('scheduler-1');
  readonly book: Book;
  readonly engine: Engine;
  readonly #out = new Out<BookEntry>();
  /** Everything persisted so far, in order: what recovery would read. */
  readonly log: BookEntry[] = [];
  /** All that left, at once or after the sync. */
  sent: { readonly to: string; readonly message: Message; readonly synced: boolean }[] = [];
  testimonies: Testimony[] = [];
  #op = 0;

  readonly #zones: ZoneTable;

  constructor({
    epoch = 1,
    workers = ['w1', 'w2'],
    log = [] as readonly BookEntry[],
    zones = new Map() as ZoneTable,
    nowUs = 1_000_000,
    wallNowUs = EPOCH_US,
  } = {}) {
    Object.assign(this.host, { nowUs, wallNowUs });
    this.#zones = zones;
    this.book = new Book();
    for (const entry of log) this.book.apply(entry);
    this.log.push(...log);
    const options = {
      ...{ workers, zones, fenced: true },
      workerTimeoutUs: WORKER_TIMEOUT_US,
    };
    this.engine = new Engine(this.host, epoch, this.book, options, SAFE_PARTS);
    this.engine.begin(this.#out);
    this.#take();
  }

  #take(): Done {
    const done = this.#out.take() as Done;
    this.log.push(...done.persist);
    for (const [effects, synced] of [
      [done.now, false],
      [done.afterSync, true],
    ] as const) {
      for (const effect of effects) {
        if (effect.kind === 'send') this.sent.push({ ...effect, synced });
        else if (effect.kind === 'observe') this.testimonies.push(effect.testimony);
        else if (effect.kind === 'setTimer') this.host.setTimer(effect.tag, effect.afterUs);
        else if (effect.kind === 'cancelTimer') this.host.cancelTimer(effect.tag);
      }
    }
    return done;
  }

  tell(from: string, message: object): Done {
    this.engine.onMessage(from, message as never, this.#out);
    return this.#take();
  }

  /** Lets time pass by both clocks, timers and all. */
  advance(spanUs: number): void {
    const untilUs = this.host.nowUs + spanUs;
    for (;;) {
      const timer = this.host.nextTimer();
      if (timer === undefined || timer.dueUs > untilUs) break;
      this.#moveTo(timer.dueUs);
      this.fire(timer.tag);
    }
    this.#moveTo(untilUs);
  }
  /** The machine stands still: both clocks go on, nothing is served. */
  pause(spanUs: number): void {
    this.#moveTo(this.host.nowUs + spanUs);
  }
  fire(tag: string): void {
    this.host.timers.delete(tag);
    this.engine.onTimer(tag, this.#out);
    this.#take();
  }
  #moveTo(us: number): void {
    this.host.wallNowUs += Math.max(0, us - this.host.nowUs);
    this.host.nowUs = Math.max(us, this.host.nowUs);
  }

  ask(request: ApiRequest): Done {
    this.#op += 1;
    return this.tell('c1', { kind: 'api', v: 1, op: this.#op, request });
  }
  submit(job: string, changes: Partial<JobSpec> = {}): Done {
    return this.ask({ kind: 'submit', job, spec: { ...SPEC, ...changes } });
  }
  beat(
    worker: string,
    {
      incarnation = 1,
      capacity = 2,
      holding = [] as readonly Held[],
      tags = [] as readonly string[],
    } = {},
  ): Done {
    return this.tell(worker, { kind: 'beat', v: 1, incarnation, capacity, holding, tags });
  }
  finished(worker: string, job: string, token: Token, how: string): Done {
    return this.tell(worker, { kind: 'finished', v: 1, job, token, how });
  }
  /** Beats of both workers each second, holding nothing but what they say. */
  keepBeating(spanUs: number, holding: readonly { job: string; token: Token }[] = []): void {
    for (let us = 0; us < spanUs; us += SECOND) {
      this.beat('w1', { holding });
      this.beat('w2');
      this.advance(SECOND);
    }
  }

  /** Messages of a kind since the last look; all others of that time are forgotten. */
  take<M extends Message>(kind: M['kind']): readonly { to: string; message: M; synced: boolean }[] {
    const sent = this.sent.filter(({ message }) => message.kind === kind);
    this.sent = [];
    return sent as unknown as { to: string; message: M; synced: boolean }[];
  }
  /** Such as `w1: j 1.1`. */
  runs = (): readonly string[] =>
    this.take<Run>('run').map(({ to, message: { launch } }) => {
      return `${to}: ${launch.job} ${launch.token.epoch}.${launch.token.attempt}`;
    });
  stops = (): readonly string[] =>
    this.take<Stop>('stop').map(({ to, message: { job, token } }) => {
      return `${to}: ${job} ${token.epoch}.${token.attempt}`;
    });
  result(): ApiResult | undefined {
    return this.take<ApiAnswer>('api-answer').at(-1)?.message.result;
  }
  /** What came of a request, which is then forgotten. */
  answer(request: ApiRequest): ApiResult | undefined {
    this.ask(request);
    return this.result();
  }
  /** Ends every attempt that runs, in order of launch. */
  finishAll(how = 'succeeded'): void {
    for (const { id, run } of [...this.book.jobs.values()]) {
      if (run !== undefined) this.finished(run.worker, id, run.token, how);
    }
  }
  /** What was decided about ticks since the last look, such as `+12 late-all`. */
  decisions(schedule = 's'): readonly string[] {
    const said = this.testimonies.flatMap((each) => (each.kind === 'tick-decided' ? [each] : []));
    this.testimonies = [];
    return said
      .filter(({ tick }) => tick.schedule === schedule)
      .map(({ tick, action, reason }) => {
        return `${(tick.nominalUs - EPOCH_US) / SECOND} ${action}: ${reason}`;
      });
  }
  /** The next term, from what was persisted, at the same time by the same clocks. */
  next(epoch: number, log: readonly BookEntry[] = this.log): EngineLab {
    const { nowUs, wallNowUs } = this.host;
    return new EngineLab({ epoch, log, nowUs, wallNowUs, zones: this.#zones });
  }
  state = (job: string): string | undefined => this.book.jobs.get(job)?.state;
}

export const token = (epoch: number, attempt: number): Token => ({ epoch, attempt });

/** Ticks each `everyUs` from the start of the host's wall clock on. */
export const every = (host: FakeHost, everyUs: number): ScheduleSpec => ({
  timing: { kind: 'interval', everyUs, anchorUs: wallUs(host.wallNowUs) },
  misfire: { late: 'all', windowUs: 500 * MS, catchUpMax: 1_000 },
  startUs: wallUs(host.wallNowUs),
  endUs: wallUs(host.wallNowUs + 3_600 * SECOND),
  job: SPEC,
});
