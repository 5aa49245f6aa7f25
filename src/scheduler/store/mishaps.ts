/**
 * What may be wrong with a store for a while, as its operator says: the harness makes it so, and
 * the store behaves accordingly. Each mishap has an id; those of a kind that overlap are one while
 * any of them lasts.
 */
import type { Message } from '../../host/host.ts';
import { chancePpm, hashedRandom, type Random } from '../../lib/random.ts';
import type { MonotonicUs } from '../../lib/units.ts';

export type Mishap =
  /** Reads outside of transactions show the rows as they were so long ago. */
  | { readonly kind: 'stale-reads'; readonly lagUs: number }
  /** No lock is granted. */
  | { readonly kind: 'lock-stall' }
  /** The last locks of sessions that end stay. */
  | { readonly kind: 'orphan-locks' }
  /** Each commit that writes is refused with this chance, by a stream of the mishap's own. */
  | { readonly kind: 'serialization-errors'; readonly abortPpm: number; readonly seed: string }
  | { readonly kind: 'read-only' };

/** What an operator says to a store; nobody else is listened to. */
export type StoreOrder =
  /**
   * Serve, on this timeline, which must be new unless it was this store's before. `asks`: only
   * after having asked the other one what it has.
   */
  | { readonly kind: 'promote'; readonly timeline: number; readonly asks: boolean }
  /** Follow whoever serves on this timeline. */
  | { readonly kind: 'demote'; readonly timeline: number }
  /** A mishap; it ends by itself after so long by the store's clock, should its end get lost. */
  | { readonly kind: 'begin'; readonly id: string; readonly mishap: Mishap; readonly forUs: number }
  | { readonly kind: 'end'; readonly id: string }
  /** Ends all sessions, or those of one client, whose connections are gone. */
  | { readonly kind: 'end-sessions'; readonly of?: string };

export interface StoreControl extends Message {
  readonly kind: 'store-control';
  readonly v: 1;
  readonly order: StoreOrder;
}

interface Ongoing {
  readonly mishap: Mishap;
  readonly untilUs: number;
  readonly random: Random | undefined;
  /** How often it changed something. */
  hits: number;
}

export class Mishaps {
  readonly #ongoing = new Map<string, Ongoing>();

  get any(): boolean {
    return this.#ongoing.size > 0;
  }

  begin(id: string, mishap: Mishap, untilUs: number): void {
    const before = this.#ongoing.get(id);
    if (before !== undefined) return;
    const isDrawn = mishap.kind === 'serialization-errors';
    const random = isDrawn ? hashedRandom(mishap.seed) : undefined;
    this.#ongoing.set(id, { mishap, untilUs, random, hits: 0 });
  }

  end(id: string): void {
    this.#ongoing.delete(id);
  }

  /** Forgets those whose time is over. */
  expire(nowUs: MonotonicUs): void {
    for (const [id, { untilUs }] of this.#ongoing) {
      if (nowUs >= untilUs) this.#ongoing.delete(id);
    }
  }

  has(kind: Mishap['kind']): boolean {
    if (this.#ongoing.size === 0) return false;
    for (const { mishap } of this.#ongoing.values()) if (mishap.kind === kind) return true;
    return false;
  }

  /** All of this kind changed something. */
  hit(kind: Mishap['kind']): void {
    for (const each of this.#ongoing.values()) if (each.mishap.kind === kind) each.hits += 1;
  }

  /** Whether a commit is refused; each mishap draws for itself. */
  abortsCommit(): boolean {
    let aborts = false;
    for (const each of this.#ongoing.values()) {
      const { mishap, random } = each;
      if (mishap.kind !== 'serialization-errors' || random === undefined) continue;
      if (!chancePpm(random, mishap.abortPpm)) continue;
      each.hits += 1;
      aborts = true;
    }
    return aborts;
  }

  /** How old what plain reads show is; 0 when they are right. */
  lagUs(): number {
    let lagUs = 0;
    for (const { mishap } of this.#ongoing.values()) {
      if (mishap.kind === 'stale-reads') lagUs = Math.max(lagUs, mishap.lagUs);
    }
    return lagUs;
  }

  /** By id: how often each changed something. */
  hits(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#ongoing].map(([id, { hits }]) => [id, hits]));
  }
}
