/**
 * One number that is turned up while all else stays as it is: a hardship of a stated size, or a
 * setting of a design. Where claims begin to break is where a design's safety ends.
 */
import type { PlannedFault, Target } from '../../faults/plan.ts';
import { MS } from '../../lib/units.ts';
import type { SelectedDesign } from '../../scenario/registry.ts';
import type { Cluster } from '../../scenario/scenario.ts';

/** When hardship begins, and until when it lasts at most, in true microseconds. */
export interface Span {
  readonly fromUs: number;
  readonly untilUs: number;
}

export interface Dial {
  /** As in `--sweep`: what is turned, and the unit of its numbers. */
  readonly key: string;
  readonly unit: 'ms' | 'ppm' | 'members';
  /** What the number means. */
  readonly sentence: string;
  /** The hardship of this size. */
  faults(value: number, span: Span, cluster: Cluster): readonly PlannedFault[];
  /** What a preset takes for granted of it; null where it takes nothing for granted. */
  assumed(design: SelectedDesign, cluster: Cluster): number | null;
  /** Sizes that a datasheet tries, rising; none where a size is of no use in this cluster. */
  ladder(cluster: Cluster): readonly number[];
}

const LEADER: Target = { by: 'role', role: 'leader' };
/** Where nobody leads, whoever dispatched last is as near as can be. */
const ACTIVE: Target = { by: 'role', role: 'last-dispatcher' };
const PRIMARY: Target = { by: 'role', role: 'store-primary' };
const FOLLOWER: Target = { by: 'role', role: 'follower' };

const TIMES_MS = [100, 300, 1_000, 3_000, 10_000, 30_000, 90_000];

interface Shape {
  readonly kind: PlannedFault['kind'];
  readonly target: Target;
  readonly params?: PlannedFault['params'];
  readonly peer?: Target;
}

/** A fault of a dial, named after its place in the list. */
const fault = (at: number, { fromUs, untilUs }: Span, shape: Shape): PlannedFault => ({
  id: `dial-${at}`,
  kind: shape.kind,
  target: shape.target,
  ...(shape.peer === undefined ? {} : { peer: shape.peer }),
  start: { kind: 'at', atUs: fromUs },
  durationUs: Math.max(1, untilUs - fromUs),
  params: shape.params ?? {},
});

export const DIALS: readonly Dial[] = [
  {
    key: 'pause.ms',
    unit: 'ms',
    sentence: 'whoever leads, or dispatched last, stands still for so long',
    faults: (ms, { fromUs }) => [
      fault(1, { fromUs, untilUs: fromUs + ms * MS }, { kind: 'pause', target: ACTIVE }),
    ],
    assumed: () => null,
    ladder: () => TIMES_MS,
  },
  {
    key: 'clock.ratePpm',
    unit: 'ppm',
    sentence: 'the clock of whoever leads is slow by so much, and that of a follower fast',
    faults: (ppm, span) => [
      fault(1, span, { kind: 'clock-rate', target: LEADER, params: { ratePpm: -ppm } }),
      fault(2, span, { kind: 'clock-rate', target: FOLLOWER, params: { ratePpm: ppm } }),
      // The leader is cut off from its store: now only its own clock tells it when to stop.
      fault(3, middleOf(span), { kind: 'partition', target: LEADER, peer: PRIMARY }),
    ],
    assumed: ({ assumes }) => assumes.ratePpmMax,
    ladder: () => [100, 1_000, 10_000, 50_000, 100_000, 200_000, 400_000],
  },
  {
    key: 'clock.wallErrorMs',
    unit: 'ms',
    sentence: 'the wall clock of whoever leads, or dispatched last, is ahead by so much',
    faults: (ms, span) => [
      fault(1, span, { kind: 'clock-step', target: ACTIVE, params: { stepUs: ms * MS } }),
    ],
    assumed: ({ assumes }) => assumes.wallErrorUsMax / MS,
    ladder: () => TIMES_MS,
  },
  {
    key: 'store.lostTailMs',
    unit: 'ms',
    sentence: 'what was acknowledged in the last so many milliseconds is taken back',
    faults: (ms, span) => {
      const failsUs = span.fromUs + ms * MS;
      const crash = { fromUs: failsUs, untilUs: failsUs + 5_000 * MS };
      return [
        fault(1, { fromUs: span.fromUs, untilUs: crash.untilUs }, REPLICA_CUT_OFF),
        fault(2, crash, { kind: 'store-failover', target: PRIMARY }),
        // Where there is no store, the disk of the scheduler is put back.
        fault(3, crash, { kind: 'old-snapshot', target: ACTIVE, params: { ageUs: ms * MS } }),
      ];
    },
    assumed: () => 0,
    ladder: () => TIMES_MS,
  },
  {
    key: 'members.lost',
    unit: 'members',
    sentence: 'so many scheduler members crash at once, and stay down until the heal',
    faults: (count, span) =>
      Array.from({ length: count }, (_, index) =>
        fault(index + 1, span, {
          kind: 'crash',
          target: { by: 'index', role: 'scheduler', index },
        }),
      ),
    assumed: (design, { members }) => Math.max(0, members - design.coreSchedulers(members)),
    ladder: ({ members }) => Array.from({ length: members }, (_, i) => i + 1),
  },
];

const REPLICA_CUT_OFF: Shape = {
  kind: 'partition',
  target: { by: 'index', role: 'store', index: 0 },
  peer: { by: 'index', role: 'store', index: 1 },
};

/** The middle half, so that what comes before and after can be seen. */
function middleOf({ fromUs, untilUs }: Span): Span {
  const quarterUs = Math.round((untilUs - fromUs) / 4);
  return { fromUs: fromUs + quarterUs, untilUs: untilUs - quarterUs };
}

export const findDial = (key: string): Dial | undefined => DIALS.find((dial) => dial.key === key);
