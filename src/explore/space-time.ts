/**
 * A broken run as a space-time diagram: the run once more, looked at from outside, and of what was
 * seen that which is drawn. The document holds all that a chart needs, so that a report renders the
 * same bytes again without a run.
 *
 *   traffic-log.ts, message-words.ts   all messages and their fates; what they say
 *   clock-log.ts                       what machines' own clocks showed
 *   space-time-bands.ts                leadership, leases, faults, bodies of jobs: spans of time
 *   space-time-choice.ts               what is drawn
 *   space-time-causes.ts               what led to what
 *   fact-words.ts                      a fact in a few words
 */
import type { Fact } from '../history/fact.ts';
import type {
  LeftOut,
  SpaceTime,
  StoryBand,
  StoryEvent,
  StoryMachine,
  StoryMessage,
} from '../report/space-time.ts';
import type { AssembledRun } from '../scenario/assemble.ts';
import { ClockLog } from './clock-log.ts';
import { factWords } from './fact-words.ts';
import { type CaseToTell, watch } from './retell.ts';
import { Bands, JobLines, OWN_TIME_US_MIN } from './space-time-bands.ts';
import { factCauses } from './space-time-causes.ts';
import { type Choice, chooseDrawn, laneOf, type Room } from './space-time-choice.ts';
import { namesIn, story, type Watched } from './story.ts';
import { type Journey, TrafficLog } from './traffic-log.ts';

export interface CaseToDraw extends CaseToTell {
  readonly isShrunk: boolean;
  readonly replay: string;
  /** The run in a dozen lines, where it has been told; else it is told here. */
  readonly story?: readonly string[];
  readonly room?: Room;
}

/** Enough for the whole of most shrunk cases, and some 150 kB of JSON at most. */
const ROOM: Room = { events: 180, messages: 360 };

/** The diagram; `undefined` when the run does not break the claim. */
export function spaceTime(it: CaseToDraw): SpaceTime | undefined {
  const watcher = new Watcher();
  const watched = watch(it, watcher);
  if (watched === undefined) return undefined;
  const { broken } = watched;
  const journeys = watcher.journeys();
  const choice = chooseDrawn(watched, journeys, watched.deliveries, it.room ?? ROOM);
  const events = [...eventsOf(choice, journeys, watcher), verdictOf(watched, choice)];
  const drawn = { events, messages: messagesOf(choice) };
  const fromUs = Math.min(
    ...choice.facts.map(({ at }) => at),
    ...choice.journeys.map(({ sentUs }) => sentUs),
  );
  const isSeen = (span: { readonly fromUs: number; readonly untilUs: number | null }): boolean =>
    span.fromUs <= broken.at && (span.untilUs === null || span.untilUs >= fromUs);
  const bands = watcher.bands().filter(isSeen);
  const jobs = watcher.jobs.finish().filter(isSeen).slice(-JOBS_MAX);
  return {
    design: it.prepared.design.name,
    claim: it.claim.id,
    promised: it.prepared.design.notPromised[it.claim.id] === undefined,
    seed: it.seed,
    summary: broken.summary,
    atUs: broken.at,
    isShrunk: it.isShrunk,
    replay: it.replay,
    machines: lanesOf(watcher.machines, drawn, bands),
    ...drawn,
    bands,
    jobs,
    left: leftOut(watched, choice, journeys, fromUs),
    story: it.story ?? story(watched),
  };
}

const JOBS_MAX = 200;

/** Everything about a run that a diagram may show. */
class Watcher {
  readonly machines: StoryMachine[] = [];
  readonly jobs = new JobLines();
  #clocks: ClockLog | undefined;
  #traffic: TrafficLog | undefined;
  #bands: Bands | undefined;
  #lastUs = 0;

  onRun(run: AssembledRun): void {
    this.#traffic = new TrafficLog(() => run.kernel.now);
    run.sim.network.watchTraffic(this.#traffic);
    this.#clocks = new ClockLog(run.sim);
    this.#bands = new Bands(this.#clocks);
  }

  onFact(fact: Fact): void {
    this.#clocks?.onFact(fact);
    this.#bands?.onFact(fact);
    this.jobs.onFact(fact);
    this.#lastUs = fact.at;
    if (fact.kind === 'run-began') this.machines.push(...fact.machines);
    if (fact.kind === 'machine' && !this.machines.some(({ name }) => name === fact.machine)) {
      this.machines.push({ name: fact.machine, role: fact.role });
    }
  }

  journeys(): readonly Journey[] {
    return this.#traffic?.journeys() ?? [];
  }

  bands(): readonly StoryBand[] {
    return this.#bands?.finish(this.#lastUs) ?? [];
  }

  /** What the clocks of a machine showed, where they were wrong. */
  ownClocks(machine: string, at: number): Pick<StoryEvent, 'monotonicUs' | 'wallUs'> {
    const own = this.#clocks?.at(machine, at);
    if (own === undefined) return {};
    const { monotonicUs, wallUs } = own;
    return {
      ...(Math.abs(monotonicUs - at) >= OWN_TIME_US_MIN ? { monotonicUs } : {}),
      ...(Math.abs(wallUs - at) >= OWN_TIME_US_MIN ? { wallUs } : {}),
    };
  }
}

const eventId = (place: number): string => `e${place + 1}`;
const messageId = (place: number): string => `m${place + 1}`;

function eventsOf(
  choice: Choice,
  journeys: readonly Journey[],
  watcher: Watcher,
): readonly StoryEvent[] {
  const { facts } = choice;
  const causes = factCauses(facts, journeys);
  return facts.map((fact, place): StoryEvent => {
    const machine = laneOf(fact);
    const { job } = namesIn(fact);
    return {
      id: eventId(place),
      atUs: fact.at,
      machine,
      text: factWords(fact),
      ...(job === undefined ? {} : { job }),
      messages: messagesWith(fact, machine, job, choice.journeys),
      after: (causes[place] ?? []).map(eventId),
      isVerdict: false,
      ...(machine === null ? {} : watcher.ownClocks(machine, fact.at)),
    };
  });
}

/** A machine acts on what came, and sends what it decided, within this. */
const TOGETHER_US = 2_000;
const TOGETHER_MAX = 4;

/** Messages that came or left with a fact: about the same job, or in the same instant. */
function messagesWith(
  { at }: Fact,
  machine: string | null,
  job: string | undefined,
  journeys: readonly Journey[],
): readonly string[] {
  if (machine === null) return [];
  const found: string[] = [];
  for (const [place, it] of journeys.entries()) {
    const isAbout = job !== undefined && it.job === job;
    const cameUs = it.to === machine ? at - (it.receivedUs ?? -1) : -1;
    const leftUs = it.from === machine ? it.sentUs - at : -1;
    const isNear = (us: number): boolean => us === 0 || (isAbout && us > 0 && us <= TOGETHER_US);
    if (isNear(cameUs) || isNear(leftUs)) found.push(messageId(place));
    if (found.length === TOGETHER_MAX) break;
  }
  return found;
}

/** The last event is the verdict, and rests on those before. */
function verdictOf({ broken, claim }: Watched, { facts, restsOn }: Choice): StoryEvent {
  const last = facts.findLast((fact) => restsOn.has(fact) && laneOf(fact) !== null);
  return {
    id: 'verdict',
    atUs: broken.at,
    machine: last === undefined ? null : laneOf(last),
    text: `${claim} is broken: ${broken.summary}`,
    messages: [],
    after: facts.flatMap((fact, place) => (restsOn.has(fact) ? [eventId(place)] : [])),
    isVerdict: true,
  };
}

function messagesOf({ journeys }: Choice): readonly StoryMessage[] {
  return journeys.map(({ from, to, sentUs, receivedUs, kind, label, lost, job }, place) => ({
    id: messageId(place),
    from,
    to,
    sentUs,
    receivedUs: receivedUs ?? null,
    kind,
    label,
    lost: receivedUs === undefined ? (lost ?? 'still under way') : null,
    ...(job === undefined ? {} : { job }),
  }));
}

const ROLES: readonly StoryMachine['role'][] = [
  'client',
  'store',
  'scheduler',
  'worker',
  'ledger',
  'auditor',
];

/** Who has anything to show, side by side as messages mostly go. */
function lanesOf(
  machines: readonly StoryMachine[],
  { events, messages }: Pick<SpaceTime, 'events' | 'messages'>,
  bands: readonly StoryBand[],
): readonly StoryMachine[] {
  const busy = new Set<string | null>([
    ...events.map(({ machine }) => machine),
    ...messages.flatMap(({ from, to }) => [from, to]),
    ...bands.map(({ machine }) => machine),
  ]);
  return ROLES.flatMap((role) => machines.filter((it) => it.role === role && busy.has(it.name)));
}

function leftOut(
  { facts, broken }: Watched,
  choice: Choice,
  journeys: readonly Journey[],
  fromUs: number,
): SpaceTime['left'] {
  const count = (isThen: (at: number) => boolean): LeftOut => ({
    events: facts.filter(({ at }) => isThen(at)).length,
    messages: journeys.filter(({ sentUs }) => isThen(sentUs)).length,
  });
  const within = count((at) => at >= fromUs && at <= broken.at);
  const between = {
    events: within.events - choice.facts.length,
    messages: within.messages - choice.journeys.length,
  };
  return {
    before: count((at) => at < fromUs),
    between,
    after: count((at) => at > broken.at),
  };
}
