import { assert } from '../../lib/assert.ts';

/** Exclusive locks on keys with queues of waiting sessions, first come, first served. */
export class Locks {
  readonly #holders = new Map<string, string>();
  readonly #queues = new Map<string, string[]>();
  readonly #held = new Map<string, Set<string>>();

  /** True when the session holds the key now; otherwise it waits in line. */
  take(key: string, session: string): boolean {
    const holder = this.#holders.get(key);
    if (holder === session) return true;
    if (holder !== undefined) {
      this.#wait(key, session);
      return false;
    }
    this.#grant(key, session);
    return true;
  }

  /** Gives up all that a session holds or waits for; returns who got something. */
  release(session: string): string[] {
    for (const [key, queue] of this.#queues) this.#leaveLine(key, queue, session);
    const held = this.#held.get(session);
    if (held === undefined) return [];
    this.#held.delete(session);
    const woken: string[] = [];
    for (const key of held) {
      this.#holders.delete(key);
      const next = this.#queues.get(key)?.shift();
      if (next === undefined) continue;
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
}
