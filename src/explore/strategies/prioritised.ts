import { ANCHORS, type Plan, type PlannedFault, type Target } from '../../faults/plan.ts';
import type { Random } from '../../lib/random.ts';
import { intBetween, pick } from '../../lib/random.ts';
import { MS, SECOND } from '../../lib/units.ts';
import { PLAIN, PlanSource } from './drawn.ts';
import type { StrategyFactory } from './strategy.ts';

/** So many changes of priority: few are enough for most bugs of ordering. */
const DEPTH_MAX = 4;
/** A change is the lateness of what one machine sends within so long. */
const WINDOWS_US = [1, 5, 50, 500, 3_000].map((ms) => ms * MS);
/** Later than anything that is not late; some beyond a lease, some beyond a timeout. */
const DELAYS_US = [200 * MS, SECOND, 5 * SECOND, 20 * SECOND];
const TARGETS: readonly Target[] = [
  { by: 'role', role: 'leader' },
  { by: 'role', role: 'follower' },
  { by: 'role', role: 'last-dispatcher' },
  { by: 'role', role: 'store-primary' },
  { by: 'share', role: 'worker', share: 'one' },
  { by: 'share', role: 'scheduler', share: 'one' },
];
const NTH_MAX = 40;
/** Only what it sends. */
const OUTWARD = 1;

/**
 * From drawn points on one machine comes last: whatever it sends there is late. Points are facts of
 * the run, not times, for an order is between events.
 */
export const prioritised: StrategyFactory = (scenario, rng) => {
  const source = new PlanSource(scenario, rng, PLAIN);
  return {
    next: () => {
      const { seed, plan } = source.draw();
      const random = rng.stream('points', seed);
      const count = 1 + random.below(DEPTH_MAX);
      const late = Array.from({ length: count }, (_, n) => drawPoint(random, n));
      return { seed, plan: mixed(plan, late, random) };
    },
    ended: () => {},
  };
};

function drawPoint(random: Random, n: number): PlannedFault {
  const delayUs = random.below(2) === 0 ? 0 : random.below(2_000) * MS;
  const nth = intBetween(random, 1, NTH_MAX);
  return {
    id: `p${n + 1}-delay`,
    kind: 'delay',
    target: pick(random, TARGETS),
    start: { kind: 'anchor', after: pick(random, ANCHORS), nth, delayUs },
    durationUs: pick(random, WINDOWS_US),
    params: { delayUs: pick(random, DELAYS_US), direction: OUTWARD },
  };
}

/** Half of the drawn faults stay: what is late shows best where little else is wrong. */
function mixed(plan: Plan, late: readonly PlannedFault[], random: Random): Plan {
  return { faults: [...plan.faults.filter(() => random.below(2) === 0), ...late] };
}
