import type { MonotonicUs } from '../../../lib/units.ts';
import type { Assign } from '../../parts/placement.ts';
import type { StoreRow } from '../../store/protocol.ts';
import { MEMBER_PREFIX, type MemberRow, SHARD_PREFIX, type ShardRow } from './schema.ts';

/** A shard's row as it was read last. */
export interface SeenShard {
  readonly row: ShardRow;
  readonly version: number;
}

interface SeenMember {
  readonly row: MemberRow;
  readonly version: number;
  readonly sinceUs: MonotonicUs;
}

/** What a member should do about shards, by what it has read. */
export interface Moves {
  /** To be taken, from nobody or from who is gone. */
  readonly take: readonly number[];
  /** Another member is to have them: given back, so that it can take them. */
  readonly leave: readonly number[];
  /** Somebody else has them by now. */
  readonly lost: readonly number[];
}

export interface MovesInput {
  readonly self: string;
  /** Of this life of it, as in the rows of shards. */
  readonly identity: string;
  readonly shards: number;
  readonly deadUs: number;
  readonly nowUs: MonotonicUs;
  readonly assign: Assign;
  /** Whether a shard is taken from an owner who is there, or waited for until it is given back. */
  readonly steals: boolean;
  /** Epochs of what this member has. */
  readonly owned: ReadonlyMap<number, number>;
}

/**
 * Who is there, and who owns what, as the rows said last. A member is there while its row changes,
 * by the clock of who looks: nobody's time of day matters.
 */
export class Roll {
  readonly #members = new Map<string, SeenMember>();
  #shards: readonly (SeenShard | undefined)[] = [];

  /** All rows of members and shards, read at once. */
  onRows(rows: readonly StoreRow[], nowUs: MonotonicUs): void {
    const there = new Set<string>();
    const shards: (SeenShard | undefined)[] = [];
    for (const { key, value, version } of rows) {
      if (key.startsWith(SHARD_PREFIX)) {
        shards[Number(key.slice(SHARD_PREFIX.length))] = { row: value as ShardRow, version };
      } else if (key.startsWith(MEMBER_PREFIX) && value !== undefined) {
        const row = value as MemberRow;
        there.add(row.name);
        if (this.#members.get(row.name)?.version === version) continue;
        this.#members.set(row.name, { row, version, sinceUs: nowUs });
      }
    }
    for (const name of [...this.#members.keys()]) if (!there.has(name)) this.#members.delete(name);
    this.#shards = shards;
  }

  /** Who looks was away itself: nobody counts as gone for what happened meanwhile. */
  startAnew(nowUs: MonotonicUs): void {
    for (const [name, seen] of this.#members) this.#members.set(name, { ...seen, sinceUs: nowUs });
  }

  /** Names of members that are there, in order. */
  live(nowUs: MonotonicUs, deadUs: number): readonly string[] {
    const live = [...this.#members.values()].filter(({ sinceUs }) => nowUs - sinceUs <= deadUs);
    return live.map(({ row }) => row.name).sort();
  }

  shard(shard: number): SeenShard | undefined {
    return this.#shards[shard];
  }

  /** The name of a shard's owner, whether or not it is there. */
  ownerOf(shard: number): string | undefined {
    const owner = this.#shards[shard]?.row.owner;
    return owner === undefined || owner === '' ? undefined : owner.split('#')[0];
  }

  moves(input: MovesInput): Moves {
    const { self, identity, shards, deadUs, nowUs, assign, steals, owned } = input;
    const live = this.live(nowUs, deadUs);
    const identities = new Set(
      live.map((name) => `${name}#${this.#members.get(name)?.row.identity ?? ''}`),
    );
    const take: number[] = [];
    const leave: number[] = [];
    const lost: number[] = [];
    for (let shard = 0; shard < shards; shard++) {
      const row = this.#shards[shard]?.row;
      const mine = owned.get(shard);
      const isMeant = assign(shard, shards, live) === self;
      if (mine !== undefined && row !== undefined && row.epoch > mine) lost.push(shard);
      else if (mine !== undefined) {
        if (!isMeant && live.includes(self)) leave.push(shard);
      } else if (row?.owner === identity) {
        // It was dropped without a word, and nobody else takes it from who is there.
        take.push(shard);
      } else if (isMeant) {
        const isFree = row === undefined || row.owner === '' || !identities.has(row.owner);
        if (isFree || steals) take.push(shard);
      }
    }
    return { take, leave, lost };
  }
}
