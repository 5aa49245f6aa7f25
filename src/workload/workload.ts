/**
 * workload: who asks for jobs, when, and what they saw.
 *
 *   workload.ts          every operation of a run, planned before it starts (this file)
 *   demand.ts            what a scenario's workload may ask for
 *   arrivals.ts          when jobs arrive, and what each job is, drawn by its id
 *   plan-job.ts          one job: its submit, and what its client asks about it later
 *   families.ts          jobs that depend on others
 *   edits.ts             schedules and queues: put, paused, changed, deleted, triggered
 *   hostile.ts           nonsense, to be refused
 *   client.ts            a program that asks for planned operations, come what may
 *   lanes.ts             operations that a client asks one after another
 *   evidence.ts          a request as judges see it
 *   leader-belief.ts     whom a client asks: who it believes leads, and what changes its mind
 *   job-body.ts          what a job does on a worker
 *   knobs.ts             what faults may turn on clients and job bodies
 *   surplus.ts           what a client asks besides its plan: bursts and herds
 *   ledger.ts            a program that receives effects: the world outside the cluster
 *   auditor.ts           a program that reads every job back when the run is over
 *   traces/swf.ts        jobs from a Standard Workload Format trace
 *   traces/crontab.ts    schedules from a crontab file
 *
 * These run on machines of their own, so partitions and pauses hit them, but they belong to the
 * harness: they may record evidence and read true time, which nothing in `scheduler` can.
 */

import type { Evidence, Request } from '../history/fact.ts';
import { assert } from '../lib/assert.ts';
import type { Streams } from '../lib/random.ts';
import type { VirtualUs, WallUs } from '../lib/units.ts';
import type { ApiRequest, JobSpec, ScheduleSpec } from '../scheduler/api.ts';
import { arrivalTimes, clientOf, DEFAULT_QUEUE, jobSpec, numberedId } from './arrivals.ts';
import type { Demand } from './demand.ts';
import { planEdits, planQueues, planSchedules } from './edits.ts';
import { isFamilyRoot, planFamily, withoutKey } from './families.ts';
import { drawNonsense, planNonsense } from './hostile.ts';
import { type JobToPlan, jobLane, planJob } from './plan-job.ts';
import type { TraceJob } from './traces/swf.ts';

/** What only the harness may do: record what was seen, and read true time. */
export interface Harness {
  readonly record: (fact: Evidence) => void;
  readonly now: () => VirtualUs;
}

/** One operation a client will ask, planned before the run from scenario and seed only. */
export interface PlannedOp {
  /** Since the run's start, true time. */
  readonly atUs: number;
  /** Index of the client that asks. */
  readonly client: number;
  readonly request: ApiRequest;
  /** It waits until the one before it in the lane was answered, or given up. */
  readonly lane?: string;
  /** With a lane: it is asked only if that answer was ok. */
  readonly onlyAfterOk?: true;
  /** The request is nonsense: what judges are told, which has a shape that they understand. */
  readonly meant?: Request;
}

export interface PlanOptions {
  readonly workload: Demand;
  readonly rng: Streams;
  /** Arrivals fall in [startUs, endUs), since the run's start. */
  readonly startUs: number;
  readonly endUs: number;
  /** When schedules and queues are edited; nothing is where absent. */
  readonly storm?: { readonly fromUs: number; readonly untilUs: number };
  /** True UTC time at the run's start. */
  readonly startWallUs: WallUs;
  readonly schedules: readonly NamedSchedule[];
  /** Submitted besides the arrivals, from `startUs` on; those due after `endUs` are left out. */
  readonly traceJobs?: readonly TraceJob[];
}

export interface NamedSchedule {
  readonly name: string;
  readonly spec: ScheduleSpec;
}

/** Every operation of the run in order of time, from the scenario and the seed alone. */
export function planWorkload(options: PlanOptions): readonly PlannedOp[] {
  const { workload, rng, startUs, endUs, startWallUs } = options;
  assert(workload.clients >= 1, () => `a workload needs a client, not ${workload.clients}`);
  assert(endUs >= startUs, () => `arrivals from ${startUs} until ${endUs}`);
  const ops: PlannedOp[] = [];
  planQueues(options, ops);
  planSchedules(options, ops);
  // One draw for the whole run; from here on everything about a job depends on its id alone.
  const root = rng.stream('jobs');
  const seed = `${root.below(2 ** 32)}.${root.below(2 ** 32)}`;
  planEdits(options, seed, ops);
  const times = arrivalTimes(workload.arrivals, rng.stream('arrivals'), startUs, endUs);
  times.forEach((atUs, index) => {
    const job = numberedId('j', index + 1, times.length);
    const client = clientOf(workload.clients, seed, job);
    const spec = jobSpec(workload, seed, job);
    planArrival(ops, { workload, endUs, startWallUs, seed, job, atUs, spec, client });
  });
  for (const traced of options.traceJobs ?? []) {
    const atUs = startUs + traced.submitUs;
    if (atUs >= endUs) continue;
    const spec = tracedSpec(jobSpec(workload, seed, traced.id), traced);
    const client = clientOf(workload.clients, seed, traced.id);
    planJob(ops, { workload, endUs, seed, job: traced.id, atUs, spec, client });
  }
  // The sort is stable: among equal times the order above stands, a submit before its follow-ups.
  return ops.sort((a, b) => a.atUs - b.atUs);
}

/** A job that arrives, the family that it may be the first of, and nonsense that goes with it. */
function planArrival(ops: PlannedOp[], arrival: JobToPlan): void {
  const { workload, seed, job, spec } = arrival;
  const isRoot = isFamilyRoot(workload, seed, job);
  const planned = isRoot ? { ...arrival, spec: withoutKey(spec) } : arrival;
  const nonsense = drawNonsense(workload, seed, job);
  planJob(ops, nonsense?.reuses === true ? { ...planned, lane: jobLane(job) } : planned);
  if (isRoot) planFamily(ops, planned);
  if (nonsense !== undefined) planNonsense(ops, planned, nonsense);
}

/**
 * A traced job keeps its run time, so its start-to-close limit gives way where it is shorter; and
 * it goes where nothing is limited, for nobody looked whether limits leave time for all of it.
 */
function tracedSpec({ key: _, ...spec }: JobSpec, traced: TraceJob): JobSpec {
  const timeoutUs = Math.max(spec.timeoutUs, 2 * traced.runUs);
  return { ...spec, queue: DEFAULT_QUEUE, delayUs: 0, timeoutUs };
}

/** The plan of every client, and where its numbering of operations begins: unique in the run. */
export function splitByClient(
  plan: readonly PlannedOp[],
  clients: number,
): readonly { readonly plan: readonly PlannedOp[]; readonly opBase: number }[] {
  const parts: PlannedOp[][] = Array.from({ length: clients }, () => []);
  for (const op of plan) {
    const part = parts[op.client];
    assert(part !== undefined, () => `an operation for client ${op.client} of ${clients}`);
    part.push(op);
  }
  let opBase = 1;
  return parts.map((part) => {
    const mine = { plan: part, opBase };
    opBase += part.length;
    return mine;
  });
}
