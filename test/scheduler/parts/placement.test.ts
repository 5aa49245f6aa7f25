import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Assign,
  equalParts,
  nextEpoch,
  rendezvous,
  shardOf,
  shardOfEpoch,
} from '../../../src/scheduler/parts/placement.ts';
import '../../support/property-seed.ts';

const SHARDS = 64;
const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 12 });

const ownersOf = (assign: Assign, members: readonly string[]) =>
  Array.from({ length: SHARDS }, (_, shard) => assign(shard, SHARDS, members));

test('when a member comes or goes, only the shards that it gets or had move', () => {
  fc.assert(
    fc.property(names, fc.nat(), (members, n) => {
      const one = members[n % members.length];
      const others = members.filter((name) => name !== one);
      const [all, rest] = [ownersOf(rendezvous, members), ownersOf(rendezvous, others)];
      for (const [shard, owner] of all.entries()) {
        if (owner !== one) expect(rest[shard]).toBe(owner);
        else expect(rest[shard]).not.toBe(one);
      }
    }),
  );
});

test('in whatever order members are known, all of them find the same owner', () => {
  fc.assert(
    fc.property(names, (members) => {
      for (const assign of [rendezvous, equalParts]) {
        expect(ownersOf(assign, [...members].reverse())).toEqual(ownersOf(assign, members));
      }
    }),
  );
});

test('nobody has a far greater share than the others; equal parts differ by one', () => {
  const members = Array.from({ length: 8 }, (_, n) => `m${n}`);
  const counts = (assign: Assign) =>
    members.map((name) => ownersOf(assign, members).filter((owner) => owner === name).length);
  expect(Math.max(...counts(equalParts)) - Math.min(...counts(equalParts))).toBeLessThanOrEqual(1);
  expect(Math.max(...counts(rendezvous))).toBeLessThan((3 * SHARDS) / members.length);
  expect(Math.min(...counts(rendezvous))).toBeGreaterThan(0);
  expect(rendezvous(0, SHARDS, [])).toBeUndefined();
});

test('epochs of a shard rise, tell which shard it is, and are those of no other shard', () => {
  const many = fc.integer({ min: 1, max: 300 });
  const any = fc.nat(2 ** 40);
  fc.assert(
    fc.property(many, fc.nat(), any, any, (shards, n, before, floor) => {
      const shard = n % shards;
      const epoch = nextEpoch(shard, shards, before, floor);
      expect(epoch).toBeGreaterThan(Math.max(before, floor));
      expect(epoch - Math.max(before, floor)).toBeLessThanOrEqual(shards);
      expect(shardOfEpoch(epoch, shards)).toBe(shard);
    }),
  );
});

test('queues are spread over all shards', () => {
  const found = new Set(Array.from({ length: 1_000 }, (_, n) => shardOf(`queue ${n}`, SHARDS)));
  expect(found.size).toBe(SHARDS);
});
