/**
 * Which shard something is in, which member is to own a shard, and which epochs a shard has: pure
 * functions, the same for whoever asks.
 */
import { assert } from '../../lib/assert.ts';
import { hashedRandom } from '../../lib/random.ts';

/** The shard of a queue, of its jobs, and of schedules whose jobs go there. */
export function shardOf(queue: string, shards: number): number {
  assert(shards > 0, () => `${shards} shards`);
  return hashedRandom('shard', queue).below(shards);
}

/** Who is to own a shard among these members; nobody where there is none. */
export type Assign = (
  shard: number,
  shards: number,
  members: readonly string[],
) => string | undefined;

/**
 * Highest random weight: each shard ranks all members in an order of its own, and belongs to the
 * first that is there. Who comes takes its share from everybody, who goes leaves it to everybody,
 * and no other shard moves.
 */
export const rendezvous: Assign = (shard, _, members) => {
  let first: string | undefined;
  let most = Number.NEGATIVE_INFINITY;
  for (const member of members) {
    const weight = hashedRandom('owner', shard, member).float();
    if (weight < most || (weight === most && (first ?? '') < member)) continue;
    first = member;
    most = weight;
  }
  return first;
};

/** Equal parts in order of name: as even as can be, and most shards move when somebody comes. */
export const equalParts: Assign = (shard, shards, members) => {
  const sorted = [...members].sort();
  return sorted[Math.floor((shard * sorted.length) / shards)];
};

/**
 * The next epoch of a shard. Those of one shard leave the same rest when divided by their number,
 * so a token tells which shard it is of, and no two owners ever give the same one.
 */
export function nextEpoch(shard: number, shards: number, before: number, floor: number): number {
  assert(shard < shards, () => `shard ${shard} of ${shards}`);
  const least = Math.max(before, floor) + 1;
  return least + ((shard - (least % shards) + shards) % shards);
}

export const shardOfEpoch = (epoch: number, shards: number): number => epoch % shards;
