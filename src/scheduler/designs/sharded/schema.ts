import type { BookEntry } from '../../parts/book.ts';
import { shardOf } from '../../parts/placement.ts';
import type { JobRow } from '../../parts/rows/schema.ts';
import { INDEXES, jobKey, queueKey, scheduleKey, skipKey } from '../../parts/rows/schema.ts';
import { type StoreIndex, sortable } from '../../store/indexes.ts';
import type { StoreRow } from '../../store/protocol.ts';

/** Who owns a shard, under which epoch, and how many commits it has made under it. */
export interface ShardRow {
  readonly kind: 'shard';
  /** Identity of a member; empty for a shard that was given back. */
  readonly owner: string;
  readonly epoch: number;
  readonly n: number;
}

/** A member says again and again that it is there. */
export interface MemberRow {
  readonly kind: 'member';
  readonly name: string;
  /** Of this life of the member and no other. */
  readonly identity: string;
  readonly beats: number;
}

/** The job that took a unique key last, of whatever shard. */
export interface HeldRow {
  readonly kind: 'held';
  readonly job: string;
}

export const SHARD_PREFIX = 'shard/';
export const MEMBER_PREFIX = 'member/';
export const shardKey = (shard: number): string => SHARD_PREFIX + sortable(shard);
export const memberKey = (name: string): string => MEMBER_PREFIX + name;
export const heldKey = (uniqueKey: string): string => `held/${uniqueKey}`;

export const shardRowOf = (row: StoreRow | undefined): ShardRow | undefined =>
  row?.value as ShardRow | undefined;

/** Indexes in which the rows of one shard lie side by side, in the order in which they are read. */
export const LOADED = ['shard-queues', 'shard-schedules', 'shard-jobs'] as const;

/** Orders that whoever answers needs, whatever shards the rows are of. */
const SHARED = ['by-state', 'children', 'unique'];

export function indexesOf(shards: number): readonly StoreIndex[] {
  const of = (queue: string): string => sortable(shardOf(queue, shards));
  return [
    ...INDEXES.filter(({ name }) => SHARED.includes(name)),
    {
      name: 'shard-queues',
      prefix: 'queue/',
      keyOf: (value) => of((value as Extract<BookEntry, { kind: 'queue' }>).queue.id),
    },
    {
      name: 'shard-schedules',
      prefix: 'schedule/',
      keyOf: (value) =>
        of((value as Extract<BookEntry, { kind: 'schedule' }>).schedule.spec.job.queue),
    },
    {
      name: 'shard-jobs',
      prefix: 'job/',
      keyOf: (value) => of((value as JobRow).job.spec.queue),
    },
  ];
}

export function rowOf(entry: BookEntry): string {
  switch (entry.kind) {
    case 'job':
      return jobKey(entry.job.id);
    case 'forget':
      return jobKey(entry.job);
    case 'queue':
      return queueKey(entry.queue.id);
    case 'schedule':
      return scheduleKey(entry.schedule.id);
    case 'skip':
      return skipKey(entry.tick);
  }
}
