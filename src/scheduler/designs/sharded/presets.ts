import { SECOND } from '../../../lib/units.ts';
import { type Assign, equalParts, rendezvous } from '../../parts/placement.ts';

export interface ShardedPreset {
  readonly name: string;
  readonly why: string;
  /** Fixed for as long as the rows live. */
  readonly shards: number;
  /** Members say this often that they are there, and look who else is. */
  readonly rollUs: number;
  /** One that has not said so for so long is gone. */
  readonly deadUs: number;
  readonly assign: Assign;
  /** Who is to have a shard takes it from an owner who is there, or waits until it is free. */
  readonly steals: boolean;
  /** Whether every commit checks that the shard is still its owner's, and effects carry tokens. */
  readonly fenced: boolean;
}

export const SAFE: ShardedPreset = {
  name: 'safe',
  why: '32 shards given back before others take them, members gone after 5 s',
  shards: 32,
  rollUs: SECOND,
  deadUs: 5 * SECOND,
  assign: rendezvous,
  steals: false,
  fenced: true,
};

/**
 * Temporal's history service: a shard is taken by raising its rangeId, with which every write is
 * conditional, whoever had it before; a host counts as gone 20 s after its last heartbeat. The
 * development server has 4 shards. Its timer queue looks at the store every 5 min at most; here
 * timers are in memory and are set anew whenever a shard is taken.
 */
export const TEMPORAL: ShardedPreset = {
  name: 'temporal',
  why: 'rangeId + 1 by compare-and-set whoever owns the shard; hosts gone after 20 s; 4 shards',
  shards: 4,
  rollUs: 5 * SECOND,
  deadUs: 20 * SECOND,
  assign: rendezvous,
  steals: true,
  fenced: true,
};

/**
 * ElasticJob: items in equal parts of the instances in order, instances as ephemeral nodes of a
 * session of 60 s. Who was cut off goes on with its items: nothing that it does is checked.
 */
export const ELASTICJOB: ShardedPreset = {
  name: 'elasticjob',
  why: 'items in equal parts of the instances; a session of 60 s; nothing checks who owns an item',
  shards: 12,
  rollUs: 20 * SECOND,
  deadUs: 60 * SECOND,
  assign: equalParts,
  steals: false,
  fenced: false,
};

export const SHARDED_PRESETS: readonly ShardedPreset[] = [SAFE, TEMPORAL, ELASTICJOB];

/** The same with every duration times a factor, as somebody might configure one member. */
export function stretched(preset: ShardedPreset, factor: number): ShardedPreset {
  const times = (us: number): number => Math.round(us * factor);
  return { ...preset, rollUs: times(preset.rollUs), deadUs: times(preset.deadUs) };
}

/**
 * From the heal, or the end of a member, to the last shard in other hands: it has to be seen to be
 * gone, by who looks in rounds; then each shard is taken and loaded.
 */
export const takeoverUs = ({ rollUs, deadUs }: ShardedPreset): number =>
  deadUs + 3 * rollUs + 5 * SECOND;
