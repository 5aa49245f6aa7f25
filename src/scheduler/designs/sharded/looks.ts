/**
 * What a request rests on beside the book of its shard: who holds a unique key, how its parents
 * are, which jobs of other shards wait for a job. All of that is in rows of the same store, and is
 * looked up there, without locks: nobody who goes away meanwhile leaves anything behind. A unique
 * key is then taken on condition that nobody took it since.
 */
import { isTerminal, type JobState } from '../../../history/fact.ts';
import { required } from '../../../lib/assert.ts';
import type { ApiRequest } from '../../api.ts';
import type { JobRecord } from '../../job/job.ts';
import type { Book } from '../../parts/book.ts';
import { jobKey, SEPARATOR, scheduleKey } from '../../parts/rows/schema.ts';
import type { Script } from '../../parts/rows/transactions.ts';
import type { StoreOp, StoreRow } from '../../store/protocol.ts';
import { heldKey } from './schema.ts';

const CHILDREN_MAX = 500;

export interface Question {
  readonly uniqueKey?: string;
  readonly parents: readonly string[];
  /** Ids of jobs and schedules that other shards may have given. */
  readonly ids: readonly string[];
  /** Whose children of other shards matter. */
  readonly childrenOf?: string;
}

export interface Looked {
  /** Version of the row of the unique key; 0 where nobody ever had it. */
  readonly heldVersion: number;
  readonly holder?: string;
  /** Of jobs that are there. */
  readonly states: ReadonlyMap<string, JobState>;
  /** Keys of the ids that are there. */
  readonly given: ReadonlySet<string>;
  readonly hasChildren: boolean;
}

/** What has to be looked up before this book can answer; undefined where it can at once. */
export function questionOf(
  request: ApiRequest,
  book: Book,
  doubtful: ReadonlySet<string>,
): Question | undefined {
  switch (request.kind) {
    case 'submit': {
      const { job, spec } = request;
      if (book.jobs.has(job)) return undefined;
      const parents = (spec.parents ?? []).filter((parent) => !book.jobs.has(parent));
      const ids = doubtful.has(jobKey(job)) ? [jobKey(job)] : [];
      const { uniqueKey } = spec;
      if (uniqueKey === undefined && parents.length + ids.length === 0) return undefined;
      return { ...(uniqueKey === undefined ? {} : { uniqueKey }), parents, ids };
    }
    case 'retry': {
      const job = book.jobs.get(request.job);
      if (job?.state !== 'dead') return undefined;
      const { uniqueKey } = job.spec;
      const base = { parents: [], ids: [], childrenOf: job.id };
      return uniqueKey === undefined ? base : { uniqueKey, ...base };
    }
    case 'trigger':
      if (!doubtful.has(jobKey(request.job))) return undefined;
      return { parents: [], ids: [jobKey(request.job)] };
    case 'put-schedule': {
      const { schedule } = request;
      if (book.schedules.has(schedule)) return undefined;
      return { parents: [], ids: [scheduleKey(schedule)] };
    }
    default:
      return undefined;
  }
}

export function* look(question: Question): Script<Looked> {
  const { uniqueKey, parents, ids, childrenOf } = question;
  const reads = [...parents.map(jobKey), ...ids].map((key): StoreOp => ({ kind: 'read', key }));
  const held = uniqueKey === undefined ? [] : readsOfKey(uniqueKey);
  const children = childrenOf === undefined ? [] : [childrenScan(childrenOf)];
  const rows = yield [...held, ...reads, ...children];
  const own = rows.filter(({ place }) => place === undefined);
  const found = rows.filter(({ place }) => place !== undefined).map(jobIn);
  const heldRow = uniqueKey === undefined ? undefined : own.shift();
  const there = own.filter(({ value }) => value !== undefined);
  const isParent = new Set(parents.map(jobKey));
  const states = there
    .filter(({ key }) => isParent.has(key))
    .map((row): [string, JobState] => [jobIn(row).id, jobIn(row).state]);
  const holder = found.find(
    ({ spec, state }) => spec.uniqueKey === uniqueKey && !isTerminal(state),
  );
  return {
    heldVersion: heldRow?.version ?? 0,
    ...(uniqueKey === undefined || holder === undefined ? {} : { holder: holder.id }),
    states: new Map(states),
    given: new Set(there.map(({ key }) => key)),
    hasChildren: found.some(({ waitsFor }) => waitsFor?.includes(childrenOf ?? '') === true),
  };
}

const jobIn = ({ value, key }: StoreRow): JobRecord =>
  required((value as { readonly job?: JobRecord } | undefined)?.job, `the job of ${key}`);

const readsOfKey = (uniqueKey: string): readonly StoreOp[] => [
  { kind: 'read', key: heldKey(uniqueKey) },
  {
    kind: 'range',
    index: 'unique',
    prefix: uniqueKey,
    until: `${uniqueKey}${SEPARATOR}`,
    limit: 2,
  },
];

const childrenScan = (job: string): StoreOp => ({
  kind: 'range',
  index: 'children',
  prefix: `${job}${SEPARATOR}`,
  limit: CHILDREN_MAX,
});

/** Parents in other shards that have ended, or are gone; and whether they succeeded. */
export function* endedParents(parents: readonly string[]): Script<ReadonlyMap<string, boolean>> {
  const rows = yield parents.map((parent): StoreOp => ({ kind: 'read', key: jobKey(parent) }));
  const ended = new Map<string, boolean>();
  for (const [at, parent] of parents.entries()) {
    const row = required(rows[at], `a row of ${parent}`);
    const state = row.value === undefined ? 'dead' : jobIn(row).state;
    if (isTerminal(state)) ended.set(parent, state === 'succeeded');
  }
  return ended;
}
