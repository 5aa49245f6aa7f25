/**
 * One member of a Raft group, driven by hand: it is told what happens to it, in any order, and
 * keeps what it sends. Its disk loses whatever was not synced.
 */
import type { Effect } from '../../src/host/step.ts';
import { assert, InvariantBroken, required } from '../../src/lib/assert.ts';
import { monotonicUs } from '../../src/lib/units.ts';
import { Out } from '../../src/scheduler/parts/out.ts';
import type { RaftConfig } from '../../src/scheduler/parts/raft/config.ts';
import { type RaftRecord, recordsOf, recoverRaft } from '../../src/scheduler/parts/raft/durable.ts';
import type { LogEntry, RaftMessage } from '../../src/scheduler/parts/raft/messages.ts';
import {
  ELECTION_TIMER,
  LEADER_TIMER,
  Raft,
  type RaftOptions,
  type StateMachine,
} from '../../src/scheduler/parts/raft/raft.ts';
import { RAFT_RULES, type RaftRules } from '../../src/scheduler/parts/raft/rules.ts';
import { entryText, type GrantedVote, type RaftView } from './raft-invariants.ts';

/** Safety does not rest on time, so in these no time is asked for. */
export const TIMELESS: RaftOptions = {
  electionMinUs: 10,
  electionMaxUs: 10,
  heartbeatUs: 1,
  preVote: false,
  batchUs: 0,
  reads: 'index',
  ratePpmMax: 0,
  entriesMax: 1,
  inFlightMax: 2,
  deadUs: Number.MAX_SAFE_INTEGER,
};

export interface Group {
  /** Who is in it from the beginning. */
  readonly initial: RaftConfig;
  readonly options: RaftOptions;
  readonly rules: RaftRules;
  /** How many rows of a snapshot each entry leaves. */
  readonly rowsPerEntry: number;
}

export const groupOf = (voters: readonly string[], more: Partial<Group> = {}): Group => ({
  initial: { voters, learners: [] },
  options: TIMELESS,
  rules: RAFT_RULES,
  rowsPerEntry: 1,
  ...more,
});

export type Input =
  /** Nothing was heard of a leader for long. */
  | { readonly kind: 'timeout' }
  /** A leader's heartbeat is due. */
  | { readonly kind: 'beat' }
  | { readonly kind: 'hear'; readonly from: string; readonly message: RaftMessage }
  /** Everything written so far is durable. */
  | { readonly kind: 'sync' }
  | { readonly kind: 'propose'; readonly data: unknown }
  | { readonly kind: 'change'; readonly config: RaftConfig }
  /** A snapshot takes the place of everything that is committed. */
  | { readonly kind: 'compact' }
  | { readonly kind: 'wait'; readonly us: number };

export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly message: RaftMessage;
}

/** What outlives the process; random numbers are never drawn twice. */
export interface Remains {
  readonly disk: readonly RaftRecord[];
  readonly draws: number;
}

export const BLANK: Remains = { disk: [], draws: 0 };

/** The state is everything that was carried out. */
class Ran implements StateMachine {
  readonly #rowsPerEntry: number;
  all: string[] = [];

  constructor(rowsPerEntry: number) {
    this.#rowsPerEntry = rowsPerEntry;
  }

  apply(entry: LogEntry): void {
    this.all.push(entryText(entry));
  }

  rows(): readonly unknown[] {
    return this.all.flatMap((text) => Array.from({ length: this.#rowsPerEntry }, () => text));
  }

  restore(rows: readonly unknown[]): void {
    this.all = (rows as readonly string[]).filter((_, at) => at % this.#rowsPerEntry === 0);
  }
}

export class RaftMachine {
  readonly name: string;
  readonly raft: Raft;
  readonly #group: Group;
  readonly #out = new Out<RaftRecord>();
  readonly #ran: Ran;
  #nowUs = 0;
  #draws: number;
  #disk: readonly RaftRecord[];
  #unsynced: (readonly RaftRecord[])[] = [];
  #waiting: Effect[] = [];
  #sent: Mail[] = [];
  #granted: GrantedVote[] = [];
  #failure: string | undefined;
  /** Proposals that it has called committed, as they were given. */
  readonly acknowledged: unknown[] = [];

  constructor(name: string, group: Group, { disk, draws }: Remains = BLANK) {
    this.name = name;
    this.#group = group;
    this.#ran = new Ran(group.rowsPerEntry);
    this.#disk = disk;
    this.#draws = draws;
    const { rules, options } = group;
    const durable = rules.recoverRaft(disk, this.#initial);
    const port = {
      self: name,
      seeds: group.initial.voters,
      random: { float: () => 0, below: () => this.#draws++ },
      out: this.#out,
      machine: this.#ran,
      monotonicUs: () => monotonicUs(this.#nowUs),
      changed: () => undefined,
      applied: () => undefined,
      fail: (reason: string) => void (this.#failure ??= `${name} refuses to go on: ${reason}`),
    };
    this.raft = new Raft(port, options, rules, durable);
    this.#try(() => this.raft.start());
  }

  get #initial(): RaftConfig {
    const { initial } = this.#group;
    return initial.voters.includes(this.name) ? initial : { voters: [], learners: [] };
  }

  /** Why it can do nothing any more: it found out that something cannot be. */
  get failure(): string | undefined {
    return this.#failure;
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  /** Steps whose writes are not durable yet. */
  get unsynced(): number {
    return this.#unsynced.length;
  }

  do(input: Input): void {
    this.#try(() => this.#handle(input));
  }

  /** What was sent since the last call. */
  takeSent(): readonly Mail[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  takeGranted(): readonly GrantedVote[] {
    const granted = this.#granted;
    this.#granted = [];
    return granted;
  }

  /** What is left when it ends now and so many unsynced steps have reached the disk. */
  remains(kept = 0): Remains {
    const disk = this.#compacted([...this.#disk, ...this.#unsynced.slice(0, kept).flat()]);
    return { disk, draws: this.#draws };
  }

  /** Everything that decides what it does next, but for time. */
  snapshot(): unknown {
    const { disk, draws } = this.remains();
    return { disk, draws, unsynced: this.#unsynced, waiting: this.#waiting, ...this.#inside };
  }

  get #inside() {
    return { raft: this.raft.snapshot(), ran: this.#ran.all, failure: this.#failure };
  }

  view(): RaftView {
    const { term, role, commit, log, config } = this.raft;
    const { base, length } = log;
    const entries = log.from(base.index + 1, length);
    return { name: this.name, term, role, commit, base, entries, config, ran: this.#ran.all };
  }

  #handle(input: Input): void {
    const { raft } = this;
    switch (input.kind) {
      case 'timeout':
        this.#nowUs += this.#group.options.electionMaxUs;
        return void raft.onTimer(ELECTION_TIMER);
      case 'beat':
        return void raft.onTimer(LEADER_TIMER);
      case 'hear':
        return raft.onMessage(input.from, input.message);
      case 'propose': {
        const { data } = input;
        const run = (): void => void this.acknowledged.push(data);
        return required(raft.leading, 'a leader').propose([data], run);
      }
      case 'change':
        return required(raft.leading, 'a leader').change(input.config);
      case 'compact':
        return this.#compact();
      case 'wait':
        this.#nowUs += input.us;
        return;
      case 'sync':
        return this.#sync();
    }
  }

  /** Asks and carries out what comes of it; an assertion that fails is a finding. */
  #try(act: () => void): void {
    try {
      act();
      this.#settle();
    } catch (error) {
      if (!(error instanceof InvariantBroken)) throw error;
      this.#failure ??= `${this.name} is ended by an assertion: ${error.message}`;
    }
  }

  #settle(): void {
    const { now, persist, afterSync } = this.#out.take();
    for (const effect of now) this.#carryOut(effect);
    if (persist.length > 0) this.#unsynced.push(persist as readonly RaftRecord[]);
    if (this.#unsynced.length > 0) this.#waiting.push(...afterSync);
    else for (const effect of afterSync) this.#carryOut(effect);
  }

  #sync(): void {
    this.#disk = this.#compacted([...this.#disk, ...this.#unsynced.flat()]);
    this.#unsynced = [];
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const effect of waiting) {
      this.#carryOut(effect);
      this.#settle();
    }
  }

  #compact(): void {
    assert(this.#unsynced.length === 0, 'the log is replaced when it is durable');
    const { log, applied, hard } = this.raft;
    log.compact(applied);
    this.#disk = [...recordsOf({ hard, log, rows: this.#ran.rows() })];
  }

  /** The same disk in as few words as can be. */
  #compacted(records: readonly RaftRecord[]): readonly RaftRecord[] {
    return records.length === 0 ? records : [...recordsOf(recoverRaft(records, this.#initial))];
  }

  #carryOut(effect: Effect): void {
    if (effect.kind === 'send') this.#send(effect.to, effect.message as RaftMessage);
    else if (effect.kind === 'exit') this.#failure ??= `${this.name}: ${effect.reason}`;
    // Only what waits for the disk is set to go off at once.
    else if (effect.kind === 'setTimer' && effect.afterUs === 0) this.raft.onTimer(effect.tag);
  }

  #send(to: string, message: RaftMessage): void {
    this.#sent.push({ from: this.name, to, message });
    if (message.kind !== 'raft-vote' || message.isPre || !message.isGranted) return;
    this.#granted.push({ voter: this.name, term: message.term, candidate: to });
  }
}
