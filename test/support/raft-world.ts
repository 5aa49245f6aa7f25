/**
 * A Raft group as a finite system: every order in which its members may time out, hear each
 * other's messages late, twice or never, wait for their disks, and end, within a bound.
 *
 * A state is a few numbers: each member, the messages under way, what was ever committed or voted,
 * and how much has been spent. What an event makes of a member depends on the member alone, so it
 * is worked out once: the member is built again from what it was told since it began.
 */

import type { Model } from '../../src/explore/model/model.ts';
import { assert, required } from '../../src/lib/assert.ts';
import { stableJson } from '../../src/lib/stable-json.ts';
import type { RaftConfig } from '../../src/scheduler/parts/raft/config.ts';
import {
  electable,
  type GrantedVote,
  mismatched,
  NOTHING_YET,
  noteMember,
  noteVote,
  type RaftPast,
  type RaftView,
} from './raft-invariants.ts';
import {
  BLANK,
  type Group,
  groupOf,
  type Input,
  type Mail,
  RaftMachine,
  type Remains,
} from './raft-machine.ts';

export interface RaftBound {
  readonly name: string;
  readonly members: readonly string[];
  readonly group?: Partial<Group>;
  /** How often each may happen; whatever is left out may not. */
  readonly most: Partial<Record<Spent, number>>;
  /** Configurations that a leader may be asked for. */
  readonly changes?: readonly RaftConfig[];
  /** Messages under way; with a limit, messages may also be lost, to make room. */
  readonly mailMax?: number;
  /** What has come to pass before. */
  readonly prelude?: (world: RaftWorld) => Packed;
  readonly statesMax: number;
}

const SPENT = ['timeout', 'beat', 'twice', 'crash', 'propose', 'change', 'compact'] as const;
export type Spent = (typeof SPENT)[number];
const KINDS = [...SPENT, 'hear', 'sync', 'restart', 'lose'] as const;
type Kind = (typeof KINDS)[number];

export type Packed = readonly number[];

interface Told {
  readonly remains: Remains;
  readonly inputs: readonly Input[];
}

/** A member in a state; of those that are alike the first that was met stands for all. */
interface Member extends Told {
  readonly isUp: boolean;
  readonly view: RaftView;
  readonly unsynced: number;
}

interface Done {
  readonly id: number;
  readonly member: number;
  readonly sent: readonly number[];
  readonly granted: readonly GrantedVote[];
  readonly flaw: string | undefined;
}

/** Things as small numbers, by a text that says all there is to say. */
class Numbered<T> {
  readonly #ids = new Map<string, number>();
  readonly #values: T[] = [];

  id(text: string, value: T): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.#values.length);
    return this.#values.push(value) - 1;
  }

  value(id: number): T {
    return required(this.#values[id], `number ${id}`);
  }
}

const MOVE = KINDS.length;

export class RaftWorld implements Model<Packed> {
  readonly bound: RaftBound;
  readonly #names: readonly string[];
  readonly #group: Group;
  readonly #members = new Numbered<Member>();
  readonly #mails = new Numbered<Mail>();
  readonly #nets = new Numbered<readonly number[]>();
  readonly #pasts = new Numbered<RaftPast>();
  readonly #flaws = new Numbered<string>();
  readonly #done = new Map<number, Done>();
  readonly #noted = new Map<number, { readonly past: number; readonly flaw?: string }>();
  readonly #pairs = new Map<number, string | undefined>();

  constructor(bound: RaftBound) {
    this.bound = bound;
    this.#names = bound.members;
    this.#group = groupOf(bound.members, bound.group);
    this.#flaws.id('', '');
  }

  get starts(): readonly Packed[] {
    return [this.bound.prelude?.(this) ?? this.beginning()];
  }

  key = (state: Packed): Packed => state;

  broken = (state: Packed): string | undefined => {
    const flaw = state.at(-1) as number;
    return flaw === 0 ? undefined : this.#flaws.value(flaw);
  };

  /** Everybody has just begun, and nothing was spent. */
  beginning(): Packed {
    const members: number[] = [];
    const mails: number[] = [];
    for (const name of this.#names) {
      const done = this.#begin(name, BLANK);
      members.push(done.member);
      mails.push(...done.sent);
    }
    const past = { ...NOTHING_YET, configs: [this.#group.initial] };
    return [...members, this.#net(mails), this.#past(past), 0, 0];
  }

  next = (state: Packed, visit: (move: number, next: Packed) => void): void => {
    const n = this.#names.length;
    const isFirst = this.#spent(state, 'timeout') === 0 && this.bound.prelude === undefined;
    for (let m = 0; m < n; m++) {
      const member = this.#member(state, m);
      if (!member.isUp) {
        this.#apply(state, 'restart', m, m, visit);
        continue;
      }
      // All are alike in the beginning: the first to miss a leader is called the first.
      if (member.view.role !== 'leader' && !(isFirst && m > 0))
        this.#apply(state, 'timeout', m, m, visit);
      if (member.unsynced > 0) this.#apply(state, 'sync', m, m, visit);
      if (!isFirst)
        for (let kept = 0; kept <= member.unsynced; kept++)
          this.#apply(state, 'crash', m, m + n * kept, visit);
      if (member.unsynced === 0 && member.view.commit > member.view.base.index)
        this.#apply(state, 'compact', m, m, visit);
      if (member.view.role !== 'leader') continue;
      this.#apply(state, 'beat', m, m, visit);
      this.#apply(state, 'propose', m, m, visit);
      const changes = this.bound.changes ?? [];
      for (let c = 0; c < changes.length; c++) this.#apply(state, 'change', m, m + n * c, visit);
    }
    this.#mail(state, visit);
  };

  #mail(state: Packed, visit: (move: number, next: Packed) => void): void {
    let before = -1;
    for (const mail of this.#netOf(state)) {
      if (mail === before) continue;
      before = mail;
      const to = this.#names.indexOf(this.#mails.value(mail).to);
      if (to >= 0 && this.#member(state, to).isUp) {
        this.#apply(state, 'hear', to, mail, visit);
        this.#apply(state, 'twice', to, mail, visit);
      }
      if (this.bound.mailMax !== undefined) this.#apply(state, 'lose', -1, mail, visit);
    }
  }

  describe = (before: Packed, move: number, after: Packed): string => {
    const kind = KINDS[move % MOVE] as Kind;
    const arg = Math.floor(move / MOVE);
    const n = this.#names.length;
    if (kind === 'hear' || kind === 'twice' || kind === 'lose') {
      const { from, to, message } = this.#mails.value(arg);
      const { kind: what, v: _, to: __, ...rest } = message as unknown as Record<string, unknown>;
      const verb = kind === 'lose' ? 'never hears' : 'hears';
      const again = kind === 'twice' ? ', and will again' : '';
      return `${to} ${verb} ${from}: ${String(what).slice(5)} ${stableJson(rest)}${again}`;
    }
    const m = arg % n;
    const { role, term, commit } = this.#member(after, m).view;
    const what = {
      timeout: 'misses a leader',
      beat: 'sends a heartbeat',
      crash: `crashes with ${Math.floor(arg / n)} of ${this.#member(before, m).unsynced} writes on disk`,
      propose: 'is asked for an entry',
      change: 'is asked for a change',
      compact: 'makes a snapshot',
      sync: 'has all on disk',
      restart: 'starts again',
    }[kind];
    return `${this.#names[m]} ${what} (${role} of term ${term}, ${commit} committed)`;
  };

  viewsOf(state: Packed): readonly RaftView[] {
    return this.#names.map((_, m) => this.#member(state, m).view);
  }

  mailOf(state: Packed): readonly Mail[] {
    return this.#netOf(state).map((id) => this.#mails.value(id));
  }

  /** Carries one thing out whatever it costs; for preludes. */
  after(state: Packed, kind: Kind, member: number, arg = member): Packed {
    let found: Packed | undefined;
    this.#apply(state, kind, member, arg, (_, next) => (found = next), false);
    return required(found, `${kind} of ${member}`);
  }

  /** Everything under way arrives and is written, in the order of sending. */
  settled(state: Packed): Packed {
    let now = state;
    for (;;) {
      const m = this.#names.findIndex((_, at) => this.#member(now, at).unsynced > 0);
      if (m >= 0) now = this.after(now, 'sync', m);
      else {
        const [mail] = this.#netOf(now);
        if (mail === undefined) return now;
        const to = this.#names.indexOf(this.#mails.value(mail).to);
        now = this.after(now, this.#member(now, to).isUp ? 'hear' : 'lose', to, mail);
      }
    }
  }

  /** Everything under way to or from these is lost. */
  without(state: Packed, ...names: readonly string[]): Packed {
    const left = this.#netOf(state).filter((id) => {
      const { from, to } = this.#mails.value(id);
      return !names.includes(from) && !names.includes(to);
    });
    const next = [...state];
    next[this.#names.length] = this.#net(left);
    return next;
  }

  #member(state: Packed, m: number): Member {
    return this.#members.value(state[m] as number);
  }

  #netOf(state: Packed): readonly number[] {
    return this.#nets.value(state[this.#names.length] as number);
  }

  #net(mails: readonly number[]): number {
    const sorted = [...mails].sort((a, b) => a - b);
    return this.#nets.id(sorted.join(), sorted);
  }

  #past(past: RaftPast): number {
    return this.#pasts.id(stableJson(past), past);
  }

  #spent(state: Packed, kind: Spent): number {
    return ((state.at(-2) as number) >> (4 * SPENT.indexOf(kind))) & 15;
  }

  #left(state: Packed, kind: Kind): number {
    const known = SPENT.find((each) => each === kind);
    return known === undefined ? 1 : (this.bound.most[known] ?? 0) - this.#spent(state, known);
  }

  #apply(
    state: Packed,
    kind: Kind,
    m: number,
    arg: number,
    visit: (move: number, next: Packed) => void,
    counts = true,
  ): void {
    if (counts && this.#left(state, kind) <= 0) return;
    const n = this.#names.length;
    const move = arg * MOVE + KINDS.indexOf(kind);
    const next = [...state];
    const spent = SPENT.findIndex((each) => each === kind);
    if (counts && spent >= 0) next[n + 2] = (state[n + 2] as number) + (1 << (4 * spent));
    const mails = [...this.#netOf(state)];
    if (kind === 'hear' || kind === 'lose') mails.splice(mails.indexOf(arg), 1);
    if (kind !== 'lose') {
      // A disk that is slow matters where somebody may end before it has answered.
      const isEager = this.#left(next, 'crash') <= 0;
      const done = this.#doneBy(state[m] as number, m, move, isEager);
      next[m] = done.member;
      mails.push(...done.sent);
      this.#judge(next, done, m);
    }
    if (counts && mails.length > (this.bound.mailMax ?? Number.POSITIVE_INFINITY)) return;
    next[n] = this.#net(mails);
    visit(move, next);
  }

  #judge(next: number[], done: Done, m: number): void {
    const n = this.#names.length;
    const { past, flaw } = this.#notedBy(next[n + 1] as number, done);
    next[n + 1] = past;
    let why = flaw ?? done.flaw;
    for (let other = 0; why === undefined && other < n; other++) {
      if (other !== m) why = this.#mismatch(next[m] as number, next[other] as number);
    }
    const views = (): readonly RaftView[] =>
      next.slice(0, n).map((id) => this.#members.value(id).view);
    why ??= electable(this.#pasts.value(past), views());
    if (why !== undefined) next[n + 3] = this.#flaws.id(why, why);
  }

  #mismatch(a: number, b: number): string | undefined {
    const key = a < b ? a * 2 ** 26 + b : b * 2 ** 26 + a;
    if (this.#pairs.has(key)) return this.#pairs.get(key);
    const why = mismatched(this.#members.value(a).view, this.#members.value(b).view);
    this.#pairs.set(key, why);
    return why;
  }

  #notedBy(pastId: number, done: Done) {
    const key = pastId * 2 ** 26 + done.id;
    const known = this.#noted.get(key);
    if (known !== undefined) return known;
    let past = this.#pasts.value(pastId);
    let flaw: string | undefined;
    const { view, isUp } = this.#members.value(done.member);
    const steps = done.granted.map((vote) => (p: RaftPast) => noteVote(p, vote));
    if (isUp) steps.push((p) => noteMember(p, view));
    for (const step of steps) {
      const result = step(past);
      if (result.kind === 'noted') past = result.past;
      else flaw ??= result.why;
    }
    const noted = { past: this.#past(past), ...(flaw === undefined ? {} : { flaw }) };
    this.#noted.set(key, noted);
    return noted;
  }

  // One member.

  #doneBy(id: number, m: number, move: number, isEager: boolean): Done {
    const key = (id * 2 ** 25 + move) * 2 + (isEager ? 1 : 0);
    assert(move < 2 ** 25 && id < 2 ** 26, 'more members or moves than a key holds');
    const known = this.#done.get(key);
    if (known !== undefined) return known;
    const done = this.#do(this.#members.value(id), m, move, isEager);
    this.#done.set(key, done);
    return done;
  }

  #do(member: Member, m: number, move: number, isEager: boolean): Done {
    const kind = KINDS[move % MOVE] as Kind;
    const arg = Math.floor(move / MOVE);
    const name = required(this.#names[m], `member ${m}`);
    if (kind === 'restart') return this.#begin(name, member.remains);
    const machine = this.#built(name, member);
    if (kind === 'crash') return this.#ended(machine, Math.floor(arg / this.#names.length));
    const inputs: Input[] = [this.#inputOf(kind, arg)];
    if (isEager && kind !== 'sync') inputs.push({ kind: 'sync' });
    for (const input of inputs) machine.do(input);
    return this.#came(machine, { remains: member.remains, inputs: [...member.inputs, ...inputs] });
  }

  #inputOf(kind: Kind, arg: number): Input {
    switch (kind) {
      case 'hear':
      case 'twice':
        return { ...this.#mails.value(arg), kind: 'hear' };
      case 'propose':
        return { kind, data: 'entry' };
      case 'change': {
        const at = Math.floor(arg / this.#names.length);
        return { kind, config: required(this.bound.changes?.[at], `change ${at}`) };
      }
      case 'timeout':
      case 'beat':
      case 'sync':
      case 'compact':
        return { kind };
      default:
        throw new Error(`${kind} is no input`);
    }
  }

  #built(name: string, { remains, inputs }: Told): RaftMachine {
    const machine = new RaftMachine(name, this.#group, remains);
    for (const input of inputs) machine.do(input);
    machine.takeSent();
    machine.takeGranted();
    return machine;
  }

  #begin(name: string, remains: Remains): Done {
    const machine = new RaftMachine(name, this.#group, remains);
    return this.#came(machine, { remains, inputs: [] });
  }

  #ended(machine: RaftMachine, kept: number): Done {
    const remains = machine.remains(kept);
    const view = new RaftMachine(machine.name, this.#group, remains).view();
    const member = { remains, inputs: [], isUp: false, view, unsynced: 0 };
    const id = this.#members.id(`${machine.name} down ${stableJson(remains)}`, member);
    return { id: this.#done.size, member: id, sent: [], granted: [], flaw: undefined };
  }

  #came(machine: RaftMachine, told: Told): Done {
    const { unsynced, failure } = machine;
    const member = { ...told, isUp: true, view: machine.view(), unsynced };
    const text = `${machine.name} ${stableJson(machine.snapshot())}`;
    return {
      id: this.#done.size,
      member: this.#members.id(text, member),
      sent: machine.takeSent().map((mail) => this.#mails.id(stableJson(mail), mail)),
      granted: machine.takeGranted(),
      flaw: failure,
    };
  }
}
