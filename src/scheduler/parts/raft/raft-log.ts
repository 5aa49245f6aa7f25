import { assert, required } from '../../../lib/assert.ts';
import { configOf, type RaftConfig } from './config.ts';
import { type LogEntry, type Place, START } from './messages.ts';

interface ConfigAt {
  readonly index: number;
  readonly config: RaftConfig;
}

/**
 * The log of a member: entries after the place up to which a snapshot stands for them. It knows
 * which configuration is in force, which is the latest in the log, committed or not.
 */
export class RaftLog {
  #base: Place = START;
  #entries: LogEntry[] = [];
  /** What was asked for last: the leader's followers ask for the same, one after the other. */
  #asked:
    | { readonly index: number; readonly max: number; readonly list: readonly LogEntry[] }
    | undefined;
  /** In order of index; the first is that of the snapshot, or of the beginning. */
  #configs: ConfigAt[];

  constructor(initial: RaftConfig = configOf([])) {
    this.#configs = [{ index: 0, config: initial }];
  }

  /** The place that the snapshot stands for. */
  get base(): Place {
    return this.#base;
  }

  get last(): Place {
    return this.#entries.at(-1) ?? this.#base;
  }

  get length(): number {
    return this.#entries.length;
  }

  get config(): RaftConfig {
    return required(this.#configs.at(-1), 'a configuration').config;
  }

  /** Where the configuration in force was appended. */
  get configIndex(): number {
    return required(this.#configs.at(-1), 'a configuration').index;
  }

  /** The configuration as it was at an index. */
  configAt(index: number): RaftConfig {
    const found = this.#configs.findLast((it) => it.index <= index);
    return required(found, `a configuration at ${index}`).config;
  }

  /** Undefined before the base, and beyond the end. */
  termAt(index: number): number | undefined {
    if (index === this.#base.index) return this.#base.term;
    return this.#entries[index - this.#base.index - 1]?.term;
  }

  entryAt(index: number): LogEntry {
    return required(this.#entries[index - this.#base.index - 1], `entry ${index}`);
  }

  has({ index, term }: Place): boolean {
    return this.termAt(index) === term;
  }

  /** Up to `max` entries from `index` on, which must not be before the base. */
  from(index: number, max: number): readonly LogEntry[] {
    assert(index > this.#base.index, () => `entry ${index} is in the snapshot`);
    const asked = this.#asked;
    if (asked?.index === index && asked.max === max) return asked.list;
    const at = index - this.#base.index - 1;
    const list = this.#entries.slice(at, at + max);
    this.#asked = { index, max, list };
    return list;
  }

  /** Entries that follow what is there; what is new of them. */
  append(entries: readonly LogEntry[]): void {
    this.#asked = undefined;
    for (const entry of entries) {
      const { last } = this;
      assert(entry.index === last.index + 1, () => `entry ${entry.index} after ${last.index}`);
      assert(entry.term >= last.term, () => `term ${entry.term} after ${last.term}`);
      this.#entries.push(entry);
      const { command, index } = entry;
      if (command.kind === 'config') this.#configs.push({ index, config: command.config });
    }
  }

  /** Takes away everything from an index on. */
  cut(from: number): void {
    assert(from > this.#base.index, () => `a cut at ${from} in the snapshot`);
    this.#asked = undefined;
    this.#entries.length = Math.min(this.#entries.length, from - this.#base.index - 1);
    this.#configs = this.#configs.filter(({ index }) => index < from);
  }

  /** A snapshot stands for everything up to an index that is there. */
  compact(upTo: number): void {
    const term = required(this.termAt(upTo), `the term of ${upTo}`);
    const config = this.configAt(upTo);
    const left = this.#configs.filter(({ index }) => index > upTo);
    this.#asked = undefined;
    this.#configs = [{ index: upTo, config }, ...left];
    this.#entries = this.#entries.slice(upTo - this.#base.index);
    this.#base = { index: upTo, term };
  }

  /** Begins anew after a snapshot of somebody else's. */
  reset(base: Place, config: RaftConfig): void {
    this.#base = base;
    this.#asked = undefined;
    this.#entries = [];
    this.#configs = [{ index: base.index, config }];
  }
}
