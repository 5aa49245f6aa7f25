import { assert } from '../../lib/assert.ts';

/** Holds what nobody gives back; no session has this name. */
const NOBODY = '';
const NONE: ReadonlySet<string> = new Set();

/** Exclusive locks on keys with queues of waiting sessions, first come, first served. */
export class Locks {
  readonly #holders = new Map<string, string>();
  readonly #queues = new Map<string, string[]>();
  readonly #held = new Map<string, Set<string>>();
  /** Session to the one key that it waits for. */
  readonly #waits = new Map<string, string>();
  #isStalled = false;

  /** True when the session holds the key now. */
  tryTake(key: string, session: string): boolean {
    const holder = this.#holders.get(key);
    if (holder === session) return true;
    if (holder !== undefined || this.#isStalled) return false;
    this.#grant(key, session);
    return true;
  }

  /** Waits in line for a key that it cannot take; false where it would wait for itself. */
  wait(key: string, session: string): boolean {
    assert(!this.#waits.has(session), () => `${session} waits for two keys`);
    if (this.#leadsTo(key, session)) return false;
    this.#waits.set(session, key);
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, [session]);
    else queue.push(session);
    return true;
  }

  /** Whether another session holds the key. */
  isTaken(key: string, session: string): boolean {
    const holder = this.#holders.get(key);
    return holder !== undefined && holder !== session;
  }

  /**
   * Gives up all that a session holds or waits for; returns who got something. Keys that are free
   * then and named here stay locked instead, as if a transaction on them had never ended.
   */
  release(session: string, orphans: readonly string[] = []): string[] {
    this.#leaveLine(session);
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

  /**
   * Whether who holds the key waits, by way of others, for this session. Each waits for one key at
   * a time, so there is one chain; those before it in a line wait for the same holder.
   */
  #leadsTo(key: string, session: string): boolean {
    let wanted: string | undefined = key;
    for (let links = 0; wanted !== undefined; links++) {
      assert(links <= this.#waits.size, () => `a circle of ${links} that wait for each other`);
      const holder: string | undefined = this.#holders.get(wanted);
      if (holder === session) return true;
      wanted = holder === undefined ? undefined : this.#waits.get(holder);
    }
    return false;
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
      this.#waits.delete(next);
      this.#grant(key, next);
      woken.push(next);
    }
    return woken;
  }

  #leaveLine(session: string): void {
    const key = this.#waits.get(session);
    if (key === undefined) return;
    this.#waits.delete(session);
    const rest = (this.#queues.get(key) ?? []).filter((waiting) => waiting !== session);
    if (rest.length === 0) this.#queues.delete(key);
    else this.#queues.set(key, rest);
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
