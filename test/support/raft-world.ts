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
import {
  isMember,
  promoted,
  type RaftConfig,
  withLearner,
  without,
} from '../../src/scheduler/parts/raft/config.ts';
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
  /** Who may be taken in, promoted or removed, by whoever leads. */
  readonly changing?: readonly string[];
  /** Who may end and start again; anybody where nobody is named. */
  readonly crashing?: readonly string[];
  /** Messages under way; with a limit, messages may also be lost, to make room. */
  readonly mailMax?: number;
  /** What has come to pass before. */
  readonly prelude?: (world: RaftWorld) => Packed;
  readonly statesMax: number;
}

const SPENT = ['timeout', 'beat', 'twice', 'crash', 'propose', 'change', 'compact'] as const;
export type Spent = (typeof SPENT)[number];
const KINDS = [...SPENT, 'hear', 'sync', 'lose'] as const;
type Kind = (typeof KINDS)[number];

export type Packed = readonly number[];
type Visit = (move: number, next: Packed) => void;

interface Told {
  readonly remains: Remains;
  readonly inputs: readonly Input[];
}

/** A member in a state; of those that are alike the first that was met stands for all. */
interface Member extends Told {
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

function mailInWords(kind: 'hear' | 'twice' | 'lose', { from, to, message }: Mail): string {
  const { kind: what, v: _, to: __, ...rest } = message as Mail['message'] & { to?: string };
  const verb = kind === 'lose' ? 'never hears' : 'hears';
  const again = kind === 'twice' ? ', and will again' : '';
  return `${to} ${verb} ${from}: ${what.slice('raft-'.length)} ${stableJson(rest)}${again}`;
}

interface Change {
  readonly name: string;
  readonly promotes: boolean;
}

/** One member more or less, or with a vote; undefined where that cannot be. */
function changed(config: RaftConfig, { name, promotes }: Change): RaftConfig | undefined {
  const isLearner = config.learners.includes(name);
  if (promotes) return isLearner ? promoted(config, name) : undefined;
  if (!isMember(config, name)) return withLearner(config, name);
  return isLearner || config.voters.length > 1 ? without(config, name) : undefined;
}

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

  next = (state: Packed, visit: Visit): void => {
    // All are alike in the beginning: who is the first to miss a leader is called the first.
    const isFresh = this.#spent(state, 'timeout') === 0 && this.bound.prelude === undefined;
    if (isFresh) return this.#apply(state, 'timeout', 0, 0, visit);
    for (let m = 0; m < this.#names.length; m++) {
      this.#ofAnybody(state, m, visit);
      if (this.#member(state, m).view.role === 'leader') this.#ofLeader(state, m, visit);
    }
    this.#mail(state, visit);
  };

  #ofAnybody(state: Packed, m: number, visit: Visit): void {
    const n = this.#names.length;
    const { view, unsynced } = this.#member(state, m);
    if (view.role !== 'leader') this.#apply(state, 'timeout', m, m, visit);
    if (unsynced > 0) this.#apply(state, 'sync', m, m, visit);
    else if (view.commit > view.base.index) this.#apply(state, 'compact', m, m, visit);
    if (this.bound.crashing?.includes(view.name) === false) return;
    for (let kept = 0; kept <= unsynced; kept++) {
      this.#apply(state, 'crash', m, m + n * kept, visit);
    }
  }

  #ofLeader(state: Packed, m: number, visit: Visit): void {
    const { config } = this.#member(state, m).view;
    this.#apply(state, 'beat', m, m, visit);
    this.#apply(state, 'propose', m, m, visit);
    for (let c = 0; c < 2 * (this.bound.changing?.length ?? 0); c++) {
      if (changed(config, this.#changing(c)) === undefined) continue;
      this.#apply(state, 'change', m, m + this.#names.length * c, visit);
    }
  }

  #mail(state: Packed, visit: Visit): void {
    let before = -1;
    for (const mail of this.#netOf(state)) {
      if (mail === before) continue;
      before = mail;
      const to = this.#names.indexOf(this.#mails.value(mail).to);
      if (to >= 0) {
        this.#apply(state, 'hear', to, mail, visit);
        this.#apply(state, 'twice', to, mail, visit);
      }
      if (this.bound.mailMax !== undefined) this.#apply(state, 'lose', -1, mail, visit);
    }
  }

  describe = (_: Packed, move: number, after: Packed): string => {
    const kind = KINDS[move % MOVE] as Kind;
    const arg = Math.floor(move / MOVE);
    const n = this.#names.length;
    if (kind === 'hear' || kind === 'twice' || kind === 'lose') {
      return mailInWords(kind, this.#mails.value(arg));
    }
    const { name, role, term, commit, config } = this.#member(after, arg % n).view;
    const what: Readonly<Record<typeof kind, string>> = {
      timeout: 'misses a leader',
      beat: 'sends a heartbeat',
      crash: `begins anew with ${Math.floor(arg / n)} of the writes under way`,
      propose: 'is asked for an entry',
      change: `changes members to ${config.voters.join()}, learning ${config.learners.join()}`,
      compact: 'makes a snapshot',
      sync: 'has everything on its disk',
    };
    return `${name} ${what[kind]} (${role} of term ${term}, ${commit} committed)`;
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

  /** Two members hear each other out, but for entries: those are lost. */
  heardOf(state: Packed, a: string, b: string): Packed {
    let now = state;
    for (;;) {
      const mail = this.#netOf(now).find((id) => {
        const { from, to } = this.#mails.value(id);
        return (from === a && to === b) || (from === b && to === a);
      });
      if (mail === undefined) return now;
      const { to, message } = this.#mails.value(mail);
      const kind = message.kind === 'raft-append' ? 'lose' : 'hear';
      now = this.after(now, kind, this.#names.indexOf(to), mail);
    }
  }

  /** Everything under way arrives and is written, in order, until all is quiet; but for some. */
  settled(state: Packed, ...deaf: readonly string[]): Packed {
    let now = state;
    for (;;) {
      const m = this.#names.findIndex((_, at) => this.#member(now, at).unsynced > 0);
      const [mail] = this.#netOf(now);
      if (m >= 0) now = this.after(now, 'sync', m);
      else if (mail === undefined) return now;
      else {
        const { to } = this.#mails.value(mail);
        now = this.after(now, deaf.includes(to) ? 'lose' : 'hear', this.#names.indexOf(to), mail);
      }
    }
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

  #apply(state: Packed, kind: Kind, m: number, arg: number, visit: Visit, counts = true): void {
    if (counts && this.#left(state, kind) <= 0) return;
    const n = this.#names.length;
    const move = arg * MOVE + KINDS.indexOf(kind);
    const next = [...state];
    const spent = (SPENT as readonly Kind[]).indexOf(kind);
    if (counts && spent >= 0) next[n + 2] = (state[n + 2] as number) + (1 << (4 * spent));
    const mails = [...this.#netOf(state)];
    if (kind === 'hear' || kind === 'lose') mails.splice(mails.indexOf(arg), 1);
    if (kind !== 'lose') {
      // A disk that is slow matters where somebody may end before it has answered.
      const isEager = !counts || this.#left(next, 'crash') <= 0;
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
    const { view } = this.#members.value(done.member);
    const steps = done.granted.map((vote) => (p: RaftPast) => noteVote(p, vote));
    steps.push((p) => noteMember(p, view));
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
    const machine = this.#built(name, member);
    if (kind === 'crash') {
      const kept = Math.floor(arg / this.#names.length);
      return this.#begin(name, machine.remains(kept));
    }
    const inputs: Input[] = [this.#inputOf(kind, arg, member.view.config)];
    if (isEager && kind !== 'sync') inputs.push({ kind: 'sync' });
    for (const input of inputs) machine.do(input);
    return this.#came(machine, { remains: member.remains, inputs: [...member.inputs, ...inputs] });
  }

  /** Each may be changed in two ways: in or out, and from a learner to a voter. */
  #changing(c: number): Change {
    const name = required(this.bound.changing?.[c >> 1], `change ${c}`);
    return { name, promotes: (c & 1) === 1 };
  }

  #inputOf(kind: Kind, arg: number, config: RaftConfig): Input {
    switch (kind) {
      case 'hear':
      case 'twice':
        return { ...this.#mails.value(arg), kind: 'hear' };
      case 'propose':
        return { kind, data: 'entry' };
      case 'change': {
        const which = this.#changing(Math.floor(arg / this.#names.length));
        return { kind, config: required(changed(config, which), 'a change that can be') };
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

  #came(machine: RaftMachine, told: Told): Done {
    const { unsynced, failure } = machine;
    const member = { ...told, view: machine.view(), unsynced };
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
