import { assert, required, unreachable } from '../../lib/assert.ts';
import type { ElectionEvent } from '../../scheduler/parts/election.ts';
import type { Bound, Mishap } from './bounds.ts';
import { describeMove, type Sight } from './describe.ts';
import { ago, LONG_US, NOW_US } from './instants.ts';
import { Interned, lifeName } from './interned.ts';
import { Actor, gone, type Member, type Protocol, type Reaction } from './member.ts';
import type { Model } from './model.ts';
import { type Move, type MoveKind, packMove, unpackMove } from './moves.ts';
import { Places, permutations } from './places.ts';
import { carryOut, epochIn, isDead, isReading, NO_ROWS, type Rows } from './rows.ts';

/** A state of the cluster: numbers at these places, then one for each member. */
export type Packed = readonly number[];
const AT = {
  tick: 0,
  /** A bit for each epoch that somebody was elected under. */
  given: 1,
  mishaps: 2,
  flaw: 3,
  rows: 4,
  members: 5,
} as const;

/** What a move does to a member and to the rows, whatever else there is. */
interface Done {
  readonly member: number;
  readonly rows: number;
  readonly elected: number;
  readonly flaw: string | undefined;
  readonly mishaps: number;
}

/** All draws come to the least or to the most: uniform ones in [0, 1) go no further. */
const DRAWS = [0, 0.999999];

type Visit = (move: number, next: Packed) => void;

/** Members, their store, and the messages between them. */
export class Cluster<S> implements Model<Packed> {
  readonly bound: Bound;
  readonly #actor: Actor<S>;
  readonly #rows: Interned<Rows>;
  readonly #members: Interned<Member<S>>;
  readonly #flaws: string[] = [];
  readonly #places: Places;
  readonly #draws: readonly number[];
  /** By everything that a move of a member depends on. */
  readonly #done = new Map<number, Done | undefined>();
  /** By member and rows: the same without calls that can do nothing. */
  readonly #alive = new Map<number, number>();

  constructor(protocol: Protocol<S>, bound: Bound, hasSymmetry = true) {
    this.bound = bound;
    this.#actor = new Actor(protocol);
    const all = permutations(bound.members).slice(0, hasSymmetry ? undefined : 1);
    this.#rows = new Interned(all);
    this.#members = new Interned(all);
    this.#places = new Places(all, AT.rows, { rows: this.#rows, members: this.#members });
    const { time } = bound;
    this.#draws = time.kind === 'any' ? DRAWS.slice(0, 1) : DRAWS;
  }

  key = (state: Packed): readonly number[] => this.#places.key(state);

  membersOf(state: Packed): readonly Member<S>[] {
    return state.slice(AT.members).map((id) => this.#members.value(id));
  }

  /** All have just started, and look at once. */
  get starts(): readonly Packed[] {
    const { time, members } = this.bound;
    const rates = time.kind === 'any' ? new Array<number>(members).fill(0) : time.ratesPpm;
    assert(rates.length === members, `${members} members and ${rates.length} clocks`);
    const begun = rates.map((ratePpm, m) => this.#begun(m, ratePpm));
    return [[...new Array<number>(AT.rows).fill(0), this.#rows.id(NO_ROWS), ...begun]];
  }

  broken = (state: Packed): string | undefined => {
    const flaw = state[AT.flaw] as number;
    if (flaw > 0) return this.#flaws[flaw - 1];
    if (this.bound.time.kind === 'any') return undefined;
    let leaders = 0;
    for (let i = AT.members; i < state.length; i++) {
      if (acts(this.#members.value(state[i] as number))) leaders++;
    }
    if (leaders < 2) return undefined;
    const names = this.membersOf(state).flatMap((member, m) => (acts(member) ? [`m${m}`] : []));
    return `${names.join(' and ')} lead at the same time`;
  };

  next = (state: Packed, visit: (move: number, next: Packed) => void): void => {
    for (let m = 0; m < this.bound.members; m++) this.#movesOf(state, m, visit);
    this.#tick(state, visit);
  };

  describe = (before: Packed, move: number, after: Packed): string => {
    const [from, to] = [this.#sight(before), this.#sight(after)];
    return describeMove(unpackMove(move), from, to, this.bound);
  };

  #sight(state: Packed): Sight {
    const rows = this.#rows.value(state[AT.rows] as number);
    return { tick: state[AT.tick] as number, rows, members: this.membersOf(state) };
  }

  #begun(m: number, ratePpm: number): number {
    const none = { mode: 'down', life: 0, state: undefined, leads: 0, dueUs: -1 } as const;
    const calm = {
      calls: [],
      strays: [],
      waits: false,
      answer: undefined,
      isStopping: false,
      isCut: false,
    } as const;
    const member: Member<S> = { ...none, ...calm, ratePpm, wallAheadUs: 0 };
    const begun = this.#actor.begin(member, lifeName(m, 1), 0);
    return this.#members.id(this.#timeless(begun.member));
  }

  /** What can happen to one member. */
  #movesOf(state: Packed, m: number, visit: Visit): void {
    const member = this.#members.value(state[AT.members + m] as number);
    for (let k = 0; k < member.calls.length; k++) this.#move(state, 'arrive', m, k, visit);
    for (let k = 0; k < member.strays.length; k++) this.#move(state, 'stray', m, k, visit);
    if (member.mode === 'down') return this.#drawn(state, 'restart', m, visit);
    this.#mishap(state, 'crash', m, visit);
    if (member.mode === 'paused') return this.#move(state, 'resume', m, 0, visit);
    if (this.#isDue(member)) this.#drawn(state, 'timer', m, visit);
    if (member.answer !== undefined) this.#drawn(state, 'answer', m, visit);
    this.#mishap(state, 'stop', m, visit);
    this.#mishap(state, 'pause', m, visit);
    this.#mishap(state, 'wall-forward', m, visit);
    this.#mishap(state, 'wall-back', m, visit);
    if (this.bound.time.kind === 'ticks') {
      if (member.isCut) this.#move(state, 'mend', m, 0, visit);
      else this.#mishap(state, 'cut', m, visit);
      return;
    }
    this.#move(state, 'jump', m, 0, visit);
    if (member.leads > 0) this.#move(state, 'refused', m, 0, visit);
  }

  #isDue({ mode, dueUs }: Member<S>): boolean {
    if (mode !== 'up' || dueUs < 0) return false;
    return this.bound.time.kind === 'any' || dueUs <= NOW_US;
  }

  /** A move for each outcome of the draws, where they differ. */
  #drawn(state: Packed, kind: MoveKind, m: number, visit: Visit): void {
    const all: Done[] = [];
    for (let which = 0; which < this.#draws.length; which++) {
      const done = this.#doneBy(state, kind, m, which);
      if (done === undefined) continue;
      if (all.some(({ member, rows }) => member === done.member && rows === done.rows)) continue;
      all.push(done);
      this.#move(state, kind, m, which, visit);
    }
  }

  #mishap(state: Packed, kind: MoveKind & Mishap, m: number, visit: Visit): void {
    if (this.bound.kinds.includes(kind)) this.#move(state, kind, m, 0, visit);
  }

  #move(state: Packed, kind: MoveKind, m: number, which: number, visit: Visit): void {
    const done = this.#doneBy(state, kind, m, which);
    if (done === undefined) return;
    const next = state.slice();
    next[AT.members + m] = done.member;
    next[AT.rows] = done.rows;
    next[AT.mishaps] = (next[AT.mishaps] as number) + done.mishaps;
    this.#tidy(next);
    if (!this.#isWithin(next)) return;
    const flaw = this.#flawOf(state, done);
    if (flaw !== undefined) next[AT.flaw] = this.#flaw(flaw);
    if (done.elected > 0) next[AT.given] = (state[AT.given] as number) | (1 << done.elected);
    visit(packMove(kind, m, which), next);
  }

  /** Whether no more has gone wrong, and no more is under way, than is walked. */
  #isWithin(state: Packed): boolean {
    const { time, members, mishaps } = this.bound;
    if ((state[AT.mishaps] as number) > mishaps) return false;
    if (time.kind === 'ticks') return true;
    let messages = 0;
    for (let m = 0; m < members; m++) {
      const { calls, strays, answer } = this.#members.value(state[AT.members + m] as number);
      messages += calls.length + strays.length + (answer === undefined ? 0 : 1);
    }
    return messages <= time.messages;
  }

  /** Which version is which matters, and no number; and calls that can do nothing are none. */
  #tidy(state: number[]): void {
    const rows = state[AT.rows] as number;
    const { version } = this.#rows.value(rows).lease;
    state[AT.rows] = this.#rows.renumbered(rows, version);
    for (let i = AT.members; i < state.length; i++) {
      const left = this.#withoutDead(state[i] as number, rows);
      state[i] = this.#members.renumbered(left, version);
    }
  }

  #withoutDead(id: number, rows: number): number {
    const { calls, strays } = this.#members.value(id);
    if (calls.length + strays.length === 0) return id;
    const key = id * 2 ** 16 + rows;
    const known = this.#alive.get(key) ?? this.#findAlive(id, rows);
    this.#alive.set(key, known);
    return known;
  }

  #findAlive(id: number, rowsId: number): number {
    const member = this.#members.value(id);
    const { calls, waits, answer } = member;
    const rows = this.#rows.value(rowsId);
    const awaited = waits && answer === undefined ? calls.length - 1 : -1;
    const left = calls.filter((ops, k) => k === awaited || !isDead(rows, ops));
    const strays = member.strays.filter((ops) => !isDead(rows, ops));
    return this.#members.id({ ...member, calls: left, strays });
  }

  #flawOf(state: Packed, { flaw, elected }: Done): string | undefined {
    const isGiven = ((state[AT.given] as number) >> elected) & 1;
    return elected > 0 && isGiven === 1 ? `epoch ${elected} is given twice` : flaw;
  }

  #flaw(text: string): number {
    const known = this.#flaws.indexOf(text);
    return known >= 0 ? known + 1 : this.#flaws.push(text);
  }

  #doneBy(state: Packed, kind: MoveKind, m: number, which: number): Done | undefined {
    const rows = state[AT.rows] as number;
    const member = state[AT.members + m] as number;
    assert(rows < 2 ** 16 && member < 2 ** 24, 'more rows or members than a key holds');
    const move = packMove(kind, m, which);
    const key = (member * 2 ** 16 + rows) * 2 ** 10 + move;
    const known = this.#done.get(key);
    if (known !== undefined || this.#done.has(key)) return known;
    const done = this.#do(this.#members.value(member), rows, unpackMove(move));
    this.#done.set(key, done);
    return done;
  }

  #do(member: Member<S>, rows: number, { kind, member: m, which }: Move): Done | undefined {
    const draw = this.#draws[which] ?? 0;
    const settled = (next: Member<S>): Done => this.#settled(rows, m, next);
    const mishap = (next: Member<S>): Done => ({ ...settled(next), mishaps: 1 });
    const step = (from: Member<S>, event: ElectionEvent): Done | undefined =>
      this.#reacted(rows, m, this.#actor.step(from, event, draw), kind, which);
    switch (kind) {
      case 'timer':
        return step({ ...member, dueUs: -1 }, { kind, draw });
      case 'answer': {
        const { outcome } = required(member.answer, 'an answer');
        return step({ ...member, answer: undefined, waits: false }, { kind, outcome });
      }
      case 'arrive':
        return this.#arrived(rows, m, member, which);
      case 'stray':
        return this.#strayed(rows, m, member, which);
      case 'refused':
        if (epochIn(this.#rows.value(rows).commit) === member.leads) return undefined;
        return step(member, { kind: 'deposed' });
      case 'stop':
        if (member.isStopping) return undefined;
        return mishapOf(step({ ...member, isStopping: true, dueUs: -1 }, { kind: 'release' }));
      case 'restart': {
        const reaction = this.#actor.begin(member, lifeName(m, member.life + 1), draw);
        return this.#reacted(rows, m, reaction, kind, which);
      }
      case 'crash':
        return mishap(gone(member));
      case 'pause':
        return mishap({ ...member, mode: 'paused' });
      case 'resume':
        return settled({ ...member, mode: 'up' });
      case 'wall-forward':
        return mishap({ ...member, wallAheadUs: member.wallAheadUs + this.bound.wallStepUs });
      case 'wall-back':
        return mishap({ ...member, wallAheadUs: member.wallAheadUs - this.bound.wallStepUs });
      case 'cut':
        return mishap({ ...member, isCut: true, answer: undefined });
      case 'mend':
        return settled({ ...member, isCut: false });
      case 'jump':
        return settled(ago(member, LONG_US));
      case 'tick':
        return this.#aged(rows, m, member);
      default:
        unreachable(kind);
    }
  }

  #settled(rows: number, m: number, member: Member<S>, elected = 0, flaw?: string): Done {
    const told = flaw === undefined ? undefined : `m${m} ${flaw}`;
    return {
      member: this.#members.id(this.#timeless(member)),
      rows,
      elected,
      flaw: told,
      mishaps: 0,
    };
  }

  /** Where timers fire whenever they like, it does not matter what they were set to. */
  #timeless(member: Member<S>): Member<S> {
    if (this.bound.time.kind === 'ticks' || member.dueUs < 0) return member;
    return { ...member, dueUs: NOW_US };
  }

  /**
   * The call that was made, if any, is under way, or arrives at once, or is lost. A follower's look
   * is answered at once: one that takes longer is the same as a look at another time, for what it
   * then wants to write may still come too late.
   */
  #reacted(
    rows: number,
    m: number,
    reaction: Reaction<S>,
    kind: MoveKind,
    which: number,
  ): Done | undefined {
    const { member, elected } = reaction;
    const flaw = reaction.flaw ?? this.#hastyIn(reaction, kind);
    const done = this.#settled(rows, m, member, elected, flaw);
    const call = member.calls.at(-1);
    if (call === undefined || !member.waits || done.flaw !== undefined) return done;
    const isLook = isReading(call) && member.leads === 0;
    if (this.bound.time.kind === 'any' && !isLook) return done;
    if (member.isCut) return this.#settled(rows, m, { ...member, calls: [] }, elected);
    const arrived = this.#arrived(rows, m, member, member.calls.length - 1);
    if (arrived === undefined || !isLook) return arrived && { ...arrived, elected };
    const seen = this.#members.value(arrived.member);
    const { outcome } = required(seen.answer, 'an answer');
    const next = { ...seen, answer: undefined, waits: false };
    const draw = required(this.#draws[which], 'a draw');
    const second = this.#actor.step(next, { kind: 'answer', outcome }, draw);
    return this.#reacted(arrived.rows, m, second, kind, which);
  }

  /** Where nothing goes wrong, no term has a reason to end. */
  #hastyIn({ hasStopped }: Reaction<S>, kind: MoveKind): string | undefined {
    const { time, mishaps } = this.bound;
    if (time.kind === 'any' || mishaps > 0 || !hasStopped || kind === 'stop') return undefined;
    return 'stops leading, though every call was answered in time';
  }

  /** The store gets a call; those before it are older, and ignored should they still arrive. */
  #arrived(rowsId: number, m: number, member: Member<S>, which: number): Done | undefined {
    const before = this.#rows.value(rowsId);
    const { rows, outcome } = carryOut(before, required(member.calls[which], 'a call'));
    if (epochIn(rows.commit) > this.bound.terms) return undefined;
    const isAwaited =
      member.waits && member.answer === undefined && which === member.calls.length - 1;
    const answer = isAwaited ? { outcome, ticks: 0 } : member.answer;
    const next = { ...member, calls: member.calls.slice(which + 1), answer };
    const done = this.#settled(this.#rows.id(rows), m, next);
    return { ...done, flaw: wentBack(before, rows) };
  }

  /** A call of an earlier life arrives, and nobody is there to hear what came of it. */
  #strayed(rowsId: number, m: number, member: Member<S>, which: number): Done | undefined {
    const before = this.#rows.value(rowsId);
    const { rows } = carryOut(before, required(member.strays[which], 'a stray'));
    if (epochIn(rows.commit) > this.bound.terms) return undefined;
    const strays = member.strays.filter((_, k) => k !== which);
    const done = this.#settled(this.#rows.id(rows), m, { ...member, strays });
    return { ...done, flaw: wentBack(before, rows) };
  }

  /** A tick later; `undefined` where something is due first. */
  #aged(rows: number, m: number, member: Member<S>): Done | undefined {
    const { time } = this.bound;
    if (time.kind === 'any' || this.#isDue(member)) return undefined;
    const passedUs = Math.round((time.tickUs * (1e6 + member.ratePpm)) / 1e6);
    const { answer } = member;
    const ticks = (answer?.ticks ?? 0) + 1;
    // An answer is due in its last tick, and lost to somebody who cannot take it.
    if (answer !== undefined && ticks > time.answerTicks) {
      if (member.mode === 'up') return undefined;
      return this.#settled(rows, m, ago({ ...member, answer: undefined }, passedUs));
    }
    const later = answer === undefined ? undefined : { ...answer, ticks };
    return this.#settled(rows, m, ago({ ...member, answer: later }, passedUs));
  }

  /** Time goes on, once nothing is due any more. */
  #tick(state: Packed, visit: Visit): void {
    const { time, members } = this.bound;
    const tick = state[AT.tick] as number;
    if (time.kind === 'any' || tick >= time.ticks) return;
    const next = state.slice();
    next[AT.tick] = tick + 1;
    for (let m = 0; m < members; m++) {
      const done = this.#doneBy(state, 'tick', m, 0);
      if (done === undefined) return;
      next[AT.members + m] = done.member;
    }
    this.#tidy(next);
    visit(packMove('tick', 0, 0), next);
  }
}

const mishapOf = (done: Done | undefined): Done | undefined => done && { ...done, mishaps: 1 };

/** Who stands still does nothing meanwhile, whatever it takes itself for. */
const acts = <S>({ leads, mode }: Member<S>): boolean => leads > 0 && mode === 'up';

/** Epochs in the rows only rise. */
function wentBack(before: Rows, after: Rows): string | undefined {
  for (const key of ['lease', 'commit'] as const) {
    const [from, to] = [epochIn(before[key]), epochIn(after[key])];
    if (to < from) return `the epoch in the ${key} row goes back from ${from} to ${to}`;
  }
  return undefined;
}
