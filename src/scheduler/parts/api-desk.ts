/**
 * Answers to clients, the same for every design. Every answer waits for what it tells of to be
 * durable, reads too: a reader must not see what a crash could take back.
 */
import { stableJson } from '../../lib/stable-json.ts';
import type { WallUs } from '../../lib/units.ts';
import type { ApiAnswer, ApiCall, ApiRequest, ApiResult, JobSpec, ScheduleSpec } from '../api.ts';
import { checkId, checkJob, checkSpec } from '../job/check-spec.ts';
import type { JobEvent, JobRecord } from '../job/job.ts';
import { newJob } from '../job/job.ts';
import { checkSchedule } from '../schedule/schedule.ts';
import type { ZoneTable } from '../schedule/zone-rules.ts';
import type { Book, BookEntry, ScheduleRecord } from './book.ts';
import type { Out } from './out.ts';

const PAGE_MAX = 500;

type DeskOut = Out<BookEntry>;

/** What answering takes of whoever is in charge: the office. */
export interface Office {
  readonly book: Book;
  readonly options: { readonly zones: ZoneTable };
  wallUs(): WallUs;
  change(entry: BookEntry, out: DeskOut): void;
  enqueue(job: JobRecord): void;
  stopRunning(job: JobRecord, out: DeskOut): void;
  /** The job after the event, or nothing when the event was late. */
  stepJob(job: JobRecord, event: JobEvent, out: DeskOut): JobRecord | undefined;
  readonly ticks: {
    track(schedule: ScheduleRecord): boolean;
    stamped(schedule: ScheduleRecord): ScheduleRecord;
  };
}

export function answerApi(office: Office, from: string, call: ApiCall, out: DeskOut): void {
  const result = resultOf(office, call.request, out);
  out.sendAfterSync<ApiAnswer>(from, { kind: 'api-answer', v: 1, op: call.op, result });
}

function resultOf(office: Office, request: ApiRequest, out: DeskOut): ApiResult {
  switch (request.kind) {
    case 'submit':
      return submit(office, request.job, request.spec, out);
    case 'status':
      return status(office, request.job);
    case 'cancel':
      return cancel(office, request.job, out);
    case 'put-schedule':
      return putSchedule(office, request.schedule, request.spec, out);
    case 'list-jobs':
      return { kind: 'jobs', ...office.book.listJobs(request.after, pageLimit(request.limit)) };
    case 'list-skips':
      return { kind: 'skips', ...office.book.listSkips(request.after, pageLimit(request.limit)) };
    default:
      return refused('kind', 'unknown request');
  }
}

function submit(office: Office, id: string, spec: JobSpec, out: DeskOut): ApiResult {
  const problem = checkJob(id, spec);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const known = office.book.jobs.get(id);
  if (known !== undefined) {
    if (!isSame(known.spec, spec)) return refused('job', 'this id was used with another spec');
    return { kind: 'ok', state: known.state, attempts: known.attempt };
  }
  const job = newJob(id, spec, (office.wallUs() + spec.delayUs) as WallUs);
  office.change({ kind: 'job', job }, out);
  office.enqueue(job);
  return { kind: 'ok', state: 'waiting', attempts: 0 };
}

function status(office: Office, id: string): ApiResult {
  const job = office.book.jobs.get(id);
  if (job === undefined) return refused('job', 'unknown job');
  return { kind: 'ok', state: job.state, attempts: job.attempt };
}

function cancel(office: Office, id: string, out: DeskOut): ApiResult {
  const job = office.book.jobs.get(id);
  if (job === undefined) return refused('job', 'unknown job');
  if (job.state === 'cancelled') return { kind: 'ok', state: 'cancelled', attempts: job.attempt };
  if (job.run !== undefined) office.stopRunning(job, out);
  const stepped = office.stepJob(job, { kind: 'cancel' }, out);
  if (stepped === undefined) return refused('job', `already ${job.state}`);
  return { kind: 'ok', state: stepped.state, attempts: stepped.attempt };
}

function putSchedule(office: Office, id: string, spec: ScheduleSpec, out: DeskOut): ApiResult {
  const problem = checkId('schedule', id) ?? checkSpec(spec.job);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const checked = checkSchedule(spec, office.options.zones);
  if (checked.kind === 'failed') return { kind: 'error', ...checked.error };
  const known = office.book.schedules.get(id);
  if (known !== undefined && isSame(known.spec, spec)) return { kind: 'ok' };
  if (known !== undefined) return refused('schedule', 'this name was used with another spec');
  // Only ticks after the acceptance count: a new schedule does not fire for the past.
  const cursorUs = Math.max(spec.startUs - 1, office.wallUs()) as WallUs;
  const schedule = office.ticks.stamped({ v: 1, id, spec, cursorUs });
  office.change({ kind: 'schedule', schedule }, out);
  office.ticks.track(schedule);
  return { kind: 'ok' };
}

const refused = (field: string, reason: string): ApiResult => ({ kind: 'error', field, reason });
const isSame = (a: unknown, b: unknown): boolean => a === b || stableJson(a) === stableJson(b);
const pageLimit = (limit: number): number =>
  Math.min(Math.max(Math.trunc(limit) || 1, 1), PAGE_MAX);
