import { isTerminal } from '../../history/fact.ts';
import type { JobRecord } from '../job/job.ts';

const NONE: ReadonlySet<string> = new Set();

/** Whether a job may be tied to others, now or ever: its spec and its tick stay as they are. */
export const mayHaveTies = ({ spec, tick, waitsFor }: JobRecord): boolean =>
  tick !== undefined ||
  waitsFor !== undefined ||
  spec.parents !== undefined ||
  spec.uniqueKey !== undefined;

/** Sets by name; an empty one is none. */
class Groups {
  readonly #groups = new Map<string, Set<string>>();

  of(name: string): ReadonlySet<string> {
    return this.#groups.get(name) ?? NONE;
  }

  add(name: string, member: string): void {
    const group = this.#groups.get(name);
    if (group === undefined) this.#groups.set(name, new Set([member]));
    else group.add(member);
  }

  remove(name: string, member: string): void {
    const group = this.#groups.get(name);
    if (group?.delete(member) === true && group.size === 0) this.#groups.delete(name);
  }
}

/**
 * How jobs are tied to each other, kept up to date with their records: who waits for whom, who
 * holds a unique key, which instances of a schedule are open. Most jobs have no ties, and cost
 * nothing here.
 */
export class Kin {
  readonly #children = new Groups();
  readonly #instances = new Groups();
  readonly #holders = new Map<string, string>();

  /** Jobs that wait for this one, in the order in which they came. */
  childrenOf(job: string): readonly string[] {
    return [...this.#children.of(job)];
  }

  /** Instances of a schedule that have not ended, in the order in which they came. */
  openInstances(schedule: string): readonly string[] {
    return [...this.#instances.of(schedule)];
  }

  /** The open job that has the key. */
  holderOf(uniqueKey: string): string | undefined {
    return this.#holders.get(uniqueKey);
  }

  changed(before: JobRecord | undefined, after: JobRecord | undefined): void {
    const isOpen = after !== undefined && !isTerminal(after.state);
    const wasOpen = before !== undefined && !isTerminal(before.state);
    if (isOpen !== wasOpen) this.#opened(after ?? before, isOpen);
    if (before?.waitsFor === after?.waitsFor) return;
    for (const parent of before?.waitsFor ?? []) {
      if (after?.waitsFor?.includes(parent) !== true) {
        this.#children.remove(parent, (before as JobRecord).id);
      }
    }
    for (const parent of after?.waitsFor ?? []) {
      this.#children.add(parent, (after as JobRecord).id);
    }
  }

  #opened(job: JobRecord | undefined, isOpen: boolean): void {
    if (job === undefined) return;
    const { id, tick, spec } = job;
    if (tick !== undefined) {
      if (isOpen) this.#instances.add(tick.schedule, id);
      else this.#instances.remove(tick.schedule, id);
    }
    if (spec.uniqueKey === undefined) return;
    if (isOpen) this.#holders.set(spec.uniqueKey, id);
    else if (this.#holders.get(spec.uniqueKey) === id) this.#holders.delete(spec.uniqueKey);
  }
}
