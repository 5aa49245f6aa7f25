/**
 * What clients ask, each in one transaction: the rows that the answer rests on are read and locked,
 * and the desk that serves every design answers over them. Rows are locked in one order: the job
 * itself, its parents by name, its unique key.
 */
import type { ApiRequest, ApiResult } from '../../api.ts';
import { checkId, checkJob } from '../../job/check-spec.ts';
import type { StoreOp } from '../../store/protocol.ts';
import { resultOf } from '../api-desk.ts';
import type { DecideOverlap } from '../overlap.ts';
import { decideBeforeEdit, scheduleRead } from './due.ts';
import type { RowOffice } from './office.ts';
import { lockJob, tellChildren } from './reports.ts';
import { jobKey, queueKey, SEPARATOR, scheduleKey, uniqueLock } from './schema.ts';
import type { Script } from './transactions.ts';

/** The longest page, and one row more to see that there is another. */
const PAGE_MAX = 501;

export function* answerRequest(
  office: RowOffice,
  request: ApiRequest,
  decideOverlap: DecideOverlap,
): Script<ApiResult> {
  if (isSound(request)) yield* loadFor(office, request, decideOverlap);
  const result = resultOf(office, request, office.out);
  yield* tellChildren(office);
  return result;
}

/** What is wrong needs no rows: the desk says so. */
function isSound(request: ApiRequest): boolean {
  switch (request?.kind) {
    case 'submit':
      return checkJob(request.job, request.spec) === undefined;
    case 'trigger':
      return isName(request.job) && isName(request.schedule);
    case 'status':
    case 'cancel':
    case 'retry':
    case 'run-now':
      // Those of ticks may be longer than the names that clients give.
      return typeof request.job === 'string' && request.job !== '';
    case 'put-schedule':
    case 'edit-schedule':
    case 'schedule-status':
      return isName(request.schedule);
    case 'put-queue':
    case 'edit-queue':
      return isName(request.queue);
    case 'list-jobs':
    case 'list-skips':
    case 'list-schedules':
      return typeof request.after === 'string';
    default:
      return false;
  }
}

const isName = (id: string): boolean => checkId('id', id) === undefined;

function* loadFor(
  office: RowOffice,
  request: ApiRequest,
  decideOverlap: DecideOverlap,
): Script<void> {
  switch (request.kind) {
    case 'submit':
      return yield* loadForSubmit(office, request.job, request.spec);
    case 'status':
      office.load(yield [{ kind: 'read', key: jobKey(request.job) }]);
      return;
    case 'cancel':
    case 'run-now':
      yield* lockJob(office, request.job);
      return;
    case 'retry':
      return yield* loadForRetry(office, request.job);
    case 'trigger':
      office.load(yield [scheduleRead(request.schedule)]);
      return yield* loadForTrigger(office, request);
    case 'put-schedule':
    case 'edit-schedule':
      office.load(yield [scheduleRead(request.schedule)]);
      return yield* decideBeforeEdit(office, request.schedule, decideOverlap);
    case 'schedule-status':
      office.load(yield [{ kind: 'read', key: scheduleKey(request.schedule) }]);
      return;
    case 'put-queue':
    case 'edit-queue':
      office.load(yield [{ kind: 'read', key: queueKey(request.queue), forUpdate: true }]);
      return;
    default:
      office.load(yield [pageOf(request)]);
  }
}

function* loadForSubmit(
  office: RowOffice,
  job: string,
  { parents = [], uniqueKey }: { parents?: readonly string[]; uniqueKey?: string },
): Script<void> {
  // Parents are locked, so that none of them ends unseen while the job is made to wait for it.
  const keys = [jobKey(job), ...[...parents].sort().map(jobKey)];
  office.load(yield keys.map((key): StoreOp => ({ kind: 'read', key, forUpdate: true })));
  if (uniqueKey !== undefined) yield* loadHolder(office, uniqueKey);
}

function* loadHolder(office: RowOffice, uniqueKey: string): Script<void> {
  office.load(
    yield [
      { kind: 'lock', key: uniqueLock(uniqueKey) },
      {
        kind: 'range',
        index: 'unique',
        prefix: uniqueKey,
        until: `${uniqueKey}${SEPARATOR}`,
        limit: 2,
      },
    ],
  );
}

function* loadForRetry(office: RowOffice, id: string): Script<void> {
  const job = yield* lockJob(office, id);
  const uniqueKey = job?.spec.uniqueKey;
  if (uniqueKey !== undefined) yield* loadHolder(office, uniqueKey);
}

function* loadForTrigger(
  office: RowOffice,
  { job, schedule }: Extract<ApiRequest, { kind: 'trigger' }>,
): Script<void> {
  if (office.book.schedules.has(schedule)) yield* lockJob(office, job);
}

function pageOf(request: ApiRequest): StoreOp {
  const limit = PAGE_MAX;
  switch (request.kind) {
    case 'list-skips':
      return { kind: 'range', prefix: 'skip/', limit, ...from('skip/', request.after) };
    case 'list-schedules':
      return { kind: 'range', prefix: 'schedule/', limit, ...from('schedule/', request.after) };
    case 'list-jobs':
      if (request.state === undefined) {
        return { kind: 'range', prefix: 'job/', limit, ...from('job/', request.after) };
      }
      return stateScan(request.state, request.after);
    default:
      throw new Error(`${request.kind} is no page`);
  }
}

const from = (prefix: string, after: string): { readonly after?: string } =>
  after === '' ? {} : { after: `${prefix}${after}` };

/** In this index rows of one state are in the order of their keys. */
function stateScan(state: string, after: string): StoreOp {
  const prefix = `${state}\u0000`;
  const scan = { kind: 'range', index: 'by-state', prefix, limit: PAGE_MAX } as const;
  return after === '' ? scan : { ...scan, after: `${prefix}${jobKey(after)}` };
}
