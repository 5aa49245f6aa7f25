/** Faults that lose every message between some machines and others. */
import { type Random, shuffled } from '../lib/random.ts';
import type { Machine } from '../sim/machine.ts';
import { type Beginning, type Ending, param, type World } from './beginning.ts';
import {
  type Begins,
  everybodyOf,
  installFor,
  linksOf,
  namesOf,
  type OnLink,
} from './network-links.ts';

type CutKind =
  | 'partition'
  | 'one-way-partition'
  | 'split'
  | 'ring'
  | 'bridge'
  | 'flapping'
  | 'swizzle';

const SENT = 1;

/** Links that are cut: all the time, or at times. */
interface Cut {
  readonly links: OnLink;
  readonly isDown?: OnLink;
}

/** Each draws what there is to draw when it begins, and bites when it loses a message. */
export function createCuts(world: World): Begins<CutKind> {
  const cut =
    (cutOf: (world: World, beginning: Beginning) => Cut) =>
    (beginning: Beginning): Ending => {
      const { links, isDown } = cutOf(world, beginning);
      return installFor(world, beginning, links, {
        judge: (from, to) => {
          if (isDown?.(from, to) === false) return 'pass';
          beginning.bite();
          return 'drop';
        },
      });
    };
  return {
    partition: cut((...began) => ({ links: partition(...began) })),
    'one-way-partition': cut((...began) => ({ links: oneWay(...began) })),
    split: cut((...began) => ({ links: split(...began) })),
    ring: cut((...began) => ({ links: ring(...began) })),
    bridge: cut((...began) => ({ links: bridge(...began) })),
    flapping: cut(flapping),
    swizzle: cut(swizzle),
  };
}

/**
 * Both directions between targets and peers, or targets and all others. Targets still reach each
 * other, as machines of a rack do, unless there are no others: then everybody is alone.
 */
function partition({ sim }: World, { targets, peers }: Beginning): OnLink {
  const ours = namesOf(targets);
  if (peers !== undefined) {
    const theirs = namesOf(peers);
    return (from, to) => (ours.has(from) && theirs.has(to)) || (theirs.has(from) && ours.has(to));
  }
  const isEverybody = everybodyOf(sim).every(({ name }) => ours.has(name));
  return isEverybody ? (from, to) => from !== to : (from, to) => ours.has(from) !== ours.has(to);
}

function oneWay(world: World, beginning: Beginning): OnLink {
  const ours = namesOf(beginning.targets);
  const isCut = partition(world, beginning);
  return param(beginning.fault, 'direction') === SENT
    ? (from, to) => ours.has(from) && isCut(from, to)
    : (from, to) => ours.has(to) && isCut(from, to);
}

/**
 * The machines among which links are cut, in a drawn order: targets and peers, or everybody where
 * these are too few.
 */
function inDrawnOrder({ sim }: World, beginning: Beginning, atLeast: number): readonly string[] {
  const { targets, peers, random } = beginning;
  const told: readonly Machine[] = [...targets, ...(peers ?? [])];
  const machines = told.length >= atLeast ? told : everybodyOf(sim);
  return shuffled(
    random,
    machines.map(({ name }) => name),
  );
}

/** Cuts machines of different groups off from each other; whoever has no group is not cut off. */
const between =
  (groups: ReadonlyMap<string, number>): OnLink =>
  (from, to) => {
    const ours = groups.get(from);
    const theirs = groups.get(to);
    return ours !== undefined && theirs !== undefined && ours !== theirs;
  };

/** No group is empty if there are machines enough; beyond that sizes are left to chance. */
function split(world: World, beginning: Beginning): OnLink {
  const { fault, random } = beginning;
  const count = param(fault, 'groups');
  const groups = new Map<string, number>();
  inDrawnOrder(world, beginning, 2).forEach((name, place) => {
    groups.set(name, place < count ? place : random.below(count));
  });
  return between(groups);
}

/** The first is the bridge, the others are dealt to the two banks in turn. */
function bridge(world: World, beginning: Beginning): OnLink {
  const [, ...others] = inDrawnOrder(world, beginning, 3);
  return between(new Map(others.map((name, place) => [name, place % 2])));
}

/**
 * Each hears a majority of the ring: itself and its nearest neighbours on both sides (Jepsen's
 * majorities-ring). Where these do not come out even, as with three, there is one more before it
 * than behind it, so that some links work in one direction only.
 */
function ring(world: World, beginning: Beginning): OnLink {
  const order = inDrawnOrder(world, beginning, 3);
  const places = new Map(order.map((name, place) => [name, place]));
  const majority = Math.floor(order.length / 2) + 1;
  const before = Math.floor(majority / 2);
  return (from, to) => {
    const sender = places.get(from);
    const hearer = places.get(to);
    if (sender === undefined || hearer === undefined) return false;
    return (sender - hearer + before + order.length) % order.length >= majority;
  };
}

/** Down first; by the clock, so that there is nothing to call back. */
function flapping({ sim }: World, beginning: Beginning): Cut {
  const { fault } = beginning;
  const beganUs = sim.now;
  const downUs = param(fault, 'downUs');
  const periodUs = downUs + param(fault, 'upUs');
  return { links: linksOf(beginning), isDown: () => (sim.now - beganUs) % periodUs < downUs };
}

/** Unlike those of a partition, targets of a swizzle are cut off from each other as well. */
function swizzle({ sim }: World, beginning: Beginning): Cut {
  const { fault, targets, random } = beginning;
  const order = shuffled(random, targets);
  const back = anotherOrder(random, order);
  const halfUs = Math.floor(fault.durationUs / 2);
  const stepOf = (spanUs: number, place: number): number =>
    Math.floor((spanUs * place) / order.length);
  const away = new Map(
    order.map(({ name }, place) => [
      name,
      { fromUs: sim.now + stepOf(halfUs, place), untilUs: Number.POSITIVE_INFINITY },
    ]),
  );
  back.forEach(({ name }, place) => {
    const span = away.get(name);
    const lastUs = stepOf(fault.durationUs - halfUs, place + 1);
    if (span !== undefined) span.untilUs = sim.now + halfUs + lastUs;
  });
  const isAway = (name: string): boolean => {
    const span = away.get(name);
    return span !== undefined && span.fromUs <= sim.now && sim.now < span.untilUs;
  };
  return { links: linksOf(beginning), isDown: (from, to) => isAway(from) || isAway(to) };
}

function anotherOrder<T>(random: Random, order: readonly T[]): readonly T[] {
  const other = shuffled(random, order);
  if (other.some((item, place) => item !== order[place])) return other;
  // The same by chance: begins somewhere else.
  const start = order.length < 2 ? 0 : 1 + random.below(order.length - 1);
  return [...order.slice(start), ...order.slice(0, start)];
}
