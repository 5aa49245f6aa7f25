/**
 * What a leader does. Entries leave as soon as they are written here too (§10.2.1): the leader's
 * own disk counts like any other, when it has answered. Proposals and reads that come within a
 * moment share one entry and one round.
 */
import { required } from '../../../lib/assert.ts';
import {
  isMember,
  isVoter,
  membersOf,
  promoted,
  type RaftConfig,
  reachedByMajority,
  withLearner,
  without,
} from './config.ts';
import type { Append, Appended, Command, LogEntry, Outsider, SnapshotTaken } from './messages.ts';
import { answered, heard, newProgress, type Progress, sent } from './progress.ts';
import { FLUSH_TIMER, LEADER_TIMER, type Raft, SYNCED_TIMER } from './raft.ts';
import { OutgoingSnapshot } from './snapshots.ts';

/** A learner that has been as far as the leader for so long becomes a voter. */
const STABLE_US = 2_000_000;
/** As far: but for what may be under way. */
const NEAR = 100;

/** Something that waits for the log to be committed up to an index, or for a round of answers. */
interface Waiter {
  readonly index: number;
  /** 0 where it waits for no round. */
  readonly round: number;
  readonly run: () => void;
}

export class Leading {
  readonly #raft: Raft;
  readonly #progress = new Map<string, Progress>();
  readonly #snapshots = new Map<string, OutgoingSnapshot>();
  /** Since when a learner has been as far as the leader. */
  readonly #nearSinceUs = new Map<string, number>();
  readonly #termIndex: number;
  /** How far the leader's own disk is. */
  #synced = 0;
  #round = 0;
  /** When each round that is not answered by a majority yet was sent. */
  readonly #sentUs = new Map<number, number>();
  #leaseUntilUs = Number.NEGATIVE_INFINITY;
  #confirmed = 0;
  #quorumHeardUs: number;
  #waiting: Waiter[] = [];
  #pending: unknown[] = [];
  #needsRound = false;
  #isFlushSet = false;
  #transferTo: string | undefined;
  // Asked at every answer: made once.
  readonly #matchOf = (voter: string): number =>
    voter === this.#raft.port.self ? this.#synced : (this.#progress.get(voter)?.match ?? 0);
  readonly #roundOf = (voter: string): number =>
    voter === this.#raft.port.self ? this.#round : (this.#progress.get(voter)?.round ?? 0);
  readonly #termAt = (index: number): number | undefined => this.#raft.log.termAt(index);

  constructor(raft: Raft) {
    this.#raft = raft;
    this.#termIndex = raft.log.last.index + 1;
    this.#quorumHeardUs = raft.port.monotonicUs();
  }

  begin(): void {
    const { port, options } = this.#raft;
    this.#meetMembers();
    this.#append([{ kind: 'no-op' }]);
    port.out.setTimer(LEADER_TIMER, options.heartbeatUs);
  }

  end(): void {
    const { out } = this.#raft.port;
    out.cancelTimer(LEADER_TIMER);
    if (this.#isFlushSet) out.cancelTimer(FLUSH_TIMER);
    this.#waiting = [];
    this.#pending = [];
  }

  /** Whether the term's first entry is committed: from then on it knows what is. */
  get isEstablished(): boolean {
    return this.#raft.commit >= this.#termIndex;
  }

  /** Puts data into the log; `run` once that is committed. */
  propose(data: readonly unknown[], run: () => void): void {
    for (const item of data) this.#pending.push(item);
    // The entry that it will be in comes next; pending data make one.
    this.#waiting.push({ index: this.#raft.log.last.index + 1, round: 0, run });
    this.#flushSoon();
  }

  /** Runs when everything proposed so far is committed, and no other leader can be there yet. */
  read(run: () => void): void {
    const { log, port } = this.#raft;
    const index = log.last.index + (this.#pending.length > 0 ? 1 : 0);
    const isLeased = this.#isLeased(port.monotonicUs());
    const round = isLeased ? 0 : this.#round + 1;
    const waiter = { index, round, run };
    if (this.#isDone(waiter)) return run();
    this.#waiting.push(waiter);
    if (isLeased) return;
    this.#needsRound = true;
    this.#flushSoon();
  }

  /** One that hands its office over cannot know until when it has it. */
  #isLeased(nowUs: number): boolean {
    if (this.#raft.options.reads !== 'lease' || this.#transferTo !== undefined) return false;
    return nowUs < this.#leaseUntilUs;
  }

  #flushSoon(): void {
    const { options, port } = this.#raft;
    if (this.#isFlushSet) return;
    if (options.batchUs === 0) return this.flush();
    this.#isFlushSet = true;
    port.out.setTimer(FLUSH_TIMER, options.batchUs);
  }

  /** Sends what has gathered: one entry, one round. */
  flush(): void {
    this.#isFlushSet = false;
    const data = this.#pending;
    if (data.length > 0) {
      this.#pending = [];
      this.#append([{ kind: 'data', data }]);
    } else if (this.#needsRound) this.#beat();
  }

  #append(commands: readonly Command[]): void {
    const { log, port, term } = this.#raft;
    let { index } = log.last;
    const entries = commands.map((command): LogEntry => {
      index += 1;
      return { index, term, command };
    });
    this.#raft.append(entries);
    const tag = `${SYNCED_TIMER}${term}:${index}`;
    port.out.actAfterSync({ kind: 'setTimer', tag, afterUs: 0 });
    if (this.#needsRound) this.#beginRound();
    for (const [to] of this.#progress) this.#stream(to);
  }

  onSynced(index: number): void {
    this.#synced = Math.max(this.#synced, index);
    this.#advance();
  }

  onTimer(): void {
    const { options, port } = this.#raft;
    const nowUs = port.monotonicUs();
    if (this.#hasLostQuorum(nowUs)) return this.#raft.stepDown();
    this.#beat();
    this.#lookAfterMembers(nowUs);
    port.out.setTimer(LEADER_TIMER, options.heartbeatUs);
  }

  /** Every member hears of the leader, and whether its log is as the leader's. */
  #beat(): void {
    this.#beginRound();
    for (const to of this.#progress.keys()) {
      const snapshot = this.#snapshots.get(to);
      if (snapshot !== undefined) snapshot.resend(this.#raft, this.#round);
      else this.#sendFrom(to, 0);
    }
    // Where it is the only voter, no answer will come that could do so.
    this.#release();
  }

  #beginRound(): void {
    this.#needsRound = false;
    this.#round += 1;
    this.#sentUs.set(this.#round, this.#raft.port.monotonicUs());
    this.#countRounds();
  }

  /** Sends entries as far as the window allows. */
  #stream(to: string): void {
    const { options, log } = this.#raft;
    for (;;) {
      const progress = required(this.#progress.get(to), to);
      const { mode, inFlight, next } = progress;
      if (mode === 'snapshot' || next > log.last.index) return;
      if (inFlight >= (mode === 'probe' ? 1 : options.inFlightMax)) return;
      if (!this.#sendFrom(to, options.entriesMax)) return;
    }
  }

  /** False when the log does not go back as far and a snapshot is sent instead. */
  #sendFrom(to: string, entriesMax: number): boolean {
    const { log, port, term, commit } = this.#raft;
    const progress = required(this.#progress.get(to), to);
    const prevTerm = log.termAt(progress.next - 1);
    if (prevTerm === undefined) {
      this.#sendSnapshot(to);
      return false;
    }
    const prev = { index: progress.next - 1, term: prevTerm };
    const entries = entriesMax === 0 ? [] : log.from(progress.next, entriesMax);
    const round = this.#round;
    const append: Append = {
      kind: 'raft-append',
      v: 1,
      to,
      term,
      prev,
      entries,
      commit,
      round,
    };
    port.out.send(to, append);
    if (entries.length > 0) this.#progress.set(to, sent(progress, entries.length));
    return true;
  }

  #sendSnapshot(to: string): void {
    const snapshot = new OutgoingSnapshot(this.#raft, to);
    const progress = required(this.#progress.get(to), to);
    this.#snapshots.set(to, snapshot);
    this.#progress.set(to, { ...progress, mode: 'snapshot', next: snapshot.last.index + 1 });
    snapshot.resend(this.#raft, this.#round);
  }

  onAnswer(from: string, answer: Appended | SnapshotTaken): void {
    const before = this.#progress.get(from);
    if (before === undefined) return;
    let progress = heard(before, answer.round, this.#raft.port.monotonicUs());
    if (answer.kind === 'raft-appended') progress = this.#onAppended(from, progress, answer);
    else this.#snapshots.get(from)?.taken(this.#raft, answer, this.#round);
    this.#progress.set(from, progress);
    this.#countRounds();
    this.#advance();
    this.#stream(from);
    this.#handOver(from);
  }

  #onAppended(from: string, before: Progress, answer: Appended): Progress {
    const progress = answered(before, answer);
    const snapshot = this.#snapshots.get(from);
    if (snapshot === undefined || progress.match < snapshot.last.index) return progress;
    this.#snapshots.delete(from);
    return { ...progress, mode: 'probe', next: progress.match + 1, inFlight: 0 };
  }

  /** What a majority has on its disk is committed; then whoever waited goes on. */
  #advance(): void {
    const raft = this.#raft;
    const { config, term, commit } = raft;
    const [matchOf, termAt] = [this.#matchOf, this.#termAt];
    const committed = raft.rules.committedBy({ config, term, commit, matchOf, termAt });
    if (committed > commit) {
      raft.commitUpTo(committed);
      if (raft.leading !== this) return;
      this.#leaveWhenRemoved();
    }
    this.#release();
  }

  #leaveWhenRemoved(): void {
    const { log, commit, config, port } = this.#raft;
    const isOver = log.configIndex <= commit && !isVoter(config, port.self);
    if (isOver) this.#raft.stepDown();
  }

  #countRounds(): void {
    const { config, port, options, rules } = this.#raft;
    const confirmed = reachedByMajority(config, this.#roundOf);
    if (confirmed <= this.#confirmed) return;
    this.#confirmed = confirmed;
    const answeredUs = port.monotonicUs();
    this.#quorumHeardUs = answeredUs;
    const sentUs = required(this.#sentUs.get(confirmed), `round ${confirmed}`);
    const { electionMinUs, ratePpmMax } = options;
    const span = { electionMinUs, ratePpmMax };
    this.#leaseUntilUs = rules.leaseUntilUs({ sentUs, answeredUs, ...span });
    for (const round of this.#sentUs.keys()) if (round <= confirmed) this.#sentUs.delete(round);
  }

  #isDone({ index, round }: Waiter): boolean {
    return index <= this.#raft.commit && round <= this.#confirmed;
  }

  #release(): void {
    let done = 0;
    // In order: what was asked later is never answered earlier.
    for (const waiter of this.#waiting) {
      if (!this.#isDone(waiter)) break;
      done += 1;
    }
    if (done === 0) return;
    for (const { run } of this.#waiting.splice(0, done)) run();
  }

  #hasLostQuorum(nowUs: number): boolean {
    const { checkQuorumUs } = this.#raft.options;
    return checkQuorumUs !== undefined && nowUs - this.#quorumHeardUs > checkQuorumUs;
  }

  // Members.

  #meetMembers(): void {
    const { config, port, log } = this.#raft;
    const names = membersOf(config).filter((name) => name !== port.self);
    for (const name of this.#progress.keys()) {
      if (names.includes(name)) continue;
      this.#progress.delete(name);
      this.#snapshots.delete(name);
    }
    for (const name of names) {
      if (this.#progress.has(name)) continue;
      this.#progress.set(name, newProgress(log.last.index + 1, port.monotonicUs()));
    }
  }

  /** Whoever asks to join is a learner first: it takes the log in while it has no vote (§4.2.1). */
  onJoin(name: string): void {
    const { config, port } = this.#raft;
    if (name === port.self || isMember(config, name)) return;
    this.change(withLearner(config, name));
  }

  /** A vote is asked for by who is not among the members: it does not know that. */
  onStranger(name: string): void {
    const { config, port, term } = this.#raft;
    if (isMember(config, name)) return;
    port.out.send<Outsider>(name, { kind: 'raft-outsider', v: 1, to: name, term });
  }

  /** Puts another configuration into the log, where one may follow the one in force already. */
  change(config: RaftConfig): void {
    const { log, commit, rules } = this.#raft;
    const { configIndex } = log;
    if (!rules.mayChange({ configIndex, commit, termIndex: this.#termIndex })) return;
    this.flush();
    this.#append([{ kind: 'config', config }]);
    this.#meetMembers();
    for (const [to] of this.#progress) this.#stream(to);
  }

  /** A learner that has caught up becomes a voter, and then one that is dead makes room. */
  #lookAfterMembers(nowUs: number): void {
    const { config, port, options } = this.#raft;
    if (this.#transferTo !== undefined) return;
    const ready = config.learners.find((name) => this.#isReady(name, nowUs));
    if (ready !== undefined) return this.change(promoted(config, ready));
    if (config.voters.length <= port.seeds.length) return;
    const silentUs = (name: string): number =>
      name === port.self ? 0 : nowUs - (this.#progress.get(name)?.heardUs ?? nowUs);
    const [dead] = [...config.voters].sort((a, b) => silentUs(b) - silentUs(a));
    if (dead !== undefined && silentUs(dead) > options.deadUs) {
      this.change(without(config, dead));
    }
  }

  #isReady(name: string, nowUs: number): boolean {
    const { match, heardUs } = required(this.#progress.get(name), name);
    const { last } = this.#raft.log;
    const isNear = match + NEAR >= last.index && nowUs - heardUs < STABLE_US;
    if (!isNear) this.#nearSinceUs.delete(name);
    else if (!this.#nearSinceUs.has(name)) this.#nearSinceUs.set(name, nowUs);
    return isNear && nowUs - required(this.#nearSinceUs.get(name), name) >= STABLE_US;
  }

  /** Hands the office over to the voter that is farthest (§3.10); false where there is none. */
  transfer(): boolean {
    const { config, port } = this.#raft;
    const others = config.voters.filter((name) => name !== port.self);
    const [best] = others.sort((a, b) => this.#matchOf(b) - this.#matchOf(a));
    if (best === undefined) return false;
    this.flush();
    this.#transferTo = best;
    this.#handOver(best);
    return true;
  }

  #handOver(name: string): void {
    const { log, port, term } = this.#raft;
    if (name !== this.#transferTo) return;
    const { match } = required(this.#progress.get(name), name);
    if (match < log.last.index) return;
    port.out.send(name, { kind: 'raft-stand-now', v: 1, to: name, term } as const);
  }

  /** What decides what it does next, but for time. */
  snapshot(): unknown {
    const plain = ({ heardUs: _, ...rest }: Progress): unknown => rest;
    return {
      progress: [...this.#progress].map(([name, progress]) => [name, plain(progress)]),
      snapshots: [...this.#snapshots].map(([name, snapshot]) => [name, snapshot.place]),
      waiting: this.#waiting.map(({ index, round }) => [index, round]),
      pending: this.#pending,
      termIndex: this.#termIndex,
      synced: this.#synced,
      rounds: [this.#round, this.#confirmed, this.#needsRound],
      transferTo: this.#transferTo,
    };
  }
}
