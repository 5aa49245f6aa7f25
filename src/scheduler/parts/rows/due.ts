/**
 * What falls due: ticks become instances, waiting jobs become ready, ended ones are forgotten. One
 * transaction inserts the instances of a schedule and moves its cursor, and an instance is named by
 * its tick: so each tick is decided once, whoever decides it and however often.
 */
import { tickJobId } from '../../api.ts';
import { isReady, type JobRecord } from '../../job/job.ts';
import { sortable } from '../../store/indexes.ts';
import type { StoreOp, StoreRow, StoreScan } from '../../store/protocol.ts';
import type { ScheduleRecord } from '../book.ts';
import { instancesOf } from '../instances.ts';
import type { DecideOverlap } from '../overlap.ts';
import type { DecidedSchedule } from '../ticks.ts';
import { jobOf, type RowOffice } from './office.ts';
import { lockJob, tellChildren } from './reports.ts';
import { jobKey, SEPARATOR, scheduleKey, valueIn } from './schema.ts';
import type { Script } from './transactions.ts';

/** Schedules, jobs and so on in one transaction; what is left comes with the next one. */
const SCHEDULES_MAX = 20;
const JOBS_MAX = 200;
const INSTANCES_MAX = 1_000;

export interface DueOptions {
  readonly decideOverlap: DecideOverlap;
  readonly lockedRows: LockedRows;
  /** Ticks are decided so long before they are due. */
  readonly aheadUs: number;
  /** Whether rows that others have locked are passed over, or waited for. */
  readonly skipsLocked: boolean;
  /** Instances of ticks that were decided ahead are not written before they are due. */
  readonly keepsRing: boolean;
}

/** What a pass over due ticks leaves to be done. */
export interface DuePass {
  readonly more: boolean;
  /** Instances to be written when they are due. */
  readonly ring: readonly JobRecord[];
}

/** Decides due ticks of some schedules. */
export function* decideDue(office: RowOffice, options: DueOptions): Script<DuePass> {
  const ring: JobRecord[] = [];
  const untilUs = office.wallUs() + options.aheadUs;
  const rows = yield* options.lockedRows(options.skipsLocked, {
    index: 'due',
    prefix: '',
    until: sortable(untilUs + 1),
    limit: SCHEDULES_MAX,
  });
  let more = rows.length === SCHEDULES_MAX;
  office.load(rows);
  for (const row of rows) {
    const value = valueIn(row);
    if (value?.kind !== 'schedule') continue;
    const { schedule } = value;
    // It was decided by newer rules of its zone: it is left to those who have them.
    if (!office.ticks.track(schedule)) continue;
    const decided = yield* decideWithRows(office, schedule, options.aheadUs);
    if (decided === undefined) continue;
    yield* carryOut(office, decided, options.decideOverlap, options.keepsRing ? ring : undefined);
    more ||= decided.more;
  }
  return { more, ring };
}

/** Before an edit: what was due until now is decided as it was until now. */
export function* decideBeforeEdit(
  office: RowOffice,
  id: string,
  decideOverlap: DecideOverlap,
): Script<void> {
  for (let more = true; more; ) {
    const schedule = office.book.schedules.get(id);
    if (schedule === undefined || !office.ticks.track(schedule)) return;
    const decided = yield* decideWithRows(office, schedule, 0);
    if (decided === undefined || decided.ticks.length === 0) return;
    yield* carryOut(office, decided, decideOverlap);
    more = decided.more;
  }
}

/**
 * Decides what is due, and loads the rows that this takes. They may be long in coming: ticks are as
 * late as they are when all is at hand, and what fell due meanwhile is left to the next pass.
 */
function* decideWithRows(
  office: RowOffice,
  schedule: ScheduleRecord,
  aheadUs: number,
): Script<DecidedSchedule | undefined> {
  const askedUs = office.wallUs();
  const expected = office.ticks.decide(schedule, askedUs, aheadUs);
  if (expected === undefined || expected.ticks.length === 0) return expected;
  yield* loadInstances(office, expected);
  const tookUs = office.wallUs() - askedUs;
  if (tookUs <= 0) return expected;
  return office.ticks.decide(schedule, office.wallUs(), aheadUs - tookUs);
}

function* carryOut(
  office: RowOffice,
  decided: DecidedSchedule,
  decideOverlap: DecideOverlap,
  ring?: JobRecord[],
): Script<void> {
  const { book, out } = office;
  for (const tick of decided.ticks) {
    const outcome = instancesOf(book, decided.schedule, tick, decideOverlap);
    out.observe({ kind: 'tick-decided', ...outcome.said });
    for (const id of outcome.replaces) replace(office, id);
    for (const entry of outcome.entries) {
      // Its row is there already: a tick becomes one instance, by whatever way.
      if (entry.kind === 'job' && book.jobs.has(entry.job.id)) continue;
      const isAhead = entry.kind === 'job' && entry.job.dueUs > office.wallUs();
      if (isAhead && ring !== undefined) ring.push(entry.job);
      else office.change(entry, out);
    }
  }
  office.change({ kind: 'schedule', schedule: decided.schedule }, out);
  yield* tellChildren(office);
}

/** The instances that the ticks may be already, and those that are open where that matters. */
function* loadInstances(office: RowOffice, { schedule, ticks }: DecidedSchedule): Script<void> {
  const reads = ticks
    .filter(({ action }) => action === 'run')
    .map(({ tick }): StoreOp => ({ kind: 'read', key: jobKey(tickJobId(tick)) }));
  if (reads.length > 0) office.load(yield reads);
  const { overlap = 'allow' } = schedule.spec;
  if (overlap === 'allow' || reads.length === 0) return;
  const rows = yield [openInstances(schedule)];
  if (rows.length === 0) return;
  // Locked, so that none of them ends unseen while the next one is made to wait for it.
  office.load(yield rows.map(({ key }): StoreOp => ({ kind: 'read', key, forUpdate: true })));
}

const openInstances = ({ id }: ScheduleRecord): StoreOp => ({
  kind: 'range',
  index: 'instances',
  prefix: `${id}${SEPARATOR}`,
  limit: INSTANCES_MAX,
});

/** The instance of a tick, from the memory of who decided it. */
export function* writeInstance(office: RowOffice, job: JobRecord): Script<void> {
  const known = yield* lockJob(office, job.id);
  if (known === undefined) office.change({ kind: 'job', job }, office.out);
}

function replace(office: RowOffice, id: string): void {
  const job = office.book.jobs.get(id);
  if (job === undefined) return;
  if (job.run !== undefined) {
    const { token } = job.run;
    office.out.observe({ kind: 'attempt-lost', job: id, token, why: 'replaced' });
    office.stopRunning(job, office.out);
  }
  office.stepJob(job, { kind: 'cancel', nowUs: office.wallUs() }, office.out);
}

/** Waiting jobs whose time has come are marked as ready; whether more are left. */
export function* promote(
  office: RowOffice,
  { lockedRows: find, skipsLocked }: Pick<DueOptions, 'lockedRows' | 'skipsLocked'>,
): Script<boolean> {
  const until = sortable(office.wallUs() + 1);
  const scan = { index: 'later', prefix: '', until, limit: JOBS_MAX };
  const rows = yield* find(skipsLocked, scan);
  office.load(rows);
  for (const row of rows) {
    // As it is by now: a tick that was decided in this very transaction may have replaced it.
    const job = office.book.jobs.get(jobOf(row)?.id ?? '');
    if (job !== undefined && isReady(job)) office.change({ kind: 'job', job }, office.out);
  }
  return rows.length === JOBS_MAX;
}

/** Jobs that ended long enough ago go. */
export function* forget(office: RowOffice): Script<boolean> {
  const until = sortable(office.wallUs() + 1);
  const rows = yield* lockedRows(true, { index: 'ended', prefix: '', until, limit: JOBS_MAX });
  for (const row of rows) {
    const job = jobOf(row);
    if (job !== undefined) office.change({ kind: 'forget', job: job.id }, office.out);
  }
  return rows.length === JOBS_MAX;
}

/** Rows of a scan, locked; rows that changed under way are as they are then, or left out. */
export type LockedRows = (skipsLocked: boolean, scan: StoreScan) => Script<readonly StoreRow[]>;

export const lockedRows: LockedRows = function* (skipsLocked, scan) {
  if (skipsLocked) return yield [{ kind: 'claim', ...scan }];
  const found = yield [{ kind: 'range', ...scan }];
  if (found.length === 0) return found;
  const rows = yield found.map(({ key }): StoreOp => ({ kind: 'read', key, forUpdate: true }));
  return rows.filter(({ version }, at) => version === found[at]?.version);
};

/** When something falls due next, as far as these rows tell. */
export function* nextDue(): Script<number> {
  const rows = yield [
    { kind: 'range', index: 'due', prefix: '', limit: 1 },
    { kind: 'range', index: 'later', prefix: '', limit: 1 },
  ];
  let nextUs = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const value = valueIn(row);
    if (value?.kind === 'schedule') nextUs = Math.min(nextUs, value.nextUs ?? nextUs);
    if (value?.kind === 'job') nextUs = Math.min(nextUs, value.job.dueUs);
  }
  return nextUs;
}

export const scheduleRead = (id: string): StoreOp => ({
  kind: 'read',
  key: scheduleKey(id),
  forUpdate: true,
});
