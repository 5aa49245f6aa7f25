import { assert, required } from '../../../lib/assert.ts';
import { intBetween, type Random } from '../../../lib/random.ts';
import { MS } from '../../../lib/units.ts';
import type { StoreAnswer, StoreOp, StoreOutcome, StoreRow } from '../../store/protocol.ts';
import type { CallOut, StoreSession } from '../store-session.ts';

/**
 * The inside of a transaction: yields operations, is handed the rows that they show, and returns
 * what is to be written. It may be run again from the start, also after a commit whose answer was
 * lost: it must find in the rows what it has done, and come to the same.
 */
export type Script<R> = Generator<readonly StoreOp[], R, readonly StoreRow[]>;

/** What a script comes to. */
export interface Work {
  readonly writes: readonly StoreOp[];
}

export interface Task {
  /** One try. */
  readonly begin: () => Script<Work>;
  /** The first operations, before the script's own; such as a lock that everybody takes. */
  readonly guard?: readonly StoreOp[];
  /** How long each lock is waited for, where that is not left to the store. */
  readonly lockWaitUs?: number;
  /** Told once, when it is committed. */
  readonly done: (work: Work) => void;
}

interface Running {
  readonly task: Task;
  script: Script<Work>;
  /** Once the writes are under way. */
  work: Work | undefined;
}

interface Lane {
  readonly session: StoreSession;
  running: Running | undefined;
}

const AGAIN_MIN_US = 5 * MS;
const AGAIN_MAX_US = 50 * MS;
const READ_ONLY_US = 100 * MS;

/** Carries tasks out, a few at a time; the others wait in line. */
export class Transactions {
  readonly #lanes: readonly Lane[];
  readonly #random: Random;
  readonly #line: Task[] = [];

  constructor(sessions: readonly StoreSession[], random: Random) {
    assert(sessions.length > 0, 'transactions without a session');
    this.#lanes = sessions.map((session) => ({ session, running: undefined }));
    this.#random = random;
  }

  /** Tasks that have not begun. */
  get waiting(): number {
    return this.#line.length;
  }

  run(task: Task, out: CallOut): void {
    const isFirst = this.#line.length === 0;
    const lane = isFirst ? this.#lanes.find(({ running }) => running === undefined) : undefined;
    if (lane === undefined) this.#line.push(task);
    else this.#begin(lane, task, out);
  }

  onAnswer(answer: StoreAnswer, out: CallOut): void {
    const lane = this.#lanes.find(({ session }) => session.name === answer.session);
    const outcome = lane?.session.onAnswer(answer, out);
    if (lane?.running === undefined || outcome === undefined) return;
    const { running } = lane;
    if (outcome.kind !== 'ok') return this.#again(lane, running, outcome, out);
    if (running.work === undefined) return this.#step(lane, running, outcome.rows, out);
    lane.running = undefined;
    running.task.done(running.work);
    // What followed from it may have taken the lane: then whoever is next stays in line.
    const next = lane.running === undefined ? this.#line.shift() : undefined;
    if (next !== undefined) this.#begin(lane, next, out);
  }

  /** True when the timer belonged to one of the sessions. */
  onTimer(tag: string, out: CallOut): boolean {
    return this.#lanes.some(({ session }) => session.onTimer(tag, out));
  }

  #begin(lane: Lane, task: Task, out: CallOut, afterUs = 0): void {
    const running: Running = { task, script: task.begin(), work: undefined };
    lane.running = running;
    const first = running.script.next();
    const { lockWaitUs, guard = [] } = task;
    const begin: StoreOp =
      lockWaitUs === undefined ? { kind: 'begin' } : { kind: 'begin', lockWaitUs };
    const ops = first.done === true ? this.#finish(running, first.value) : first.value;
    lane.session.call([begin, ...guard, ...ops], out, afterUs);
  }

  #step(lane: Lane, running: Running, rows: readonly StoreRow[], out: CallOut): void {
    const step = running.script.next(rows);
    const ops = step.done === true ? this.#finish(running, step.value) : step.value;
    lane.session.call(ops, out);
  }

  #finish(running: Running, work: Work): readonly StoreOp[] {
    running.work = work;
    return [...work.writes, { kind: 'commit' }];
  }

  /** Undone: from the start, after a moment that differs from those of the others. */
  #again(lane: Lane, { task }: Running, outcome: StoreOutcome, out: CallOut): void {
    const waitUs = intBetween(this.#random, AGAIN_MIN_US, AGAIN_MAX_US);
    this.#begin(lane, task, out, outcome.kind === 'read-only' ? READ_ONLY_US : waitUs);
  }
}

/** The only row of an answer. */
export const onlyRow = (rows: readonly StoreRow[]): StoreRow => required(rows[0], 'a row');
