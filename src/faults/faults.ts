/**
 * faults: hardship, as data and as rules.
 *
 *   plan.ts             what a plan is: every fault of a run, as data
 *   kinds/              every kind of fault in words and numbers, a file per family
 *   faults.ts           all kinds together (this file)
 *   plan-problems.ts    what is wrong with a plan that somebody wrote
 *   shapes.ts           how each kind is drawn: how long, how hard, at whom
 *   beyond-shapes.ts    the same, beyond what presets take for granted
 *   profiles.ts         kinds of storms: which shapes, how often
 *   draw.ts             profile and seed become a plan
 *   lanes.ts            when its faults begin
 *   draw-fault.ts       how hard each is, at whom, after what
 *   inject.ts           the plan happens: begins faults, ends them, heals
 *   applies.ts          whether a cluster has whom a fault is aimed at
 *   core.ts             the part of a cluster that a partial heal brings back
 *   targets.ts          who the leader, a follower, the last dispatcher is, at that moment
 *   anchors.ts          "after the third dispatch": starts that wait for a fact
 *   beginning.ts        what a kind of fault is given when it begins
 *   network-faults.ts   cut, lossy, slow and repeating links
 *   process-faults.ts   what happens to machines and the programs on them
 *   outages.ts          machines that are down, and who brings them up
 *   standstills.ts      machines that pause, stall or grow slow
 *   changed-machines.ts  machines replaced, doubled, set up unlike the rest
 *   clock-faults.ts     oscillators that run fast, wall clocks that step
 *   disk-faults.ts      disks that rot, lie, fill up
 *   store-faults.ts     what shared databases do to their clients
 *   workload-faults.ts  bursts, herds, jobs that poison
 *   own-fault.ts        kinds that a user defines, and what is wrong with a definition
 *   own-begins.ts       how those act: rules about messages, built-in kinds on machines
 *   fairness.ts         watches what a preset takes for granted, and says when it fails
 *
 * Nothing is taken out of a storm because a design cannot bear it. Crash, partition, pause, delay,
 * duplication and loss excuse no claim of safety, whatever their number.
 */
import { required } from '../lib/assert.ts';
import { CLOCK_FAULTS } from './kinds/clock-kinds.ts';
import { DISK_FAULTS } from './kinds/disk-kinds.ts';
import type { FaultInfo } from './kinds/info.ts';
import { NETWORK_FAULTS } from './kinds/network-kinds.ts';
import { PROCESS_FAULTS } from './kinds/process-kinds.ts';
import { STORE_FAULTS } from './kinds/store-kinds.ts';
import { WORKLOAD_FAULTS } from './kinds/workload-kinds.ts';
import type { FaultKind } from './plan.ts';

export type { FaultInfo } from './kinds/info.ts';

/** Every kind there is, in the order of `FAULT_KINDS`. */
export const FAULTS: readonly FaultInfo[] = [
  ...NETWORK_FAULTS,
  ...PROCESS_FAULTS,
  ...CLOCK_FAULTS,
  ...DISK_FAULTS,
  ...STORE_FAULTS,
  ...WORKLOAD_FAULTS,
];

const BY_KIND = new Map<string, FaultInfo>(FAULTS.map((info) => [info.kind, info]));

/** What is known of a kind; `undefined` for one that there is not. */
export const findFault = (kind: string): FaultInfo | undefined => BY_KIND.get(kind);

/** Looks up a kind; `undefined` for one that there is not. */
export type FindFault = (kind: string) => FaultInfo<string> | undefined;

/** The built-in kinds, and those that a user brings. */
export function findAmong(own: readonly FaultInfo<string>[]): FindFault {
  if (own.length === 0) return findFault;
  const byKind = new Map(own.map((info) => [info.kind, info]));
  return (kind) => byKind.get(kind) ?? findFault(kind);
}

/** What is known of a kind that there is. */
export const infoOf = (kind: FaultKind): FaultInfo => required(BY_KIND.get(kind), kind);
