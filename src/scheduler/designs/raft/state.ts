import { assert } from '../../../lib/assert.ts';
import { type Answered, AnsweredOps } from '../../parts/answered.ts';
import { Book, type BookEntry } from '../../parts/book.ts';
import type { RaftRecord } from '../../parts/raft/durable.ts';
import type { LogEntry } from '../../parts/raft/messages.ts';
import type { StateMachine } from '../../parts/raft/raft.ts';

/** What the group agrees on: changes of the book, and what clients were answered. */
export type StateEntry = BookEntry | Answered;

/** What a snapshot holds of the state. */
export type RowsOf = (state: RaftState) => readonly StateEntry[];

export function allRows({ book, answers }: RaftState): readonly StateEntry[] {
  const rows: StateEntry[] = book.entries();
  for (const answered of answers.entries()) rows.push(answered);
  return rows;
}

/** What a record of the log counts for: the changes of state in it. */
export function changesIn(record: RaftRecord): number {
  if (record.kind !== 'entries') return 1;
  let changes = 0;
  for (const { command } of record.entries) {
    changes += command.kind === 'data' ? (command.data as readonly StateEntry[]).length : 1;
  }
  return changes;
}

/** The state after every entry that is committed here: the same on every member. */
export class RaftState implements StateMachine {
  #book = new Book();
  #answers = new AnsweredOps();
  readonly #rowsOf: RowsOf;

  constructor(rowsOf: RowsOf) {
    this.#rowsOf = rowsOf;
  }

  get book(): Book {
    return this.#book;
  }

  get answers(): AnsweredOps {
    return this.#answers;
  }

  get size(): number {
    return this.#book.size + this.#answers.size;
  }

  apply({ command }: LogEntry): void {
    if (command.kind !== 'data') return;
    for (const entry of command.data as readonly StateEntry[]) this.#note(entry);
  }

  rows(): readonly StateEntry[] {
    return this.#rowsOf(this);
  }

  restore(rows: readonly unknown[]): void {
    this.#book = new Book();
    this.#answers = new AnsweredOps();
    for (const row of rows as readonly StateEntry[]) this.#note(row);
  }

  /** A state of its own that holds the same: an engine decides ahead of what is committed. */
  copy(): RaftState {
    const copy = new RaftState(this.#rowsOf);
    copy.restore(allRows(this));
    assert(copy.size === this.size, () => `a copy of ${copy.size} rows of ${this.size}`);
    return copy;
  }

  #note(entry: StateEntry): void {
    if (entry.kind === 'answered') this.#answers.note(entry);
    else this.#book.apply(entry);
  }
}
