import { required } from '../../../lib/assert.ts';
import type { Append, Appended, Place, SnapshotPage, SnapshotTaken } from './messages.ts';
import type { Raft } from './raft.ts';

/** A page that never was: whoever lost the first ones needs them again. */
export const FROM_START = -1;

/** A snapshot that is coming in, page by page. */
interface Incoming {
  readonly last: Place;
  /** Whose it is: another leader may have its rows in another order. */
  readonly term: number;
  readonly rows: unknown[];
  /** The page that is expected. */
  page: number;
}

/** What a member makes of what its leader sends. */
export class Following {
  readonly #raft: Raft;
  #incoming: Incoming | undefined;

  constructor(raft: Raft) {
    this.#raft = raft;
  }

  snapshot(): unknown {
    return this.#incoming;
  }

  on(from: string, message: Append | SnapshotPage): void {
    if (message.kind === 'raft-append') this.#onAppend(from, message);
    else this.#onPage(from, message);
  }

  #onAppend(from: string, { prev, entries, commit, round }: Append): void {
    const { log } = this.#raft;
    // What is committed here is as the leader has it, in whatever form.
    const isCovered = prev.index < log.base.index;
    if (!isCovered && !log.has(prev)) {
      const hint = this.#hintFor(prev);
      return this.#answer(from, round, { kind: 'gap', prev: prev.index, hint });
    }
    const fresh = entries.filter((entry) => entry.index > log.base.index && !log.has(entry));
    const first = fresh[0];
    if (first !== undefined) {
      const { commit: own, port } = this.#raft;
      if (first.index <= own) return port.fail(`entry ${first.index} is committed as another one`);
      if (first.index <= log.last.index) log.cut(first.index);
      this.#raft.append(fresh);
    }
    const index = Math.max(prev.index + entries.length, log.base.index);
    this.#raft.commitUpTo(Math.max(this.#raft.commit, Math.min(commit, index)));
    this.#answer(from, round, { kind: 'match', index });
  }

  /** The last place where the logs may meet: nothing after it has a term as old as that. */
  #hintFor({ index, term }: Place): number {
    const { log } = this.#raft;
    let hint = Math.min(index - 1, log.last.index);
    while (hint > log.base.index && required(log.termAt(hint), `term ${hint}`) > term) hint -= 1;
    return hint;
  }

  #answer(to: string, round: number, outcome: Appended['outcome']): void {
    const { port, term } = this.#raft;
    port.out.sendAfterSync<Appended>(to, {
      kind: 'raft-appended',
      v: 1,
      to,
      term,
      round,
      outcome,
    });
  }

  #onPage(from: string, message: SnapshotPage): void {
    const { last, page, round, rows } = message;
    const { commit } = this.#raft;
    if (last.index <= commit) {
      return this.#answer(from, round, { kind: 'match', index: last.index });
    }
    // The first page may come twice, and must not undo the others.
    if (page === 0 && !this.#isSame(message)) {
      this.#incoming = { last, term: message.term, rows: [], page: 0 };
    }
    const incoming = this.#incoming;
    if (incoming === undefined || !this.#isSame(message) || page > incoming.page) {
      return this.#taken(from, message, FROM_START);
    }
    if (page === incoming.page) {
      for (const row of rows) incoming.rows.push(row);
      incoming.page += 1;
      if (message.isLast) return this.#install(from, incoming, message);
    }
    this.#taken(from, message, page);
  }

  /** Whether it is a page of what is coming in. */
  #isSame({ last, term }: SnapshotPage): boolean {
    const incoming = this.#incoming;
    if (incoming === undefined || incoming.term !== term) return false;
    return incoming.last.index === last.index && incoming.last.term === last.term;
  }

  #taken(to: string, { last, round }: SnapshotPage, page: number): void {
    const { port, term } = this.#raft;
    port.out.sendAfterSync<SnapshotTaken>(to, {
      kind: 'raft-snapshot-taken',
      v: 1,
      to,
      term,
      last,
      page,
      round,
    });
  }

  /** Entries beyond the snapshot are kept where the log holds its last one (§5.1). */
  #install(from: string, { last, rows }: Incoming, { config, round }: SnapshotPage): void {
    const { port, log } = this.#raft;
    this.#incoming = undefined;
    const beyond = log.has(last) ? log.from(last.index + 1, log.length) : [];
    log.reset(last, config);
    port.machine.restore(rows);
    port.out.keep({ kind: 'snapshot', last, config, rows });
    this.#raft.append(beyond);
    this.#raft.restored(last.index);
    this.#answer(from, round, { kind: 'match', index: last.index });
  }
}
