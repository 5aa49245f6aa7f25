/** Numbers of real systems on Raft, and the bounds that follow from them. */
import { MS, SECOND } from '../../../lib/units.ts';
import type { RaftOptions } from '../../parts/raft/raft.ts';

export interface RaftPreset extends RaftOptions {
  readonly name: string;
  readonly why: string;
}

const COMMON = {
  batchUs: 2 * MS,
  reads: 'index',
  ratePpmMax: 500,
  entriesMax: 64,
  inFlightMax: 128,
  deadUs: 5 * SECOND,
} as const;

/** etcd: heartbeats each 100 ms; followers wait 1 to 2 s; pre-vote and check-quorum are on. */
export const ETCD: RaftPreset = {
  name: 'etcd',
  why: 'heartbeat 100 ms, election timeout 1 to 2 s, pre-vote and check-quorum',
  ...COMMON,
  electionMinUs: SECOND,
  electionMaxUs: 2 * SECOND,
  heartbeatUs: 100 * MS,
  preVote: true,
  checkQuorumUs: SECOND,
};

/** hashicorp/raft 1.7: timeouts of 1 to 2 s, a beat each tenth, a leader lease of 500 ms. */
export const HASHICORP: RaftPreset = {
  name: 'hashicorp',
  why: 'heartbeat and election timeout 1 s, leader lease 500 ms, pre-vote (Consul, Nomad, Dkron)',
  ...COMMON,
  electionMinUs: SECOND,
  electionMaxUs: 2 * SECOND,
  heartbeatUs: 100 * MS,
  preVote: true,
  checkQuorumUs: 500 * MS,
};

/** Ongaro and Ousterhout 2014, §9.3: 150 to 300 ms, heartbeats at half of the least timeout. */
export const PAPER: RaftPreset = {
  name: 'paper',
  why: 'election timeout 150 to 300 ms, neither pre-vote nor check-quorum',
  ...COMMON,
  batchUs: 0,
  electionMinUs: 150 * MS,
  electionMaxUs: 300 * MS,
  heartbeatUs: 75 * MS,
  preVote: false,
};

export const RAFT_PRESETS: readonly RaftPreset[] = [ETCD, HASHICORP, PAPER];

/** The same protocol with all durations times a factor. */
export function stretched(preset: RaftPreset, factor: number): RaftPreset {
  const times = (us: number): number => Math.round(us * factor);
  const { checkQuorumUs } = preset;
  return {
    ...preset,
    electionMinUs: times(preset.electionMinUs),
    electionMaxUs: times(preset.electionMaxUs),
    heartbeatUs: times(preset.heartbeatUs),
    batchUs: times(preset.batchUs),
    ...(checkQuorumUs === undefined ? {} : { checkQuorumUs: times(checkQuorumUs) }),
  };
}

/** A member may have had other settings for a while: longer by up to this factor. */
const SETTINGS_MAX = 10;
/** Votes are split, now and then several times in a row. */
const ROUNDS = 5;

/**
 * From the heal of a storm to a leader that knows what is committed, at the latest: a leader that
 * was cut off is given up after the longest timeout, and rounds of an election may fail. With few
 * members left, the one that has to win may be one with slow settings; and one that was removed
 * meanwhile is let in again first.
 */
export const takeoverAfterStormUs = ({ electionMaxUs, deadUs }: RaftPreset): number =>
  ROUNDS * electionMaxUs + SETTINGS_MAX * electionMaxUs + deadUs;
