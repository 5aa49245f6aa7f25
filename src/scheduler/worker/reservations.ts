/**
 * What waits on a worker for a slot, first come first served: places that schedulers took for tasks
 * which they bind late, and attempts that were bound to this worker early.
 *
 *     probe ──► place in the queue ──slot free──► task-request ──► run | no-task
 *     run, queued ──► place in the queue ──slot free──► begins
 *
 * A slot is kept for a task that was asked for, but not for long: whoever does not answer may be
 * gone, and its other places with it. What it then sends comes too late and is refused.
 */
import type { Token } from '../../history/fact.ts';
import type { Host } from '../../host/host.ts';
import { required } from '../../lib/assert.ts';
import { type MonotonicUs, MS } from '../../lib/units.ts';
import type { Held, Run, SchedulerMessage } from '../api.ts';
import type { Out } from '../parts/out.ts';
import type { Probe, ProbeAnswer, ProbeMessage, TaskRequest } from '../probe-api.ts';

/** A scheduler answers within this, or is taken for gone. */
const ASK_TIMEOUT_US = 500 * MS;
const ASK_TIMER = 'ask';

/** Of a batch of one scheduler: `count` slots are wanted. */
interface Place {
  readonly kind: 'place';
  readonly from: string;
  readonly batch: string;
  count: number;
}

/** An attempt that begins when a slot is free. */
interface Bound {
  readonly kind: 'bound';
  readonly from: string;
  readonly run: Run;
}

/** A slot that is kept. */
interface Asked {
  readonly from: string;
  readonly askedUs: MonotonicUs;
}

/** What waits, of the worker that it waits on. */
export interface Station {
  readonly incarnation: number;
  /** Attempts that take a slot, those that it can not get rid of aside. */
  readonly working: number;
  /** As many may; 0 where nothing new may begin. */
  readonly room: number;
  begin(from: string, run: Run): void;
}

const placeKey = (from: string, batch: string): string => `place ${from} ${batch}`;
const boundKey = (job: string, token: Token): string =>
  `bound ${job}/${token.epoch}.${token.attempt}`;

export class Reservations {
  readonly #host: Pick<Host, 'monotonicUs'>;
  readonly #out: Out;
  readonly #tags: readonly string[];
  /** In order of coming: the first that was put in is served first. */
  readonly #queue = new Map<string, Place | Bound>();
  readonly #asked = new Map<number, Asked>();
  #places = 0;
  #request = 0;
  #isTimerSet = false;
  #isClosed = false;

  constructor(host: Pick<Host, 'monotonicUs'>, out: Out, tags: readonly string[] = []) {
    this.#host = host;
    this.#out = out;
    this.#tags = tags;
  }

  /** Slots that are kept for tasks asked for. */
  get keptSlots(): number {
    return this.#asked.size;
  }

  onMessage(from: string, message: SchedulerMessage | ProbeMessage, station: Station): void {
    if (message.kind === 'probe') this.#onProbe(from, message, station);
    else if (message.kind === 'no-task') this.answered(from, message.request);
    else if (message.kind === 'cancel-probe') this.#leave(placeKey(from, message.batch));
  }

  /** True when the timer was for answers that have not come. */
  onTimer(tag: string): boolean {
    if (tag !== ASK_TIMER) return false;
    this.#isTimerSet = false;
    this.#giveUp(this.#host.monotonicUs());
    return true;
  }

  #onProbe(from: string, probe: Probe, { incarnation, working }: Station): void {
    const isFit = probe.tags === undefined || probe.tags.every((tag) => this.#tags.includes(tag));
    const fits = isFit && !this.#isClosed;
    if (fits && probe.wants === 'place') return this.#take(from, probe.batch, probe.count);
    const length = working + this.#asked.size + this.#places;
    this.#out.send(from, answerTo(probe, incarnation, length, fits, this.#tags));
  }

  /** Places that are taken already are not taken once more: the same probe may come again. */
  #take(from: string, batch: string, count: number): void {
    const key = placeKey(from, batch);
    if (this.#queue.has(key)) return;
    this.#queue.set(key, { kind: 'place', from, batch, count });
    this.#places += count;
  }

  /** The attempt waits for a slot; the same may come again, and waits once. */
  bind(from: string, run: Run): void {
    const key = boundKey(run.launch.job, run.launch.token);
    if (this.#queue.has(key)) return;
    this.#queue.set(key, { kind: 'bound', from, run });
    this.#places += 1;
  }

  /** The attempt waits no longer, if it did. */
  unbind(job: string, token: Token): void {
    this.#leave(boundKey(job, token));
  }

  /** Free slots go to those who wait for one. */
  serve(station: Station): void {
    while (this.#queue.size > 0 && station.working + this.#asked.size < station.room) {
      const next = this.#next();
      if (next.kind === 'bound') station.begin(next.from, next.run);
      else this.#ask(next, station.incarnation);
    }
  }

  /** Who is served next; a place of several stays in front until all of them are. */
  #next(): Place | Bound {
    const [key, first] = required(this.#queue.entries().next().value, 'somebody who waits');
    this.#places -= 1;
    if (first.kind === 'place' && first.count > 1) first.count -= 1;
    else this.#queue.delete(key);
    return first;
  }

  /** Keeps a slot for the answer. */
  #ask({ from, batch }: Place, incarnation: number): void {
    this.#request += 1;
    this.#asked.set(this.#request, { from, askedUs: this.#host.monotonicUs() });
    this.#out.send(from, taskRequest(batch, incarnation, this.#request));
    this.#arm(ASK_TIMEOUT_US);
  }

  /** False where nobody waits for the answer to this request of that scheduler. */
  answered(from: string, request: number): boolean {
    return this.#asked.get(request)?.from === from && this.#asked.delete(request);
  }

  /** Gives up who has not answered in time, and every place that it took. */
  #giveUp(nowUs: MonotonicUs): void {
    const silent = new Set<string>();
    for (const [request, { from, askedUs }] of this.#asked) {
      if (nowUs - askedUs < ASK_TIMEOUT_US) {
        this.#arm(askedUs + ASK_TIMEOUT_US - nowUs);
        continue;
      }
      this.#asked.delete(request);
      silent.add(from);
    }
    if (silent.size === 0) return;
    for (const [key, { kind, from }] of this.#queue) {
      if (kind === 'place' && silent.has(from)) this.#leave(key);
    }
  }

  #arm(afterUs: number): void {
    if (this.#isTimerSet) return;
    this.#isTimerSet = true;
    this.#out.setTimer(ASK_TIMER, Math.max(1, afterUs));
  }

  /** Attempts that wait for a slot. */
  boundHeld(): readonly Held[] {
    const held: Held[] = [];
    for (const entry of this.#queue.values()) {
      if (entry.kind !== 'bound') continue;
      const { job, token } = entry.run.launch;
      held.push({ job, token });
    }
    return held;
  }

  /** Nothing is begun any more: gives back the attempts that waited. */
  close(): readonly Bound[] {
    const left = [...this.#queue.values()].filter((entry) => entry.kind === 'bound');
    this.#queue.clear();
    this.#asked.clear();
    this.#places = 0;
    this.#isClosed = true;
    return left;
  }

  #leave(key: string): void {
    const entry = this.#queue.get(key);
    if (entry === undefined) return;
    this.#queue.delete(key);
    this.#places -= entry.kind === 'place' ? entry.count : 1;
  }
}

const taskRequest = (batch: string, incarnation: number, request: number): TaskRequest => ({
  kind: 'task-request',
  v: 1,
  batch,
  incarnation,
  request,
});

function answerTo(
  { batch }: Probe,
  incarnation: number,
  length: number,
  fits: boolean,
  tags: readonly string[],
): ProbeAnswer {
  const answer = { kind: 'probe-answer', v: 1, batch, incarnation, length, fits } as const;
  return tags.length === 0 ? answer : { tags, ...answer };
}
