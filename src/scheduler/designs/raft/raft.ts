/**
 * raft: members keep one log among them; the one that leads decides, and nobody hears of a decision
 * before a majority has it on disk.
 *
 *   presets.ts  numbers of etcd, of hashicorp/raft and of the paper
 *   state.ts    what the log makes: the book, and what clients were answered
 *   raft.ts     a member: follower, loading, leading (this file)
 *
 * The protocol is parts/raft. The scheduler on top is the engine of every design with one leader:
 * it lives for a term, its changes are entries, and what waits for them leaves when they are
 * committed. So a launch has an entry that says that it begins and one that says how it ended, and
 * the next leader knows what may be running. Its epoch is the term. Within a job, attempts are
 * numbered in the order of the log, so the token (term, attempt) orders effects as (term, index)
 * would.
 */
import type { DiskOutcome, Host, Message, Recovered } from '../../../host/host.ts';
import type { Program } from '../../../host/program.ts';
import type { Effect, Output } from '../../../host/step.ts';
import { NOTHING, nowOnly } from '../../../host/step.ts';
import { assert, required } from '../../../lib/assert.ts';
import type { ApiCall, SchedulerMessage } from '../../api.ts';
import { inShort, isWorthNoting } from '../../parts/answered.ts';
import type { EngineOut, EngineParts } from '../../parts/engine.ts';
import { Engine, SAFE_PARTS } from '../../parts/engine.ts';
import { LogWriter, recoverLog, refuseToStart } from '../../parts/log.ts';
import { Out } from '../../parts/out.ts';
import { configOf } from '../../parts/raft/config.ts';
import type { RaftRecord } from '../../parts/raft/durable.ts';
import { isRaft } from '../../parts/raft/messages.ts';
import { Raft, type RaftPort, type Role } from '../../parts/raft/raft.ts';
import { RAFT_RULES, type RaftRules } from '../../parts/raft/rules.ts';
import { turnAway } from '../../parts/turn-away.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';
import { type RaftPreset, stretched } from './presets.ts';
import { allRows, changesIn, RaftState, type RowsOf, type StateEntry } from './state.ts';

export interface RaftParts extends EngineParts, RaftRules {
  readonly rowsOf: RowsOf;
}

export const RAFT_PARTS: RaftParts = { ...SAFE_PARTS, ...RAFT_RULES, rowsOf: allRows };

/** Requests kept for the moment when the leader knows what is committed. */
const HELD_MAX = 1_000;
const LEAVE_TIMER = 'raft:leave';
/** Entries that the log keeps behind a snapshot of its own, for followers that lag a little. */
const TRAILING = 1_000;

export function raft(
  context: DesignContext,
  preset: RaftPreset,
  parts: RaftParts = RAFT_PARTS,
): BuiltDesign {
  const member = (factor: number) => {
    // A lease rests on it that all members wait equally long: these times are the group's to set.
    const isFixed = factor === 1 || preset.reads === 'lease';
    const own = isFixed ? preset : stretched(preset, factor);
    return (host: Host): Program => new RaftMember(host, context, own, parts);
  };
  const machines = context.members.map((name) => ({
    name,
    role: 'scheduler' as const,
    keepsBook: 'together' as const,
    factory: member(1),
    configured: member,
  }));
  return { machines, members: context.members };
}

/** A term in which this member leads; its engine begins when it knows what is committed. */
interface Term {
  readonly epoch: number;
  office: { readonly engine: Engine; readonly state: RaftState } | undefined;
  readonly held: { readonly from: string; readonly message: SchedulerMessage }[];
}

class RaftMember implements Program {
  readonly #host: Host;
  readonly #context: DesignContext;
  readonly #preset: RaftPreset;
  readonly #parts: RaftParts;
  /** What the engine wants, and what the protocol wants. */
  readonly #out: EngineOut;
  readonly #raftOut = new Out<RaftRecord>();
  readonly #state: RaftState;
  /** Both undefined until the log is read, and for ever where it cannot be believed. */
  #log: LogWriter<RaftRecord> | undefined;
  #raft: Raft | undefined;
  #term: Term | undefined;
  #isLeaving = false;

  constructor(host: Host, context: DesignContext, preset: RaftPreset, parts: RaftParts) {
    this.#host = host;
    this.#context = context;
    this.#preset = preset;
    this.#parts = parts;
    this.#out = parts.newOut();
    this.#state = new RaftState(parts.rowsOf);
  }

  /** A machine that took another's place is no member yet. */
  onStart(recovered: Recovered): Output {
    const log = recoverLog<RaftRecord>(recovered);
    if (log.kind === 'refused') return refuseToStart(log);
    const { members } = this.#context;
    const initial = configOf(members.includes(this.#host.self) ? members : []);
    const durable = this.#parts.recoverRaft(recordsIn(log.records), initial);
    this.#log = new LogWriter(log, { weigh: changesIn });
    this.#raft = new Raft(this.#port(), this.#preset, this.#parts, durable);
    this.#raftOut.observe({ kind: 'role', role: 'follower', epoch: this.#raft.term });
    this.#raft.start();
    return this.#take();
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    assert(false, () => `answer ${outcome.kind} to ${token}, which was not asked`);
    return NOTHING;
  }

  onMessage(from: string, message: Message): Output {
    if (this.#raft === undefined) return NOTHING;
    if (isRaft(message)) this.#raft.onMessage(from, message);
    else this.#onRequest(from, message as SchedulerMessage);
    return this.#take();
  }

  onTimer(tag: string): Output {
    const raft = required(this.#raft, 'a group');
    if (tag === LEAVE_TIMER) this.#leave();
    else if (!raft.onTimer(tag)) {
      assert(this.#term?.office?.engine.onTimer(tag, this.#out) === true, () => `timer ${tag}`);
    }
    return this.#take();
  }

  /** A leader hands its office over, so that nobody has to wait until it is missed. */
  onStop(): Output {
    this.#isLeaving = true;
    if (this.#raft?.leading?.transfer() !== true) {
      return nowOnly([{ kind: 'exit', reason: 'stopped' }]);
    }
    this.#raftOut.setTimer(LEAVE_TIMER, this.#preset.electionMinUs);
    return this.#take();
  }

  snapshot(): unknown {
    const raft = this.#raft;
    if (raft === undefined) return { refused: true };
    const { term, hard, role, commit, applied, log } = raft;
    return {
      term,
      vote: hard.vote,
      role,
      commit,
      applied,
      base: log.base,
      config: log.config,
      entries: log.from(log.base.index + 1, log.length),
      jobs: [...this.#state.book.jobs.values()],
    };
  }

  #port(): RaftPort {
    const host = this.#host;
    return {
      self: host.self,
      seeds: this.#context.members,
      random: host.random,
      out: this.#raftOut,
      machine: this.#state,
      monotonicUs: () => host.monotonicUs(),
      changed: (role, term) => this.#changed(role, term),
      applied: () => this.#establish(),
      fail: (reason) => this.#fail(reason),
    };
  }

  #onRequest(from: string, message: SchedulerMessage): void {
    const raft = required(this.#raft, 'a group');
    if (message.kind === 'beat' && (message.epoch ?? 0) > raft.term) {
      // Workers have heard of a later term than this group: a majority has forgotten it.
      if (raft.role === 'leader') raft.exceed(message.epoch ?? 0);
    }
    const term = this.#term;
    if (term?.office !== undefined) this.#serve(from, message, term.office);
    else if (term !== undefined && term.held.length < HELD_MAX) term.held.push({ from, message });
    else {
      const leader = raft.leader === this.#host.self ? undefined : raft.leader;
      turnAway(from, message, leader, this.#raftOut);
    }
  }

  #serve(from: string, message: SchedulerMessage, { engine, state }: NonNullable<Office>): void {
    if (message.kind !== 'api') return engine.onMessage(from, message, this.#out);
    const { op, request } = message;
    const known = state.answers.find(from, op, request);
    if (known !== undefined) {
      return this.#out.sendAfterSync(from, { kind: 'api-answer', v: 1, op, result: known });
    }
    const persisted = this.#out.persist.length;
    engine.onMessage(from, message, this.#out);
    if (this.#out.persist.length > persisted) this.#noteAnswer(from, message, state);
  }

  /** The answer to what changed something is an entry beside the change. */
  #noteAnswer(client: string, { op, request }: ApiCall, { answers }: RaftState): void {
    if (!isWorthNoting(request)) return;
    for (const effect of this.#out.afterSync) {
      if (effect.kind !== 'send' || effect.to !== client) continue;
      const message = effect.message as SchedulerMessage;
      if (message.kind !== 'api-answer' || message.op !== op) continue;
      const { result } = message;
      if (result.kind !== 'ok') return;
      const entry = { kind: 'answered', client, op, request: inShort(request), result } as const;
      answers.note(entry);
      (this.#out as Out<StateEntry>).keep(entry);
      return;
    }
  }

  #changed(role: Role, term: number): void {
    const isLeader = role === 'leader';
    if (!isLeader && this.#term !== undefined) this.#endTerm();
    if (isLeader) {
      this.#term = { epoch: term, office: undefined, held: [] };
      this.#raftOut.observe({ kind: 'role', role: 'loading', epoch: term });
    }
    if (!isLeader && this.#isLeaving) this.#leave();
  }

  /** Its first entry is committed, and with it all that earlier terms may have decided. */
  #establish(): void {
    const term = this.#term;
    if (term === undefined || term.office !== undefined) return;
    if (this.#raft?.leading?.isEstablished !== true) return;
    const { workers, workerTimeoutUs } = this.#context;
    const zones = this.#context.zonesOf(this.#host.self);
    const options = { workers, zones, workerTimeoutUs, fenced: true };
    const state = this.#state.copy();
    const engine = new Engine(this.#host, term.epoch, state.book, options, this.#parts);
    term.office = { engine, state };
    this.#out.observe({ kind: 'role', role: 'leader', epoch: term.epoch });
    engine.begin(this.#out);
    for (const { from, message } of term.held) this.#serve(from, message, term.office);
  }

  /** Everything of the term is dropped: memory, timers, what waited for the log. */
  #endTerm(): void {
    const epoch = this.#term?.epoch ?? 0;
    this.#out.persist = [];
    this.#out.afterSync = [];
    this.#term?.office?.engine.end(this.#out);
    this.#term = undefined;
    this.#out.observe({ kind: 'role', role: 'follower', epoch });
  }

  #leave(): void {
    this.#raftOut.exitAfterSync('stopped');
  }

  #fail(reason: string): void {
    const text = `refuses to go on: ${reason}`;
    this.#raftOut.observe({ kind: 'note', text });
    this.#raftOut.act({ kind: 'exit', reason: text });
  }

  /** What the engine decided goes to the group; what the group wants done, to the host. */
  #take(): Output {
    const decided = this.#out.take();
    this.#submit(decided);
    const { now, persist, afterSync } = this.#raftOut.take();
    const all = decided.now.length === 0 ? now : [...decided.now, ...now];
    const log = required(this.#log, 'a log that is written');
    // Asked also where there is nothing to write: leftovers of a crash are repaired at once.
    return log.seal({ now: all, persist, afterSync }, this.#state.size, () => this.#live());
  }

  #submit({ persist, afterSync }: Output): void {
    const leading = this.#raft?.leading;
    if (persist.length === 0 && afterSync.length === 0) return;
    const group = required(leading, 'a leader that decides');
    if (persist.length > 0) group.propose(persist, () => this.#release(afterSync));
    else group.read(() => this.#release(afterSync));
  }

  #release(effects: readonly Effect[]): void {
    for (const effect of effects) this.#raftOut.act(effect);
  }

  /** The records that make this member of an empty disk; the log in memory is cut as well. */
  #live(): readonly RaftRecord[] {
    const { hard, log, applied } = required(this.#raft, 'a group');
    const last = { index: applied, term: required(log.termAt(applied), `term of ${applied}`) };
    const config = log.configAt(applied);
    const rows = this.#state.rows();
    const entries = log.from(applied + 1, log.length);
    const upTo = applied - TRAILING;
    if (upTo > log.base.index) log.compact(upTo);
    return [
      { kind: 'hard', ...hard },
      { kind: 'snapshot', last, config, rows },
      { kind: 'entries', entries },
    ];
  }
}

type Office = Term['office'];

function* recordsIn(
  records: readonly { readonly entries: readonly RaftRecord[] }[],
): Generator<RaftRecord> {
  for (const { entries } of records) yield* entries;
}
