import type { ScheduleSpec } from '../api.ts';
import type { JobRecord } from '../job/job.ts';

/** What becomes of a tick that is due while instances of its schedule are open. */
export type OverlapDecision =
  | {
      readonly kind: 'run';
      /** Ended first. */
      readonly replaces: readonly string[];
      /** It waits for the end of each of these. */
      readonly after?: readonly string[];
    }
  | { readonly kind: 'skip'; readonly reason: 'overlap' | 'buffer-full' };

export type DecideOverlap = (
  spec: Pick<ScheduleSpec, 'overlap' | 'bufferMax'>,
  /** Open instances in the order of their ticks. */
  open: readonly JobRecord[],
  /** Why the tick is to run. */
  reason: string,
) => OverlapDecision;

/** The overlap policy of a schedule, applied to one tick. */
export const decideOverlap: DecideOverlap = ({ overlap = 'allow', bufferMax = 1 }, open) => {
  if (overlap === 'allow' || open.length === 0) return { kind: 'run', replaces: [] };
  if (overlap === 'forbid') return { kind: 'skip', reason: 'overlap' };
  if (overlap === 'replace') return { kind: 'run', replaces: open.map(({ id }) => id) };
  // All of them: the last one may be cancelled while the one before it runs.
  const buffered = open.filter(({ waitsFor }) => waitsFor !== undefined).length;
  if (buffered >= bufferMax) return { kind: 'skip', reason: 'buffer-full' };
  return { kind: 'run', replaces: [], after: open.map(({ id }) => id) };
};
