/**
 * Which facts and messages of a run are drawn: what the verdict rests on, what it is about, what
 * led there, and then what lies nearest in time, as far as there is room. A long run is not drawn
 * whole, for a diagram of everything shows nothing.
 */
import type { Fact } from '../history/fact.ts';
import { type Delivery, machineOf, Past } from './causes.ts';
import { type Subjects, subjectsOf, type Watched, weightOf } from './story.ts';
import type { Journey } from './traffic-log.ts';

/** Together far below the 2,000 marks that a reader, and a browser, can bear. */
export interface Room {
  readonly events: number;
  readonly messages: number;
}

export interface Choice {
  readonly facts: readonly Fact[];
  readonly journeys: readonly Journey[];
  /** The jobs that the verdict is about. */
  readonly jobs: ReadonlySet<string>;
  readonly restsOn: ReadonlySet<Fact>;
}

/** Facts that, where they are about other matters, only repeat what a diagram shows better. */
const isSilent = (fact: Fact): boolean =>
  fact.kind === 'run-began' ||
  fact.kind === 'clock' ||
  fact.kind === 'audited-job' ||
  fact.kind === 'audited-schedule' ||
  fact.kind === 'audited-skip' ||
  (fact.kind === 'fault' && (fact.event === 'drawn' || fact.event === 'armed')) ||
  (fact.kind === 'machine' && fact.state === 'up' && fact.incarnation === 1) ||
  (fact.kind === 'asked' && fact.request.kind === 'status');

export function chooseDrawn(
  watched: Watched,
  journeys: readonly Journey[],
  deliveries: readonly Delivery[],
  room: Room,
): Choice {
  const { broken } = watched;
  const facts = watched.facts.filter(({ at }) => at <= broken.at);
  const subjects = subjectsOf(watched, facts);
  const rests = new Set(broken.facts.map((fact) => JSON.stringify(fact)));
  const restsOn = new Set(facts.filter((fact) => rests.has(JSON.stringify(fact))));
  const past = new Past(broken.facts, deliveries);
  const weighed = facts
    .map((fact) => ({ fact, weight: restsOn.has(fact) ? RESTS_ON : weightOf(fact, subjects) }))
    .filter(({ fact, weight }) => weight > 0 || !isSilent(fact));
  const anchors = anchorsOf(weighed, broken.at);
  const byNearness = (at: number): number => -distance(anchors, at);
  const drawnFacts = heaviest(
    weighed,
    room.events,
    ({ weight, fact }) => weight * 2 + (past.holds(fact) ? IDLE : 0),
    ({ fact }) => byNearness(fact.at),
  ).map(({ fact }) => fact);
  const drawnJourneys = heaviest(
    journeys.filter(({ sentUs }) => sentUs <= broken.at),
    room.messages,
    (journey) => messageWeight(journey, subjects, past),
    (journey) => byNearness(journey.sentUs),
  );
  return { facts: drawnFacts, journeys: drawnJourneys, jobs: subjects.jobs, restsOn };
}

const RESTS_ON = 1_000;
/** Weighs no more than this: it is about something else. */
const IDLE = 1;
/** What is about the matter at least this much is where the story happens. */
const ANCHOR_WEIGHT = 30;
const ANCHORS_MAX = 60;

/** Times around which things matter, in order. */
function anchorsOf(
  weighed: readonly { readonly fact: Fact; readonly weight: number }[],
  brokenAt: number,
): readonly number[] {
  const heavy = weighed.filter(({ weight }) => weight >= ANCHOR_WEIGHT).map(({ fact }) => fact.at);
  return [...new Set([...heavy.slice(-ANCHORS_MAX), brokenAt])].sort((a, b) => a - b);
}

const distance = (anchors: readonly number[], at: number): number =>
  Math.min(...anchors.map((anchor) => Math.abs(anchor - at)));

/** About the matter; lost, or part of what led there; the rest. */
function messageWeight(journey: Journey, { jobs }: Subjects, past: Past): number {
  if (journey.job !== undefined && jobs.has(journey.job)) return IDLE + 1;
  const { receivedUs, to } = journey;
  const isCause = receivedUs !== undefined && receivedUs <= past.untilOf(to);
  return isCause ? IDLE : journey.lost === undefined ? 0 : IDLE / 2;
}

/** Of what is about something else, what lies so near is drawn around the matter. */
const NEAR_US = 1_500_000;

/**
 * As many as there is room for, the heaviest first and of equals the nearest; in their order. What
 * is idle and far from everything that matters is left out even where there is room: to see a lease
 * renewed ten times over tells nothing.
 */
function heaviest<T>(
  all: readonly T[],
  room: number,
  weight: (it: T) => number,
  nearness: (it: T) => number,
): readonly T[] {
  return all
    .map((it, index) => ({ it, index, weight: weight(it), nearness: nearness(it) }))
    .filter((it) => it.weight > IDLE || it.nearness >= -NEAR_US)
    .sort((a, b) => b.weight - a.weight || b.nearness - a.nearness || b.index - a.index)
    .slice(0, room)
    .sort((a, b) => a.index - b.index)
    .map(({ it }) => it);
}

/** The machine of a fact, or of the harness. */
export const laneOf = (fact: Fact): string | null => machineOf(fact) ?? null;
