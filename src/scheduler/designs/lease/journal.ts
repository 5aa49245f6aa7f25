/**
 * How a term's changes become durable: batches of book entries, written to the store one
 * transaction at a time; what waits for them leaves when the store has said yes. What comes in
 * meanwhile shares the next batch (group commit).
 *
 * Fenced, each transaction moves the commit row from (epoch, n - 1) to (epoch, n) by
 * compare-and-set. A new leader sets it to (its epoch, 0) in the very transaction that takes the
 * lease, so everything that an older one still sends is refused; and a commit whose answer was lost
 * is recognised.
 */
import type { Effect, Output } from '../../../host/step.ts';
import { MS } from '../../../lib/units.ts';
import type { BookEntry } from '../../parts/book.ts';
import { tickKey } from '../../parts/book.ts';
import { COMMIT_ROW } from '../../parts/election.ts';
import type { CallOut, StoreSession } from '../../parts/store-session.ts';
import type { StoreAnswer, StoreOp, StoreOutcome } from '../../store/protocol.ts';

/** Prefixes of the book's rows, in the order in which a new leader reads them. */
export const BOOK_PREFIXES: readonly string[] = ['queue/', 'schedule/', 'skip/', 'job/'];

const BATCH_MAX = 500;
/** A store that takes no writes now may do so in a while. */
const AGAIN_US = 100 * MS;

export interface CommitMark {
  readonly epoch: number;
  readonly n: number;
}

/** Whose changes these are, and the version of the commit row that the term began with. */
export interface JournalTerm {
  readonly epoch: number;
  readonly version: number;
}

interface Batch {
  readonly entries: BookEntry[];
  readonly effects: Effect[];
}

export class Journal {
  readonly #session: StoreSession;
  readonly #epoch: number;
  readonly #isFenced: boolean;
  /** Version of the commit row. */
  #version: number;
  #n = 0;
  #inFlight: Batch | undefined;
  #waiting: Batch = { entries: [], effects: [] };

  constructor(session: StoreSession, term: JournalTerm, isFenced: boolean) {
    this.#session = session;
    this.#epoch = term.epoch;
    this.#version = term.version;
    this.#isFenced = isFenced;
  }

  /** Takes what a step wants to persist, and what must wait for that. */
  add(output: Output, out: CallOut): void {
    // One by one: as arguments of one call, some hundred thousand are more than a stack holds.
    for (const entry of output.persist as readonly BookEntry[]) this.#waiting.entries.push(entry);
    for (const effect of output.afterSync) this.#waiting.effects.push(effect);
    this.#next(out);
  }

  /** Effects that may leave now; `deposed` when the store has heard of a newer leader. */
  onAnswer(answer: StoreAnswer, out: CallOut): readonly Effect[] | 'deposed' | undefined {
    const outcome = this.#session.onAnswer(answer, out);
    if (outcome === undefined || this.#inFlight === undefined) return undefined;
    if (outcome.kind === 'ok') this.#version = Math.max(this.#version, outcome.version);
    else if (outcome.kind !== 'conflict') return this.#again(out, waitUs(outcome));
    else if (!this.#isMine(outcome.row.value as CommitMark | undefined)) return 'deposed';
    else this.#version = outcome.row.version;
    const { effects } = this.#inFlight;
    this.#inFlight = undefined;
    this.#next(out);
    return effects;
  }

  #isMine(mark: CommitMark | undefined): boolean {
    return mark?.epoch === this.#epoch && mark.n === this.#n;
  }

  #next(out: CallOut): void {
    if (this.#inFlight !== undefined) return;
    const { entries, effects } = this.#waiting;
    if (entries.length === 0 && effects.length === 0) return;
    if (entries.length <= BATCH_MAX) {
      this.#inFlight = this.#waiting;
      this.#waiting = { entries: [], effects: [] };
    } else {
      // Effects wait for every entry before them: they go with the last part of a long batch.
      this.#inFlight = { entries: entries.splice(0, BATCH_MAX), effects: [] };
    }
    this.#n += 1;
    this.#again(out);
  }

  #again(out: CallOut, afterUs = 0): undefined {
    const { entries } = this.#inFlight as Batch;
    const mark: CommitMark = { epoch: this.#epoch, n: this.#n };
    const guard: StoreOp[] = this.#isFenced
      ? [{ kind: 'cas', key: COMMIT_ROW, version: this.#version, value: mark }]
      : [];
    const ops: StoreOp[] = [
      { kind: 'begin' },
      ...guard,
      ...entries.map(writeOf),
      { kind: 'commit' },
    ];
    this.#session.call(ops, out, afterUs);
    return undefined;
  }
}

/** How long to wait before a transaction that was undone is tried again. */
const waitUs = ({ kind }: StoreOutcome): number =>
  kind === 'serialization' || kind === 'read-only' ? AGAIN_US : 0;

/** What was forgotten is a row less. */
const writeOf = (entry: BookEntry): StoreOp => ({
  kind: 'write',
  key: rowOf(entry),
  value: entry.kind === 'forget' ? undefined : entry,
});

function rowOf(entry: BookEntry): string {
  switch (entry.kind) {
    case 'job':
      return `job/${entry.job.id}`;
    case 'forget':
      return `job/${entry.job}`;
    case 'queue':
      return `queue/${entry.queue.id}`;
    case 'schedule':
      return `schedule/${entry.schedule.id}`;
    case 'skip':
      return `skip/${tickKey(entry.tick)}`;
  }
}
