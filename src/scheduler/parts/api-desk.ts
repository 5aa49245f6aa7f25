/**
 * Answers to clients, the same for every design. Every answer waits for what it tells of to be
 * durable, reads too: a reader must not see what a crash could take back.
 *
 *   api-desk.ts  requests about jobs, and pages of everything (this file)
 *   edits.ts     requests about schedules and queues
 */
import type { JobState } from '../../history/fact.ts';
import type { WallUs } from '../../lib/units.ts';
import type { ApiAnswer, ApiCall, ApiRequest, ApiResult, JobSpec } from '../api.ts';
import { checkId, checkJob, whole } from '../job/check-spec.ts';
import type { JobEvent, JobRecord } from '../job/job.ts';
import { newJob } from '../job/job.ts';
import type { ZoneTable } from '../schedule/zone-rules.ts';
import type { Book, BookEntry, ScheduleRecord } from './book.ts';
import {
  type CursorOfPut,
  editQueue,
  editSchedule,
  isSame,
  putQueue,
  putSchedule,
  refused,
  scheduleStatus,
} from './edits.ts';
import type { Out } from './out.ts';

const PAGE_MAX = 500;
const STATES: readonly JobState[] = ['waiting', 'running', 'succeeded', 'dead', 'cancelled'];

export type DeskOut = Out<BookEntry>;

/** Jobs that a request speaks of and that are in nobody's book here, as they were looked up. */
export interface Elsewhere {
  holderOf(uniqueKey: string): string | undefined;
  stateOf(job: string): JobState | undefined;
}

/** What answering takes of whoever is in charge: the office. */
export interface Office {
  readonly book: Book;
  readonly options: { readonly zones: ZoneTable; readonly elsewhere?: Elsewhere };
  /** From where on a schedule that is put has ticks. */
  readonly cursorOfPut: CursorOfPut;
  wallUs(): WallUs;
  change(entry: BookEntry, out: DeskOut): void;
  /** Files a waiting job under its due time. */
  enqueue(job: JobRecord): void;
  stopRunning(job: JobRecord, out: DeskOut): void;
  /** The job after the event, and whoever waited for its end told; nothing when it was late. */
  stepJob(job: JobRecord, event: JobEvent, out: DeskOut): JobRecord | undefined;
  /** Signs of life of the running attempt. */
  progressOf(job: JobRecord): number | undefined;
  /** Decides every tick of the schedule that is due by now. */
  decideDue(schedule: string, out: DeskOut): void;
  /** A queue is otherwise than before: what it held back may start. */
  queueChanged(queue: string): void;
  readonly ticks: {
    track(schedule: ScheduleRecord): boolean;
    stamped(schedule: ScheduleRecord): ScheduleRecord;
  };
}

export function answerApi(office: Office, from: string, call: ApiCall, out: DeskOut): void {
  const result = resultOf(office, call.request, out);
  out.sendAfterSync<ApiAnswer>(from, { kind: 'api-answer', v: 1, op: call.op, result });
}

/** What came over the wire may be anything: whatever is wrong with it is said, and no more. */
export function resultOf(office: Office, request: ApiRequest, out: DeskOut): ApiResult {
  switch (request?.kind) {
    case 'submit':
      return submit(office, request.job, request.spec, out);
    case 'status':
      return withJob(office, request.job, (job) => told(job, office.progressOf(job)));
    case 'cancel':
      return withJob(office, request.job, (job) => cancel(office, job, out));
    case 'retry':
      return withJob(office, request.job, (job) => retry(office, job, request.attempts, out));
    case 'run-now':
      return withJob(office, request.job, (job) => runNow(office, job, out));
    case 'trigger':
      return trigger(office, request.schedule, request.job, out);
    case 'put-schedule':
      return putSchedule(office, request, out);
    case 'edit-schedule':
      return editSchedule(office, request, out);
    case 'schedule-status':
      return scheduleStatus(office, request.schedule);
    case 'put-queue':
      return putQueue(office, request, out);
    case 'edit-queue':
      return editQueue(office, request, out);
    case 'list-jobs':
    case 'list-skips':
    case 'list-schedules':
      return page(office.book, request);
    default:
      return refused('kind', 'unknown request');
  }
}

function page(
  book: Book,
  request: Extract<ApiRequest, { kind: 'list-jobs' | 'list-skips' | 'list-schedules' }>,
): ApiResult {
  const { after, limit } = request;
  if (typeof after !== 'string') return refused('after', 'must be a text');
  if (typeof limit !== 'number') return refused('limit', 'must be a number');
  const most = Math.min(Math.max(Math.trunc(limit) || 1, 1), PAGE_MAX);
  switch (request.kind) {
    case 'list-jobs':
      if (request.state !== undefined && !STATES.includes(request.state)) {
        return refused('state', `must be one of ${STATES.join(', ')}`);
      }
      return { kind: 'jobs', ...book.listJobs(after, most, request.state) };
    case 'list-skips':
      return { kind: 'skips', ...book.listSkips(after, most) };
    case 'list-schedules':
      return { kind: 'schedules', ...book.listSchedules(after, most) };
  }
}

function withJob(office: Office, id: string, answer: (job: JobRecord) => ApiResult): ApiResult {
  // Looked up first: the ids of ticks may be longer than those that clients give.
  const job = office.book.jobs.get(id);
  if (job !== undefined) return answer(job);
  const problem = checkId('job', id);
  return problem === undefined ? refused('job', 'unknown job') : { kind: 'error', ...problem };
}

const told = ({ state, attempt: attempts }: JobRecord, progress?: number): ApiResult =>
  progress === undefined
    ? { kind: 'ok', state, attempts }
    : { kind: 'ok', state, attempts, progress };

function submit(office: Office, id: string, spec: JobSpec, out: DeskOut): ApiResult {
  const problem = checkJob(id, spec);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const known = office.book.jobs.get(id);
  if (known === undefined) return accept(office, id, spec, out);
  return isSame(known.spec, spec)
    ? told(known)
    : refused('job', 'this id was used with another spec');
}

function holderOf({ book, options }: Office, uniqueKey: string | undefined): string | undefined {
  if (uniqueKey === undefined) return undefined;
  return book.kin.holderOf(uniqueKey) ?? options.elsewhere?.holderOf(uniqueKey);
}

const stateOf = ({ book, options }: Office, job: string): JobState | undefined =>
  book.jobs.get(job)?.state ?? options.elsewhere?.stateOf(job);

function accept(office: Office, id: string, spec: JobSpec, out: DeskOut): ApiResult {
  const { book } = office;
  const { uniqueKey, parents = [] } = spec;
  const holder = holderOf(office, uniqueKey);
  if (holder !== undefined) return refused('uniqueKey', `held by ${holder}`);
  const unknown = parents.find((parent) => stateOf(office, parent) === undefined);
  if (unknown !== undefined) return refused('parents', `unknown job ${unknown}`);
  const nowUs = office.wallUs();
  const dueUs = Math.max(nowUs + spec.delayUs, spec.atUs ?? 0) as WallUs;
  const job = newJob(id, spec, dueUs, undefined, parents);
  office.change({ kind: 'job', job }, out);
  office.enqueue(job);
  for (const parent of parents) {
    const state = stateOf(office, parent);
    if (state !== 'succeeded' && state !== 'dead' && state !== 'cancelled') continue;
    const waiting = book.jobs.get(id) as JobRecord;
    const succeeded = state === 'succeeded';
    office.stepJob(waiting, { kind: 'parent-ended', parent, succeeded, nowUs }, out);
  }
  return told(book.jobs.get(id) as JobRecord);
}

function cancel(office: Office, job: JobRecord, out: DeskOut): ApiResult {
  if (job.state === 'cancelled') return told(job);
  if (job.run !== undefined) office.stopRunning(job, out);
  const stepped = office.stepJob(job, { kind: 'cancel', nowUs: office.wallUs() }, out);
  return stepped === undefined ? refused('job', `already ${job.state}`) : told(stepped);
}

function retry(office: Office, job: JobRecord, attempts: number, out: DeskOut): ApiResult {
  const problem = whole('attempts', attempts, 0, Number.MAX_SAFE_INTEGER);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const { uniqueKey, delivery } = job.spec;
  if (delivery === 'at-most-once') return refused('job', 'runs at most once');
  const holder = holderOf(office, uniqueKey);
  if (job.state === 'dead' && holder !== undefined) {
    return refused('uniqueKey', `held by ${holder}`);
  }
  const stepped = office.stepJob(job, { kind: 'retry', attempts, nowUs: office.wallUs() }, out);
  if (stepped !== undefined) return told(stepped);
  // The same again, late or repeated.
  if (job.retried?.attempts === attempts) return told(job);
  return refused('attempts', `it is ${job.state} after ${job.attempt}`);
}

function runNow(office: Office, job: JobRecord, out: DeskOut): ApiResult {
  if (job.state !== 'waiting') return refused('job', `already ${job.state}`);
  const nowUs = office.wallUs();
  return told(office.stepJob(job, { kind: 'run-now', nowUs }, out) ?? job);
}

function trigger(office: Office, schedule: string, id: string, out: DeskOut): ApiResult {
  const problem = checkId('schedule', schedule);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const known = office.book.schedules.get(schedule);
  if (known === undefined || known.standing === 'deleted') {
    return refused('schedule', 'unknown schedule');
  }
  return submit(office, id, { ...known.spec.job, delayUs: 0 }, out);
}
