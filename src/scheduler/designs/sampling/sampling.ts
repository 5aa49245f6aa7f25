/**
 * sampling: stateless schedulers that know nothing of workers and ask a few of them per task. Any
 * member takes any submit; there is nobody to elect and nothing to recover.
 *
 *   presets.ts    Sparrow's numbers, and policies of placement to compare with
 *   placement.ts  batches of tasks, probes, and who gets which task
 *   roster.ts     the workers that are drawn from
 *   watch.ts      attempts that were handed out, until their workers report
 *   submits.ts    answers to submits: how the job ended
 *   office.ts     jobs, ticks and workers of one life of a member
 *   peers.ts      schedules, which members tell each other
 *   parts.ts      decisions that a mutant replaces
 *   sampling.ts   the program of a member (this file)
 *
 * A member keeps on disk what life it lives, and the schedules; a damaged table of schedules is
 * given up, for peers have it too. All else goes with it.
 */
import type { DiskOutcome, Host, Message, Recovered } from '../../../host/host.ts';
import type { Program } from '../../../host/program.ts';
import type { Output } from '../../../host/step.ts';
import { NOTHING } from '../../../host/step.ts';
import { assert, required } from '../../../lib/assert.ts';
import { MS } from '../../../lib/units.ts';
import type {
  ApiAnswer,
  ApiCall,
  ApiRequest,
  ApiResult,
  Beat,
  BeatAck,
  SchedulerMessage,
} from '../../api.ts';
import { type DeskOut, resultOf } from '../../parts/api-desk.ts';
import { Book, type BookEntry } from '../../parts/book.ts';
import { Doubles } from '../../parts/doubles.ts';
import { refused } from '../../parts/edits.ts';
import { IncarnationCounter } from '../../parts/incarnation.ts';
import { type LogRecord, LogWriter, recoverLog } from '../../parts/log.ts';
import type { ProbeMessage } from '../../probe-api.ts';
import type { ZoneTable } from '../../schedule/zone-rules.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';
import { DUE_TIMER, SamplingOffice } from './office.ts';
import { SAMPLING_PARTS, type SamplingParts } from './parts.ts';
import { merged, type News, Peers } from './peers.ts';
import { Placement } from './placement.ts';
import { type SamplingPreset, stretchedBy } from './presets.ts';
import { Roster } from './roster.ts';
import { Submits } from './submits.ts';
import { EPOCH, Watch } from './watch.ts';

/** Batches are looked through for tasks that nobody asked for. */
const SWEEP_TIMER = 'sampling:sweep';
const SWEEP_US = 250 * MS;
/** Workers are asked what they hold, and peers are told what is new. */
const WATCH_TIMER = 'sampling:watch';

export function sampling(
  context: DesignContext,
  preset: SamplingPreset,
  parts: SamplingParts = SAMPLING_PARTS,
): BuiltDesign {
  const member =
    (factor: number) =>
    (host: Host): Program => {
      const workerTimeoutUs = Math.round(context.workerTimeoutUs * factor);
      const own = factor === 1 ? preset : stretchedBy(preset, factor);
      return new SamplingMember(host, { ...context, workerTimeoutUs }, own, parts);
    };
  const machines = context.members.map((name) => ({
    name,
    role: 'scheduler' as const,
    keepsBook: false,
    factory: member(1),
    configured: member,
  }));
  return { machines, members: context.members, isShared: true };
}

/** What one life of a member consists of, once it is known which life that is. */
interface Life {
  readonly office: SamplingOffice;
  readonly placement: Placement;
  readonly watch: Watch;
  readonly submits: Submits;
  readonly peers: Peers;
}

class SamplingMember implements Program {
  readonly #host: Host;
  readonly #context: DesignContext;
  readonly #zones: ZoneTable;
  readonly #preset: SamplingPreset;
  readonly #parts: SamplingParts;
  readonly #counter: IncarnationCounter;
  readonly #out: DeskOut;
  readonly #book = new Book();
  readonly #doubles = new Doubles();
  readonly #roster: Roster;
  #log: LogWriter<BookEntry> | undefined;
  #life: Life | undefined;
  #watchedUs = 0;

  constructor(host: Host, context: DesignContext, preset: SamplingPreset, parts: SamplingParts) {
    this.#host = host;
    this.#context = context;
    this.#zones = context.zonesOf(host.self);
    this.#preset = preset;
    this.#parts = parts;
    this.#out = parts.newOut();
    this.#counter = new IncarnationCounter(host);
    this.#roster = new Roster(context.workers);
  }

  onStart(recovered: Recovered): Output {
    const log = recoverLog<BookEntry>(recovered);
    if (log.kind === 'refused') {
      const text = `schedules are asked of peers: ${log.reason}`;
      this.#out.observe({ kind: 'note', text });
    }
    const records: readonly LogRecord<BookEntry>[] = log.kind === 'whole' ? log.records : [];
    for (const { entries } of records) for (const entry of entries) this.#book.apply(entry);
    const isClean = log.kind === 'whole' && log.isClean;
    this.#log = new LogWriter({ kind: 'whole', records, isClean });
    this.#counter.begin(recovered);
    return this.#out.take();
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    if (this.#counter.onDisk(token, outcome) === undefined) return NOTHING;
    this.#life = this.#begin(this.#counter.stamp);
    this.#life.office.rankChanged();
    this.#tellPeers(this.#life, true);
    this.#watchedUs = this.#host.monotonicUs();
    this.#out.setTimer(SWEEP_TIMER, SWEEP_US);
    this.#out.setTimer(WATCH_TIMER, this.#preset.watchUs);
    return this.#settled(this.#life);
  }

  #begin(stamp: number): Life {
    const { members, workerTimeoutUs } = this.#context;
    const { suspicion, probesAgain } = this.#parts;
    const host = this.#host;
    const preset = this.#preset;
    const nowUs = host.monotonicUs();
    const placement = new Placement(stamp, preset, this.#roster, host.random, probesAgain);
    const watch = new Watch(suspicion, workerTimeoutUs, preset.watchUs, nowUs);
    const submits = new Submits(stamp, this.#parts);
    const peers = new Peers(host.self, members, nowUs);
    const tools = { zones: this.#zones, parts: this.#parts, placement, watch, submits };
    const office = new SamplingOffice(host, this.#book, { ...tools, rank: peers });
    return { office, placement, watch, submits, peers };
  }

  onMessage(from: string, message: Message): Output {
    const life = this.#life;
    if (life === undefined) return NOTHING;
    this.#on(life, from, message as SchedulerMessage | ProbeMessage | News);
    return this.#settled(life);
  }

  #on(life: Life, from: string, message: SchedulerMessage | ProbeMessage | News): void {
    const { office, placement } = life;
    switch (message.kind) {
      case 'api':
        return this.#onApi(life, from, message);
      case 'beat':
        return this.#onBeat(life, from, message);
      case 'finished':
        return office.onFinished(from, message, this.#out);
      case 'task-request': {
        const binding = placement.onRequest(from, message, this.#out);
        if (binding !== undefined) office.launch(binding, this.#out);
        return;
      }
      case 'probe-answer':
        for (const binding of placement.onAnswer(from, message, this.#out)) {
          office.launch(binding, this.#out);
        }
        return;
      case 'news':
        return this.#onNews(life, from, message);
      default:
        return;
    }
  }

  #onApi({ submits, office }: Life, from: string, call: ApiCall): void {
    if (this.#doubles.isDouble(from, call)) return;
    if (call.request?.kind === 'submit') return submits.onSubmit(office, from, call, this.#out);
    const result = this.#resultOf(office, call.request);
    this.#out.sendAfterSync<ApiAnswer>(from, { kind: 'api-answer', v: 1, op: call.op, result });
  }

  #resultOf(office: SamplingOffice, request: ApiRequest): ApiResult {
    switch (request?.kind) {
      case 'put-queue':
      case 'edit-queue':
        return refused('queue', 'nobody counts what runs, so queues have no limits');
      case 'retry':
        return refused('job', 'what has ended is not kept');
      default:
        return resultOf(office, request, this.#out);
    }
  }

  #onBeat({ office, watch }: Life, from: string, beat: Beat): void {
    this.#roster.learn(from, beat.tags);
    this.#out.send<BeatAck>(from, { kind: 'beat-ack', v: 1, epoch: EPOCH });
    office.onFindings(watch.onBeat(from, beat, this.#host.monotonicUs()), this.#out);
  }

  #onNews(life: Life, from: string, { schedules, skips, workers, asks }: News): void {
    const { office, peers } = life;
    peers.heard(from, this.#host.monotonicUs());
    for (const name of workers) this.#roster.add(name);
    for (const told of schedules) {
      const known = this.#book.schedules.get(told.id);
      const best = merged(known, told);
      if (best !== known) office.learn(best, this.#out);
    }
    for (const { tick, reason } of skips) this.#book.apply({ kind: 'skip', tick, reason });
    if (asks === true) this.#tellPeers(life);
  }

  #tellPeers({ office, peers }: Life, asks = false): void {
    office.hasNews = false;
    const news: News = {
      kind: 'news',
      v: 1,
      schedules: [...this.#book.schedules.values()],
      skips: office.recentSkips(this.#host.monotonicUs()),
      workers: this.#roster.names,
      ...(asks ? { asks } : {}),
    };
    for (const name of peers.others) this.#out.send<News>(name, news);
  }

  onTimer(tag: string): Output {
    const life = required(this.#life, 'a life');
    if (tag === DUE_TIMER) life.office.dueTimerFired();
    else if (tag === SWEEP_TIMER) this.#sweep(life);
    else {
      assert(tag === WATCH_TIMER, () => `timer ${tag}`);
      this.#look(life);
    }
    return this.#settled(life);
  }

  #sweep({ placement, office }: Life): void {
    this.#out.setTimer(SWEEP_TIMER, SWEEP_US);
    for (const binding of placement.sweep(this.#host.monotonicUs(), this.#out)) {
      office.launch(binding, this.#out);
    }
  }

  #look(life: Life): void {
    const { office, peers, watch } = life;
    const { watchUs } = this.#preset;
    const nowUs = this.#host.monotonicUs();
    this.#out.setTimer(WATCH_TIMER, watchUs);
    if (nowUs - this.#watchedUs > 2 * watchUs) peers.startAnew(nowUs);
    this.#watchedUs = nowUs;
    office.onFindings(watch.look(nowUs, this.#out), this.#out);
    office.forget(nowUs, this.#out);
    if (peers.look(nowUs)) office.rankChanged();
    this.#tellPeers(life);
  }

  #settled(life: Life): Output {
    life.office.settle(this.#out);
    if (life.office.hasNews) this.#tellPeers(life);
    return this.#take();
  }

  /** What a member knows ends with it; clients find out, and go on elsewhere. */
  onStop(): Output {
    this.#out.exitAfterSync('stopped');
    return this.#take();
  }

  snapshot(): unknown {
    return { jobs: [...this.#book.jobs.values()], schedules: [...this.#book.schedules.values()] };
  }

  #take(): Output {
    const log = required(this.#log, 'a log that is written');
    const { schedules } = this.#book;
    return log.seal(this.#out.take(), schedules.size, () =>
      [...schedules.values()].map((schedule) => ({ kind: 'schedule', schedule })),
    );
  }
}
