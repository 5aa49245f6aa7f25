import type { RaftConfig } from './config.ts';
import { FROM_START } from './following.ts';
import type { Place, SnapshotPage, SnapshotTaken } from './messages.ts';
import type { Raft } from './raft.ts';

const PAGE = 500;

/** The state as it was when a follower needed it, sent page by page, each when asked for. */
export class OutgoingSnapshot {
  readonly last: Place;
  readonly #to: string;
  readonly #config: RaftConfig;
  readonly #rows: readonly unknown[];
  #page = 0;

  constructor(raft: Raft, to: string) {
    const { log, applied, port } = raft;
    this.#to = to;
    this.last = { index: applied, term: log.termAt(applied) ?? 0 };
    this.#config = log.configAt(applied);
    this.#rows = port.machine.rows();
  }

  /** What it stands for, and which page was not answered yet. */
  get place(): unknown {
    return { last: this.last, config: this.#config, page: this.#page };
  }

  /** The page that was not answered yet. */
  resend({ port, term }: Raft, round: number): void {
    const at = this.#page * PAGE;
    const rows = this.#rows.slice(at, at + PAGE);
    port.out.send<SnapshotPage>(this.#to, {
      kind: 'raft-snapshot-page',
      v: 1,
      to: this.#to,
      term,
      last: this.last,
      config: this.#config,
      page: this.#page,
      isLast: at + PAGE >= this.#rows.length,
      rows,
      round,
    });
  }

  taken(raft: Raft, { last, page }: SnapshotTaken, round: number): void {
    if (last.index !== this.last.index) return;
    if (page === FROM_START) this.#page = 0;
    else if (page === this.#page) this.#page += 1;
    else return;
    this.resend(raft, round);
  }
}
