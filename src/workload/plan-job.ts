import { unreachable } from '../lib/assert.ts';
import { chancePpm, hashedRandom, type Random } from '../lib/random.ts';
import { type WallUs, wallUs } from '../lib/units.ts';
import type { ApiRequest, JobSpec } from '../scheduler/api.ts';
import { deadAfterUs, followUpAfterUs, hurryAfterUs } from './arrivals.ts';
import type { Demand } from './demand.ts';
import type { PlannedOp } from './workload.ts';

export interface JobToPlan {
  readonly workload: Demand;
  /** Nothing is asked about it from then on. */
  readonly endUs: number;
  /** True UTC time at the run's start; where absent no submit says an instant. */
  readonly startWallUs?: WallUs;
  /** What else is drawn about the job is drawn with this. */
  readonly seed: string;
  readonly job: string;
  readonly atUs: number;
  readonly spec: JobSpec;
  /** Index of the client that asks. */
  readonly client: number;
  readonly lane?: string;
}

/** The same id again is asked for after its submit was answered. */
export const jobLane = (job: string): string => `job ${job}`;

/** Adds the submit, and the questions and the rest that follow it from the same client. */
export function planJob(ops: PlannedOp[], planned: JobToPlan): void {
  const { workload, job, atUs, spec, client, lane } = planned;
  const request: ApiRequest = { kind: 'submit', job, spec: asInstant(planned) };
  ops.push(lane === undefined ? { atUs, client, request } : { atUs, client, request, lane });
  for (const kind of FOLLOW_UPS) {
    const sharePpm = sharePpmOf(kind, workload, spec);
    if (sharePpm > 0) planFollowUp(ops, planned, kind, sharePpm);
  }
}

const FOLLOW_UPS = ['status', 'cancel', 'run-now', 'retry'] as const;
type FollowUp = (typeof FOLLOW_UPS)[number];

function sharePpmOf(kind: FollowUp, workload: Demand, { delayUs }: JobSpec): number {
  switch (kind) {
    case 'status':
      return workload.statusPpm;
    case 'cancel':
      return workload.cancelPpm;
    case 'run-now':
      return delayUs > 0 ? (workload.runNowPpm ?? 0) : 0;
    case 'retry':
      return workload.retriesPpm ?? 0;
    default:
      return unreachable(kind);
  }
}

function planFollowUp(
  ops: PlannedOp[],
  { workload, endUs, seed, job, atUs: submitUs, spec, client }: JobToPlan,
  kind: FollowUp,
  sharePpm: number,
): void {
  const random = hashedRandom(seed, job, kind);
  if (!chancePpm(random, sharePpm)) return;
  const atUs = submitUs + afterUsOf(kind, random, spec, workload.runUsMean);
  if (atUs >= endUs) return;
  const attempts = spec.retry.maxAttempts;
  ops.push({ atUs, client, request: kind === 'retry' ? { kind, job, attempts } : { kind, job } });
}

function afterUsOf(kind: FollowUp, random: Random, spec: JobSpec, runUsMean: number): number {
  switch (kind) {
    case 'status':
    case 'cancel':
      return followUpAfterUs(random, spec.delayUs, runUsMean);
    case 'run-now':
      return hurryAfterUs(random, spec.delayUs);
    case 'retry':
      return deadAfterUs(random, spec, runUsMean);
    default:
      return unreachable(kind);
  }
}

/** Some of those that wait say until when, not for how long. */
function asInstant({ workload, startWallUs, seed, job, atUs, spec }: JobToPlan): JobSpec {
  const { instantPpm = 0 } = workload;
  if (startWallUs === undefined || instantPpm === 0 || spec.delayUs === 0) return spec;
  if (!chancePpm(hashedRandom(seed, job, 'instant'), instantPpm)) return spec;
  return { ...spec, delayUs: 0, atUs: wallUs(startWallUs + atUs + spec.delayUs) };
}
