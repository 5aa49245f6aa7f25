/**
 * sharded: jobs and schedules are in the shard of their queue, and each shard has one owner, which
 * keeps it in memory and commits its changes in batches on condition that it owns it.
 *
 *   presets.ts    real systems' numbers
 *   schema.ts     rows of members and shards, and the orders in which rows are read
 *   roll.ts       who is there, who owns what, and what follows from it
 *   term.ts       one shard in the hands of one owner
 *   loader.ts     the rows of a shard, read when it is taken
 *   journal.ts    its changes, committed under its epoch
 *   looks.ts      what a request rests on beside the book of its shard
 *   routes.ts     who can answer which request
 *   desk.ts       requests as they come to a member
 *   shard-out.ts  what the engine of one shard says, among others
 *   sharded.ts    a member (this file)
 *
 * Any member takes any request: what is not of a shard that it owns goes on to the owner, and what
 * is only read is read from the rows. Workers beat to one member, which tells the others.
 */
import type { DiskOutcome, Host, Message, Recovered } from '../../../host/host.ts';
import type { Program } from '../../../host/program.ts';
import type { Output } from '../../../host/step.ts';
import { NOTHING } from '../../../host/step.ts';
import { assert, required } from '../../../lib/assert.ts';
import { type MonotonicUs, MS, SECOND } from '../../../lib/units.ts';
import type { Beat, BeatAck, Finished, SchedulerMessage } from '../../api.ts';
import type { Book, BookEntry } from '../../parts/book.ts';
import { type EngineParts, SAFE_PARTS } from '../../parts/engine.ts';
import { IncarnationCounter } from '../../parts/incarnation.ts';
import { Out } from '../../parts/out.ts';
import { nextEpoch, shardOfEpoch } from '../../parts/placement.ts';
import type { OfficePort } from '../../parts/rows/office.ts';
import { type Script, Transactions } from '../../parts/rows/transactions.ts';
import { type Replica, storesOf } from '../../parts/store-machines.ts';
import { StoreSession, StoreSite } from '../../parts/store-session.ts';
import { TickDecider } from '../../parts/ticks.ts';
import { epochsAfter, type StoreAnswer, type StoreOp } from '../../store/protocol.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';
import { FrontDesk } from './desk.ts';
import { type RangeCheck, rangeCheck, unchecked } from './journal.ts';
import { type Reload, reloadAll } from './loader.ts';
import { endedParents, look } from './looks.ts';
import { type ShardedPreset, stretched } from './presets.ts';
import { Roll } from './roll.ts';
import { indexesOf, MEMBER_PREFIX, type MemberRow, memberKey, SHARD_PREFIX } from './schema.ts';
import { ShardTerm, type TermPort } from './term.ts';

export interface ShardedOptions {
  readonly preset: ShardedPreset;
  readonly replica?: Replica;
}

/** The replaceable decisions: a mutant replaces one. */
export interface ShardedParts extends EngineParts {
  readonly rangeCheck: RangeCheck;
  readonly reload: Reload;
}

export const SHARDED_PARTS: ShardedParts = { ...SAFE_PARTS, rangeCheck, reload: reloadAll };

const ROLL_TIMER = 'sharded:roll';
const KIN_TIMER = 'sharded:kin';
const RESEND_US = 500 * MS;
/** Parents in other shards are looked at this often. */
const KIN_US = 500 * MS;
/** A goodbye that came to nothing is said again. */
const GOODBYE_AGAIN_US = 100 * MS;
const PARENTS_MAX = 500;
const LANES = 4;
/** Looks that wait for a lane; further requests are dropped, and asked again. */
const WAITING_MAX = 1_000;
/** A round so much later than planned means that this very machine was away. */
const LATE_US = 2 * SECOND;
/** What a worker said so long ago says nothing about what it holds now. */
const BEAT_FRESH_US = 3 * SECOND;

/** A request, a report or a beat, told on by the member that it came to. */
interface Relay extends Message {
  readonly kind: 'shard-relay';
  readonly v: 1;
  readonly from: string;
  readonly message: SchedulerMessage;
  /** Absent for a beat, which is everybody's. */
  readonly shard?: number;
}

export function sharded(
  context: DesignContext,
  { preset, replica }: ShardedOptions,
  parts: ShardedParts = SHARDED_PARTS,
): BuiltDesign {
  const machines = storesOf(context.store, replica ?? 'sync', indexesOf(preset.shards));
  const stores = machines.map(({ name }) => name);
  const own = preset.fenced ? parts : { ...parts, rangeCheck: unchecked };
  const member = (factor: number) => {
    const numbers = factor === 1 ? preset : stretched(preset, factor);
    return (host: Host): Program => new ShardedMember(host, context, { numbers, stores }, own);
  };
  const members = context.members.map((name) => ({
    name,
    role: 'scheduler' as const,
    keepsBook: false,
    factory: member(1),
    configured: member,
  }));
  return { machines: [...machines, ...members], members: context.members, isShared: true };
}

interface MemberOptions {
  readonly numbers: ShardedPreset;
  readonly stores: readonly string[];
}

interface HeardBeat {
  readonly beat: Beat;
  readonly atUs: MonotonicUs;
}

class ShardedMember implements Program {
  readonly #host: Host;
  readonly #context: DesignContext;
  readonly #preset: ShardedPreset;
  readonly #parts: ShardedParts;
  readonly #counter: IncarnationCounter;
  readonly #out = new Out<BookEntry>();
  readonly #site: StoreSite;
  readonly #office: OfficePort;
  readonly #desk: FrontDesk;
  readonly #roll = new Roll();
  readonly #terms = new Map<number, ShardTerm>();
  /** By the names of their sessions. */
  readonly #bySession = new Map<string, ShardTerm>();
  readonly #doubtful = new Set<string>();
  readonly #heard = new Map<string, HeardBeat>();
  /** Undefined until the incarnation is durable. */
  #transactions: Transactions | undefined;
  #session: StoreSession | undefined;
  #rolledUs: MonotonicUs | undefined;
  #beats = 0;
  /** Sessions of terms are numbered. */
  #count = 0;
  #isStopping = false;
  /** The last transaction was its goodbye. */
  #saysGoodbye = false;

  constructor(host: Host, context: DesignContext, options: MemberOptions, parts: ShardedParts) {
    this.#host = host;
    this.#context = context;
    this.#preset = options.numbers;
    this.#parts = parts;
    this.#counter = new IncarnationCounter(host);
    this.#site = new StoreSite(options.stores);
    const zones = context.zonesOf(host.self);
    this.#office = {
      options: { zones },
      ticks: new TickDecider(zones, parts.decideTicks, parts.checkTiming),
      cursorOfPut: parts.cursorOfPut,
      stepJob: parts.stepJob,
      wallUs: () => host.wallUs(),
    };
    this.#desk = new FrontDesk({
      shards: this.#preset.shards,
      out: this.#out,
      office: this.#office,
      decideOverlap: parts.decideOverlap,
      books: () => this.#books(),
      toOwner: (shard, from, message) => this.#toOwner(shard, from, message),
      read: (script, done) => this.#read(script, done),
    });
  }

  onStart(recovered: Recovered): Output {
    this.#counter.begin(recovered);
    return NOTHING;
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    if (this.#counter.onDisk(token, outcome) === undefined) return NOTHING;
    const sessions = Array.from({ length: LANES }, (_, n) => this.#newSession(`tx${n + 1}`));
    this.#transactions = new Transactions(sessions, this.#host.random);
    this.#session = this.#newSession('roll');
    this.#out.setTimer(KIN_TIMER, KIN_US);
    this.#callRoll();
    return this.#take();
  }

  onMessage(from: string, message: Message): Output {
    if (this.#transactions === undefined) return NOTHING;
    if (message.kind === 'store-answer') this.#onStore(message as StoreAnswer);
    else if (message.kind === 'shard-relay') this.#onRelay(message as Relay);
    else this.#onRequest(from, message as SchedulerMessage);
    return this.#take();
  }

  onTimer(tag: string): Output {
    if (tag === ROLL_TIMER) this.#callRoll();
    else if (tag === KIN_TIMER) this.#lookAtParents();
    else {
      const isKnown =
        this.#session?.onTimer(tag, this.#out) === true ||
        this.#transactions?.onTimer(tag, this.#out) === true ||
        [...this.#terms.values()].some((term) => term.onTimer(tag));
      assert(isKnown || !tag.startsWith('sharded:'), () => `timer ${tag}`);
    }
    return this.#take();
  }

  /** Shards are given back, so that nobody has to wait until this member counts as gone. */
  onStop(): Output {
    this.#isStopping = true;
    for (const term of [...this.#terms.values()]) term.leave();
    if (this.#terms.size === 0) this.#sayGoodbye();
    return this.#take();
  }

  snapshot(): unknown {
    return { shards: [...this.#terms.values()].map(({ shard, epoch }) => ({ shard, epoch })) };
  }

  // Who is there, and who owns what.

  get #identity(): string {
    return `${this.#host.self}#${this.#counter.identity}`;
  }

  #newSession(use: string): StoreSession {
    return new StoreSession(`${this.#identity}/${use}`, this.#site, RESEND_US);
  }

  #callRoll(): void {
    this.#out.setTimer(ROLL_TIMER, this.#preset.rollUs);
    const session = required(this.#session, 'a session');
    if (session.isOpen || this.#isStopping) return;
    const { self } = this.#host;
    this.#beats += 1;
    const { identity } = this.#counter;
    const value: MemberRow = { kind: 'member', name: self, identity, beats: this.#beats };
    const all = (prefix: string): StoreOp => ({ kind: 'range', prefix, limit: 10_000 });
    session.call(
      [
        { kind: 'begin' },
        all(MEMBER_PREFIX),
        all(SHARD_PREFIX),
        { kind: 'write', key: memberKey(self), value },
        { kind: 'commit' },
      ],
      this.#out,
    );
  }

  #onRolled(answer: StoreAnswer): void {
    const outcome = this.#session?.onAnswer(answer, this.#out);
    if (outcome !== undefined && this.#isStopping) return this.#goOn(outcome.kind === 'ok');
    if (outcome?.kind !== 'ok') return;
    const nowUs = this.#host.monotonicUs();
    const { rollUs, deadUs, shards, assign, steals } = this.#preset;
    this.#roll.onRows(outcome.rows, nowUs);
    if (nowUs - (this.#rolledUs ?? nowUs) > rollUs + LATE_US) this.#roll.startAnew(nowUs);
    this.#rolledUs = nowUs;
    const owned = new Map([...this.#terms].map(([shard, { epoch }]) => [shard, epoch]));
    const { self } = this.#host;
    const identity = this.#identity;
    const base = { self, identity, shards, deadUs, nowUs, assign, steals, owned };
    const { take, leave, lost } = this.#roll.moves(base);
    for (const shard of lost) this.#terms.get(shard)?.end('somebody else owns it');
    for (const shard of leave) this.#terms.get(shard)?.leave();
    for (const shard of take) this.#takeShard(shard);
  }

  #takeShard(shard: number): void {
    const { row, version } = this.#roll.shard(shard) ?? { row: undefined, version: 0 };
    const floor = epochsAfter(Math.max(0, this.#site.timeline));
    const epoch = nextEpoch(shard, this.#preset.shards, row?.epoch ?? 0, floor);
    this.#count += 1;
    const session = this.#newSession(`shard${shard}.${this.#count}`);
    const term = new ShardTerm(this.#termPort(), shard, epoch, version, session);
    this.#terms.set(shard, term);
    this.#bySession.set(session.name, term);
    term.begin();
  }

  #termPort(): TermPort {
    const { workers, workerTimeoutUs } = this.#context;
    const { zones } = this.#office.options;
    const { shards, fenced } = this.#preset;
    return {
      host: this.#host,
      out: this.#out,
      parts: this.#parts,
      options: { workers, zones, workerTimeoutUs, fenced },
      shards,
      identity: this.#identity,
      epochForWorkers: () => this.#epoch,
      doubtful: this.#doubtful,
      beats: () => this.#freshBeats(),
      ask: (question, done) => this.#read(() => look(question), done),
      ended: (term, why) => this.#onTermOver(term, why),
    };
  }

  #onTermOver(term: ShardTerm, why: string): void {
    if (this.#terms.get(term.shard) === term) this.#terms.delete(term.shard);
    this.#bySession.delete(term.sessionName);
    this.#out.observe({ kind: 'note', text: `shard ${term.shard} of ${term.epoch}: ${why}` });
    if (this.#isStopping && this.#terms.size === 0) this.#sayGoodbye();
  }

  /** An answer came while it stops: to its goodbye, or to a roll call from before. */
  #goOn(isOk: boolean): void {
    if (this.#saysGoodbye && isOk) this.#out.act({ kind: 'exit', reason: 'stopped' });
    else if (this.#terms.size === 0) this.#sayGoodbye();
  }

  #sayGoodbye(): void {
    if (this.#session === undefined) {
      this.#out.act({ kind: 'exit', reason: 'stopped' });
      return;
    }
    // The answer to a roll call comes first.
    if (this.#session.isOpen) return;
    const againUs = this.#saysGoodbye ? GOODBYE_AGAIN_US : 0;
    this.#saysGoodbye = true;
    const gone: StoreOp = { kind: 'write', key: memberKey(this.#host.self), value: undefined };
    this.#session.call([{ kind: 'begin' }, gone, { kind: 'commit' }], this.#out, againUs);
  }

  #onStore(answer: StoreAnswer): void {
    const term = this.#bySession.get(answer.session);
    if (term !== undefined) term.onStore(answer);
    else if (answer.session === this.#session?.name) this.#onRolled(answer);
    else this.#transactions?.onAnswer(answer, this.#out);
  }

  // Requests.

  #onRequest(from: string, message: SchedulerMessage): void {
    if (message.kind === 'api') this.#desk.onApi(from, message);
    else if (message.kind === 'beat') this.#onBeat(from, message);
    else if (message.kind === 'finished') this.#onFinished(from, message);
  }

  #onRelay({ from, message, shard }: Relay): void {
    if (message.kind === 'beat') this.#hear(from, message);
    else if (shard !== undefined) this.#terms.get(shard)?.onMessage(from, message);
  }

  /** The owner gets it; where nobody is known to be one, whoever sent it will ask again. */
  #toOwner(shard: number, from: string, message: SchedulerMessage): void {
    const term = this.#terms.get(shard);
    if (term !== undefined) return term.onMessage(from, message);
    const owner = this.#roll.ownerOf(shard);
    if (owner === undefined || owner === this.#host.self) return;
    this.#out.send<Relay>(owner, { kind: 'shard-relay', v: 1, from, message, shard });
  }

  *#books(): Generator<readonly [shard: number, book: Book]> {
    for (const [shard, { book }] of this.#terms) {
      if (book !== undefined) yield [shard, book];
    }
  }

  #read<R>(script: () => Script<R>, done: (result: R) => void): void {
    const transactions = required(this.#transactions, 'transactions');
    if (transactions.waiting >= WAITING_MAX) return;
    let result: R | undefined;
    transactions.run(
      {
        begin: function* () {
          result = yield* script();
          return { writes: [] };
        },
        done: () => done(result as R),
      },
      this.#out,
    );
  }

  // Workers.

  get #epoch(): number {
    return epochsAfter(Math.max(0, this.#site.timeline)) + 1;
  }

  /** A member that has lost the store is no good to a worker, which then turns to another. */
  #onBeat(from: string, beat: Beat): void {
    const nowUs = this.#host.monotonicUs();
    const { deadUs } = this.#preset;
    if (this.#rolledUs === undefined || nowUs - this.#rolledUs > deadUs) return;
    this.#out.send<BeatAck>(from, { kind: 'beat-ack', v: 1, epoch: this.#epoch });
    for (const name of this.#roll.live(nowUs, deadUs)) {
      if (name === this.#host.self) continue;
      this.#out.send<Relay>(name, { kind: 'shard-relay', v: 1, from, message: beat });
    }
    this.#hear(from, beat);
  }

  #hear(worker: string, beat: Beat): void {
    this.#heard.set(worker, { beat, atUs: this.#host.monotonicUs() });
    for (const term of [...this.#terms.values()]) term.onBeat(worker, beat);
  }

  *#freshBeats(): Generator<readonly [string, Beat]> {
    const nowUs = this.#host.monotonicUs();
    for (const [worker, { beat, atUs }] of this.#heard) {
      if (nowUs - atUs <= BEAT_FRESH_US) yield [worker, beat];
    }
  }

  /** The token says which shard the attempt is of. */
  #onFinished(from: string, report: Finished): void {
    this.#toOwner(shardOfEpoch(report.token.epoch, this.#preset.shards), from, report);
  }

  #lookAtParents(): void {
    this.#out.setTimer(KIN_TIMER, KIN_US);
    for (const term of this.#terms.values()) {
      const awaited = term.awaited.slice(0, PARENTS_MAX);
      if (awaited.length === 0) continue;
      this.#read(
        () => endedParents(awaited),
        (ended) => term.onParentsEnded(ended),
      );
    }
  }

  #take(): Output {
    const output = this.#out.take();
    assert(output.persist.length === 0, 'a member that persists on its own disk');
    return output;
  }
}
