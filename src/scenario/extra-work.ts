/**
 * What faults of the workload may add, and how long it takes to work that off: bursts and herds
 * submit jobs, and jobs pile up while bodies do not end. A run has to be long enough for it, or a
 * promise would seem broken for lack of time. All of this follows from the scenario alone.
 */
import type { FaultKind, PlannedFault } from '../faults/plan.ts';
import { PROFILES } from '../faults/profiles.ts';
import { MS, SECOND } from '../lib/units.ts';
import { familySize } from '../workload/demand.ts';
import type { Scenario, Workload } from './scenario.ts';

export interface ExtraWork {
  /** Faults may add so many jobs in a run, and no more. */
  readonly jobsMax: number;
  /** After the heal it takes no longer until nothing of it waits any more. */
  readonly drainUs: number;
  /** Bodies may be made longer than the time they are given. */
  readonly hasLongJobs: boolean;
}

export const NO_EXTRA_WORK: ExtraWork = { jobsMax: 0, drainUs: 0, hasLongJobs: false };

/** However much a scenario asks for: a run of so many jobs takes some seconds of a computer. */
const JOBS_MAX = 50_000;
/** Storms that are drawn may add as much as is worked off in this time. */
const DRAWN_DRAIN_US = 10 * SECOND;
/** For so long faults that are drawn may keep jobs from ending. */
const DRAWN_PILE_US = 30 * SECOND;
/** A scheduler's processor is good for twice as many jobs, under the default profile. */
const DISPATCH_US = MS;
/** A slot is taken for longer than the body runs: effects, reports, records of them. */
const TURNAROUND_US = 20 * MS;
/** Of a cluster that is busier than this nothing can be said. */
const LOAD_MAX = 0.9;
/** Slots are not shared out evenly, attempts fail, and both must be made up for. */
export const SLACK = 1.5;

/** A job's share of the whole cluster's time, and the share of it that arrivals take. */
interface Pace {
  readonly perJobUs: number;
  readonly load: number;
}

/** Jobs that clients submit, all of a family for each that has one. */
export function jobsPerSecond({ arrivals, families }: Workload): number {
  if (families === undefined) return arrivals.perSecond;
  return arrivals.perSecond * (1 + (families.sharePpm / 1e6) * (familySize(families) - 1));
}

/** Attempts that a job takes on average, when nothing else goes wrong. */
export function attemptsOf({ failPpm, silentPpm = 0 }: Workload): number {
  return 1 / Math.max(0.1, 1 - (failPpm + silentPpm) / 1e6);
}

/** For so long a job takes up slots on average, all of its attempts together. */
export function busyUsOf({ cluster, workload }: Scenario): number {
  const { runUsMean, silentPpm = 0, heartbeatUs = 0 } = workload;
  const turnaroundUs = TURNAROUND_US + 6 * cluster.latencyMaxUs;
  const silentUs = (silentPpm / 1e6) * heartbeatUs;
  return attemptsOf(workload) * (runUsMean + silentUs + turnaroundUs);
}

function paceOf(scenario: Scenario): Pace {
  const { cluster, workload } = scenario;
  const slots = healedWorkers(scenario) * cluster.slots;
  const perJobUs = Math.max(DISPATCH_US, busyUsOf(scenario) / slots);
  const load = (jobsPerSecond(workload) * perJobUs) / SECOND;
  return { perJobUs, load: Math.min(load, LOAD_MAX) };
}

/** A core has room for so many times the load: it has a backlog to work off, too. */
export const CORE_ROOM = 4;

/** Only some workers will do for some jobs, and which those are is not asked here. */
export const needsAllWorkers = ({ tags, resources, gangs }: Workload): boolean =>
  tags !== undefined || resources !== undefined || gangs !== undefined;

/** Workers that are there after the heal, at least: all, or those of a core. */
function healedWorkers({ cluster, workload, phases }: Scenario): number {
  // Those with a tag may be among any of them.
  const isChoosy = needsAllWorkers(workload);
  if (phases.heal === 'total' || isChoosy) return cluster.workers;
  const busySlots = (jobsPerSecond(workload) * workload.runUsMean) / SECOND;
  const enough = Math.max(1, Math.ceil((CORE_ROOM * busySlots) / cluster.slots));
  return Math.min(cluster.workers, enough);
}

/** Nothing where no fault of the scenario can add any. */
export function extraWorkOf(scenario: Scenario): ExtraWork {
  const { faults, workload } = scenario;
  const pace = paceOf(scenario);
  const { wanted, piledUs } =
    faults.kind === 'given'
      ? {
          wanted: givenJobs(scenario, faults.faults),
          piledUs: givenPileUs(scenario, faults.faults),
        }
      : drawnWork(faults.profile, pace);
  if (wanted === 0 && piledUs === 0) return NO_EXTRA_WORK;
  const jobsMax = Math.min(Math.ceil(wanted), JOBS_MAX);
  const piled = (jobsPerSecond(workload) * piledUs) / SECOND;
  const drainUs = Math.ceil((SLACK * (jobsMax + piled) * pace.perJobUs) / (1 - pace.load));
  return { jobsMax, drainUs, hasLongJobs: piledUs > 0 };
}

function drawnWork(profile: string, pace: Pace): { wanted: number; piledUs: number } {
  const found = PROFILES.find(({ name }) => name === profile);
  const kinds = new Set<FaultKind>();
  for (const { kind } of [...(found?.always ?? []), ...(found?.kinds ?? [])]) kinds.add(kind);
  const isCrowded = kinds.has('burst') || kinds.has('herd');
  return {
    wanted: isCrowded ? Math.floor((DRAWN_DRAIN_US * (1 - pace.load)) / pace.perJobUs) : 0,
    piledUs: kinds.has('long-job') ? DRAWN_PILE_US : 0,
  };
}

function givenJobs({ workload, phases }: Scenario, faults: readonly PlannedFault[]): number {
  let jobs = 0;
  for (const { kind, params, durationUs, target } of faults) {
    const clients = target.by === 'share' ? workload.clients : 1;
    const lastsS = Math.min(durationUs, phases.chaosUs) / SECOND;
    if (kind === 'burst') jobs += clients * lastsS * (params['perSecond'] ?? 0);
    if (kind === 'herd') jobs += clients * (params['jobs'] ?? 0);
  }
  return jobs;
}

function givenPileUs({ phases }: Scenario, faults: readonly PlannedFault[]): number {
  let piledUs = 0;
  for (const { kind, durationUs } of faults) {
    if (kind === 'long-job') piledUs += Math.min(durationUs, phases.chaosUs);
  }
  return Math.min(piledUs, phases.chaosUs);
}
