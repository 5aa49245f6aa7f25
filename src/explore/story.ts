/**
 * A broken run as a story: the transcript cut down to what the verdict rests on, what led there,
 * and the hardship meanwhile. A dozen lines, each with its true time and its machine; `(after 3)`
 * says which line of another machine it follows from, by the messages that passed.
 */
import type { Verdict } from '../checkers/checker.ts';
import { describeFact } from '../history/describe.ts';
import type { Fact } from '../history/fact.ts';
import { causesOf, type Delivery, machineOf, Past } from './causes.ts';

/** A run as it was seen, and how it broke. */
export interface Watched {
  readonly facts: readonly Fact[];
  /** In order of arrival. */
  readonly deliveries: readonly Delivery[];
  readonly claim: string;
  readonly broken: Extract<Verdict, { readonly kind: 'broken' }>;
}

export const STORY_LINES_MAX = 16;
const FACTS_MAX = 11;
/** The weight of what a verdict rests on. */
const RESTS_ON = 100;

/** Lines of the story; what would have had to be otherwise comes last. */
export function story(watched: Watched, otherwise: readonly string[] = []): readonly string[] {
  const { claim, broken, deliveries } = watched;
  const facts = chosen(watched);
  const causes = causesOf(facts, deliveries);
  const lines = facts.map((fact, i) => {
    const after = (causes[i] ?? []).map((cause) => cause + 1).join(', ');
    const line = `${String(i + 1).padStart(2)} ${describeFact(fact)}`;
    return after === '' ? line : `${line} (after ${after})`;
  });
  const seconds = (broken.at / 1_000_000).toFixed(6).padStart(11);
  const ending = [`   ${seconds}s ! ${claim} is broken: ${broken.summary}`];
  const room = STORY_LINES_MAX - lines.length - ending.length;
  return [...lines, ...ending, ...otherwise.slice(0, room).map((line) => `   ${line}`)];
}

/** What the verdict is about: jobs, ticks and schedules. */
export interface Subjects {
  readonly jobs: ReadonlySet<string>;
  readonly ticks: ReadonlySet<string>;
  readonly schedules: ReadonlySet<string>;
}

function chosen(watched: Watched): readonly Fact[] {
  const { broken, deliveries } = watched;
  const facts = watched.facts.filter(({ at }) => at <= broken.at);
  const restsOn = new Set(broken.facts.map((fact) => JSON.stringify(fact)));
  const subjects = subjectsOf(watched, facts);
  const past = new Past(broken.facts, deliveries);
  // Verdicts on what never happened rest on facts of the harness alone.
  const isAnchored = broken.facts.some((fact) => machineOf(fact) !== undefined);
  const weighed = facts.map((fact, index) => {
    const own = weightOf(fact, subjects);
    const isCause = !isAnchored || past.holds(fact);
    const weight = restsOn.has(JSON.stringify(fact))
      ? RESTS_ON
      : own === 0 || isCause
        ? own
        : own / 2;
    return { fact, index, weight };
  });
  const plain = lessOften(withoutEchoes(weighed.filter(({ weight }) => weight > 0)));
  // The heaviest; among equals those next to the break, for what came long before matters less.
  const best = [...plain].sort((a, b) => b.weight - a.weight || b.index - a.index);
  return best
    .slice(0, FACTS_MAX)
    .sort((a, b) => a.index - b.index)
    .map(({ fact }) => fact);
}

interface Weighed {
  readonly fact: Fact;
  readonly index: number;
  readonly weight: number;
}

/** A fault that stops a machine is told by the machine; both would say the same. */
function withoutEchoes(weighed: readonly Weighed[]): readonly Weighed[] {
  const stops = new Set(
    weighed.flatMap(({ fact }) => (fact.kind === 'machine' ? [`${fact.why} ${fact.at}`] : [])),
  );
  return weighed.filter(
    ({ fact }) => fact.kind !== 'fault' || !stops.has(`${fact.fault} ${fact.at}`),
  );
}

/** What happens again and again is told when it first does and when it last does. */
function lessOften(weighed: readonly Weighed[]): readonly Weighed[] {
  const last = new Map(weighed.map(({ fact, index }) => [sortOf(fact), index]));
  const seen = new Set<string>();
  return weighed.map((it) => {
    const sort = sortOf(it.fact);
    const isBetween = seen.has(sort) && last.get(sort) !== it.index;
    seen.add(sort);
    return isBetween && it.weight < RESTS_ON ? { ...it, weight: it.weight / 4 } : it;
  });
}

/** The same thing of the same machine, whatever its token. */
function sortOf(fact: Fact): string {
  const { job, schedule, tick } = namesIn(fact);
  const said = fact.kind === 'testified' ? fact.said.kind : '';
  const state = fact.kind === 'machine' ? fact.state : fact.kind === 'fault' ? fact.event : '';
  const subject = job ?? schedule ?? (tick === undefined ? '' : tickName(tick));
  return [fact.kind, said, state, machineOf(fact), subject].join(' ');
}

/** 0 for what is no part of the story. */
export function weightOf(fact: Fact, subjects: Subjects): number {
  switch (fact.kind) {
    case 'fault':
      return fact.event === 'bitten' ? 40 : fact.event === 'ended' ? 20 : 0;
    case 'machine':
      // Whom nothing happened starts once, in the beginning.
      return fact.why === '' || (fact.state === 'up' && fact.incarnation === 1) ? 0 : 40;
    case 'assumption-failed':
      return 30;
    case 'testified':
      return saidWeight(fact.said, subjects);
    case 'body-began':
    case 'effect-arrived':
      return isAbout(fact, subjects) ? 35 : 0;
    case 'body-ended':
      return isAbout(fact, subjects) ? 25 : 0;
    case 'tick-due':
      return subjects.ticks.has(tickName(fact.tick)) ? 30 : 0;
    case 'asked':
      return isAbout(fact.request, subjects) && fact.request.kind !== 'status' ? 15 : 0;
    case 'answered':
      return isAbout(fact.request, subjects) ? 20 : 0;
    case 'audited-job':
      return isAbout(fact, subjects) ? 20 : 0;
    case 'phase':
      return fact.phase === 'heal' ? 18 : 0;
    default:
      return 0;
  }
}

type Said = Extract<Fact, { readonly kind: 'testified' }>['said'];

function saidWeight(said: Said, subjects: Subjects): number {
  switch (said.kind) {
    case 'role':
      return said.role === 'leader' ? 28 : 0;
    case 'lease':
      return said.event === 'lost' || said.event === 'expired-seen' ? 22 : 0;
    case 'shard':
      return 4;
    case 'dispatched':
      return isAbout(said, subjects) ? 30 : 0;
    case 'attempt-lost':
    case 'late-report':
      return isAbout(said, subjects) ? 32 : 0;
    case 'tick-decided':
      return subjects.ticks.has(tickName(said.tick)) ? 32 : 0;
    default:
      return 0;
  }
}

interface About {
  readonly job?: string;
  readonly schedule?: string;
}

const isAbout = (it: object, { jobs, schedules }: Subjects): boolean => {
  const { job, schedule } = it as About;
  return (
    (job !== undefined && jobs.has(job)) || (schedule !== undefined && schedules.has(schedule))
  );
};

const tickName = ({ schedule, nominalUs }: { schedule: string; nominalUs: number }): string =>
  `${schedule}@${nominalUs}`;

/** What the facts of the verdict and its words name. */
export function subjectsOf({ broken }: Watched, facts: readonly Fact[]): Subjects {
  const jobs = new Set<string>();
  const ticks = new Set<string>();
  const schedules = new Set<string>();
  const inSummary = (name: string): boolean => broken.summary.split(/[\s,:;]+/).includes(name);
  const add = (it: Names): void => {
    if (it.job !== undefined) jobs.add(it.job);
    if (it.tick !== undefined) ticks.add(tickName(it.tick));
    if (it.schedule !== undefined) schedules.add(it.schedule);
  };
  for (const fact of broken.facts) add(namesIn(fact));
  for (const fact of facts) {
    const { job, tick, schedule } = namesIn(fact);
    const isNamed = [job, schedule].some((name) => name !== undefined && inSummary(name));
    if (isNamed && (job !== undefined || tick === undefined)) add({ job, tick, schedule });
  }
  // A tick is known by its job, and a job of a tick by the tick.
  for (const fact of facts) {
    const { job, tick } = namesIn(fact);
    if (job === undefined || tick === undefined) continue;
    if (jobs.has(job) || ticks.has(tickName(tick))) add({ job, tick });
  }
  return { jobs, ticks, schedules };
}

export interface Names {
  readonly job?: string | undefined;
  readonly schedule?: string | undefined;
  readonly tick?: { readonly schedule: string; readonly nominalUs: number } | undefined;
}

export function namesIn(fact: Fact): Names {
  const it = fact.kind === 'testified' ? fact.said : 'request' in fact ? fact.request : fact;
  return it as Names;
}
