import { isTerminal, type Testimony } from '../../../history/fact.ts';
import type { Effect, Output } from '../../../host/step.ts';
import { assert, required } from '../../../lib/assert.ts';
import type { WallUs } from '../../../lib/units.ts';
import type { Stop } from '../../api.ts';
import { isReady, type JobEvent, type JobRecord, placesOf, type stepJob } from '../../job/job.ts';
import type { ZoneTable } from '../../schedule/zone-rules.ts';
import type { StoreOp, StoreRow } from '../../store/protocol.ts';
import type { DeskOut, Office } from '../api-desk.ts';
import { Book, type BookEntry, type ScheduleRecord } from '../book.ts';
import type { CursorOfPut } from '../edits.ts';
import { Out } from '../out.ts';
import { standingOf, type TickDecider } from '../ticks.ts';
import {
  type JobRow,
  jobKey,
  queueKey,
  type Row,
  type ScheduleRow,
  scheduleKey,
  skipKey,
  valueIn,
} from './schema.ts';
import type { Work } from './transactions.ts';

/** What a script does with rows besides writing them. */
export interface Deeds extends Work {
  /** Leave when it is committed. */
  readonly effects: readonly Effect[];
  /** When the first of what was written falls due; Infinity where nothing waits for its time. */
  readonly dueUs: number;
  /** Whether any job that was written waits only for a worker. */
  readonly hasReady: boolean;
  /** Those jobs. */
  readonly ready: readonly JobRecord[];
}

/** What rows are decided with. */
export interface OfficePort {
  readonly options: { readonly zones: ZoneTable };
  readonly ticks: TickDecider;
  readonly cursorOfPut: CursorOfPut;
  readonly stepJob: typeof stepJob;
  wallUs(): WallUs;
}

/**
 * An office for the length of one transaction: the rows that were read are its book, and what
 * changes in it are the rows to be written. The same desk answers at it as at an engine's.
 */
export class RowOffice implements Office {
  readonly book = new Book();
  readonly options: { readonly zones: ZoneTable };
  readonly ticks: TickDecider;
  readonly cursorOfPut: CursorOfPut;
  readonly #port: OfficePort;
  readonly #rows = new Map<string, Row>();
  readonly #out: DeskOut = new Out<BookEntry>();
  /** Jobs that have ended here: whoever waits for them is to be told before the commit. */
  readonly ended: JobRecord[] = [];

  constructor(port: OfficePort) {
    this.#port = port;
    this.options = port.options;
    this.ticks = port.ticks;
    this.cursorOfPut = port.cursorOfPut;
  }

  /** Collects what the desk wants done. */
  get out(): DeskOut {
    return this.#out;
  }

  wallUs(): WallUs {
    return this.#port.wallUs();
  }

  /** Takes rows into the book; absent ones are nothing. */
  load(rows: readonly StoreRow[]): void {
    for (const { key, value } of rows) {
      const row = value as Row | undefined;
      // What was changed here is newer than what the store shows.
      if (row === undefined || this.#rows.has(key)) continue;
      this.#rows.set(key, row);
      const entry = entryOf(row);
      if (entry !== undefined) this.book.apply(entry);
    }
  }

  change(entry: BookEntry, out: DeskOut): void {
    this.book.apply(entry);
    out.keep(entry);
    if (entry.kind === 'job' && isTerminal(entry.job.state)) this.ended.push(entry.job);
  }

  /** The row says when it is due. */
  enqueue(): void {}

  /** Whoever claims next looks at the row. */
  queueChanged(): void {}

  /** Decided before the desk is asked, for that takes other rows. */
  decideDue(): void {}

  stopRunning(job: JobRecord, out: DeskOut): void {
    const run = required(job.run, `running attempt of ${job.id}`);
    for (const { worker } of placesOf(run)) {
      out.sendAfterSync<Stop>(worker, { kind: 'stop', v: 1, job: job.id, token: run.token });
    }
  }

  stepJob(job: JobRecord, event: JobEvent, out: DeskOut): JobRecord | undefined {
    const step = this.#port.stepJob(job, event);
    if (step.effect === 'late') return undefined;
    this.change({ kind: 'job', job: step.job }, out);
    return step.job;
  }

  /** Of an attempt that another member may look after: nobody knows here. */
  progressOf(): undefined {
    return undefined;
  }

  /** What was said since this was last asked: it is said when decided, committed or not. */
  takeSaid(): readonly Testimony[] {
    return this.#out.now.splice(0).map((effect) => {
      assert(effect.kind === 'observe', () => `a desk wants ${effect.kind} at once`);
      return effect.testimony;
    });
  }

  /** Everything that was changed, as writes, and what follows once they are committed. */
  finish(): Deeds {
    const { now, persist, afterSync }: Output = this.#out.take();
    assert(now.length === 0, () => `${now.length} things were not said when they were decided`);
    const last = new Map<string, Row | undefined>();
    for (const entry of persist as readonly BookEntry[]) {
      const key = keyOf(entry);
      last.set(key, this.#rowOf(entry, this.#rows.get(key)));
    }
    const writes = [...last].map(([key, value]): StoreOp => ({ kind: 'write', key, value }));
    let dueUs = Number.POSITIVE_INFINITY;
    const ready: JobRecord[] = [];
    for (const row of last.values()) {
      if (row?.kind === 'schedule') dueUs = Math.min(dueUs, row.nextUs ?? dueUs);
      if (row?.kind !== 'job' || !isReady(row.job)) continue;
      if (row.isReady) ready.push(row.job);
      else dueUs = Math.min(dueUs, row.job.dueUs);
    }
    return { writes, effects: afterSync, dueUs, hasReady: ready.length > 0, ready };
  }

  #rowOf(entry: BookEntry, before: Row | undefined): Row | undefined {
    switch (entry.kind) {
      case 'job':
        return this.#jobRow(entry.job, before?.kind === 'job' ? before : undefined);
      case 'schedule':
        return this.#scheduleRow(entry.schedule, before?.kind === 'schedule' ? before : undefined);
      case 'queue':
        return { kind: 'queue', queue: entry.queue };
      case 'skip':
        return entry;
      case 'forget':
        return undefined;
    }
  }

  /** Who has older rules of a zone than the schedule needs leaves its next time as it was. */
  #scheduleRow(schedule: ScheduleRecord, before: ScheduleRow | undefined): ScheduleRow {
    const isMine = this.ticks.isTracked(schedule.id) || standingOf(schedule) === 'deleted';
    const nextUs = isMine ? this.ticks.nextOf(schedule.id) : before?.nextUs;
    const row = { kind: 'schedule', schedule } as const;
    return nextUs === undefined ? row : { nextUs: nextUs as WallUs, ...row };
  }

  #jobRow(job: JobRecord, before: JobRow | undefined): JobRow {
    const row = { kind: 'job', job, isReady: job.dueUs <= this.wallUs() } as const;
    if (job.run === undefined) return row;
    const isSame = before?.job.run?.token.attempt === job.run.token.attempt;
    const claimedUs = isSame ? before?.claimedUs : undefined;
    return { claimedUs: claimedUs ?? this.wallUs(), ...row };
  }
}

function entryOf(row: Row): BookEntry | undefined {
  switch (row.kind) {
    case 'job':
      return { kind: 'job', job: row.job };
    case 'schedule':
      return { kind: 'schedule', schedule: row.schedule };
    case 'queue':
      return { kind: 'queue', queue: row.queue };
    case 'skip':
      return row;
    case 'home':
    case 'cell':
      return undefined;
  }
}

function keyOf(entry: BookEntry): string {
  switch (entry.kind) {
    case 'job':
      return jobKey(entry.job.id);
    case 'forget':
      return jobKey(entry.job);
    case 'schedule':
      return scheduleKey(entry.schedule.id);
    case 'queue':
      return queueKey(entry.queue.id);
    case 'skip':
      return skipKey(entry.tick);
  }
}

/** The job of a row that was read, if it is there. */
export function jobOf(row: StoreRow | undefined): JobRecord | undefined {
  const value = row && valueIn(row);
  return value?.kind === 'job' ? value.job : undefined;
}
