/**
 * lease: several members, one of which leads while it holds a lease in the store; the book lives in
 * the store.
 *
 *   presets.ts  real systems' numbers
 *   journal.ts  a term's changes, committed in batches under the term's epoch
 *   loader.ts   the book read back when a term begins
 *   lease.ts    a member: follower, loading, leading (this file)
 *
 * With fencing, commits, workers and the ledger refuse an older epoch. Without it the lease alone
 * keeps leaders apart, as in client-go, which says that it does not guarantee that.
 */
import type { DiskOutcome, Host, Message, Recovered } from '../../../host/host.ts';
import type { Program } from '../../../host/program.ts';
import type { Output } from '../../../host/step.ts';
import { NOTHING } from '../../../host/step.ts';
import { assert, required } from '../../../lib/assert.ts';
import { MS } from '../../../lib/units.ts';
import type { ApiAnswer, NotLeader, SchedulerMessage } from '../../api.ts';
import type { BookEntry } from '../../parts/book.ts';
import type {
  Elector,
  ElectorAction,
  ElectorEvent,
  LeaseRecord,
  StepElector,
} from '../../parts/elector.ts';
import { newElector, stepElector } from '../../parts/elector.ts';
import type { EngineParts } from '../../parts/engine.ts';
import { Engine, SAFE_PARTS } from '../../parts/engine.ts';
import { IncarnationCounter } from '../../parts/incarnation.ts';
import { Out } from '../../parts/out.ts';
import { StoreSession } from '../../parts/store-session.ts';
import type { ZoneTable } from '../../schedule/zone-rules.ts';
import type { StoreAnswer, StoreOp, StoreOutcome } from '../../store/protocol.ts';
import { createStore } from '../../store/store.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';
import type { JournalTerm } from './journal.ts';
import { COMMIT_ROW, Journal, LEASE_ROW } from './journal.ts';
import { Loader } from './loader.ts';
import type { LeasePreset } from './presets.ts';

export interface LeaseOptions {
  readonly preset: LeasePreset;
  readonly fenced: boolean;
}

export interface LeaseParts extends EngineParts {
  readonly stepElector: StepElector;
  readonly newLoader: (session: StoreSession) => Loader;
  readonly newJournal: (session: StoreSession, term: JournalTerm, isFenced: boolean) => Journal;
}

export const LEASE_PARTS: LeaseParts = {
  ...SAFE_PARTS,
  stepElector,
  newLoader: (session) => new Loader(session),
  newJournal: (session, term, isFenced) => new Journal(session, term, isFenced),
};

const ELECTOR_TIMER = 'elector';
const RESEND_US = 500 * MS;
/** Requests kept for the moment when the book is loaded. */
const HELD_MAX = 1_000;

export function lease(
  context: DesignContext,
  options: LeaseOptions,
  parts: LeaseParts = LEASE_PARTS,
): BuiltDesign {
  const members = context.members.map((name) => ({
    name,
    role: 'scheduler' as const,
    keepsBook: false,
    factory: (host: Host): Program => new LeaseMember(host, context, options, parts),
  }));
  const store = {
    name: context.store,
    role: 'store' as const,
    keepsBook: true,
    factory: createStore(),
  };
  return { machines: [store, ...members], members: context.members };
}

/** A term under way: first its book is loaded, then it leads. */
interface Term {
  readonly epoch: number;
  readonly journal: Journal;
  readonly loader: Loader;
  engine: Engine | undefined;
  readonly held: { readonly from: string; readonly message: SchedulerMessage }[];
}

interface Sessions {
  readonly lease: StoreSession;
  readonly load: StoreSession;
  readonly journal: StoreSession;
}

class LeaseMember implements Program {
  readonly #host: Host;
  readonly #context: DesignContext;
  readonly #zones: ZoneTable;
  readonly #options: LeaseOptions;
  readonly #parts: LeaseParts;
  readonly #counter: IncarnationCounter;
  readonly #out: Out<BookEntry>;
  /** Both undefined until the incarnation is durable. */
  #elector: Elector | undefined;
  #sessions: Sessions | undefined;
  /** The record of the compare-and-set under way on the lease row. */
  #writing: LeaseRecord | undefined;
  #term: Term | undefined;

  constructor(host: Host, context: DesignContext, options: LeaseOptions, parts: LeaseParts) {
    this.#host = host;
    this.#context = context;
    this.#zones = context.zonesOf(host.self);
    this.#options = options;
    this.#parts = parts;
    this.#out = parts.newOut();
    this.#counter = new IncarnationCounter(host);
  }

  onStart(recovered: Recovered): Output {
    this.#counter.begin(recovered);
    return NOTHING;
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    const incarnation = this.#counter.onDisk(token, outcome);
    if (incarnation === undefined) return NOTHING;
    const me = `${this.#host.self}#${incarnation}`;
    const session = (use: string) =>
      new StoreSession(`${me}/${use}`, this.#context.store, RESEND_US);
    this.#elector = newElector(me, this.#host.monotonicUs());
    this.#sessions = {
      lease: session('lease'),
      load: session('load'),
      journal: session('journal'),
    };
    this.#out.observe({ kind: 'role', role: 'follower', epoch: 0 });
    const { retryUs } = this.#options.preset;
    this.#out.setTimer(ELECTOR_TIMER, Math.floor(this.#host.random.float() * retryUs));
    return this.#take();
  }

  onMessage(from: string, message: Message): Output {
    if (this.#sessions === undefined) return NOTHING;
    if (message.kind === 'store-answer') this.#onStore(message as StoreAnswer, this.#sessions);
    else this.#onRequest(from, message as SchedulerMessage);
    return this.#take();
  }

  onTimer(tag: string): Output {
    const sessions = required(this.#sessions, 'sessions');
    if (tag === ELECTOR_TIMER) this.#elect({ kind: 'timer', draw: this.#host.random.float() });
    else if (this.#term?.engine?.onTimer(tag, this.#out) !== true) {
      const known = Object.values(sessions).some((s: StoreSession) => s.onTimer(tag, this.#out));
      assert(known, () => `timer ${tag}`);
    }
    return this.#take();
  }

  snapshot(): unknown {
    return { elector: this.#elector, jobs: [...(this.#term?.engine?.book.jobs.values() ?? [])] };
  }

  #onRequest(from: string, message: SchedulerMessage): void {
    const term = this.#term;
    if (term?.engine !== undefined) term.engine.onMessage(from, message, this.#out);
    else if (term !== undefined && term.held.length < HELD_MAX) term.held.push({ from, message });
    else this.#turnAway(from, message);
  }

  /** A member that does not lead names the one that does, as far as it knows. */
  #turnAway(from: string, message: SchedulerMessage): void {
    const holder = this.#elector?.record?.holder.split('#')[0];
    const leader = holder === this.#host.self || holder === undefined ? {} : { leader: holder };
    if (message.kind === 'api') {
      const result = { kind: 'redirect', ...leader } as const;
      this.#out.send<ApiAnswer>(from, { kind: 'api-answer', v: 1, op: message.op, result });
    } else if (message.kind === 'beat' || message.kind === 'finished') {
      this.#out.send<NotLeader>(from, { kind: 'not-leader', v: 1, ...leader });
    }
  }

  #onStore(answer: StoreAnswer, sessions: Sessions): void {
    if (answer.session === sessions.lease.name) {
      const outcome = sessions.lease.onAnswer(answer, this.#out);
      if (outcome !== undefined) this.#onLeaseRow(outcome);
    } else if (answer.session === sessions.load.name) this.#onLoaded(answer);
    else if (answer.session === sessions.journal.name) this.#onCommitted(answer);
  }

  #onLeaseRow(outcome: StoreOutcome): void {
    const writing = this.#writing;
    this.#writing = undefined;
    if (outcome.kind === 'ok' && writing !== undefined) {
      this.#elect({ kind: 'written', version: outcome.version, record: writing });
      return;
    }
    const row = outcome.kind === 'ok' ? outcome.rows[0] : undefined;
    const found = outcome.kind === 'conflict' ? outcome.row : row;
    if (found === undefined) return;
    const record = found.value as LeaseRecord | undefined;
    this.#elect({ kind: 'row', version: found.version, record });
  }

  #elect(event: ElectorEvent): void {
    const { preset } = this.#options;
    const before = required(this.#elector, 'an elector');
    const nowUs = this.#host.monotonicUs();
    const step = this.#parts.stepElector(before, event, preset, nowUs, this.#host.wallUs());
    this.#elector = step.elector;
    for (const action of step.actions) this.#act(action);
  }

  #act(action: ElectorAction): void {
    const session = required(this.#sessions, 'sessions').lease;
    switch (action.kind) {
      case 'read':
        this.#writing = undefined;
        return session.call([{ kind: 'read', key: LEASE_ROW }], this.#out);
      case 'write':
        this.#writing = action.record;
        return session.call(this.#writeLease(action.version, action.record), this.#out);
      case 'timer':
        return this.#out.setTimer(ELECTOR_TIMER, action.afterUs);
      case 'expired-seen':
        return this.#out.observe({ kind: 'lease', event: 'expired-seen', epoch: action.epoch });
      case 'elected':
        return this.#beginTerm(action.epoch, action.version);
      case 'renewed':
        return;
      case 'stopped':
        return this.#endTerm(action.why);
    }
  }

  /** Taking the lease also moves the commit row to the new epoch: nobody older commits after it. */
  #writeLease(version: number, record: LeaseRecord): StoreOp[] {
    const ops: StoreOp[] = [{ kind: 'begin' }];
    ops.push({ kind: 'cas', key: LEASE_ROW, version, value: record });
    const isNewTerm = this.#elector?.isLeader === false;
    const mark = { epoch: record.epoch, n: 0 };
    if (isNewTerm) ops.push({ kind: 'write', key: COMMIT_ROW, value: mark });
    ops.push({ kind: 'commit' });
    return ops;
  }

  #beginTerm(epoch: number, version: number): void {
    const { journal, load } = required(this.#sessions, 'sessions');
    const loader = this.#parts.newLoader(load);
    const isFenced = this.#options.fenced;
    this.#term = {
      epoch,
      journal: this.#parts.newJournal(journal, { epoch, version }, isFenced),
      loader,
      engine: undefined,
      held: [],
    };
    this.#out.observe({ kind: 'lease', event: 'acquired', epoch });
    this.#out.observe({ kind: 'role', role: 'loading', epoch });
    loader.begin(this.#out);
  }

  #onLoaded(answer: StoreAnswer): void {
    const term = this.#term;
    const book = term?.loader.onAnswer(answer, this.#out);
    if (term === undefined || book === undefined) return;
    const { workers, workerTimeoutUs } = this.#context;
    const zones = this.#zones;
    const options = { workers, zones, workerTimeoutUs, fenced: this.#options.fenced };
    term.engine = new Engine(this.#host, term.epoch, book, options, this.#parts);
    this.#out.observe({ kind: 'role', role: 'leader', epoch: term.epoch });
    term.engine.begin(this.#out);
    for (const { from, message } of term.held) term.engine.onMessage(from, message, this.#out);
  }

  #onCommitted(answer: StoreAnswer): void {
    const released = this.#term?.journal.onAnswer(answer, this.#out);
    if (released === 'deposed') this.#elect({ kind: 'deposed' });
    else if (released !== undefined) this.#out.now.push(...released);
  }

  /** Everything of the term is dropped: memory, timers, what waited for commits. */
  #endTerm(why: string): void {
    const epoch = this.#term?.epoch ?? 0;
    const { journal, load } = required(this.#sessions, 'sessions');
    journal.close(this.#out);
    load.close(this.#out);
    this.#term?.engine?.end(this.#out);
    this.#term = undefined;
    this.#out.persist = [];
    this.#out.afterSync = [];
    this.#out.observe({ kind: 'lease', event: 'lost', epoch });
    this.#out.observe({ kind: 'note', text: `stopped leading: ${why}` });
    this.#out.observe({ kind: 'role', role: 'follower', epoch });
  }

  /** What the engine persists goes to the journal; nothing of this design is on its own disk. */
  #take(): Output {
    const output = this.#out.take();
    if (output.persist.length === 0 && output.afterSync.length === 0) return output;
    const collector = new Out();
    required(this.#term, 'a term that persists').journal.add(output, collector);
    const calls = collector.take();
    return { now: [...output.now, ...calls.now], persist: [], afterSync: [] };
  }
}
