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
import { newElector, RELEASED, stepElector } from '../../parts/elector.ts';
import type { EngineParts } from '../../parts/engine.ts';
import { Engine, SAFE_PARTS } from '../../parts/engine.ts';
import { IncarnationCounter } from '../../parts/incarnation.ts';
import { Out } from '../../parts/out.ts';
import { type Replica, storesOf } from '../../parts/store-machines.ts';
import { StoreSession, StoreSite } from '../../parts/store-session.ts';
import type { ZoneTable } from '../../schedule/zone-rules.ts';
import type { StoreAnswer, StoreChanged, StoreOp, StoreOutcome } from '../../store/protocol.ts';
import { epochsAfter } from '../../store/protocol.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';
import type { JournalTerm } from './journal.ts';
import { COMMIT_ROW, Journal, LEASE_ROW } from './journal.ts';
import { Loader } from './loader.ts';
import type { LeasePreset } from './presets.ts';
import { stretched } from './presets.ts';

export interface LeaseOptions {
  readonly preset: LeasePreset;
  readonly fenced: boolean;
  /** Synchronous where absent. */
  readonly replica?: Replica;
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
const LOOK: readonly StoreOp[] = [
  { kind: 'read', key: LEASE_ROW },
  { kind: 'watch', key: LEASE_ROW },
];
/** Requests kept for the moment when the book is loaded. */
const HELD_MAX = 1_000;

export function lease(
  context: DesignContext,
  options: LeaseOptions,
  parts: LeaseParts = LEASE_PARTS,
): BuiltDesign {
  const stores = storesOf(context.store, options.replica ?? 'sync');
  const names = stores.map(({ name }) => name);
  const member = (factor: number) => {
    const preset = factor === 1 ? options.preset : stretched(options.preset, factor);
    const own = { ...options, preset, stores: names };
    return (host: Host): Program => new LeaseMember(host, context, own, parts);
  };
  const members = context.members.map((name) => ({
    name,
    role: 'scheduler' as const,
    keepsBook: false,
    factory: member(1),
    configured: member,
  }));
  return { machines: [...stores, ...members], members: context.members };
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

interface MemberOptions extends LeaseOptions {
  readonly stores: readonly string[];
}

class LeaseMember implements Program {
  readonly #host: Host;
  readonly #context: DesignContext;
  readonly #zones: ZoneTable;
  readonly #options: MemberOptions;
  readonly #parts: LeaseParts;
  readonly #counter: IncarnationCounter;
  readonly #out: Out<BookEntry>;
  readonly #site: StoreSite;
  /** Both undefined until the incarnation is durable. */
  #elector: Elector | undefined;
  #sessions: Sessions | undefined;
  /** The record of the compare-and-set under way on the lease row. */
  #writing: LeaseRecord | undefined;
  #term: Term | undefined;
  #isStopping = false;
  /** The latest epoch that a worker has heard of. */
  #heardOf = 0;

  constructor(host: Host, context: DesignContext, options: MemberOptions, parts: LeaseParts) {
    this.#host = host;
    this.#context = context;
    this.#zones = context.zonesOf(host.self);
    this.#options = options;
    this.#parts = parts;
    this.#out = parts.newOut();
    this.#counter = new IncarnationCounter(host);
    this.#site = new StoreSite(options.stores);
  }

  onStart(recovered: Recovered): Output {
    this.#counter.begin(recovered);
    return NOTHING;
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    if (this.#counter.onDisk(token, outcome) === undefined) return NOTHING;
    const me = `${this.#host.self}#${this.#counter.identity}`;
    const session = (use: string) => new StoreSession(`${me}/${use}`, this.#site, RESEND_US);
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
    else if (message.kind === 'store-changed') this.#onChanged(message as StoreChanged);
    else this.#onRequest(from, message as SchedulerMessage);
    return this.#take();
  }

  onTimer(tag: string): Output {
    const sessions = required(this.#sessions, 'sessions');
    if (tag === ELECTOR_TIMER) this.#look();
    else if (this.#term?.engine?.onTimer(tag, this.#out) !== true) {
      const known = Object.values(sessions).some((s: StoreSession) => s.onTimer(tag, this.#out));
      assert(known, () => `timer ${tag}`);
    }
    return this.#take();
  }

  /** A leader gives its lease back, so that nobody has to wait for it to run out. */
  onStop(): Output {
    this.#isStopping = true;
    if (this.#elector === undefined) this.#exit();
    else {
      this.#out.cancelTimer(ELECTOR_TIMER);
      this.#elect({ kind: 'release' });
      if (this.#writing === undefined) this.#exit();
    }
    return this.#take();
  }

  snapshot(): unknown {
    return { elector: this.#elector, jobs: [...(this.#term?.engine?.book.jobs.values() ?? [])] };
  }

  #onRequest(from: string, message: SchedulerMessage): void {
    if (message.kind === 'beat') this.#onEpoch(message.epoch ?? 0);
    const term = this.#term;
    if (term?.engine !== undefined) term.engine.onMessage(from, message, this.#out);
    else if (term !== undefined && term.held.length < HELD_MAX) term.held.push({ from, message });
    else this.#turnAway(from, message);
  }

  /**
   * Workers refuse a leader with an older epoch than they have heard of. So it leads no longer: by
   * the row somebody else does, or the store has lost what it knew, and the next epoch is to be
   * beyond what others remember.
   */
  #onEpoch(heardOf: number): void {
    if (heardOf <= this.#heardOf) return;
    this.#heardOf = heardOf;
    const isOld = this.#term !== undefined && this.#term.epoch < heardOf;
    if (isOld && this.#options.fenced) this.#elect({ kind: 'deposed' });
  }

  /** A member that does not lead names the one that does, as far as it knows. */
  #turnAway(from: string, message: SchedulerMessage): void {
    const holder = this.#elector?.record?.holder.split('#')[0];
    const isOther = holder !== undefined && holder !== RELEASED && holder !== this.#host.self;
    const leader = isOther ? { leader: holder } : {};
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

  #look(): void {
    if (!this.#isStopping) this.#elect({ kind: 'timer', draw: this.#host.random.float() });
  }

  /** A lease that was given back is looked at at once; all else is seen in time. */
  #onChanged({ session, timeline, row }: StoreChanged): void {
    if (session !== this.#sessions?.lease.name || !this.#site.hears(timeline)) return;
    const isFree = (row.value as LeaseRecord | undefined)?.holder === RELEASED;
    if (isFree && this.#elector?.isLeader === false) this.#look();
  }

  #onLeaseRow(outcome: StoreOutcome): void {
    const writing = this.#writing;
    this.#writing = undefined;
    if (this.#isStopping) return this.#onGivenBack(outcome);
    if (outcome.kind === 'ok' && writing !== undefined) {
      this.#elect({ kind: 'written', version: outcome.version, record: writing });
      return;
    }
    const row = outcome.kind === 'ok' ? outcome.rows[0] : undefined;
    const found = outcome.kind === 'conflict' ? outcome.row : row;
    if (found === undefined) return;
    const record = found.value as LeaseRecord | undefined;
    const used = Math.max(epochsAfter(this.#site.timeline), this.#heardOf);
    this.#elect({ kind: 'row', version: found.version, record, epochsAfter: used });
  }

  /** It may have been renewed under way, by a call that was given up for this one. */
  #onGivenBack(outcome: StoreOutcome): void {
    const { me } = required(this.#elector, 'an elector');
    const row = outcome.kind === 'conflict' ? outcome.row : undefined;
    const record = row?.value as LeaseRecord | undefined;
    if (row === undefined || record?.holder !== me) return this.#exit();
    const free = { ...record, holder: RELEASED };
    this.#act({ kind: 'write', version: row.version, record: free });
  }

  #exit(): void {
    this.#out.now.push({ kind: 'exit', reason: 'stopped' });
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
        return session.call(LOOK, this.#out);
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

  /**
   * Taking the lease also moves the commit row to the new epoch: nobody older commits after it.
   * Giving it back does the same, so that what the term has under way is not committed behind it.
   */
  #writeLease(version: number, record: LeaseRecord): StoreOp[] {
    const ops: StoreOp[] = [{ kind: 'begin' }];
    ops.push({ kind: 'cas', key: LEASE_ROW, version, value: record });
    const isRenewal = this.#elector?.isLeader === true;
    const mark = { epoch: record.epoch, n: 0 };
    if (!isRenewal) ops.push({ kind: 'write', key: COMMIT_ROW, value: mark });
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
