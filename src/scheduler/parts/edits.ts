/**
 * Edits of schedules and queues. Each carries a revision that rises; one that is not above the
 * known one changes nothing. An edit counts from its acceptance on: what was due before is decided
 * as it was before.
 */
import type { Standing } from '../../history/fact.ts';
import { stableJson } from '../../lib/stable-json.ts';
import { type WallUs, wallUs } from '../../lib/units.ts';
import type { ApiRequest, ApiResult, JobSpec, ScheduleSpec } from '../api.ts';
import { checkQueue, checkRevision } from '../job/check-edit.ts';
import { checkId, checkSpec, type SpecProblem } from '../job/check-spec.ts';
import { checkSchedule } from '../schedule/schedule.ts';
import type { DeskOut, Office } from './api-desk.ts';
import type { QueueRecord, ScheduleRecord } from './book.ts';
import { standingOf } from './ticks.ts';

type RequestOf<K extends ApiRequest['kind']> = Extract<ApiRequest, { readonly kind: K }>;

/** What comes over the wire may be no word at all, or one that every object knows. */
const AFTER: ReadonlyMap<unknown, Standing> = new Map([
  ['pause', 'paused'],
  ['resume', 'active'],
  ['delete', 'deleted'],
]);
const UNKNOWN_EDIT = 'must be one of pause, resume, delete';

export const refused = (field: string, reason: string): ApiResult => ({
  kind: 'error',
  field,
  reason,
});
export const isSame = (a: unknown, b: unknown): boolean =>
  a === b || stableJson(a) === stableJson(b);

/** Endless ones say infinity, which JSON does not know. */
const isSameSchedule = (a: ScheduleSpec, b: ScheduleSpec): boolean =>
  a.endUs === b.endUs && isSame({ ...a, endUs: 0 }, { ...b, endUs: 0 });

/**
 * What to answer to an edit that must not be made: it is wrong, older than what is known, or known
 * already (`same`); undefined for one that is news.
 */
function repeated(
  known: number | undefined,
  revision: number,
  same: () => ApiResult | undefined,
  reason: string,
): ApiResult | undefined {
  if (known === undefined || revision > known) return undefined;
  if (revision < known) return refused('revision', `${revision} is older than ${known}`);
  return same() ?? refused('revision', reason);
}

const toldOf = ({ revision = 1, standing = 'active' }: ScheduleRecord): ApiResult => ({
  kind: 'ok',
  revision,
  standing,
});

export function scheduleStatus(office: Office, id: string): ApiResult {
  const problem = checkId('schedule', id);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const known = office.book.schedules.get(id);
  return known === undefined ? refused('schedule', 'unknown schedule') : toldOf(known);
}

export function putSchedule(
  office: Office,
  { schedule: id, spec, revision = 1 }: RequestOf<'put-schedule'>,
  out: DeskOut,
): ApiResult {
  const problem = checkId('schedule', id) ?? checkRevision(revision) ?? checkTickJob(spec?.job);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const checked = checkSchedule(spec, office.options.zones);
  if (checked.kind === 'failed') return { kind: 'error', ...checked.error };
  const before = office.book.schedules.get(id);
  const same = () =>
    before !== undefined && isSameSchedule(before.spec, spec) && standingOf(before) === 'active'
      ? toldOf(before)
      : undefined;
  const known = before && (before.revision ?? 1);
  const answer = repeated(known, revision, same, 'this one was another edit');
  if (answer !== undefined) return answer;
  if (before !== undefined) office.decideDue(id, out);
  return toldOf(replaced(office, { id, spec, revision }, out));
}

/** From where on a schedule that was put has ticks; `sinceUs` is the cursor of the one before. */
export type CursorOfPut = (
  spec: ScheduleSpec,
  sinceUs: WallUs | undefined,
  nowUs: WallUs,
) => WallUs;

/** Only ticks after the acceptance count: a new schedule does not fire for the past. */
export const cursorOfPut: CursorOfPut = (spec, sinceUs = wallUs(0), nowUs) =>
  wallUs(Math.max(spec.startUs - 1, nowUs, sinceUs));

function replaced(
  office: Office,
  { id, spec, revision }: { id: string; spec: ScheduleSpec; revision: number },
  out: DeskOut,
): ScheduleRecord {
  const before = office.book.schedules.get(id);
  const cursorUs = office.cursorOfPut(spec, before?.cursorUs, office.wallUs());
  const base = { v: 1, id, spec, cursorUs } as const;
  const schedule = office.ticks.stamped(revision === 1 ? base : { ...base, revision });
  office.change({ kind: 'schedule', schedule }, out);
  office.ticks.track(schedule);
  return schedule;
}

export function editSchedule(
  office: Office,
  { schedule: id, edit, revision }: RequestOf<'edit-schedule'>,
  out: DeskOut,
): ApiResult {
  const standing = AFTER.get(edit);
  const problem = checkId('schedule', id) ?? checkRevision(revision);
  if (problem !== undefined) return { kind: 'error', ...problem };
  if (standing === undefined) return refused('edit', UNKNOWN_EDIT);
  const before = office.book.schedules.get(id);
  if (before === undefined) return refused('schedule', 'unknown schedule');
  const same = () => (standingOf(before) === standing ? toldOf(before) : undefined);
  const answer = repeated(before.revision ?? 1, revision, same, 'this one was another edit');
  if (answer !== undefined) return answer;
  if (standingOf(before) === 'deleted') return refused('schedule', 'it is deleted');
  office.decideDue(id, out);
  const decided = office.book.schedules.get(id) as ScheduleRecord;
  const schedule = { ...decided, revision, standing };
  office.change({ kind: 'schedule', schedule }, out);
  office.ticks.track(schedule);
  return toldOf(schedule);
}

export function putQueue(
  office: Office,
  { queue: id, spec: limits, revision }: RequestOf<'put-queue'>,
  out: DeskOut,
): ApiResult {
  const problem = checkId('queue', id) ?? checkRevision(revision) ?? checkQueue(limits);
  if (problem !== undefined) return { kind: 'error', ...problem };
  const before = office.book.queues.get(id);
  const same = (): ApiResult | undefined =>
    before !== undefined && isSame(before.limits, limits)
      ? { kind: 'ok', revision, standing: before.standing }
      : undefined;
  const answer = repeated(before?.revision, revision, same, 'this one was another edit');
  if (answer !== undefined) return answer;
  const base = before ?? ({ v: 1, id, standing: 'active' } as const);
  return changeQueue(office, { ...base, limits, revision }, out);
}

export function editQueue(
  office: Office,
  { queue: id, edit, revision }: RequestOf<'edit-queue'>,
  out: DeskOut,
): ApiResult {
  const standing = AFTER.get(edit);
  const problem = checkId('queue', id) ?? checkRevision(revision);
  if (problem !== undefined) return { kind: 'error', ...problem };
  if (standing === undefined) return refused('edit', UNKNOWN_EDIT);
  if (standing === 'deleted') return refused('edit', 'a queue is not deleted');
  const before = office.book.queues.get(id);
  const same = (): ApiResult | undefined =>
    before?.standing === standing ? { kind: 'ok', revision, standing } : undefined;
  const answer = repeated(before?.revision, revision, same, 'this one was another edit');
  if (answer !== undefined) return answer;
  const base = before ?? ({ v: 1, id, limits: {} } as const);
  return changeQueue(office, { ...base, revision, standing }, out);
}

function changeQueue(office: Office, queue: QueueRecord, out: DeskOut): ApiResult {
  office.change({ kind: 'queue', queue }, out);
  office.queueChanged(queue.id);
  return { kind: 'ok', revision: queue.revision, standing: queue.standing };
}

/** Instances of a schedule follow each other by its overlap policy, and have no other ties. */
function checkTickJob(job: JobSpec): SpecProblem | undefined {
  const problem = checkSpec(job);
  if (problem !== undefined) return { field: `job.${problem.field}`, reason: problem.reason };
  for (const field of ['parents', 'uniqueKey', 'atUs'] as const) {
    if (job[field] !== undefined) return { field: `job.${field}`, reason: 'not for schedules' };
  }
  return undefined;
}
