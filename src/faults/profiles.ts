/** Kinds of storms: which faults, how often, how hard. */
import { BEYOND_SHAPES } from './beyond-shapes.ts';
import type { DrawOptions } from './draw.ts';
import type { FaultKind, Plan } from './plan.ts';
import { drawRealistic, HAZARDS } from './realistic.ts';
import {
  CLOCK_SHAPES,
  CRASH,
  CUT,
  CUT_SHAPES,
  DELAY,
  DISK_SHAPES,
  DUPLICATE,
  type FaultShape,
  LEADER,
  LEADER_CRASH,
  LINK_SHAPES,
  LONG_LEADER_PAUSE,
  LOSS,
  ONE_WAY,
  ORDINARY_SHAPES,
  PAUSE,
  PROCESS_SHAPES,
  RATE,
  type Range,
  SLOW,
  SMALL_STEP,
  STEP,
  STORE_SHAPES,
  WORKLOAD_SHAPES,
} from './shapes.ts';

/** A kind of storm. */
export interface Profile {
  readonly name: string;
  readonly sentence: string;
  /** Faults per minute of chaos at intensity 1. */
  readonly perMinute: Range;
  /** Each of these is in every plan, whatever else is drawn. */
  readonly always: readonly FaultShape[];
  /** The others are drawn from these by weight. */
  readonly kinds: readonly FaultShape[];
  /**
   * Parts per million of plans in which one wall clock jumps by `RARE_STEP_MS`, beyond all bounds.
   */
  readonly rareStepPpm: number;
  /**
   * Swarm testing (Groce et al., 2012): every plan draws one of these shares, keeps each kind with
   * that chance, and gives what it kept weights of its own.
   */
  readonly swarm?: readonly number[];
  /** In `ppm` parts per million of plans, some of these shapes on top, each at most once. */
  readonly rare?: {
    readonly ppm: number;
    readonly count: Range;
    readonly shapes: readonly FaultShape[];
  };
  /** Faults that take machines away happen in so many rows at a time; one when absent. */
  readonly lanes?: Range;
  /** Parts per million of the faults that wait for a fact instead of a time. */
  readonly anchoredPpm?: number;
  /** To conclude anything, each promised claim must be judged in this share of the seeds. */
  readonly judgedShareMin?: number;
  /** Draws the whole plan by itself, as where published distributions say when. */
  readonly composed?: {
    readonly kinds: readonly FaultKind[];
    /** Where its numbers come from, a line each. */
    readonly sources: readonly string[];
    readonly draw: (options: DrawOptions) => Plan;
  };
}

/**
 * A draw of the profile `everything` goes beyond what presets assume in this share of the seeds:
 * all kinds together, and so for every claim, at most 4 % of the seeds can be excused.
 */
const BEYOND_PPM = 35_000;

const weighted = (weight: number, shapes: readonly FaultShape[]): readonly FaultShape[] =>
  shapes.map((shape) => ({ ...shape, weight: weight * shape.weight }));

export const PROFILES: readonly Profile[] = [
  {
    name: 'calm',
    sentence: 'No fault at all: what a design does on a good day.',
    perMinute: { low: 0, high: 0 },
    always: [],
    kinds: [],
    rareStepPpm: 0,
  },
  {
    name: 'partitions',
    sentence:
      'Cuts of every form: two-way and one-way, splits, rings, bridges, flapping and jammed ' +
      'links; the leader, the store, workers, clients.',
    perMinute: { low: 2.5, high: 4 },
    always: [{ ...CUT, whom: LEADER }],
    kinds: CUT_SHAPES,
    rareStepPpm: 0,
  },
  {
    name: 'networks',
    sentence: 'Links that work, but badly: loss, delay, repeats, disorder, damage, little room.',
    perMinute: { low: 3, high: 5 },
    always: [],
    kinds: LINK_SHAPES,
    rareStepPpm: 0,
  },
  {
    name: 'crashes',
    sentence: 'Machines crash and return, stand still and wake, or grow slow: leaders first.',
    perMinute: { low: 3, high: 5 },
    always: [LEADER_CRASH],
    kinds: [{ ...LEADER_CRASH, weight: 4 }, ...PROCESS_SHAPES],
    rareStepPpm: 0,
  },
  {
    name: 'clocks',
    sentence: 'Oscillators run fast or slow and wall clocks go wrong, within what presets assume.',
    perMinute: { low: 2.5, high: 4 },
    always: [RATE, STEP],
    kinds: [RATE, SMALL_STEP, ...CLOCK_SHAPES.filter(({ kind }) => kind !== 'clock-step')],
    rareStepPpm: 0,
  },
  {
    name: 'disks',
    sentence: 'Disks stall, grow slow, fill up and fail, under machines that crash.',
    perMinute: { low: 3, high: 5 },
    always: [],
    kinds: [...weighted(3, DISK_SHAPES), CRASH],
    rareStepPpm: 0,
  },
  {
    name: 'stores',
    sentence: 'What shared databases do to their clients, with crashes and pauses of them.',
    perMinute: { low: 3, high: 5 },
    always: [],
    kinds: [...weighted(3, STORE_SHAPES), CRASH, PAUSE],
    rareStepPpm: 0,
  },
  {
    name: 'workload',
    sentence: 'Bursts, herds, jobs that kill their workers or never seem to end, retry storms.',
    perMinute: { low: 3, high: 5 },
    always: [],
    kinds: WORKLOAD_SHAPES,
    rareStepPpm: 0,
  },
  {
    name: 'showcase',
    sentence:
      'The leader pauses for longer than its lease, crashes, and somebody is cut off, under bad ' +
      'clocks; with loss, delay, duplication and slow machines on top.',
    perMinute: { low: 3, high: 4.5 },
    always: [LONG_LEADER_PAUSE, LEADER_CRASH, CUT, RATE, STEP],
    kinds: [
      CRASH,
      { ...PAUSE, weight: 2 },
      { ...CUT, weight: 3 },
      ...weighted(2, [ONE_WAY, LOSS, DELAY, DUPLICATE]),
      RATE,
      SMALL_STEP,
      SLOW,
    ],
    rareStepPpm: 40_000,
  },
  {
    name: 'everything',
    sentence:
      'Every kind of fault there is: each seed draws a selection of its own, and how hard; a few ' +
      'seeds in a hundred go beyond what presets assume.',
    perMinute: { low: 4, high: 8 },
    always: [],
    kinds: ORDINARY_SHAPES,
    rareStepPpm: 0,
    swarm: [0.1, 0.2, 0.4],
    rare: { ppm: BEYOND_PPM, count: { low: 3, high: 5 }, shapes: BEYOND_SHAPES },
    lanes: { low: 1, high: 3 },
    anchoredPpm: 200_000,
    judgedShareMin: 0.95,
  },
  {
    name: 'beyond',
    sentence:
      'What no preset promises to survive unharmed, often: wild clocks, lost and damaged disks, ' +
      'failovers that lose a tail, second copies. What remains promised must still hold.',
    perMinute: { low: 2, high: 4 },
    always: [],
    kinds: [...BEYOND_SHAPES, CRASH, ...weighted(2, [PAUSE, CUT])],
    rareStepPpm: 0,
    lanes: { low: 1, high: 2 },
  },
  {
    name: 'realistic',
    sentence:
      'Faults as often, and as long, as was published of real clusters: rates per machine and ' +
      'year, for runs of days and months.',
    perMinute: { low: 0, high: 0 },
    always: [],
    kinds: [],
    rareStepPpm: 0,
    composed: {
      kinds: [...new Set(HAZARDS.map(({ kind }) => kind))],
      sources: HAZARDS.map(({ what, source }) => `${what} (${source})`),
      draw: (options) =>
        drawRealistic({ ...options, fromUs: options.chaosFromUs, untilUs: options.chaosUntilUs }),
    },
  },
];

/** How far the rare wall step goes: beyond every assumption, so that timeliness is excused. */
export const RARE_STEP_MS = 5_000;
