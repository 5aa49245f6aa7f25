import { required } from '../lib/assert.ts';

/** A job of one queue that was granted and began. */
export interface Claimed {
  readonly job: string;
  readonly priority: number;
  /** It was not ready before this, and certainly was from that on; Infinity where nobody knows. */
  readonly readyAfterUs: number;
  readonly readyByUs: number;
  /** When its first grant was decided. */
  readonly decidedUs: number;
  /** Whether that grant took effect, so that it can have passed others over. */
  readonly isClaim: boolean;
}

export interface PassedOver {
  readonly claim: Claimed;
  readonly passed: Claimed;
}

/** Jobs of one priority that are ready and not yet granted, in the order they became ready. */
interface Lane {
  readonly jobs: Claimed[];
  head: number;
}

/**
 * The first claim, in order of decisions, that passed over a job which was certainly ready: one of
 * greater priority, ready for longer than the slack; or one of the same priority, ready more than
 * the slack before. One sweep over the decisions: jobs enter their lane when they are certainly
 * ready, and leave it, lazily, when they are granted.
 */
export function passedOver(jobs: readonly Claimed[], slackUs: number): PassedOver | undefined {
  const known = jobs.filter(({ readyByUs }) => readyByUs !== Number.POSITIVE_INFINITY);
  const byReady = known.sort((a, b) => a.readyByUs - b.readyByUs);
  const byDecision = [...jobs].sort((a, b) => a.decidedUs - b.decidedUs);
  const lanes = new Map<number, Lane>();
  let entered = 0;
  for (const claim of byDecision) {
    for (; entered < byReady.length; entered++) {
      const next = byReady[entered] as Claimed;
      if (next.readyByUs + slackUs >= claim.decidedUs) break;
      laneOf(lanes, next.priority).jobs.push(next);
    }
    if (!claim.isClaim) continue;
    const passed = greater(lanes, claim) ?? before(lanes, claim, slackUs);
    if (passed !== undefined) return { claim, passed };
  }
  return undefined;
}

function greater(lanes: ReadonlyMap<number, Lane>, claim: Claimed): Claimed | undefined {
  for (const [priority, lane] of lanes) {
    if (priority <= claim.priority) continue;
    const first = firstAfter(lane, claim.decidedUs);
    if (first !== undefined) return first;
  }
  return undefined;
}

function before(
  lanes: ReadonlyMap<number, Lane>,
  claim: Claimed,
  slackUs: number,
): Claimed | undefined {
  const lane = lanes.get(claim.priority);
  const first = lane === undefined ? undefined : firstAfter(lane, claim.decidedUs);
  return first !== undefined && first.readyByUs + slackUs < claim.readyAfterUs ? first : undefined;
}

/** The job of the lane that was ready first, of those decided later than this. */
function firstAfter(lane: Lane, decidedUs: number): Claimed | undefined {
  while (lane.head < lane.jobs.length) {
    const first = required(lane.jobs[lane.head], 'the head of a lane');
    if (first.decidedUs > decidedUs) return first;
    lane.head++;
  }
  return undefined;
}

function laneOf(lanes: Map<number, Lane>, priority: number): Lane {
  let lane = lanes.get(priority);
  if (lane === undefined) lanes.set(priority, (lane = { jobs: [], head: 0 }));
  return lane;
}
