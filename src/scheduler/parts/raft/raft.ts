/**
 * raft: a member of a group that keeps one log (Ongaro and Ousterhout 2014; Ongaro 2014), without
 * clock, disk or network of its own: it is told of messages and timers, and collects in `out` what
 * is to be sent, set and written. What must be durable before anybody hears of it is in
 * `out.persist`, and what waits for that in `out.afterSync`.
 *
 *     follower ──silence──► pre-candidate ──majority would──► candidate ──majority──► leader
 *        ▲                        │                               │                     │
 *        └──────────── a leader, or a later term, is heard of ◄───┴─────────────────────┘
 *
 *   messages.ts   what members tell each other
 *   config.ts     who is a member, and what a majority is
 *   rules.ts      what safety rests on, each rule replaceable
 *   durable.ts    what is on the disk, and what is made of it at a start
 *   raft-log.ts   entries after a snapshot
 *   ballot.ts     standing for election: rounds of asking for votes
 *   following.ts  what a follower makes of entries and snapshots
 *   progress.ts   how far a follower is, as its leader knows it
 *   leading.ts    what a leader does: replication, commit, reads, members
 *   raft.ts       the member: terms, roles, votes (this file)
 */
import { assert, required } from '../../../lib/assert.ts';
import type { Random } from '../../../lib/random.ts';
import type { MonotonicUs } from '../../../lib/units.ts';
import type { Out } from '../out.ts';
import { Ballot } from './ballot.ts';
import { isMember, isVoter, type RaftConfig } from './config.ts';
import type { Durable, HardState, RaftRecord } from './durable.ts';
import { Following } from './following.ts';
import { Leading } from './leading.ts';
import type { LogEntry, RaftMessage, RequestVote, Vote } from './messages.ts';
import type { RaftLog } from './raft-log.ts';
import type { RaftRules } from './rules.ts';

export const ELECTION_TIMER = 'raft:election';
export const LEADER_TIMER = 'raft:leader';
export const FLUSH_TIMER = 'raft:flush';
/** Followed by the place up to which the leader's own log is durable. */
export const SYNCED_TIMER = 'raft:synced:';

export interface RaftOptions {
  /** A follower stands for election after silence of a span drawn from these, anew each time. */
  readonly electionMinUs: number;
  readonly electionMaxUs: number;
  readonly heartbeatUs: number;
  /** Asks whether it could win before it disturbs anybody with a later term (§9.6). */
  readonly preVote: boolean;
  /** A leader that no majority has answered for so long steps down; never where absent. */
  readonly checkQuorumUs?: number;
  /** What is proposed within this span goes out in one entry; 0 sends each at once. */
  readonly batchUs: number;
  readonly reads: 'index' | 'lease';
  /** What lease reads assume of clocks. */
  readonly ratePpmMax: number;
  /** Entries per message, and messages with entries under way to one follower. */
  readonly entriesMax: number;
  readonly inFlightMax: number;
  /** A voter silent for so long makes room for a learner that has caught up. */
  readonly deadUs: number;
}

/** What the log is for. */
export interface StateMachine {
  /** Carries a committed entry out; in order of index, each once. */
  apply(entry: LogEntry): void;
  /** The state after everything applied so far, as rows. */
  rows(): readonly unknown[];
  restore(rows: readonly unknown[]): void;
}

export interface RaftPort {
  readonly self: string;
  /** Whom a member without a group asks to be let in. */
  readonly seeds: readonly string[];
  readonly random: Random;
  readonly out: Out<RaftRecord>;
  readonly machine: StateMachine;
  monotonicUs(): MonotonicUs;
  /** Told of each change of role or term; a leader can propose from here on. */
  changed(role: Role, term: number): void;
  /** Told after entries were applied. */
  applied(): void;
  /** What cannot be has come to pass, for a disk has forgotten: it is better not to go on. */
  fail(reason: string): void;
}

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

export class Raft {
  readonly port: RaftPort;
  readonly options: RaftOptions;
  readonly rules: RaftRules;
  readonly log: RaftLog;
  #hard: HardState;
  #role: Role = 'follower';
  /** Who leads this term, where known. */
  #leader: string | undefined;
  #ballot: Ballot | undefined;
  #leading: Leading | undefined;
  readonly #following: Following;
  #commit: number;
  #applied: number;
  /** When a leader was last heard; lease reads count on it also after a start. */
  #heardUs: number;
  #deadlineUs = 0;
  #armedUs = Number.POSITIVE_INFINITY;
  /** It was told that it is no member: it asks to become one. */
  #isOutside: boolean;

  constructor(port: RaftPort, options: RaftOptions, rules: RaftRules, durable: Durable) {
    assert(options.electionMinUs > options.heartbeatUs, 'elections sooner than heartbeats');
    this.port = port;
    this.options = options;
    this.rules = rules;
    this.log = durable.log;
    this.#hard = durable.hard;
    this.#commit = this.log.base.index;
    this.#applied = this.log.base.index;
    this.#following = new Following(this);
    this.#isOutside = !isMember(this.log.config, port.self);
    const isFresh = this.log.last.index === 0 && this.#hard.term === 0;
    this.#heardUs =
      options.reads === 'lease' && !isFresh ? port.monotonicUs() : Number.NEGATIVE_INFINITY;
    port.machine.restore(durable.rows);
  }

  get term(): number {
    return this.#hard.term;
  }

  get hard(): HardState {
    return this.#hard;
  }

  get role(): Role {
    return this.#role;
  }

  get leader(): string | undefined {
    return this.#leader;
  }

  get commit(): number {
    return this.#commit;
  }

  get applied(): number {
    return this.#applied;
  }

  get config(): RaftConfig {
    return this.log.config;
  }

  /** Duties of the leader; undefined of anybody else. */
  get leading(): Leading | undefined {
    return this.#leading;
  }

  start(): void {
    this.port.changed('follower', this.term);
    this.awaitLeader();
    if (this.#isOutside) this.#askToJoin(...this.port.seeds);
  }

  onMessage(from: string, message: RaftMessage): void {
    if (message.kind === 'raft-join') return this.#leading?.onJoin(from);
    // A name that was given to this machine is somebody else: there is a group, though.
    if (message.to !== this.port.self) return this.#askToJoin(from);
    if (message.kind === 'raft-outsider') return this.#onOutsider(from, message.term);
    if (message.kind === 'raft-request-vote') return this.#onRequestVote(from, message);
    if (message.kind === 'raft-vote') return this.#onVote(from, message);
    if (message.term < this.term) return this.#tellTerm(from);
    if (message.term > this.term) this.#follow(message.term);
    switch (message.kind) {
      case 'raft-append':
      case 'raft-snapshot-page':
        this.#heardLeader(from);
        return this.#following.on(from, message);
      case 'raft-appended':
      case 'raft-snapshot-taken':
        return this.#leading?.onAnswer(from, message);
      case 'raft-stand-now':
        return this.#stand(false, true);
    }
  }

  /** True when the timer was one of these. */
  onTimer(tag: string): boolean {
    if (tag === ELECTION_TIMER) this.#onElectionTimer();
    else if (tag === LEADER_TIMER) this.#leading?.onTimer();
    else if (tag === FLUSH_TIMER) this.#leading?.flush();
    else if (tag.startsWith(SYNCED_TIMER)) this.#onSynced(tag.slice(SYNCED_TIMER.length));
    else return false;
    return true;
  }

  /** Somebody acted under a later term than this group knows of: it goes beyond. */
  exceed(term: number): void {
    if (term <= this.term) return;
    this.#follow(term);
    this.#stand(false, false);
  }

  /** Makes sure that nobody takes it for alive: what was not flushed is lost. */
  stepDown(): void {
    assert(this.#role === 'leader', () => `a ${this.#role} steps down`);
    this.#become('follower');
    this.#leader = undefined;
    this.awaitLeader();
  }

  /** What decides what it does next, but for time: for exploration and inspection. */
  snapshot(): unknown {
    const { base, length } = this.log;
    return {
      hard: this.#hard,
      role: this.#role,
      leader: this.#leader,
      isOutside: this.#isOutside,
      commit: this.#commit,
      base,
      config: this.log.configAt(base.index),
      entries: this.log.from(base.index + 1, length),
      ballot: this.#ballot?.snapshot(),
      following: this.#following.snapshot(),
      leading: this.#leading?.snapshot(),
    };
  }

  // What parts of a member share.

  /** Appends to the log, and to the disk. */
  append(entries: readonly LogEntry[]): void {
    if (entries.length === 0) return;
    this.log.append(entries);
    this.port.out.keep({ kind: 'entries', entries });
  }

  /** Everything up to there is committed. */
  commitUpTo(index: number): void {
    assert(index <= this.log.last.index, () => `commit ${index} beyond ${this.log.last.index}`);
    if (index <= this.#commit) return;
    this.#commit = index;
    while (this.#applied < index) {
      this.#applied += 1;
      this.port.machine.apply(this.log.entryAt(this.#applied));
    }
    this.port.applied();
  }

  /** The state is that of a snapshot from now on. */
  restored(index: number): void {
    this.#commit = index;
    this.#applied = index;
    this.port.applied();
  }

  /** Draws anew how long it waits for word of a leader. */
  awaitLeader(): void {
    const { electionMinUs, electionMaxUs } = this.options;
    const nowUs = this.port.monotonicUs();
    const spanUs = electionMaxUs - electionMinUs;
    this.#deadlineUs = nowUs + electionMinUs + Math.floor(this.port.random.float() * spanUs);
    if (this.#deadlineUs < this.#armedUs) this.#arm(nowUs);
  }

  // Elections.

  #arm(nowUs: number): void {
    this.#armedUs = this.#deadlineUs;
    this.port.out.setTimer(ELECTION_TIMER, Math.max(0, this.#deadlineUs - nowUs));
  }

  /** The timer is left where it was when word comes: a deadline that moved is looked at again. */
  #onElectionTimer(): void {
    this.#armedUs = Number.POSITIVE_INFINITY;
    if (this.#role === 'leader') return;
    const nowUs = this.port.monotonicUs();
    if (nowUs < this.#deadlineUs) return this.#arm(nowUs);
    if (this.#isOutside) this.#askToJoin(...this.port.seeds, ...this.config.voters);
    if (!isVoter(this.config, this.port.self)) return this.awaitLeader();
    this.#stand(this.options.preVote, false);
  }

  #stand(isPre: boolean, isTransfer: boolean): void {
    if (!isVoter(this.config, this.port.self)) return;
    this.#leader = undefined;
    if (!isPre) this.#setHard({ term: this.term + 1, vote: this.port.self });
    this.#become(isPre ? 'pre-candidate' : 'candidate');
    this.awaitLeader();
    const { self, out, random } = this.port;
    const term = isPre ? this.term + 1 : this.term;
    const ballot = random.below(2 ** 30);
    this.#ballot = new Ballot(self, this.config, { isPre, term, number: ballot });
    for (const to of this.config.voters) {
      if (to === self) continue;
      const { last } = this.log;
      // Sent before the own vote is durable, which saves a write: it counts when it is, and answers
      // to this ballot are of no use to a later life of this member.
      out.send<RequestVote>(to, {
        kind: 'raft-request-vote',
        v: 1,
        to,
        term,
        isPre,
        ballot,
        last,
        isTransfer,
      });
    }
    if (isPre) this.#counted(self);
    else out.actAfterSync({ kind: 'setTimer', tag: `${SYNCED_TIMER}${term}:0`, afterUs: 0 });
  }

  #onRequestVote(from: string, request: RequestVote): void {
    const { isPre, isTransfer, term, last: candidateLast, ballot } = request;
    if (!isTransfer && this.#isProtected()) return this.#leading?.onStranger(from);
    if (!isPre && term > this.term) this.#follow(term);
    const { last } = this.log;
    const hard = isPre ? { term } : this.#hard;
    const vote = { hard, last, candidate: from, term, candidateLast };
    const isGranted = (!isPre || term > this.term) && this.rules.grantsVote(vote);
    if (isGranted && !isPre) {
      if (this.#hard.vote === undefined) this.#setHard({ term, vote: from });
      this.awaitLeader();
    }
    const answer: Vote = {
      kind: 'raft-vote',
      v: 1,
      to: from,
      term: isPre && isGranted ? term : this.term,
      isPre,
      ballot,
      isGranted,
    };
    if (this.rules.syncsVotes) this.port.out.sendAfterSync(from, answer);
    else this.port.out.send(from, answer);
  }

  /** A leader that is well is not disturbed, as long as members can tell (§4.2.3, §6.4.1). */
  #isProtected(): boolean {
    const { preVote, checkQuorumUs, reads, electionMinUs } = this.options;
    if (!preVote && checkQuorumUs === undefined && reads === 'index') return false;
    if (this.#role === 'leader') return true;
    return this.port.monotonicUs() - this.#heardUs < electionMinUs;
  }

  #onVote(from: string, { term, isPre, ballot, isGranted }: Vote): void {
    const own = this.#ballot;
    if (term > this.term && !(isPre && isGranted)) return this.#follow(term);
    if (own === undefined || own.isPre !== isPre || own.number !== ballot) return;
    if (isGranted) this.#counted(from);
    else if (own.refused(from)) this.#become('follower');
  }

  #counted(voter: string): void {
    const ballot = required(this.#ballot, 'a ballot');
    if (!ballot.granted(voter)) return;
    if (ballot.isPre) this.#stand(false, false);
    else this.#lead();
  }

  #lead(): void {
    this.#become('leader');
    this.#leader = this.port.self;
    this.#leading = new Leading(this);
    this.#leading.begin();
    this.port.changed('leader', this.term);
  }

  #heardLeader(from: string): void {
    // Where a voter has forgotten its vote there may be two; neither can be told to be right.
    if (this.#role === 'leader') this.stepDown();
    this.#heardUs = this.port.monotonicUs();
    this.#isOutside = false;
    this.#leader = from;
    if (this.#role !== 'follower') this.#become('follower');
    this.awaitLeader();
  }

  #follow(term: number): void {
    assert(term > this.term, () => `term ${term} after ${this.term}`);
    const wasLeader = this.#role === 'leader';
    this.#setHard({ term });
    this.#leader = undefined;
    this.#become('follower');
    if (wasLeader) this.awaitLeader();
  }

  #become(role: Role): void {
    const wasLeader = this.#role === 'leader';
    this.#ballot = undefined;
    this.#role = role;
    if (wasLeader) required(this.#leading, 'duties').end();
    if (role !== 'leader') this.#leading = undefined;
    if (role !== 'leader') this.port.changed(role, this.term);
  }

  #setHard(hard: HardState): void {
    this.#hard = hard;
    this.port.out.keep({ kind: 'hard', ...hard });
  }

  /** The sender is behind: it learns of the term from any answer. */
  #tellTerm(to: string): void {
    const answer = { kind: 'raft-vote', v: 1, to, term: this.term, isPre: false } as const;
    this.port.out.sendAfterSync<Vote>(to, { ...answer, ballot: -1, isGranted: false });
  }

  /** What this member wrote is durable: its own vote, or its log as the leader's. */
  #onSynced(place: string): void {
    const [term = 0, index = 0] = place.split(':').map(Number);
    if (term !== this.term) return;
    if (this.#role === 'candidate' && index === 0) this.#counted(this.port.self);
    else this.#leading?.onSynced(index);
  }

  // Members.

  #onOutsider(from: string, term: number): void {
    if (term < this.term) return this.#tellTerm(from);
    this.#askToJoin(from);
  }

  #askToJoin(...members: readonly string[]): void {
    this.#isOutside = true;
    const { self, out } = this.port;
    for (const to of new Set(members)) if (to !== self) out.send(to, { kind: 'raft-join', v: 1 });
  }
}
