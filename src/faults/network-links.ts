/** Which messages a fault of the network is about, and how its rule is installed. */
import type { Machine } from '../sim/machine.ts';
import type { NetworkRule } from '../sim/network.ts';
import type { Sim } from '../sim/sim.ts';
import { type Beginning, type Ending, param, type World } from './beginning.ts';
import { infoOf } from './faults.ts';
import { AIMED_ROLES, type NetworkKind } from './plan.ts';

/** Whether a message from one machine to another travels a link that the fault is on. */
export type OnLink = (from: string, to: string) => boolean;

/** What kinds of the network do, a few of them at a time. */
export type Begins<K extends NetworkKind> = Readonly<Record<K, (beginning: Beginning) => Ending>>;

/** How a rule of a fault judges messages of the links that it is on. */
export type Judging = Omit<NetworkRule, 'id' | 'covers'>;

const BOTH_WAYS = -1;
const SENT = 1;

/** Asks this rule about every message of these links until the fault ends. */
export const installFor = (
  { sim }: World,
  { fault }: Beginning,
  covers: OnLink,
  judging: Judging,
): Ending => sim.network.install({ id: fault.id, covers, ...judging });

/** Machines that faults may hit: all but those of the harness. */
export const everybodyOf = (sim: Sim): readonly Machine[] =>
  sim.machines.filter(({ role }) => AIMED_ROLES.some((aimed) => aimed === role));

export const namesOf = (machines: readonly Machine[]): ReadonlySet<string> =>
  new Set(machines.map(({ name }) => name));

/**
 * The links between targets and peers; without peers all links of the targets, also those between
 * two of them. In the direction that the fault has, or both ways; never from a machine to itself.
 */
export function linksOf(beginning: Beginning): OnLink {
  const { fault } = beginning;
  const hasDirection = infoOf(fault.kind).params['direction'] !== undefined;
  const direction = hasDirection ? param(fault, 'direction') : BOTH_WAYS;
  if (direction === BOTH_WAYS) return linksBothWays(beginning);
  const sent = linksFrom(beginning);
  return direction === SENT ? sent : (from, to) => sent(to, from);
}

/** The same in both directions, whatever the kind. */
export function linksBothWays(beginning: Beginning): OnLink {
  const sent = linksFrom(beginning);
  return (from, to) => sent(from, to) || sent(to, from);
}

function linksFrom({ targets, peers }: Beginning): OnLink {
  const ours = namesOf(targets);
  const theirs = peers === undefined ? undefined : namesOf(peers);
  return (from, to) => ours.has(from) && from !== to && (theirs === undefined || theirs.has(to));
}

/** Something that every directed link has of its own, made when it is first asked for. */
export class PerLink<T> {
  readonly #make: () => T;
  readonly #byFrom = new Map<string, Map<string, T>>();

  constructor(make: () => T) {
    this.#make = make;
  }

  of(from: string, to: string): T {
    let byTo = this.#byFrom.get(from);
    if (byTo === undefined) {
      byTo = new Map();
      this.#byFrom.set(from, byTo);
    }
    const known = byTo.get(to);
    if (known !== undefined) return known;
    const made = this.#make();
    byTo.set(to, made);
    return made;
  }
}
