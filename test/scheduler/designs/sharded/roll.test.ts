import { expect, test } from 'vitest';
import { type MonotonicUs, SECOND } from '../../../../src/lib/units.ts';
import { type MovesInput, Roll } from '../../../../src/scheduler/designs/sharded/roll.ts';
import { memberKey, shardKey } from '../../../../src/scheduler/designs/sharded/schema.ts';
import { rendezvous } from '../../../../src/scheduler/parts/placement.ts';
import type { StoreRow } from '../../../../src/scheduler/store/protocol.ts';

const SHARDS = 8;
const at = (us: number) => us as MonotonicUs;
const memberRow = (name: string, version: number, identity = '1'): StoreRow => ({
  key: memberKey(name),
  version,
  value: { kind: 'member', name, identity, beats: version },
});
const shardRow = (shard: number, owner: string, epoch: number): StoreRow => ({
  key: shardKey(shard),
  version: 1,
  value: { kind: 'shard', owner, epoch, n: 0 },
});
const owned = (owner: string) =>
  Array.from({ length: SHARDS }, (_, shard) => shardRow(shard, owner, SHARDS + shard));

const asked = (nowUs: number, changes: Partial<MovesInput> = {}): MovesInput => ({
  self: 'a',
  identity: 'a#1',
  shards: SHARDS,
  deadUs: 5 * SECOND,
  nowUs: at(nowUs),
  assign: rendezvous,
  steals: false,
  owned: new Map(),
  ...changes,
});

/** Shards that are to be with one of the two. */
const meantFor = (name: string) =>
  Array.from({ length: SHARDS }, (_, shard) => shard).filter(
    (shard) => rendezvous(shard, SHARDS, ['a', 'b']) === name,
  );

test('free shards are taken by whom they are meant for', () => {
  const roll = new Roll();
  roll.onRows([memberRow('a', 1), memberRow('b', 1)], at(0));
  expect(roll.moves(asked(0))).toEqual({ take: meantFor('a'), leave: [], lost: [] });
  roll.onRows([memberRow('a', 2), memberRow('b', 2), ...owned('')], at(SECOND));
  expect(roll.moves(asked(SECOND)).take).toEqual(meantFor('a'));
});

test('those of a member that is there are waited for, or taken, as the preset says', () => {
  const roll = new Roll();
  roll.onRows([memberRow('a', 1), memberRow('b', 1), ...owned('b#1')], at(0));
  expect(roll.moves(asked(0)).take).toEqual([]);
  expect(roll.moves(asked(0, { steals: true })).take).toEqual(meantFor('a'));
});

test('a member whose row does not change is gone, by the clock of who looks', () => {
  const roll = new Roll();
  const all = Array.from({ length: SHARDS }, (_, shard) => shard);
  roll.onRows([memberRow('a', 1), memberRow('b', 1), ...owned('b#1')], at(0));
  roll.onRows([memberRow('a', 2), memberRow('b', 1), ...owned('b#1')], at(6 * SECOND));
  expect(roll.moves(asked(6 * SECOND)).take).toEqual(all);
  roll.startAnew(at(6 * SECOND));
  expect(roll.moves(asked(6 * SECOND)).take).toEqual([]);
});

test('an earlier life of a member that is there again owns nothing', () => {
  const roll = new Roll();
  roll.onRows([memberRow('a', 1), memberRow('b', 9, '2'), ...owned('b#1')], at(0));
  expect(roll.moves(asked(0)).take).toEqual(meantFor('a'));
});

test('what is meant for somebody else is left, and what somebody else took is lost', () => {
  const roll = new Roll();
  const rows = owned('a#1').map((row, shard) => (shard === 0 ? shardRow(0, 'b#1', 100) : row));
  roll.onRows([memberRow('a', 1), memberRow('b', 1), ...rows], at(0));
  const mine = new Map(rows.map((_, shard) => [shard, SHARDS + shard]));
  const { take, leave, lost } = roll.moves(asked(0, { owned: mine }));
  expect(lost).toEqual([0]);
  expect(leave).toEqual(meantFor('b').filter((shard) => shard !== 0));
  expect(take).toEqual([]);
});

test('a shard that was dropped without a word is taken again', () => {
  const roll = new Roll();
  roll.onRows([memberRow('a', 1), memberRow('b', 1), ...owned('a#1')], at(0));
  const mine = new Map(meantFor('a').map((shard) => [shard, SHARDS + shard]));
  expect(roll.moves(asked(0, { owned: mine })).take).toEqual(meantFor('b'));
});
