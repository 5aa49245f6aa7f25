/**
 * A shard in the hands of one owner: taken by compare-and-set under a new epoch, its rows loaded,
 * with all timers that follow from them; then led by an engine until it is lost or given back.
 */
import type { JobState } from '../../../history/fact.ts';
import type { Host } from '../../../host/host.ts';
import { required } from '../../../lib/assert.ts';
import { MS } from '../../../lib/units.ts';
import type { ApiCall, Beat, Finished, SchedulerMessage } from '../../api.ts';
import type { BookEntry } from '../../parts/book.ts';
import { Engine, type EngineOptions } from '../../parts/engine.ts';
import type { Out } from '../../parts/out.ts';
import { shardOfEpoch } from '../../parts/placement.ts';
import type { StoreSession } from '../../parts/store-session.ts';
import type { StoreAnswer, StoreOp, StoreOutcome } from '../../store/protocol.ts';
import { type Settled, ShardJournal } from './journal.ts';
import { type Loaded, ShardLoader } from './loader.ts';
import { type Looked, type Question, questionOf } from './looks.ts';
import { type ShardRow, shardKey, shardRowOf } from './schema.ts';
import { ShardOut } from './shard-out.ts';
import type { ShardedParts } from './sharded.ts';

const AGAIN_US = 100 * MS;
/** Requests kept for the moment when the rows are loaded. */
const HELD_MAX = 1_000;

export interface TermPort {
  readonly host: Host;
  /** Where what may leave now goes. */
  readonly out: Out<BookEntry>;
  readonly parts: ShardedParts;
  readonly options: Omit<EngineOptions, 'elsewhere'>;
  readonly shards: number;
  /** Of the member, in this life. */
  readonly identity: string;
  /** The one epoch that workers hear of. */
  epochForWorkers(): number;
  /** Ids that another shard may have given. */
  readonly doubtful: Set<string>;
  /** What workers said last, and lately. */
  beats(): Iterable<readonly [worker: string, beat: Beat]>;
  ask(question: Question, done: (looked: Looked) => void): void;
  /** It is over; nothing of it may leave any more. */
  ended(term: ShardTerm, why: string): void;
}

interface Leading {
  readonly engine: Engine;
  readonly journal: ShardJournal;
}

export class ShardTerm {
  readonly shard: number;
  readonly epoch: number;
  readonly #port: TermPort;
  readonly #session: StoreSession;
  readonly #out: ShardOut;
  readonly #held: { readonly from: string; readonly message: SchedulerMessage }[] = [];
  #seenVersion: number;
  #loader: ShardLoader | undefined;
  #leading: Leading | undefined;
  #state: 'taking' | 'loading' | 'leading' | 'leaving' | 'over' = 'taking';
  /** Parents in other shards that jobs of this one wait for. */
  readonly #awaited = new Set<string>();
  #looked: Looked | undefined;

  constructor(
    port: TermPort,
    shard: number,
    epoch: number,
    seenVersion: number,
    session: StoreSession,
  ) {
    this.#port = port;
    this.shard = shard;
    this.epoch = epoch;
    this.#seenVersion = seenVersion;
    this.#session = session;
    this.#out = new ShardOut(shard, () => port.epochForWorkers());
  }

  /** Whether its engine answers. */
  get leads(): boolean {
    return this.#state === 'leading';
  }

  get sessionName(): string {
    return this.#session.name;
  }

  get book(): Engine['book'] | undefined {
    return this.leads ? this.#leading?.engine.book : undefined;
  }

  begin(): void {
    this.#takeOver(0);
  }

  /** One after the one that was seen: who takes it first has it, whatever others read. */
  #takeOver(afterUs: number): void {
    const key = shardKey(this.shard);
    const value: ShardRow = { kind: 'shard', owner: this.#port.identity, epoch: this.epoch, n: 0 };
    const cas: StoreOp = { kind: 'cas', key, version: this.#seenVersion, value };
    this.#session.call([{ kind: 'begin' }, cas, { kind: 'commit' }], this.#port.out, afterUs);
  }

  onStore(answer: StoreAnswer): void {
    const { out } = this.#port;
    switch (this.#state) {
      case 'taking': {
        const outcome = this.#session.onAnswer(answer, out);
        if (outcome !== undefined) this.#onTaken(outcome);
        return;
      }
      case 'loading': {
        const loaded = this.#loader?.onAnswer(answer, out);
        if (loaded !== undefined) this.#lead(loaded);
        return;
      }
      case 'leading':
      case 'leaving': {
        const settled = this.#leading?.journal.onAnswer(answer, out);
        if (settled !== undefined) this.#onSettled(settled);
        return;
      }
      case 'over':
        return;
    }
  }

  #onTaken(outcome: StoreOutcome): void {
    const { out, parts, host } = this.#port;
    if (outcome.kind === 'new-timeline') return this.end('the store began a new timeline');
    if (outcome.kind === 'conflict') {
      const row = shardRowOf(outcome.row);
      const isMine = row?.epoch === this.epoch && row.owner === this.#port.identity;
      if (!isMine) return this.end('somebody else was faster');
    } else if (outcome.kind !== 'ok') return this.#takeOver(AGAIN_US);
    const version = outcome.kind === 'ok' ? outcome.version : outcome.row.version;
    this.#seenVersion = version;
    this.#state = 'loading';
    const nowUs = host.wallUs();
    const reload = (entry: BookEntry): boolean => parts.reload(entry, nowUs);
    this.#loader = new ShardLoader(this.#session, this.shard, reload);
    this.#loader.begin(out);
  }

  #lead({ book, known }: Loaded): void {
    const { host, parts, options, identity } = this.#port;
    const elsewhere = {
      holderOf: () => this.#looked?.holder,
      stateOf: (job: string): JobState | undefined => this.#looked?.states.get(job),
    };
    const engine = new Engine(host, this.epoch, book, { ...options, elsewhere }, parts);
    const { epoch, shard } = this;
    const mark = { shard, owner: identity, epoch, version: this.#seenVersion };
    const journal = new ShardJournal(this.#session, mark, known, parts.rangeCheck);
    this.#loader = undefined;
    this.#leading = { engine, journal };
    this.#state = 'leading';
    this.#out.observe({ kind: 'shard', event: 'owned', shard, epoch });
    engine.begin(this.#out);
    for (const id of book.jobs.keys()) this.#await(id);
    this.#flush();
    for (const [worker, beat] of this.#port.beats()) this.onBeat(worker, beat);
    for (const { from, message } of this.#held.splice(0)) this.onMessage(from, message);
  }

  /** Who waits for a job of another shard is told by nobody: that job is looked at. */
  #await(id: string): void {
    const book = this.#leading?.engine.book;
    for (const parent of book?.jobs.get(id)?.waitsFor ?? []) {
      if (book?.jobs.has(parent) === false) this.#awaited.add(parent);
    }
  }

  /** A request or a report of this shard. */
  onMessage(from: string, message: SchedulerMessage): void {
    if (this.#state === 'leading') {
      if (message.kind === 'api') this.#onApi(from, message);
      else if (message.kind === 'finished') this.#onFinished(from, message);
    } else if (this.#state === 'taking' || this.#state === 'loading') {
      if (this.#held.length < HELD_MAX) this.#held.push({ from, message });
    }
  }

  #onFinished(from: string, message: Finished): void {
    required(this.#leading, 'an engine').engine.onMessage(from, message, this.#out);
    this.#flush();
  }

  #onApi(from: string, call: ApiCall): void {
    const { engine } = required(this.#leading, 'an engine');
    const question = questionOf(call.request, engine.book, this.#port.doubtful);
    if (question === undefined) return this.#answer(from, call);
    this.#port.ask(question, (looked) => {
      if (this.#state === 'leading') this.#onLooked(from, call, question, looked);
    });
  }

  /** What was just decided is not in the rows yet: who comes too soon is to ask again. */
  #onLooked(from: string, call: ApiCall, { uniqueKey }: Question, looked: Looked): void {
    const { engine, journal } = required(this.#leading, 'an engine');
    if (uniqueKey !== undefined && journal.isTaking(uniqueKey)) return;
    if (looked.hasChildren) return;
    const { request } = call;
    const id = request.kind === 'submit' || request.kind === 'retry' ? request.job : '';
    const wasOpen = isOpen(engine, id);
    if (this.#isElsewhere(call, looked)) return this.#refuse(from, call);
    this.#looked = looked;
    if (uniqueKey !== undefined && !wasOpen && looked.holder === undefined) {
      // Before its entry: both are in one batch.
      const free = engine.book.kin.holderOf(uniqueKey) === undefined;
      if (free) journal.hold(uniqueKey, id, looked.heldVersion);
    }
    this.#answer(from, call);
    journal.letGo();
    this.#looked = undefined;
  }

  /** The name was given in another shard, and stays there. */
  #isElsewhere({ request }: ApiCall, { given }: Looked): boolean {
    const { book } = required(this.#leading, 'an engine').engine;
    switch (request.kind) {
      case 'submit':
      case 'trigger':
        return !book.jobs.has(request.job) && given.has(`job/${request.job}`);
      case 'put-schedule':
        return !book.schedules.has(request.schedule) && given.has(`schedule/${request.schedule}`);
      default:
        return false;
    }
  }

  #refuse(from: string, { op, request }: ApiCall): void {
    const result =
      request.kind === 'put-schedule'
        ? ({ field: 'job.queue', reason: 'a schedule stays with its first queue' } as const)
        : ({ field: 'job', reason: 'this id was used with another spec' } as const);
    const answer = { kind: 'api-answer', v: 1, op, result: { kind: 'error', ...result } } as const;
    this.#out.sendAfterSync(from, answer);
    this.#flush();
  }

  #answer(from: string, call: ApiCall): void {
    required(this.#leading, 'an engine').engine.onMessage(from, call, this.#out);
    const { request } = call;
    if (request.kind === 'submit' && request.spec.parents !== undefined) this.#await(request.job);
    this.#flush();
  }

  /** Attempts of other shards take places on the worker, and are the business of their owners. */
  onBeat(worker: string, beat: Beat): void {
    if (this.#state !== 'leading') return;
    const { shards } = this.#port;
    const holding = beat.holding.filter(
      ({ token }) => shardOfEpoch(token.epoch, shards) === this.shard,
    );
    const others = beat.holding.length - holding.length;
    const capacity = Math.max(0, beat.capacity - others);
    const { engine } = required(this.#leading, 'an engine');
    engine.onMessage(worker, { ...beat, capacity, holding }, this.#out);
    this.#flush();
  }

  /** True when the timer was of this shard. */
  onTimer(tag: string): boolean {
    if (this.#session.onTimer(tag, this.#port.out)) return true;
    const own = this.#out.ownTag(tag);
    if (own === undefined) return false;
    if (this.#state === 'leading') this.#leading?.engine.onTimer(own, this.#out);
    this.#flush();
    return true;
  }

  /** Parents in other shards that are to be looked at. */
  get awaited(): readonly string[] {
    if (this.#state !== 'leading') return [];
    const { kin } = required(this.#leading, 'an engine').engine.book;
    for (const parent of [...this.#awaited]) {
      if (kin.childrenOf(parent).length === 0) this.#awaited.delete(parent);
    }
    return [...this.#awaited];
  }

  onParentsEnded(ended: ReadonlyMap<string, boolean>): void {
    if (this.#state !== 'leading') return;
    const { engine } = required(this.#leading, 'an engine');
    const nowUs = engine.wallUs();
    for (const [parent, succeeded] of ended) {
      for (const id of engine.book.kin.childrenOf(parent)) {
        const child = required(engine.book.jobs.get(id), id);
        engine.stepJob(child, { kind: 'parent-ended', parent, succeeded, nowUs }, this.#out);
      }
    }
    engine.settle(this.#out);
    this.#flush();
  }

  /** Gives the shard back, once all that was decided is durable. */
  leave(): void {
    if (this.#state === 'taking' || this.#state === 'loading') return this.end('to be left');
    if (this.#state !== 'leading') return;
    const { engine, journal } = required(this.#leading, 'an engine');
    engine.end(this.#out);
    this.#flush();
    this.#state = 'leaving';
    journal.leave(this.#port.out);
  }

  #onSettled(settled: Settled): void {
    switch (settled.kind) {
      case 'committed':
        for (const effect of settled.effects) this.#port.out.act(effect);
        if (settled.isLast) this.end('given back');
        return;
      case 'deposed':
        return this.end('deposed');
      case 'stale':
        this.#port.doubtful.add(settled.key);
        return this.end(`${settled.key} was not as it had been seen`);
    }
  }

  /** Everything of it is dropped: memory, timers, what waited for commits. */
  end(why: string): void {
    if (this.#state === 'over') return;
    const { shard, epoch } = this;
    const led = this.#leading !== undefined;
    this.#state = 'over';
    this.#session.close(this.#port.out);
    this.#leading?.engine.end(this.#out);
    if (led) this.#out.observe({ kind: 'shard', event: 'lost', shard, epoch });
    for (const effect of this.#out.take().now) this.#port.out.act(effect);
    this.#leading = undefined;
    this.#port.ended(this, why);
  }

  #flush(): void {
    const output = this.#out.take();
    for (const effect of output.now) this.#port.out.act(effect);
    if (output.persist.length === 0 && output.afterSync.length === 0) return;
    required(this.#leading, 'an engine').journal.add(output, this.#port.out);
  }
}

function isOpen({ book }: Engine, id: string): boolean {
  const state = book.jobs.get(id)?.state;
  return state === 'waiting' || state === 'running';
}
