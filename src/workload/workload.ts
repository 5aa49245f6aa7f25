/**
 * workload: who asks for jobs, when, and what they saw.
 *
 *   workload.ts          every operation of a run, planned before it starts (this file)
 *   arrivals.ts          when jobs arrive, and what each job is, drawn by its id
 *   client.ts            a program that asks for planned operations, come what may
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

import type { Delivery, Evidence, SinkKind } from '../history/fact.ts';
import { assert } from '../lib/assert.ts';
import { chancePpm, hashedRandom, type Streams } from '../lib/random.ts';
import { MS, type VirtualUs, type WallUs } from '../lib/units.ts';
import type { ApiRequest, JobSpec, RetryPolicy, ScheduleSpec } from '../scheduler/api.ts';
import { arrivalTimes, clientOf, followUpAfterUs, jobSpec, numberedId } from './arrivals.ts';
import type { TraceJob } from './traces/swf.ts';

/** What only the harness may do: record what was seen, and read true time. */
export interface Harness {
  readonly record: (fact: Evidence) => void;
  readonly now: () => VirtualUs;
}

/** The part of a scenario's workload that decides what is asked. */
export interface Demand {
  readonly clients: number;
  readonly arrivals: { readonly kind: 'poisson' | 'fixed'; readonly perSecond: number };
  readonly delayedPpm: number;
  readonly delayUsMax: number;
  readonly statusPpm: number;
  readonly cancelPpm: number;
  readonly runUsMean: number;
  readonly sinks: readonly SinkKind[];
  readonly delivery: Delivery;
  readonly retry: RetryPolicy;
  readonly timeoutUs: number;
}

/** One operation a client will ask, planned before the run from scenario and seed only. */
export interface PlannedOp {
  /** Since the run's start, true time. */
  readonly atUs: number;
  /** Index of the client that asks. */
  readonly client: number;
  readonly request: ApiRequest;
}

export interface PlanOptions {
  readonly workload: Demand;
  readonly rng: Streams;
  /** Arrivals fall in [startUs, endUs), since the run's start. */
  readonly startUs: number;
  readonly endUs: number;
  /** True UTC time at the run's start. */
  readonly startWallUs: WallUs;
  readonly schedules: readonly { readonly name: string; readonly spec: ScheduleSpec }[];
  /** Submitted besides the arrivals, from `startUs` on; those due after `endUs` are left out. */
  readonly traceJobs?: readonly TraceJob[];
}

/** Schedules are put one after another, so that many of them do not overflow a queue. */
const PUT_SPACING_US = MS;

/** Every operation of the run in order of time, from the scenario and the seed alone. */
export function planWorkload(options: PlanOptions): readonly PlannedOp[] {
  const { workload, rng, startUs, endUs } = options;
  assert(workload.clients >= 1, () => `a workload needs a client, not ${workload.clients}`);
  assert(endUs >= startUs, () => `arrivals from ${startUs} until ${endUs}`);
  const ops: PlannedOp[] = [];
  planSchedules(options, ops);
  // One draw for the whole run; from here on everything about a job depends on its id alone.
  const root = rng.stream('jobs');
  const seed = `${root.below(2 ** 32)}.${root.below(2 ** 32)}`;
  const times = arrivalTimes(workload.arrivals, rng.stream('arrivals'), startUs, endUs);
  times.forEach((atUs, index) => {
    const job = numberedId('j', index + 1, times.length);
    const client = clientOf(workload.clients, seed, job);
    const spec = jobSpec(workload, seed, job);
    planJob(ops, { workload, endUs, seed, job, atUs, spec, client });
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

function planSchedules(options: PlanOptions, ops: PlannedOp[]): void {
  const { workload, schedules, startUs, endUs, startWallUs } = options;
  schedules.forEach(({ name, spec }, index) => {
    assert(
      spec.endUs > startWallUs + startUs,
      () => `schedule ${name} ends at ${spec.endUs}, before it can be put`,
    );
    const atUs = Math.max(startUs, Math.min(startUs + index * PUT_SPACING_US, endUs - 1));
    const request: ApiRequest = { kind: 'put-schedule', schedule: name, spec };
    ops.push({ atUs, client: index % workload.clients, request });
  });
}

interface JobToPlan {
  readonly workload: Demand;
  /** Nothing is asked about it from then on. */
  readonly endUs: number;
  /** What else is drawn about the job is drawn with this. */
  readonly seed: string;
  readonly job: string;
  readonly atUs: number;
  readonly spec: JobSpec;
  /** Index of the client that asks. */
  readonly client: number;
}

/** Adds the submit, and the questions and the cancel that follow it from the same client. */
export function planJob(ops: PlannedOp[], planned: JobToPlan): void {
  const { workload, endUs, seed, job, atUs, spec, client } = planned;
  ops.push({ atUs, client, request: { kind: 'submit', job, spec } });
  for (const kind of ['status', 'cancel'] as const) {
    const random = hashedRandom(seed, job, kind);
    const sharePpm = kind === 'status' ? workload.statusPpm : workload.cancelPpm;
    if (!chancePpm(random, sharePpm)) continue;
    const followUpUs = atUs + followUpAfterUs(random, spec.delayUs, workload.runUsMean);
    if (followUpUs < endUs) ops.push({ atUs: followUpUs, client, request: { kind, job } });
  }
}

/** A traced job keeps its run time, so its start-to-close limit gives way where it is shorter. */
function tracedSpec(spec: JobSpec, traced: TraceJob): JobSpec {
  return { ...spec, delayUs: 0, timeoutUs: Math.max(spec.timeoutUs, 2 * traced.runUs) };
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
