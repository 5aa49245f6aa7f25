import { assert } from '../../lib/assert.ts';

/** Holds what nobody gives back; no session has this name. */
const NOBODY = '';
const NONE: ReadonlySet<string> = new Set();

/** Exclusive locks on keys with queues of waiting sessions, first come, first served. */
export class Locks {
  readonly #holders = new Map<string, string>();
  readonly #queues = new Map<string, string[]>();
  readonly #held = new Map<string, Set<string>>();
  #isStalled = false;

  /** True when the session holds the key now; otherwise it waits in line. */
  take(key: string, session: string): boolean {
    const holder = this.#holders.get(key);
    if (holder === session) return true;
    if (holder !== undefined || this.#isStalled) {
      this.#wait(key, session);
      return false;
    }
    this.#grant(key, session);
    return true;
  }

  /**
   * Gives up all that a session holds or waits for; returns who got something. Keys that are free
   * then and named here stay locked instead, as if a transaction on them had never ended.
   */
  release(session: string, orphans: readonly string[] = []): string[] {
    for (const [key, queue] of this.#queues) this.#leaveLine(key, queue, session);
    const held = this.#held.get(session) ?? NONE;
    this.#held.delete(session);
    for (const key of held) this.#holders.delete(key);
    for (const key of orphans) if (!this.#holders.has(key)) this.#grant(key, NOBODY);
    return this.#grantFree(held);
  }

  /** Gives orphaned keys back; returns who got something. */
  releaseOrphans(): string[] {
    return this.release(NOBODY);
  }

  /** Who is next in every line gets nothing until the stall ends; returns who got something. */
  stall(isStalled: boolean): string[] {
    this.#isStalled = isStalled;
    return this.#grantFree([...this.#queues.keys()]);
  }

  #grantFree(keys: Iterable<string>): string[] {
    const woken: string[] = [];
    if (this.#isStalled) return woken;
    for (const key of keys) {
      if (this.#holders.has(key)) continue;
      const queue = this.#queues.get(key);
      const next = queue?.shift();
      if (next === undefined) continue;
      if (queue?.length === 0) this.#queues.delete(key);
      this.#grant(key, next);
      woken.push(next);
    }
    return woken;
  }

  #wait(key: string, session: string): void {
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, [session]);
    else if (!queue.includes(session)) queue.push(session);
  }

  #leaveLine(key: string, queue: readonly string[], session: string): void {
    const rest = queue.filter((waiting) => waiting !== session);
    if (rest.length === 0) this.#queues.delete(key);
    else if (rest.length < queue.length) this.#queues.set(key, rest);
  }

  #grant(key: string, session: string): void {
    assert(!this.#holders.has(key), () => `${key} granted twice`);
    this.#holders.set(key, session);
    const held = this.#held.get(session);
    if (held === undefined) this.#held.set(session, new Set([key]));
    else held.add(key);
  }

  /** Who holds what, for inspection. */
  get holders(): ReadonlyMap<string, string> {
    return this.#holders;
  }
}
