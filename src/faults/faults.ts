/**
 * faults: hardship, as data and as rules.
 *
 *   plan.ts            what a plan is: every fault of a run, as data
 *   faults.ts          every kind of fault in words (this file)
 *   plan-problems.ts   what is wrong with a plan that somebody wrote
 *   profiles.ts        kinds of storms: which faults, how often, how hard
 *   draw.ts            profile and seed become a plan
 *   inject.ts          the plan happens: begins faults, ends them, heals
 *   targets.ts         who the leader, a follower, the last dispatcher is, at that moment
 *   anchors.ts         "after the third dispatch": starts that wait for a fact
 *   beginning.ts       what a kind of fault is given when it begins
 *   network-faults.ts  cut, lossy, slow and repeating links
 *   process-faults.ts  machines that crash, pause or grow slow
 *   clock-faults.ts    oscillators that run fast, wall clocks that step
 *   fairness.ts        watches what a preset takes for granted, and says when it fails
 *
 * Nothing is taken out of a storm because a design cannot bear it. Crash, partition, pause, delay,
 * duplication and loss excuse no claim of safety, whatever their number.
 */
import type { FaultKind } from './plan.ts';

/** One kind of fault, for `list faults`, `explain` and reports. */
export interface FaultInfo {
  readonly kind: FaultKind;
  /** What happens, in one sentence. */
  readonly sentence: string;
  /** Its numbers by name: the unit and what they mean. */
  readonly params: Readonly<Record<string, string>>;
  /** Claims that it excuses, in words; empty for nearly all. */
  readonly excuses: readonly string[];
}

/** Every kind there is, in the order of `FAULT_KINDS`. */
export const FAULTS: readonly FaultInfo[] = [
  {
    kind: 'crash',
    sentence:
      'The machine stops at once, keeps only what its disk had synced, and starts anew when the ' +
      'fault ends.',
    params: {},
    excuses: [],
  },
  {
    kind: 'pause',
    sentence:
      'The machine stands still while its clocks and everybody else go on, and then continues as ' +
      'if nothing had happened: a long garbage collection, a stolen CPU, a migrated guest.',
    params: {},
    excuses: [],
  },
  {
    kind: 'partition',
    sentence:
      'Every message between the target and its peer is lost, both ways; without a peer the ' +
      'target is cut off from everybody.',
    params: {},
    excuses: [],
  },
  {
    kind: 'one-way-partition',
    sentence: 'As a partition, but one direction still works: half-open links that look alive.',
    params: { direction: '1: what the target sends is lost; 0: what is sent to it is lost' },
    excuses: [],
  },
  {
    kind: 'loss',
    sentence: 'A share of the messages on the links of the target is lost, both ways.',
    params: { lossPpm: 'parts per million: the chance of each message to be lost' },
    excuses: [],
  },
  {
    kind: 'delay',
    sentence:
      'Messages on the links of the target take longer, both ways; with jitter they also ' +
      'overtake each other.',
    params: {
      delayUs: 'microseconds: added to every message',
      jitterUs: 'microseconds, optional: up to this much more, drawn for each message',
    },
    excuses: [],
  },
  {
    kind: 'duplicate',
    sentence: 'A share of the messages on the links of the target arrives twice, both ways.',
    params: { duplicatePpm: 'parts per million: the chance of each message to arrive twice' },
    excuses: [],
  },
  {
    kind: 'clock-rate',
    sentence: 'The oscillator of the machine runs fast or slow: timers and both clocks with it.',
    params: { ratePpm: 'parts per million, signed: added to the rate error while it lasts' },
    excuses: [
      'beyond the rate error that the preset assumes: claims that rest on the length of a lease',
    ],
  },
  {
    kind: 'clock-step',
    sentence:
      'The wall clock of the machine jumps and stays wrong until the storm is over; the ' +
      'monotonic clock does not notice.',
    params: { stepUs: 'microseconds, signed: forward when positive' },
    excuses: ['beyond the wall error that the preset assumes: claims of timeliness'],
  },
  {
    kind: 'slow-cpu',
    sentence: 'Everything that the machine computes takes longer by a factor.',
    params: { factor: 'a plain number above 1: how many times longer' },
    excuses: [],
  },
];
