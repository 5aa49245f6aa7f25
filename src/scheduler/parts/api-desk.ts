/**
 * Answers to clients, the same for every design. Every answer waits for what it tells of to be
 * durable, reads too: a reader must not see what a crash could take back.
 */
import { stableJson } from '../../lib/stable-json.ts';
import type { WallUs } from '../../lib/units.ts';
import type { ApiAnswer, ApiCall, ApiRequest, ApiResult, JobSpec, ScheduleSpec } from '../api.ts';
import { checkId, checkJob, checkSpec } from '../job/check-spec.ts';
import { newJob } from '../job/job.ts';
import { checkSchedule } from '../schedule/schedule.ts';
import type { Engine, EngineOut } from './engine.ts';

const PAGE_MAX = 500;

export function answerApi(engine: Engine, from: string, call: ApiCall, out: EngineOut): void {
  const result = resultOf(engine, call.request, out);
  out.sendAfterSync<ApiAnswer>(from, { kind: 'api-answer', v: 1, op: call.op, result });
}

function resultOf(engine: Engine, request: ApiRequest, out: EngineOut): ApiResult {
  switch (request.kind) {
    case 'submit':
      return submit(engine, request.job, request.spec, out);
    case 'status':
      return status(engine, request.job);
    case 'cancel':
      return cancel(engine, request.job, out);
    case 'put-schedule':
      return putSchedule(engine, request.schedule, request.spec, out);
    case 'list-jobs':
      return { kind: 'jobs', ...engine.book.listJobs(request.after, pageLimit(request.limit)) };
    case 'list-skips':
      return { kind: 'skips', ...engine.book.listSkips(request.after, pageLimit(request.limit)) };
    default:
      return refused('kind', 'unknown request');
  }
}

function submit(engine: Engine, id: string, spec: JobSpec, out: EngineOut): ApiResult {
  const problem = checkJob(id, spec);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const known = engine.book.jobs.get(id);
  if (known !== undefined) {
    if (!isSame(known.spec, spec)) return refused('job', 'this id was used with another spec');
    return { kind: 'ok', state: known.state, attempts: known.attempt };
  }
  const job = newJob(id, spec, (engine.wallUs() + spec.delayUs) as WallUs);
  engine.change({ kind: 'job', job }, out);
  engine.enqueue(job);
  return { kind: 'ok', state: 'waiting', attempts: 0 };
}

function status(engine: Engine, id: string): ApiResult {
  const job = engine.book.jobs.get(id);
  if (job === undefined) return refused('job', 'unknown job');
  return { kind: 'ok', state: job.state, attempts: job.attempt };
}

function cancel(engine: Engine, id: string, out: EngineOut): ApiResult {
  const job = engine.book.jobs.get(id);
  if (job === undefined) return refused('job', 'unknown job');
  if (job.state === 'cancelled') return { kind: 'ok', state: 'cancelled', attempts: job.attempt };
  if (job.run !== undefined) engine.stopRunning(job, out);
  const stepped = engine.stepJob(job, { kind: 'cancel' }, out);
  if (stepped === undefined) return refused('job', `already ${job.state}`);
  return { kind: 'ok', state: stepped.state, attempts: stepped.attempt };
}

function putSchedule(engine: Engine, id: string, spec: ScheduleSpec, out: EngineOut): ApiResult {
  const problem = checkId('schedule', id) ?? checkSpec(spec.job);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const checked = checkSchedule(spec, engine.options.zones);
  if (checked.kind === 'failed') return { kind: 'error', ...checked.error };
  const known = engine.book.schedules.get(id);
  if (known !== undefined && isSame(known.spec, spec)) return { kind: 'ok' };
  if (known !== undefined) return refused('schedule', 'this name was used with another spec');
  // Only ticks after the acceptance count: a new schedule does not fire for the past.
  const cursorUs = Math.max(spec.startUs - 1, engine.wallUs()) as WallUs;
  const schedule = { v: 1, id, spec, cursorUs } as const;
  engine.change({ kind: 'schedule', schedule }, out);
  engine.ticks.track(schedule);
  return { kind: 'ok' };
}

const refused = (field: string, reason: string): ApiResult => ({ kind: 'error', field, reason });
const isSame = (a: unknown, b: unknown): boolean => a === b || stableJson(a) === stableJson(b);
const pageLimit = (limit: number): number =>
  Math.min(Math.max(Math.trunc(limit) || 1, 1), PAGE_MAX);
