import type { Recovered } from '../../host/host.ts';
import type { Output } from '../../host/step.ts';
import { assert, unreachable } from '../../lib/assert.ts';
import { LogWriter, type RefusedLog, recoverLog } from '../parts/log.ts';
import type { Out } from '../parts/out.ts';
import type { StoreIndex } from './indexes.ts';
import { type StoreRow, versionOf } from './protocol.ts';
import { type Commit, type Position, positionOf, START } from './replication.ts';
import { Table } from './table.ts';
import type { Writes } from './transaction.ts';

export type Role = 'primary' | 'replica';

/** What the log holds. */
export type StoreEntry =
  | Commit
  | { readonly kind: 'role'; readonly role: Role; readonly timeline: number }
  /** All there is: what came before does not count. */
  | {
      readonly kind: 'state';
      readonly role: Role;
      readonly timeline: number;
      readonly at: Position;
      readonly rows: readonly StoreRow[];
    };

/** What a store knows for good: its rows, its place in their history, and its role. */
export class Archive {
  table: Table;
  role: Role;
  timeline = 0;
  /** The last commit it has. */
  at: Position = START;
  #log = new LogWriter<StoreEntry>({ kind: 'whole', records: [], isClean: true }, { weigh });
  /** Everything was replaced in this step: the log is, too. */
  #isReplaced = false;
  readonly #indexes: readonly StoreIndex[];

  constructor(role: Role, indexes: readonly StoreIndex[]) {
    this.role = role;
    this.#indexes = indexes;
    this.table = new Table(indexes);
  }

  /** Reads the log back; the answer says why it must not be believed, if so. */
  recover(recovered: Recovered): RefusedLog | undefined {
    const log = recoverLog<StoreEntry>(recovered);
    if (log.kind === 'refused') return log;
    for (const { entries } of log.records) for (const entry of entries) this.#replay(entry);
    this.#log = new LogWriter(log, { weigh });
    return undefined;
  }

  /** The next commit of this timeline. */
  commit(writes: Writes, out: Out<StoreEntry>): Commit {
    const { timeline } = this;
    const n = this.at.n + 1;
    const version = versionOf(timeline, n);
    const rows = [...writes].map(([key, row]) => ({ key, ...row, version }));
    const commit: Commit = { kind: 'commit', timeline, n, rows };
    this.apply(commit, out);
    return commit;
  }

  apply(commit: Commit, out: Out<StoreEntry>): void {
    assert(commit.n === this.at.n + 1, () => `commit ${commit.n} after ${this.at.n}`);
    this.#replay(commit);
    out.keep(commit);
  }

  become(role: Role, timeline: number, out: Out<StoreEntry>): void {
    assert(timeline >= this.timeline, () => `from timeline ${this.timeline} to ${timeline}`);
    const entry = { kind: 'role', role, timeline } as const;
    this.#replay(entry);
    out.keep(entry);
  }

  /** Takes over the whole state of another machine. */
  replace(at: Position, rows: readonly StoreRow[]): void {
    this.table = new Table(this.#indexes, rows);
    this.at = positionOf(at);
    this.#isReplaced = true;
  }

  /** What a step wants done, with its record of the log. */
  seal(output: Output): Output {
    if (!this.#isReplaced) return this.#log.seal(output, this.table.size, () => this.#live());
    this.#isReplaced = false;
    return this.#log.reset(output, () => this.#live());
  }

  #live(): readonly StoreEntry[] {
    const { role, timeline, table } = this;
    return [{ kind: 'state', role, timeline, at: positionOf(this.at), rows: table.rows() }];
  }

  #replay(entry: StoreEntry): void {
    switch (entry.kind) {
      case 'commit':
        for (const row of entry.rows) this.table.write(row);
        this.at = entry;
        return;
      case 'role':
        this.role = entry.role;
        this.timeline = entry.timeline;
        return;
      case 'state':
        this.role = entry.role;
        this.timeline = entry.timeline;
        this.at = entry.at;
        this.table = new Table(this.#indexes, entry.rows);
        return;
      default:
        unreachable(entry);
    }
  }
}

/** What an entry counts for: the rows that it writes. */
const weigh = (entry: StoreEntry): number => (entry.kind === 'commit' ? entry.rows.length : 1);
