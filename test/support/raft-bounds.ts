/** How far every order of events is walked, and from where. */
import type { RaftRules } from '../../src/scheduler/parts/raft/rules.ts';
import { RAFT_RULES } from '../../src/scheduler/parts/raft/rules.ts';
import { type Packed, type RaftBound, RaftWorld } from './raft-world.ts';

const THREE = ['m1', 'm2', 'm3'];

/** m1 leads the first term, and everybody has all that there is. */
const led = (world: RaftWorld): Packed =>
  world.settled(world.after(world.beginning(), 'timeout', 0));

/** m1 and m2 led, one after the other, by the vote of m3, and nobody took what they had to say. */
function twoLed(world: RaftWorld): Packed {
  let now = world.after(world.beginning(), 'timeout', 0);
  now = world.settled(world.heardOf(now, 'm3', 'm1'), 'm1', 'm2', 'm3');
  // The first candidacy of m2 is for a term that there was, of which it learns that way.
  now = world.heardOf(world.after(now, 'timeout', 1), 'm3', 'm2');
  now = world.settled(now, 'm1', 'm2', 'm3');
  now = world.heardOf(world.after(now, 'timeout', 1), 'm3', 'm2');
  return world.settled(now, 'm1', 'm2', 'm3');
}

/** m3 has heard of nothing, and a snapshot took the place of the log that it would need. */
function lagging(world: RaftWorld): Packed {
  const leads = world.settled(world.after(world.beginning(), 'timeout', 0), 'm3');
  return world.after(world.settled(world.after(leads, 'propose', 0), 'm3'), 'compact', 0);
}

/** What is walked in seconds, whole unless `statesMax` is reached. */
export const BOUNDS: readonly RaftBound[] = [
  {
    name: 'two elections',
    members: THREE,
    most: { timeout: 2 },
    statesMax: 100_000,
  },
  {
    name: 'an election, and a voter that ends at any time',
    members: THREE,
    most: { timeout: 2, crash: 1 },
    crashing: ['m3'],
    statesMax: 60_000,
  },
  {
    name: 'elections after two leaders whom nobody followed',
    members: THREE,
    most: { timeout: 2, propose: 1 },
    prelude: twoLed,
    statesMax: 60_000,
  },
  {
    name: 'two changes of members, and an election',
    members: THREE,
    most: { timeout: 1, change: 2 },
    changing: ['m1', 'm2', 'm3'],
    prelude: led,
    statesMax: 60_000,
  },
  {
    name: 'snapshots, an entry, and an election',
    members: THREE,
    most: { timeout: 1, propose: 1, compact: 1 },
    prelude: led,
    statesMax: 60_000,
  },
  {
    name: 'a follower that is sent a snapshot, twice, and ends meanwhile',
    members: THREE,
    most: { beat: 2, twice: 1, crash: 1 },
    prelude: lagging,
    statesMax: 60_000,
  },
];

/** The same further, where there is time. */
export const DEEP: readonly RaftBound[] = [
  {
    name: 'two elections, and anybody ends at any time',
    members: THREE,
    most: { timeout: 2, crash: 1 },
    statesMax: 3_000_000,
  },
  {
    name: 'an election, two entries, and a message twice',
    members: THREE,
    most: { timeout: 1, propose: 2, twice: 1 },
    prelude: led,
    statesMax: 3_000_000,
  },
  {
    name: 'three elections after two leaders whom nobody followed',
    members: THREE,
    most: { timeout: 3 },
    mailMax: 5,
    prelude: twoLed,
    statesMax: 3_000_000,
  },
  {
    name: 'an election, a change of members, and a crash',
    members: THREE,
    most: { timeout: 1, change: 1, crash: 1 },
    changing: THREE,
    prelude: led,
    statesMax: 3_000_000,
  },
  {
    name: 'a machine joins, is promoted, another is removed, and an election',
    members: [...THREE, 'm4'],
    group: { initial: { voters: THREE, learners: [] } },
    most: { timeout: 1, change: 3 },
    changing: ['m3', 'm4'],
    prelude: led,
    statesMax: 3_000_000,
  },
  {
    name: 'a snapshot on its way, an election, and a crash',
    members: THREE,
    most: { beat: 1, timeout: 1, crash: 1 },
    prelude: lagging,
    statesMax: 3_000_000,
  },
];

/** A group in which one rule is another. */
export const worldOf = (bound: RaftBound, rules: Partial<RaftRules> = {}): RaftWorld =>
  new RaftWorld({ ...bound, group: { ...bound.group, rules: { ...RAFT_RULES, ...rules } } });
