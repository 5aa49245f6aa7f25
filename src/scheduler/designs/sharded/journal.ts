/**
 * How the changes of one shard become durable: in batches, one transaction at a time. Each moves
 * the shard's row from (epoch, n - 1) to (epoch, n) by compare-and-set, so that everything which a
 * deposed owner still sends is refused, writes and deletions alike, and a commit whose answer was
 * lost is recognised. What one step wants is in one batch, and batches are in order of steps: a
 * cursor is never durable without the tick that moved it.
 *
 * What must not be there yet is written by compare-and-set too: an id that another shard has given
 * meanwhile, or a unique key that another shard has taken, undoes the batch. Then what this owner
 * has in memory is not what the store has, and it begins anew.
 */
import type { Effect, Output } from '../../../host/step.ts';
import { required } from '../../../lib/assert.ts';
import { MS } from '../../../lib/units.ts';
import type { BookEntry } from '../../parts/book.ts';
import type { CallOut, StoreSession } from '../../parts/store-session.ts';
import type { StoreAnswer, StoreOp, StoreOutcome, StoreRow } from '../../store/protocol.ts';
import { type HeldRow, heldKey, rowOf, type ShardRow, shardKey, shardRowOf } from './schema.ts';

const BATCH_MAX = 500;
const AGAIN_US = 100 * MS;

/** Whose changes these are; `version` is that of the shard's row when the term began. */
export interface ShardMark {
  readonly shard: number;
  readonly owner: string;
  readonly epoch: number;
  readonly version: number;
}

/** What a transaction of an owner rests on: that the shard's row is as the owner left it. */
export type RangeCheck = (key: string, version: number, row: ShardRow) => readonly StoreOp[];

export const rangeCheck: RangeCheck = (key, version, value) => [
  { kind: 'cas', key, version, value },
];

/** Nothing is checked: who was deposed and does not know it writes on. */
export const unchecked: RangeCheck = () => [];

interface Batch {
  /** By row; what was written last counts. */
  readonly entries: Map<string, BookEntry>;
  /** Rows that must not be there yet. */
  readonly fresh: Set<string>;
  /** Unique keys that are taken, and the versions at which they were seen free. */
  readonly taken: Map<string, { readonly version: number; readonly job: string }>;
  effects: Effect[];
  /** The last one: the shard is given back with it. */
  isLast: boolean;
  /** Whether the shard's row is written with it. */
  isChecked: boolean;
}

/** A unique key that the next entry of this job takes. */
interface Hold {
  readonly uniqueKey: string;
  readonly job: string;
  readonly version: number;
}

const emptyBatch = (): Batch => ({
  entries: new Map(),
  fresh: new Set(),
  taken: new Map(),
  effects: [],
  isLast: false,
  isChecked: false,
});

export type Settled =
  | { readonly kind: 'committed'; readonly effects: readonly Effect[]; readonly isLast: boolean }
  /** The store has heard of a newer owner. */
  | { readonly kind: 'deposed' }
  /** This row was not what the batch rests on. */
  | { readonly kind: 'stale'; readonly key: string };

export class ShardJournal {
  readonly #session: StoreSession;
  readonly #mark: ShardMark;
  readonly #check: RangeCheck;
  /** Rows that are there, or will be with a batch that was made. */
  readonly #known: Set<string>;
  /** Versions of unique keys that were taken here. */
  readonly #heldVersions = new Map<string, number>();
  #version: number;
  #n = 0;
  #inFlight: Batch | undefined;
  /** In order of steps: a step goes whole to the last one, or to one behind it. */
  #waiting: Batch[] = [];
  #hold: Hold | undefined;

  constructor(session: StoreSession, mark: ShardMark, known: Set<string>, check: RangeCheck) {
    this.#session = session;
    this.#mark = mark;
    this.#version = mark.version;
    this.#known = known;
    this.#check = check;
  }

  /** Takes what a step wants to persist, and what must wait for that. */
  add(output: Output, out: CallOut): void {
    const entries = output.persist as readonly BookEntry[];
    const batch = this.#batchFor(entries.length);
    if (entries.length <= BATCH_MAX) for (const entry of entries) this.#take(entry, batch);
    else for (const entry of entries) this.#take(entry, this.#batchFor(1));
    // Behind every entry of the step.
    const { effects } = this.#batchFor(0);
    for (const effect of output.afterSync) effects.push(effect);
    this.#next(out);
  }

  /** The batch with room for so many entries: the last one, or one behind it. */
  #batchFor(entries: number): Batch {
    const last = this.#waiting.at(-1);
    const isFull = last !== undefined && last.entries.size + entries > BATCH_MAX;
    if (last !== undefined && (!isFull || last.entries.size === 0)) return last;
    const made = emptyBatch();
    this.#waiting.push(made);
    return made;
  }

  #take(entry: BookEntry, { entries, fresh, taken }: Batch): void {
    const key = rowOf(entry);
    if (entry.kind === 'job' || entry.kind === 'schedule') {
      if (!this.#known.has(key)) fresh.add(key);
      this.#known.add(key);
    } else if (entry.kind === 'forget') this.#known.delete(key);
    entries.set(key, entry);
    const hold = this.#hold;
    if (hold === undefined || entry.kind !== 'job' || entry.job.id !== hold.job) return;
    taken.set(hold.uniqueKey, hold);
    this.#hold = undefined;
  }

  /** Whether it is about to be decided who has this unique key. */
  isTaking(uniqueKey: string): boolean {
    const batches =
      this.#inFlight === undefined ? this.#waiting : [this.#inFlight, ...this.#waiting];
    return batches.some(({ taken }) => taken.has(uniqueKey));
  }

  /**
   * The key is the job's with the job's next entry, unless somebody has it since it was looked at.
   * Nobody's any more with {@link letGo}, where the job was not taken.
   */
  hold(uniqueKey: string, job: string, seenVersion: number): void {
    const version = Math.max(seenVersion, this.#heldVersions.get(uniqueKey) ?? 0);
    this.#hold = { uniqueKey, job, version };
  }

  letGo(): void {
    this.#hold = undefined;
  }

  /** Everything that waits, and nothing after it: the shard is given back. */
  leave(out: CallOut): void {
    this.#batchFor(0).isLast = true;
    this.#next(out);
  }

  onAnswer(answer: StoreAnswer, out: CallOut): Settled | undefined {
    const outcome = this.#session.onAnswer(answer, out);
    if (outcome === undefined || this.#inFlight === undefined) return undefined;
    if (outcome.kind === 'conflict') return this.#refused(outcome.row, this.#inFlight, out);
    if (outcome.kind !== 'ok') {
      this.#again(out, waitUs(outcome));
      return undefined;
    }
    return this.#committed(outcome.version, this.#inFlight, out);
  }

  #refused(row: StoreRow, batch: Batch, out: CallOut): Settled {
    if (row.key !== shardKey(this.#mark.shard)) return { kind: 'stale', key: row.key };
    const { epoch, n } = shardRowOf(row) ?? { epoch: -1, n: -1 };
    if (epoch !== this.#mark.epoch || n !== this.#n) return { kind: 'deposed' };
    return this.#committed(row.version, batch, out);
  }

  #committed(version: number, batch: Batch, out: CallOut): Settled {
    if (batch.isChecked) this.#version = Math.max(this.#version, version);
    for (const key of batch.taken.keys()) this.#heldVersions.set(key, version);
    this.#inFlight = undefined;
    this.#next(out);
    return { kind: 'committed', effects: batch.effects, isLast: batch.isLast };
  }

  #next(out: CallOut): void {
    if (this.#inFlight !== undefined) return;
    const [first] = this.#waiting;
    if (first === undefined) return;
    if (first.entries.size === 0 && first.effects.length === 0 && !first.isLast) return;
    this.#waiting.shift();
    this.#inFlight = first;
    this.#n += 1;
    this.#again(out);
  }

  #again(out: CallOut, afterUs = 0): void {
    const batch = required(this.#inFlight, 'a batch');
    const { entries, fresh, taken, isLast } = batch;
    const { shard, owner, epoch } = this.#mark;
    const row: ShardRow = { kind: 'shard', owner: isLast ? '' : owner, epoch, n: this.#n };
    // Who gives a shard back always does so on condition that it is its own.
    const check = isLast ? rangeCheck : this.#check;
    const checks = check(shardKey(shard), this.#version, row);
    batch.isChecked = checks.length > 0;
    const ops: StoreOp[] = [{ kind: 'begin' }, ...checks];
    for (const [key, { version, job }] of taken) {
      const value: HeldRow = { kind: 'held', job };
      ops.push({ kind: 'cas', key: heldKey(key), version, value });
    }
    for (const [key, entry] of entries) ops.push(writeOf(key, entry, fresh.has(key)));
    ops.push({ kind: 'commit' });
    this.#session.call(ops, out, afterUs);
  }
}

/** How long to wait before a transaction that was undone is tried again. */
const waitUs = ({ kind }: StoreOutcome): number => (kind === 'new-timeline' ? 0 : AGAIN_US);

function writeOf(key: string, entry: BookEntry, isFresh: boolean): StoreOp {
  // What was forgotten is a row less.
  if (entry.kind === 'forget') return { kind: 'write', key, value: undefined };
  if (isFresh) return { kind: 'cas', key, version: 0, value: entry };
  return { kind: 'write', key, value: entry };
}
