/** When the phases of a run begin and end, from the scenario and the bounds of the preset. */
import { MINUTE, SECOND } from '../lib/units.ts';
import type { Scenario } from './scenario.ts';

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
}

const ASK_FROM_US = SECOND;
const AUDIT_US_MAX = MINUTE;

/**
 * Quiescence is the time in which somebody must be in charge again (`takeoverUs`, the preset's bound),
 * workers are found or given up, and the last attempts run out, fail once more and are repeated.
 */
export function timelineOf(scenario: Scenario, takeoverUs: number): Timeline {
  const { cluster, workload, phases } = scenario;
  const workerTimeoutUs = Math.max(4 * cluster.beatUs, 4 * SECOND);
  const healUs = phases.warmUpUs + phases.chaosUs;
  const recoverBoundUs = takeoverUs + workerTimeoutUs + workload.clientTimeoutUs + 5 * SECOND;
  const askUntilUs = healUs + recoverBoundUs + 10 * SECOND;
  const attemptsUs = 2 * (workload.timeoutUs + workload.retry.maxUs) + workload.delayUsMax;
  const auditUs = askUntilUs + attemptsUs + 2 * workerTimeoutUs + workload.clientTimeoutUs;
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
  };
}
