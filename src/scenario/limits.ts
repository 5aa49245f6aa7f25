/**
 * Whether the limits of queues, and the workers that have a tag, leave room for the jobs that need
 * them; and how long after the storm they may take to let through what piled up. A scenario that
 * asks for more than its limits carry would never come to an end, whoever schedules it.
 */
import { SECOND } from '../lib/units.ts';
import type { QueueDemand, TagDemand } from '../workload/demand.ts';
import { attemptsOf, busyUsOf, type ExtraWork, jobsPerSecond, SLACK } from './extra-work.ts';
import type { Scenario } from './scenario.ts';

/** Something that lets only so many jobs through. Rates are jobs per second. */
export interface Narrow {
  /** Its place under `workload`. */
  readonly path: readonly (string | number)[];
  readonly sharePpm: number;
  readonly asked: number;
  readonly carried: number;
  /** Asked of whom, and what carries so little, in words. */
  readonly whom: string;
  readonly because: string;
}

/** Jobs may ask for this share of what a limit carries: with the rest it works off piles. */
export const NARROW_LOAD_MAX = 0.8;

export function narrows(scenario: Scenario): readonly Narrow[] {
  const { queues = [], tags = [] } = scenario.workload;
  return [
    ...queues.flatMap((queue, index) => narrowQueue(scenario, queue, index)),
    ...tags.map((tag, index) => narrowTag(scenario, tag, index)),
    ...narrowRoom(scenario),
  ];
}

/** The tightest of the limits of a queue, if it has any. */
function narrowQueue(scenario: Scenario, queue: QueueDemand, index: number): Narrow[] {
  const { name, sharePpm, keys = 0, concurrency, perKey, rate } = queue;
  const perSlot = SECOND / busyUsOf(scenario);
  const limits: { readonly carried: number; readonly because: string }[] = [];
  if (concurrency !== undefined) {
    limits.push({ carried: concurrency * perSlot, because: `its concurrency of ${concurrency}` });
  }
  if (perKey !== undefined) {
    limits.push({
      carried: keys * perKey * perSlot,
      because: `${perKey} for each of ${keys} keys`,
    });
  }
  if (rate !== undefined) {
    const carried = rate.perSecond / attemptsOf(scenario.workload);
    limits.push({ carried, because: 'its rate' });
  }
  const [tightest] = limits.sort((a, b) => a.carried - b.carried);
  if (tightest === undefined) return [];
  const asked = askedOf(scenario, sharePpm);
  return [{ path: ['queues', index], sharePpm, asked, whom: `queue ${name}`, ...tightest }];
}

function narrowTag(scenario: Scenario, { tag, sharePpm, workers }: TagDemand, index: number) {
  const slots = workers * scenario.cluster.slots;
  return {
    path: ['tags', index],
    sharePpm,
    asked: askedOf(scenario, sharePpm),
    carried: (slots * SECOND) / busyUsOf(scenario),
    whom: `workers with the tag ${tag}`,
    because: `${slots} slots`,
  };
}

/** Room that is free is not always where a job of its shape fits, or in one piece. */
const PACKED = 0.5;

/** What all workers have of slots, processors and memory, where jobs take up more than a slot. */
function narrowRoom(scenario: Scenario): Narrow[] {
  const { cluster, workload } = scenario;
  const { resources, gangs } = workload;
  if (resources === undefined && gangs === undefined) return [];
  const parts = gangs === undefined ? 1 : 1 + ((gangs.parts - 1) * gangs.sharePpm) / 1e6;
  const mean = (what: 'cpu' | 'memory'): number =>
    (resources ?? []).reduce((sum, each) => sum + (each[what] * each.sharePpm) / 1e6, 0);
  const kinds = [
    { what: 'slots', has: cluster.slots, mean: 1 },
    { what: 'processors', has: cluster.resources?.cpu ?? Infinity, mean: mean('cpu') },
    { what: 'memory', has: cluster.resources?.memory ?? Infinity, mean: mean('memory') },
  ];
  const carried = kinds.map(({ what, has, mean: each }) => {
    const perJobUs = each * parts * busyUsOf(scenario);
    return { what, carried: (PACKED * cluster.workers * has * SECOND) / perJobUs };
  });
  const [tightest] = carried.sort((a, b) => a.carried - b.carried);
  if (tightest === undefined || tightest.carried === Number.POSITIVE_INFINITY) return [];
  return [
    {
      path: [resources === undefined ? 'gangs' : 'resources'],
      sharePpm: 1e6,
      asked: jobsPerSecond(workload),
      carried: tightest.carried,
      whom: 'all workers',
      because: `their ${tightest.what}, half of which can be packed,`,
    },
  ];
}

const askedOf = ({ workload }: Scenario, sharePpm: number): number =>
  (jobsPerSecond(workload) * sharePpm) / 1e6;

/** A storm keeps a queue, or the workers with a tag, from all of their work for so long at most. */
const PILE_US_MAX = 600 * SECOND;

/**
 * After asking has ended it takes no longer until nothing waits for a limit any more: all that was
 * asked in the storm, or since, may wait then.
 */
export function narrowDrainUs(scenario: Scenario, extra: ExtraWork, sinceHealUs: number): number {
  const pileUs = Math.min(scenario.phases.chaosUs, PILE_US_MAX) + sinceHealUs;
  const drainsUs = narrows(scenario).map(({ asked, carried, sharePpm }) => {
    const jobs = (asked * pileUs) / SECOND + (extra.jobsMax * sharePpm) / 1e6;
    return Math.ceil((SLACK * jobs * SECOND) / carried);
  });
  return Math.max(0, ...drainsUs);
}
