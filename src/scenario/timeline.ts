/** When the phases of a run begin and end, from the scenario and the bounds of the preset. */
import { MINUTE, SECOND } from '../lib/units.ts';
import type { MisfirePolicy } from '../scheduler/api.ts';
import { extraWorkOf } from './extra-work.ts';
import { narrowDrainUs } from './limits.ts';
import type { Scenario, Workload } from './scenario.ts';

export interface Timeline {
  /** Clients begin to ask. */
  readonly askFromUs: number;
  /** The first nominal time at which a tick may be due. */
  readonly ticksFromUs: number;
  readonly chaosUs: number;
  readonly healUs: number;
  /** Arrivals and ticks end: from here on only what is open is worked off. */
  readonly askUntilUs: number;
  readonly auditUs: number;
  /** The audit is over by then, complete or not. */
  readonly endUsMax: number;
  /** After the heal dispatch must have resumed within this. */
  readonly recoverBoundUs: number;
  /** A worker silent for longer is given up. */
  readonly workerTimeoutUs: number;
  /** The attempts of a worker that is gone are given up within this. */
  readonly rescueUs: number;
  /** Jobs that faults may add: there is time for so many. */
  readonly addedJobsMax: number;
}

/** What a trace asks of a run: to be long enough for it. */
export interface TraceExtent {
  /** From the first submit to the last. */
  readonly spanUs: number;
  /** The longest job, and all of them together. */
  readonly longestUs: number;
  readonly workUs: number;
}

export const NO_TRACE: TraceExtent = { spanUs: 0, longestUs: 0, workUs: 0 };

const ASK_FROM_US = SECOND;
const AUDIT_US_MAX = MINUTE;
/** From a timeout to the scheduler's knowledge of it, at the latest. */
const STOP_SLACK_US = 3 * SECOND;

/**
 * Quiescence is the time in which somebody must be in charge again (`takeoverUs`, the preset's
 * bound), workers are found or given up, and the last attempts run out, fail once more and are
 * repeated. Jobs of a trace are all submitted, however late; they end within all their work shared
 * out among the slots plus the longest of them (the bound of list scheduling; Graham, 1969), twice,
 * for repeats. Jobs that wait for others, for limits or for their turn take so much longer: each
 * generation of a family may use up its attempts before the next begins. A preset may take its time
 * to find that a worker is gone (`rescueUs`). Where faults add work or make bodies outlast their
 * time, dispatch resumes when slots are free again, and things are as usual when what piled up is
 * worked off.
 */
export function timelineOf(
  scenario: Scenario,
  takeoverUs: number,
  trace: TraceExtent = NO_TRACE,
  rescueUs = 0,
): Timeline {
  const { cluster, workload, phases } = scenario;
  const workerTimeoutUs = Math.max(4 * cluster.beatUs, 4 * SECOND);
  const healUs = phases.warmUpUs + phases.chaosUs;
  const extra = extraWorkOf(scenario);
  const { jobsMax: addedJobsMax, drainUs, hasLongJobs } = extra;
  const longestUs = Math.max(workload.timeoutUs, trace.longestUs);
  const foundUs = takeoverUs + workerTimeoutUs + workload.clientTimeoutUs;
  const freeUs = hasLongJobs ? Math.max(workload.timeoutUs, 2 * trace.longestUs) : 0;
  const recoverBoundUs = Math.max(foundUs, freeUs) + 5 * SECOND + drainUs;
  const afterStormUs = healUs + recoverBoundUs + 10 * SECOND;
  const askUntilUs = Math.max(afterStormUs, ASK_FROM_US + trace.spanUs + SECOND);
  const sharedUs = Math.ceil(trace.workUs / (cluster.workers * cluster.slots));
  const { maxAttempts, jitterPpm = 0 } = workload.retry;
  const maxUs = Math.ceil(workload.retry.maxUs * (1 + jitterPpm / 1e6));
  const repeatedUs = 2 * (longestUs + sharedUs + maxUs);
  // A body that is longer than its timeout is stopped in every one of its attempts.
  const exhaustedUs = maxAttempts * (workload.timeoutUs + maxUs + STOP_SLACK_US);
  const attemptsUs = Math.max(repeatedUs, exhaustedUs) + workload.delayUsMax;
  const waitsUs =
    narrowDrainUs(scenario, extra, askUntilUs - healUs) +
    generationsAfter(workload) * attemptsUs +
    bufferedMax(workload) * repeatedUs +
    spreadUsMax(workload);
  const workUs = attemptsUs + waitsUs;
  const goneUs = Math.max(2 * workerTimeoutUs, rescueUs);
  const auditUs = askUntilUs + workUs + goneUs + workload.clientTimeoutUs;
  return {
    askFromUs: ASK_FROM_US,
    ticksFromUs: Math.max(2 * ASK_FROM_US, Math.floor(phases.warmUpUs / 2)),
    chaosUs: phases.warmUpUs,
    healUs,
    askUntilUs,
    auditUs,
    endUsMax: auditUs + AUDIT_US_MAX,
    recoverBoundUs,
    workerTimeoutUs,
    rescueUs: Math.max(workerTimeoutUs, rescueUs),
    addedJobsMax,
  };
}

/** Generations of a family after its first. */
const generationsAfter = ({ families }: Workload): number =>
  families === undefined ? 0 : families.depth + 1;

/** Ticks that wait for each other's end. */
function bufferedMax({ schedules }: Workload): number {
  const waiting = schedules.map(({ overlap, bufferMax = 1 }) =>
    overlap === 'buffer' ? bufferMax : 0,
  );
  return Math.max(0, ...waiting);
}

/** For so long late ticks may be spread, and so much later than due any tick may start. */
function spreadUsMax({ schedules, misfire }: Workload): number {
  const spreads = schedules.map((entry) => spreadUs(entry.misfire ?? misfire));
  const jitters = schedules.map(({ jitterUs = 0 }) => jitterUs);
  return Math.max(spreadUs(misfire), ...spreads) + Math.max(0, ...jitters);
}

/** From the first to the last of those that are caught up with at once. */
export const spreadUs = ({ late, catchUpMax, spacingUs = 0 }: MisfirePolicy): number =>
  late === 'all' ? catchUpMax * spacingUs : 0;
