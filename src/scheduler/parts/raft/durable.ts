/**
 * What a member of a Raft group has on its disk: the term it has heard of and its vote in it, the
 * log, and the state that a snapshot took the place of entries with. Records in order of writing;
 * entries written at an index take away what was there from it on.
 */
import type { RaftConfig } from './config.ts';
import type { LogEntry, Place } from './messages.ts';
import { RaftLog } from './raft-log.ts';

/** Synced before anybody is told of it. */
export interface HardState {
  readonly term: number;
  /** Whom it voted for in that term. */
  readonly vote?: string | undefined;
}

export type RaftRecord =
  | ({ readonly kind: 'hard' } & HardState)
  | { readonly kind: 'entries'; readonly entries: readonly LogEntry[] }
  | {
      readonly kind: 'snapshot';
      readonly last: Place;
      readonly config: RaftConfig;
      readonly rows: readonly unknown[];
    };

export interface Durable {
  readonly hard: HardState;
  readonly log: RaftLog;
  /** The state at the base of the log. */
  readonly rows: readonly unknown[];
}

/** What a member starts with. */
export type RecoverRaft = (records: Iterable<RaftRecord>, initial: RaftConfig) => Durable;

export const recoverRaft: RecoverRaft = (records, initial) => {
  const log = new RaftLog(initial);
  let hard: HardState = { term: 0 };
  let rows: readonly unknown[] = [];
  for (const record of records) {
    switch (record.kind) {
      case 'hard':
        hard = { term: record.term, vote: record.vote };
        break;
      case 'snapshot':
        log.reset(record.last, record.config);
        rows = record.rows;
        break;
      case 'entries': {
        const first = record.entries[0];
        if (first !== undefined && first.index <= log.last.index) log.cut(first.index);
        log.append(record.entries);
        break;
      }
    }
  }
  return { hard, log, rows };
};

/** The records that make this of nothing. */
export function* recordsOf({ hard, log, rows }: Durable): Generator<RaftRecord> {
  const { base } = log;
  yield { kind: 'hard', ...hard };
  yield { kind: 'snapshot', last: base, config: log.configAt(base.index), rows };
  const entries = log.from(base.index + 1, log.length);
  if (entries.length > 0) yield { kind: 'entries', entries };
}
