/**
 * What a space-time diagram shows of one broken run: who sent what to whom, what each machine was
 * doing, and what was seen, around the facts that the verdict rests on. Times are true time in
 * microseconds from the start of the run; machines are known by name.
 */
import type { MachineRole } from '../history/fact.ts';

/** A lane. */
export interface StoryMachine {
  readonly name: string;
  readonly role: MachineRole;
}

export interface StoryMessage {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly sentUs: number;
  /** Null when it never came. */
  readonly receivedUs: number | null;
  readonly kind: string;
  /** What it says, in a few words. */
  readonly label: string;
  /** Why it never came: the fault that took it, or what was wrong where it was to arrive. */
  readonly lost: string | null;
  readonly job?: string;
}

/** From when to when by the clocks of the machine itself, as time since the run began. */
export interface OwnTime {
  readonly fromUs: number;
  readonly untilUs: number;
}

export type BandKind =
  | 'leader'
  | 'primary'
  | 'lease'
  | 'down'
  | 'paused'
  | 'clock'
  /** Any other fault; its label is the kind of the fault. */
  | 'fault';

export interface StoryBand {
  readonly machine: string;
  readonly kind: BandKind;
  readonly fromUs: number;
  readonly untilUs: number;
  readonly label: string;
  /** By its monotonic clock and by its wall clock, where they say something else. */
  readonly monotonic?: OwnTime;
  readonly wall?: OwnTime;
}

/** A job's body on a worker. */
export interface StoryJob {
  readonly job: string;
  readonly machine: string;
  readonly fromUs: number;
  /** Null when it still ran at the end. */
  readonly untilUs: number | null;
  readonly how: string;
}

export interface StoryEvent {
  readonly id: string;
  readonly atUs: number;
  /** Null for the harness. */
  readonly machine: string | null;
  readonly text: string;
  readonly job?: string;
  /** The messages that came or left with it. */
  readonly messages: readonly string[];
  /** Events of other machines that led to it, without those that led to these. */
  readonly after: readonly string[];
  /** What the verdict rests on. */
  readonly isVerdict: boolean;
  /** What the machine's own clocks showed, where they were wrong. */
  readonly monotonicUs?: number;
  readonly wallUs?: number;
}

/** What is not drawn. */
export interface LeftOut {
  readonly events: number;
  readonly messages: number;
}

export interface SpaceTime {
  readonly design: string;
  readonly claim: string;
  readonly promised: boolean;
  readonly seed: string;
  /** How the claim broke, and when. */
  readonly summary: string;
  readonly atUs: number;
  /** A run made smaller: with fewer faults and less work than the seed's own. */
  readonly isShrunk: boolean;
  /** The command that runs it again. */
  readonly replay: string;
  readonly machines: readonly StoryMachine[];
  readonly messages: readonly StoryMessage[];
  readonly bands: readonly StoryBand[];
  readonly jobs: readonly StoryJob[];
  readonly events: readonly StoryEvent[];
  /** Before the first that is drawn, between those drawn, and after the break. */
  readonly left: {
    readonly before: LeftOut;
    readonly between: LeftOut;
    readonly after: LeftOut;
  };
  /** The run in a dozen lines. */
  readonly story: readonly string[];
}
