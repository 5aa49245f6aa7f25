/**
 * What holds in a Raft group at every moment, asked of its members' snapshots (Ongaro and
 * Ousterhout 2014, figure 3). Some of it is about the past: who has led, voted, committed what.
 */
import { stableJson } from '../../src/lib/stable-json.ts';
import { majorityOf, type RaftConfig } from '../../src/scheduler/parts/raft/config.ts';
import type { LogEntry, Place } from '../../src/scheduler/parts/raft/messages.ts';
import type { Role } from '../../src/scheduler/parts/raft/raft.ts';
import { isAsUpToDate } from '../../src/scheduler/parts/raft/rules.ts';

/** A member as its snapshot shows it. */
export interface RaftView {
  readonly name: string;
  readonly term: number;
  readonly role: Role;
  readonly commit: number;
  /** Where the log begins, and what is in it. */
  readonly base: Place;
  readonly entries: readonly LogEntry[];
  readonly config: RaftConfig;
  /** What its state machine was given, entry by entry from the first on; where that is known. */
  readonly ran?: readonly string[];
}

/** A vote that has left. */
export interface GrantedVote {
  readonly voter: string;
  readonly term: number;
  readonly candidate: string;
}

/** What was so at some time, and can never be otherwise. */
export interface RaftPast {
  /** By term. */
  readonly leaders: Readonly<Record<number, string>>;
  /** By term and voter. */
  readonly votes: Readonly<Record<string, string>>;
  /** By index. */
  readonly committed: Readonly<Record<number, string>>;
  readonly last: Place;
  /** The configurations among it, in order of index; the first is that of the beginning. */
  readonly configs: readonly RaftConfig[];
}

export const NOTHING_YET: Omit<RaftPast, 'configs'> = {
  leaders: {},
  votes: {},
  committed: {},
  last: { index: 0, term: 0 },
};

export type Noted =
  | { readonly kind: 'noted'; readonly past: RaftPast }
  | { readonly kind: 'broken'; readonly why: string };

/** An entry as a word: equal words are equal entries. */
export const entryText = (entry: LogEntry): string => stableJson(entry);

const broken = (why: string): Noted => ({ kind: 'broken', why });
const noted = (past: RaftPast): Noted => ({ kind: 'noted', past });

/** One vote per member and term, whatever becomes of the member in between. */
export function noteVote(past: RaftPast, { voter, term, candidate }: GrantedVote): Noted {
  const key = `${term} ${voter}`;
  const before = past.votes[key];
  if (before !== undefined && before !== candidate) {
    return broken(`${voter} votes for ${before} and for ${candidate} in term ${term}`);
  }
  return noted({ ...past, votes: { ...past.votes, [key]: candidate } });
}

/** What a member's snapshot adds to the past, or how it contradicts it. */
export function noteMember(before: RaftPast, view: RaftView): Noted {
  const led = noteLeader(before, view);
  if (led.kind === 'broken') return led;
  const after = noteCommitted(led.past, view);
  if (after.kind === 'broken') return after;
  const why = incomplete(after.past, view) ?? misapplied(after.past, view);
  return why === undefined ? after : broken(why);
}

/** Election safety: at most one leader in a term. */
function noteLeader(past: RaftPast, { name, role, term }: RaftView): Noted {
  if (role !== 'leader') return noted(past);
  const other = past.leaders[term];
  if (other === name) return noted(past);
  if (other !== undefined) return broken(`${other} and ${name} lead in term ${term}`);
  return noted({ ...past, leaders: { ...past.leaders, [term]: name } });
}

/** State machine safety: what is committed at an index is committed there for ever. */
function noteCommitted(past: RaftPast, { name, commit, base, entries }: RaftView): Noted {
  let next = past;
  for (const entry of entries) {
    const { index, term, command } = entry;
    if (index > commit) break;
    const text = entryText(entry);
    const known = next.committed[index];
    if (known === text) continue;
    if (known !== undefined) return broken(`${name} has ${text} committed where ${known} was`);
    const committed = { ...next.committed, [index]: text };
    const last = index > next.last.index ? { index, term } : next.last;
    next = { ...next, committed, last };
    if (command.kind === 'config') {
      const why = disjoint(next.configs.at(-1), command.config);
      if (why !== undefined) return broken(why);
      next = { ...next, configs: [...next.configs, command.config] };
    }
  }
  if (base.index > next.last.index) return broken(`${name} forgot entries nobody has committed`);
  return noted(next);
}

/** Any majority before a change and any after it have a member in common. */
function disjoint(a: RaftConfig | undefined, b: RaftConfig): string | undefined {
  if (a === undefined) return undefined;
  const union = new Set([...a.voters, ...b.voters]).size;
  if (majorityOf(a.voters.length) + majorityOf(b.voters.length) > union) return undefined;
  return `majorities of ${a.voters.join()} and of ${b.voters.join()} may have nobody in common`;
}

/** Leader completeness: whoever leads the latest term has everything that was ever committed. */
function incomplete(past: RaftPast, { name, role, term, base, entries }: RaftView) {
  if (role !== 'leader' || Object.keys(past.leaders).some((t) => Number(t) > term)) return;
  for (let index = base.index + 1; index <= past.last.index; index++) {
    const entry = entries[index - base.index - 1];
    const text = entry === undefined ? 'nothing' : entryText(entry);
    if (text !== past.committed[index]) {
      return `${name} leads term ${term} with ${text} where ${past.committed[index]} is committed`;
    }
  }
  return undefined;
}

function misapplied(past: RaftPast, { name, ran }: RaftView): string | undefined {
  const wrong = ran?.findIndex((text, at) => text !== past.committed[at + 1]) ?? -1;
  return wrong < 0 ? undefined : `${name} carries out another entry ${wrong + 1} than others`;
}

/** Log matching: where two logs have an entry of the same term, they are the same up to it. */
export function mismatched(a: RaftView, b: RaftView): string | undefined {
  const from = Math.max(a.base.index, b.base.index) + 1;
  const at = ({ base, entries }: RaftView, index: number) => entries[index - base.index - 1];
  let isSame = true;
  for (let index = from; ; index++) {
    const [one, other] = [at(a, index), at(b, index)];
    if (one === undefined || other === undefined) return undefined;
    const isEqual = entryText(one) === entryText(other);
    if (one.term === other.term && !(isEqual && isSame)) {
      return `the logs of ${a.name} and ${b.name} differ up to entry ${index}, of one term`;
    }
    isSame &&= isEqual;
  }
}

const lastOf = ({ base, entries }: RaftView): Place => entries.at(-1) ?? base;

function holds({ base, entries }: RaftView, { index, term }: Place): boolean {
  return index <= base.index || entries[index - base.index - 1]?.term === term;
}

/**
 * Nobody who lacks what is committed could win an election, as logs are now: leader completeness
 * before an election has shown it.
 */
export function electable({ last }: RaftPast, views: readonly RaftView[]): string | undefined {
  for (const candidate of views) {
    if (holds(candidate, last)) continue;
    const { voters } = candidate.config;
    if (!voters.includes(candidate.name)) continue;
    const place = lastOf(candidate);
    const votes = views.filter(
      (voter) => voters.includes(voter.name) && isAsUpToDate(place, lastOf(voter)),
    );
    if (votes.length < majorityOf(voters.length)) continue;
    const names = votes.map(({ name }) => name).join();
    return `${candidate.name} lacks entry ${last.index}, committed, and ${names} may elect it`;
  }
  return undefined;
}
