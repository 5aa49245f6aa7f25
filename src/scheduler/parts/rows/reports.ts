/**
 * What becomes of attempts: a worker reports, or somebody has given one up. Each is one transaction
 * over the job's row and those of the jobs that wait for its end.
 */
import type { Token } from '../../../history/fact.ts';
import { required } from '../../../lib/assert.ts';
import type { Finished } from '../../api.ts';
import type { JobEvent, JobRecord } from '../../job/job.ts';
import type { StoreRow } from '../../store/protocol.ts';
import { jobOf, type RowOffice } from './office.ts';
import { jobKey, SEPARATOR } from './schema.ts';
import type { Script } from './transactions.ts';

/** Children are told in parts of this size. */
const PAGE = 200;

/** One job, locked; undefined where there is none. */
export function* lockJob(office: RowOffice, id: string): Script<JobRecord | undefined> {
  office.load(yield [{ kind: 'read', key: jobKey(id), forUpdate: true }]);
  return office.book.jobs.get(id);
}

/**
 * Tells everybody who waits for jobs that have ended here, and whoever waits for theirs if that
 * ends them. Rows are locked parents first, so that no two such scripts wait for each other.
 */
export function* tellChildren(office: RowOffice): Script<void> {
  for (let parent = office.ended.shift(); parent !== undefined; parent = office.ended.shift()) {
    let after: string | undefined;
    do {
      const rows: readonly StoreRow[] = yield [childrenOf(parent.id, after)];
      const keys = rows.map(({ key }) => key);
      if (keys.length > 0) {
        office.load(yield keys.map((key) => ({ kind: 'read', key, forUpdate: true }) as const));
      }
      for (const row of rows) tellOne(office, row, parent);
      after = rows.length === PAGE ? rows.at(-1)?.place : undefined;
    } while (after !== undefined);
  }
}

const childrenOf = (parent: string, after: string | undefined) => {
  const scan = { kind: 'range', index: 'children', prefix: `${parent}${SEPARATOR}` } as const;
  return { ...scan, limit: PAGE, ...(after === undefined ? {} : { after }) };
};

function tellOne(office: RowOffice, row: StoreRow, parent: JobRecord): void {
  const id = jobOf(row)?.id;
  // It may be gone by the time that its lock is had.
  const child = id === undefined ? undefined : office.book.jobs.get(id);
  if (child === undefined) return;
  const succeeded = parent.state === 'succeeded';
  const nowUs = office.wallUs();
  office.stepJob(child, { kind: 'parent-ended', parent: parent.id, succeeded, nowUs }, office.out);
}

/** Whether the attempt of the report was the running one; `checksToken` unless any will do. */
export function* takeReport(
  office: RowOffice,
  { job: id, token, how }: Finished,
  options: { readonly checksToken: boolean; readonly draw: number },
): Script<'taken' | 'late'> {
  const job = yield* lockJob(office, id);
  const nowUs = office.wallUs();
  const believed = options.checksToken ? token : (job?.run?.token ?? token);
  const event = { kind: 'report', token: believed, how, nowUs, draw: options.draw } as const;
  const stepped = job && office.stepJob(job, event, office.out);
  // The other parts of a gang only wait for this.
  if (stepped !== undefined && job?.run?.parts !== undefined) office.stopRunning(job, office.out);
  yield* tellChildren(office);
  return stepped === undefined ? 'late' : 'taken';
}

/** Gives an attempt up, unless it is over already. */
export function* giveUp(
  office: RowOffice,
  id: string,
  token: Token,
  event: { readonly why: string; readonly draw: number },
): Script<boolean> {
  const job = yield* lockJob(office, id);
  if (job?.run === undefined) return false;
  const lost: JobEvent = { kind: 'lost', token, nowUs: office.wallUs(), ...event };
  const stepped = office.stepJob(job, lost, office.out);
  if (stepped === undefined) return false;
  office.out.observe({ kind: 'attempt-lost', job: id, token, why: event.why });
  office.stopRunning(required(job, id), office.out);
  yield* tellChildren(office);
  return true;
}
