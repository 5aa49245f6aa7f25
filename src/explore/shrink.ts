/**
 * Shrinking: a small case in which the same claim is still broken.
 *
 *   shrink.ts           in which order things are made smaller (this file)
 *   shrink-trials.ts    what was tried, and the smallest that broke
 *   shrink-plan.ts      fewer faults, simpler starts, rounder numbers
 *   shrink-scenario.ts  what can be left out of a scenario
 *   shrink-steady.ts    cases that do not rest on a lucky draw
 *   shrink-steps.ts     delta debugging of lists, bisection of numbers
 *   probe.ts            one run for one claim
 *
 * A seed that says all is worth little: one more draw somewhere in the code, and the same seed
 * means another run. So a case is data, as far as it can be: the scenario is in it as text, the
 * faults by name, time and target, and what the seed still draws is made to matter as little as
 * possible. Streams are named by what they are for, so a draw moves no other stream; and a case is
 * shaken: every stream loses draws, which moves every number that is drawn, and smaller cases count
 * only if they break all the same. What cannot be had so is kept and said to be not robust.
 */
import { findClaim } from '../checkers/claims.ts';
import type { Plan } from '../faults/plan.ts';
import { createRng, type LostDraws } from '../kernel/rng.ts';
import { required } from '../lib/assert.ts';
import { planOf } from '../scenario/assemble.ts';
import { crontabEntries, type Prepared } from '../scenario/prepare.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Broken } from './probe.ts';
import { runSeed } from './run.ts';
import { fewerFaults, simplerNumbers, simplerStarts, simplerTargets } from './shrink-plan.ts';
import {
  ARRIVALS,
  ATTEMPTS,
  aboutOneClaim,
  CHAOS,
  type Dial,
  MACHINES,
  plainSchedule,
  SIMPLIFICATIONS,
  simplified,
  WARM_UP,
  WORK,
} from './shrink-scenario.ts';
import { steady } from './shrink-steady.ts';
import { fewest, simplest } from './shrink-steps.ts';
import { Trials } from './shrink-trials.ts';

export interface ShrinkRequest {
  readonly seed: string;
  /** The plan of the run; the one that scenario and seed draw when not given. */
  readonly plan?: Plan;
  /** The claim that breaks, and has to. */
  readonly claim: string;
  /** At most about so many runs; {@link BUDGET} when not told. */
  readonly budget?: number;
}

export interface Shrunk {
  /** With the small scenario, which gives its faults. */
  readonly prepared: Prepared;
  readonly seed: string;
  readonly plan: Plan;
  readonly claim: string;
  readonly broken: Broken;
  readonly fingerprint: string;
  /** Kernel steps of the small run. */
  readonly steps: number;
  /** What it took. */
  readonly runs: number;
  /** The budget was used up: there may be a smaller case. */
  readonly isCutShort: boolean;
  readonly faults: number;
  /** Scheduler members that take part. */
  readonly members: number;
  /** Breaks whatever its seed draws: with draws lost in any of the rooms, and in all of them. */
  readonly robust: boolean;
}

export const BUDGET = 300;

/**
 * Shrinks the run of a seed in which a claim breaks; `undefined` when it does not break there. The
 * answer depends on the request alone.
 */
export function shrinkCase(prepared: Prepared, request: ShrinkRequest): Shrunk | undefined {
  return shrinkWith(prepared, request, true) ?? shrinkWith(prepared, request, false);
}

/** Judges that are asked on the way may have seen a break that was none: then it is done again. */
function shrinkWith(
  prepared: Prepared,
  request: ShrinkRequest,
  stopsEarly: boolean,
): Shrunk | undefined {
  const { seed, budget = BUDGET } = request;
  const claim = required(findClaim(request.claim), request.claim);
  const plan = request.plan ?? planOf(prepared.loaded.scenario, createRng(seed));
  const trials = new Trials({ prepared, seed, plan, claim, budget, stopsEarly });
  if (!trials.begin()) return undefined;
  shrink(trials, prepared, request.claim);
  return finished(trials, request, trials.isShaken && unsteadyRoom(trials) === undefined);
}

function shrink(trials: Trials, prepared: Prepared, claim: string): void {
  const change = (simplify: (scenario: Scenario) => Scenario): boolean =>
    trials.accept({ ...trials.best, scenario: simplify(trials.best.scenario) });
  change(aboutOneClaim(prepared.design.name, claim));
  given(trials);
  inlined(trials, prepared);
  cutShort(trials);
  fewerFaults(trials);
  cutShort(trials);
  trials.shake();
  leaveOut(trials);
  steady(trials);
  for (let time = 0; time <= DOUBTS_MAX && !trials.isOver; time++) {
    smaller(trials);
    const room = trials.isShaken ? unsteadyRoom(trials) : undefined;
    if (room === undefined) return;
    trials.shakeAlso(lostIn(room));
    steady(trials);
  }
}

/** So often a case that seemed not to rest on its seed is found to do so, and made larger again. */
const DOUBTS_MAX = 4;
const ROUNDS_MAX = 3;

function smaller(trials: Trials): void {
  for (let round = 0; round < ROUNDS_MAX && !trials.isOver; round++) {
    const before = trials.best;
    fewerFaults(trials);
    for (const dial of [CHAOS, ...MACHINES]) turn(trials, dial);
    steady(trials);
    fewerArrivals(trials);
    fewerSchedules(trials);
    for (const dial of [ATTEMPTS, ...WORK]) turn(trials, dial);
    simplerTargets(trials);
    simplerNumbers(trials);
    simplerStarts(trials);
    turn(trials, WARM_UP);
    steady(trials);
    if (trials.best === before) return;
    leaveOut(trials);
  }
}

/** The faults stand in the scenario, so that its text says all. */
function given(trials: Trials): void {
  const { scenario, plan } = trials.best;
  const named = { ...scenario, faults: { kind: 'given' as const, faults: plan.faults } };
  trials.accept({ scenario: named, plan });
}

const INLINED_MAX = 200;

/** Schedules of a file stand in the scenario, where they are not too many. */
function inlined(trials: Trials, { loaded }: Prepared): void {
  const { scenario } = trials.best;
  const entries = crontabEntries(loaded, [], []);
  if (entries.length === 0 || entries.length > INLINED_MAX) return;
  const { crontab: _, ...workload } = scenario.workload;
  const schedules = [...workload.schedules, ...entries];
  trials.accept({
    ...trials.best,
    scenario: { ...scenario, workload: { ...workload, schedules } },
  });
}

const S = 1_000_000;

/** Every run that follows is shorter when nothing is awaited that comes after the break. */
function cutShort(trials: Trials): void {
  const { scenario, plan } = trials.best;
  const at = trials.broken?.at ?? 0;
  const lastStartUs = Math.max(
    0,
    ...plan.faults.map(({ start }) => (start.kind === 'at' ? start.atUs : start.delayUs)),
  );
  for (const endUs of [at, at + 10 * S, lastStartUs + 10 * S]) {
    const chaosUs = Math.max(S, Math.ceil((endUs - scenario.phases.warmUpUs) / S) * S);
    if (chaosUs > 0.9 * scenario.phases.chaosUs) continue;
    if (trials.accept({ plan, scenario: CHAOS.set(scenario, chaosUs) })) return;
  }
}

/** Leaves out of the scenario what the break does not need, all of it at once if it can. */
function leaveOut(trials: Trials): void {
  const { scenario, plan } = trials.best;
  const isChange = (simplify: (it: Scenario) => Scenario): boolean =>
    JSON.stringify(simplify(scenario)) !== JSON.stringify(scenario);
  const all = SIMPLIFICATIONS.filter(isChange);
  fewest(all, (kept) => {
    const left = all.filter((simplify) => !kept.includes(simplify));
    return trials.accept({ plan, scenario: simplified(scenario, left) });
  });
}

/** Turns a number of the scenario towards its goal as far as the claim stays broken. */
function turn(trials: Trials, { get, set, goal }: Dial): void {
  const value = get(trials.best.scenario);
  // A number that is nothing stays so: to turn it up would ask for more, not for less.
  if (value === 0 || value === goal) return;
  simplest({ value, goal, triesMax: 6 }, (next) =>
    trials.accept({ ...trials.best, scenario: set(trials.best.scenario, next) }),
  );
}

const RATES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50];

function fewerArrivals(trials: Trials): void {
  const rate = ARRIVALS.get(trials.best.scenario);
  RATES.filter((each) => each < rate).some((each) =>
    trials.accept({ ...trials.best, scenario: ARRIVALS.set(trials.best.scenario, each) }),
  );
}

/** Fewer schedules, and no more said about each than has to be. */
function fewerSchedules(trials: Trials): void {
  const withSchedules = (schedules: Scenario['workload']['schedules']): boolean => {
    const { scenario } = trials.best;
    const workload = { ...scenario.workload, schedules };
    return trials.accept({ ...trials.best, scenario: { ...scenario, workload } });
  };
  const { schedules } = trials.best.scenario.workload;
  const kept = fewest(schedules, withSchedules);
  if (withSchedules(kept.map(plainSchedule))) return;
  for (const [index, entry] of kept.entries()) {
    const now = trials.best.scenario.workload.schedules;
    withSchedules(now.map((each, i) => (i === index ? plainSchedule(entry) : each)));
  }
}

/** First words of the names of all streams of a run: what the numbers of each are for. */
export const DRAWING_ROOMS = [
  'arrivals',
  'jobs',
  'bodies',
  'clock',
  'network',
  'disk',
  'program',
  'faults',
  'heal',
  'time-daemon',
] as const;

/** One more draw everywhere in a room. */
export const lostIn =
  (room: string): LostDraws =>
  ([first]) =>
    first === room ? 1 : 0;

/** A room in which one more draw mends the best so far. */
const unsteadyRoom = (trials: Trials): string | undefined =>
  DRAWING_ROOMS.find((room) => !trials.breaksWith(lostIn(room)));

function finished(trials: Trials, request: ShrinkRequest, robust: boolean): Shrunk | undefined {
  const { prepared, best, isOver } = trials;
  const { seed, claim } = request;
  let members = 0;
  const run = runSeed(prepared, seed, {
    plan: best.plan,
    onFact: (fact) => {
      if (fact.kind !== 'run-began') return;
      members = fact.machines.filter(({ role }) => role === 'scheduler').length;
    },
  });
  const broken = run.verdicts.get(claim);
  if (broken?.kind !== 'broken') return undefined;
  const { fingerprint, steps, plan } = run;
  const size = { faults: plan.faults.length, members };
  const effort = { runs: trials.runs + 1, isCutShort: isOver };
  return { prepared, seed, plan, claim, broken, fingerprint, steps, robust, ...size, ...effort };
}
