/** What became of every ping: when it left, and when it arrived, as often as it did. */
import fc from 'fast-check';
import { NETWORK_KINDS, type NetworkKind, type PlannedFault } from '../../src/faults/plan.ts';
import type { Message } from '../../src/host/host.ts';
import { MS } from '../../src/lib/units.ts';
import { anyParams, anyTarget } from '../support/plan-arbitraries.ts';
import { MACHINES, named, type Stage, stage } from './stage.ts';

export interface Journey {
  readonly from: string;
  readonly to: string;
  readonly round: number;
  /** When it was decided: rules are asked then. */
  readonly sentAtUs: number;
  readonly departAtUs: number;
  readonly arrivals: number[];
}

export interface Watched extends Stage {
  readonly journeys: readonly Journey[];
  /** Those of one directed link, in order of sending. */
  link(from: string, to: string): readonly Journey[];
}

/** A stage on which every send is noted. Machines must stay in their first incarnation. */
export function watched(faults: readonly PlannedFault[], seed?: string): Watched {
  const made = stage(faults, seed);
  const { kernel, sim } = made;
  const journeys: Journey[] = [];
  const byLink = new Map<string, Map<number, Journey>>();
  const linkOf = (from: string, to: string): Map<number, Journey> => {
    const key = `${from}>${to}`;
    const known = byLink.get(key) ?? new Map<number, Journey>();
    byLink.set(key, known);
    return known;
  };
  const roundOf = (message: Message): number => (message as Message & { round: number }).round;
  const send = sim.network.send.bind(sim.network);
  sim.network.send = (from, to, message, departAtUs) => {
    const round = roundOf(message);
    const at = { sentAtUs: kernel.now, departAtUs };
    const journey: Journey = { from: from.name, to, round, ...at, arrivals: [] };
    journeys.push(journey);
    linkOf(from.name, to).set(round, journey);
    send(from, to, message, departAtUs);
  };
  sim.network.onDelivered((from, to, message) => {
    linkOf(from, to).get(roundOf(message))?.arrivals.push(kernel.now);
  });
  return { ...made, journeys, link: (from, to) => [...linkOf(from, to).values()] };
}

const anyName = fc.constantFrom(...MACHINES.map(([name]) => name));

/** A fault of the network within the first second and a half. */
export const anyNetworkFault = (
  kinds: readonly NetworkKind[] = NETWORK_KINDS,
): fc.Arbitrary<Omit<PlannedFault, 'id'>> =>
  fc.constantFrom(...kinds).chain((kind) =>
    fc
      .record({
        target: fc.oneof({ weight: 3, arbitrary: anyName.map(named) }, anyTarget(anyName)),
        peer: fc.option(fc.oneof(anyName.map(named), anyTarget(anyName)), { nil: undefined }),
        atMs: fc.nat(1_000),
        durationMs: fc.nat(1_000),
        params: anyParams(kind),
      })
      .map(({ target, peer, atMs, durationMs, params }) => ({
        kind,
        target,
        ...(peer === undefined ? {} : { peer }),
        start: { kind: 'at' as const, atUs: atMs * MS },
        durationUs: durationMs * MS,
        params,
      })),
  );

export const anyNetworkPlan = (
  kinds: readonly NetworkKind[] = NETWORK_KINDS,
): fc.Arbitrary<readonly PlannedFault[]> =>
  fc
    .array(anyNetworkFault(kinds), { minLength: 1, maxLength: 10 })
    .map((faults) => faults.map((fault, i): PlannedFault => ({ id: `f${i}`, ...fault })));
