/** Faults that make messages take longer. */
import {
  chancePpm,
  exponential,
  intBetween,
  lognormal,
  pareto,
  pick,
  type Random,
} from '../lib/random.ts';
import { MINUTE } from '../lib/units.ts';
import type { Transit } from '../sim/network.ts';
import { type Beginning, type Ending, param, type World } from './beginning.ts';
import { LONGEST_US } from './kinds/info.ts';
import { type Begins, everybodyOf, installFor, linksOf, type OnLink } from './network-links.ts';
import type { PlannedFault } from './plan.ts';

type DelayKind =
  | 'slow-link'
  | 'delay'
  | 'delay-exponential'
  | 'delay-lognormal'
  | 'delay-heavy-tail'
  | 'reorder'
  | 'slow-pair';

/** How much longer one message takes, in whole microseconds. */
type ExtraUs = (transit: Transit) => number;

/** Each bites when a message takes longer, even one that a later rule then loses. */
export function createDelays(world: World): Begins<DelayKind> {
  const by = (extraOf: (fault: PlannedFault, random: Random) => ExtraUs) => (b: Beginning) =>
    delaying(world, b, linksOf(b), extraOf(b.fault, b.random));
  return {
    'slow-link': by(byFactor),
    delay: by(uniform),
    'delay-exponential': by((fault, random) => {
      const meanUs = param(fault, 'meanUs');
      return () => Math.min(exponential(random, meanUs), LONGEST_US);
    }),
    'delay-lognormal': by((fault, random) => {
      const medianUs = param(fault, 'medianUs');
      const sigma = param(fault, 'sigma');
      return () => Math.min(lognormal(random, medianUs, sigma), LONGEST_US);
    }),
    'delay-heavy-tail': by((fault, random) => {
      const scaleUs = param(fault, 'scaleUs');
      const shape = param(fault, 'shape');
      return () => Math.min(pareto(random, scaleUs, shape), MINUTE);
    }),
    reorder: by(holdingBack),
    'slow-pair': (beginning) => slowForGood(world, beginning),
  };
}

function delaying(world: World, beginning: Beginning, onLink: OnLink, extraUs: ExtraUs): Ending {
  return installFor(world, beginning, onLink, {
    judge: (_, __, ___, transit) => {
      const us = extraUs(transit);
      if (us === 0) return 'pass';
      beginning.bite();
      return us;
    },
  });
}

function byFactor(fault: PlannedFault): ExtraUs {
  const more = param(fault, 'factor') - 1;
  return ({ latencyUs }) => Math.round(latencyUs * more);
}

function uniform(fault: PlannedFault, random: Random): ExtraUs {
  const delayUs = param(fault, 'delayUs');
  const jitterUs = param(fault, 'jitterUs');
  return () => delayUs + (jitterUs > 0 ? intBetween(random, 0, jitterUs) : 0);
}

function holdingBack(fault: PlannedFault, random: Random): ExtraUs {
  const reorderPpm = param(fault, 'reorderPpm');
  const holdUs = param(fault, 'holdUs');
  return () => (chancePpm(random, reorderPpm) ? intBetween(random, 1, holdUs) : 0);
}

/**
 * Each target with each peer; without peers each target with one partner, drawn. The rule is not
 * taken out again, neither at the end of the fault nor at the heal: a design has to live with it.
 * A pair that first talks after the heal has not bitten in the storm.
 */
function slowForGood(world: World, beginning: Beginning): Ending {
  const { fault, targets, peers, random } = beginning;
  const slow = new Map(targets.map(({ name }) => [name, new Set<string>()]));
  for (const { name } of targets) {
    const others = everybodyOf(world.sim).filter((other) => other.name !== name);
    const partners = peers ?? (others.length === 0 ? [] : [pick(random, others)]);
    for (const partner of partners) slow.get(name)?.add(partner.name);
  }
  const onLink: OnLink = (from, to) =>
    slow.get(from)?.has(to) === true || slow.get(to)?.has(from) === true;
  const delayUs = param(fault, 'delayUs');
  let isHealed = false;
  const bite = (): void => {
    if (!isHealed) beginning.bite();
  };
  delaying(world, { ...beginning, bite }, onLink, () => delayUs);
  return () => {
    isHealed = true;
  };
}
