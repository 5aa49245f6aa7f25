/**
 * lease: several members, one of which leads while it holds a lease in the store; the book lives in
 * the store.
 *
 *   presets.ts  real systems' protocols and numbers, and the bounds that follow from them
 *   journal.ts  a term's changes, committed in batches under the term's epoch
 *   loader.ts   the book read back when a term begins
 *   lease.ts    a member: follower, loading, leading (this file)
 *
 * With fencing, commits, workers and the ledger refuse an older epoch. Without it the lease alone
 * keeps leaders apart, as in client-go, which says that it does not guarantee that. How members
 * elect one is a protocol of its own (parts/election.ts), which a member only hears from.
 */
import type { DiskOutcome, Host, Message, Recovered } from '../../../host/host.ts';
import type { Program } from '../../../host/program.ts';
import type { Output } from '../../../host/step.ts';
import { NOTHING } from '../../../host/step.ts';
import { assert, required } from '../../../lib/assert.ts';
import { MS } from '../../../lib/units.ts';
import type { SchedulerMessage } from '../../api.ts';
import type { BookEntry } from '../../parts/book.ts';
import type { Candidacy } from '../../parts/election.ts';
import type { EngineParts } from '../../parts/engine.ts';
import { Engine, SAFE_PARTS } from '../../parts/engine.ts';
import { IncarnationCounter } from '../../parts/incarnation.ts';
import { Out } from '../../parts/out.ts';
import { type Replica, storesOf } from '../../parts/store-machines.ts';
import { StoreSession, StoreSite } from '../../parts/store-session.ts';
import { turnAway } from '../../parts/turn-away.ts';
import type { ZoneTable } from '../../schedule/zone-rules.ts';
import type { StoreAnswer } from '../../store/protocol.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';
import type { JournalTerm } from './journal.ts';
import { Journal } from './journal.ts';
import { Loader } from './loader.ts';
import type { ElectionParts, LeasePreset } from './presets.ts';
import { candidateOf, ELECTION_PARTS, stretched } from './presets.ts';

export interface LeaseOptions {
  readonly preset: LeasePreset;
  readonly fenced: boolean;
  /** Synchronous where absent. */
  readonly replica?: Replica;
}

export interface LeaseParts extends EngineParts, ElectionParts {
  readonly newLoader: (session: StoreSession) => Loader;
  readonly newJournal: (session: StoreSession, term: JournalTerm, isFenced: boolean) => Journal;
}

export const LEASE_PARTS: LeaseParts = {
  ...SAFE_PARTS,
  ...ELECTION_PARTS,
  newLoader: (session) => new Loader(session),
  newJournal: (session, term, isFenced) => new Journal(session, term, isFenced),
};

const RESEND_US = 500 * MS;
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
  #candidate: Candidacy | undefined;
  #sessions: Sessions | undefined;
  #term: Term | undefined;
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
    this.#sessions = { load: session('load'), journal: session('journal') };
    this.#out.observe({ kind: 'role', role: 'follower', epoch: 0 });
    this.#stand(me);
    return this.#take();
  }

  onMessage(from: string, message: Message): Output {
    if (this.#sessions === undefined) return NOTHING;
    if (isFromStore(message)) this.#onStore(message, this.#sessions);
    else this.#onRequest(from, message as SchedulerMessage);
    return this.#take();
  }

  onTimer(tag: string): Output {
    const sessions = required(this.#sessions, 'sessions');
    const isElections = required(this.#candidate, 'a candidate').onTimer(tag);
    if (!isElections && this.#term?.engine?.onTimer(tag, this.#out) !== true) {
      const known = Object.values(sessions).some((s: StoreSession) => s.onTimer(tag, this.#out));
      assert(known, () => `timer ${tag}`);
    }
    return this.#take();
  }

  /** A leader gives its lease back, so that nobody has to wait for it to run out. */
  onStop(): Output {
    if (this.#candidate === undefined) this.#exit();
    else this.#candidate.tell({ kind: 'release' });
    return this.#take();
  }

  snapshot(): unknown {
    return {
      elector: this.#candidate?.snapshot(),
      jobs: [...(this.#term?.engine?.book.jobs.values() ?? [])],
    };
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
    if (isOld && this.#options.fenced) this.#candidate?.tell({ kind: 'deposed' });
  }

  #turnAway(from: string, message: SchedulerMessage): void {
    const holder = this.#candidate?.holder?.split('#')[0];
    const leader = holder === this.#host.self ? undefined : holder;
    turnAway(from, message, leader, this.#out);
  }

  #onStore(message: Message, sessions: Sessions): void {
    if (this.#candidate?.onMessage(message) === true || message.kind !== 'store-answer') return;
    const answer = message as StoreAnswer;
    if (answer.session === sessions.load.name) this.#onLoaded(answer);
    else if (answer.session === sessions.journal.name) this.#onCommitted(answer);
  }

  /** Takes part in the election, by whatever protocol. */
  #stand(me: string): void {
    const port = {
      host: this.#host,
      out: this.#out,
      site: this.#site,
      me,
      heardOf: () => this.#heardOf,
      elected: (epoch: number, version: number) => this.#beginTerm(epoch, version),
      stopped: (why: string) => this.#endTerm(why),
      left: () => this.#exit(),
    };
    this.#candidate = candidateOf(this.#options.preset, this.#parts, port);
    this.#candidate.begin();
  }

  #exit(): void {
    this.#out.act({ kind: 'exit', reason: 'stopped' });
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
    if (released === 'deposed') this.#candidate?.tell({ kind: 'deposed' });
    else for (const effect of released ?? []) this.#out.act(effect);
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

const isFromStore = ({ kind }: Message): boolean =>
  kind === 'store-answer' || kind === 'store-changed' || kind === 'store-notified';
