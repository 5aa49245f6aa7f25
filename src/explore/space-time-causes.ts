/**
 * Happens-before among the facts of a diagram, by all messages of the run and not only those that
 * are drawn. One pass over time with a vector per machine: the newest fact of each machine that it
 * can have heard of.
 */
import type { Fact } from '../history/fact.ts';
import { machineOf } from './causes.ts';
import type { Journey } from './traffic-log.ts';

/** Place in the list of facts, by machine. */
type Known = ReadonlyMap<string, number>;
const NOTHING_KNOWN: Known = new Map();

type Point =
  | { readonly at: number; readonly order: 0; readonly came: Journey }
  | { readonly at: number; readonly order: 1; readonly fact: Fact; readonly place: number }
  | { readonly at: number; readonly order: 2; readonly left: Journey };

/**
 * For each fact the newest ones of other machines that led to it since the fact before on its own
 * machine; what follows from others named is left out.
 */
export function factCauses(
  facts: readonly Fact[],
  journeys: readonly Journey[],
): readonly (readonly number[])[] {
  const knownBy = new Map<string, Known>();
  const sentWith = new Map<Journey, Known>();
  /** What a machine knew with each fact, itself included. */
  const with_: Known[] = [];
  const lastOf = new Map<string, number>();
  const causes: (readonly number[])[] = [];
  for (const point of pointsOf(facts, journeys)) {
    if (point.order === 2) {
      const { from } = point.left;
      sentWith.set(point.left, knownBy.get(from) ?? NOTHING_KNOWN);
    } else if (point.order === 0) {
      const { from, to } = point.came;
      const told = sentWith.get(point.came) ?? knownBy.get(from) ?? NOTHING_KNOWN;
      knownBy.set(to, merged(knownBy.get(to) ?? NOTHING_KNOWN, told));
    } else {
      const { fact, place } = point;
      const machine = machineOf(fact);
      if (machine === undefined) {
        with_[place] = NOTHING_KNOWN;
        causes[place] = [];
        continue;
      }
      const known = knownBy.get(machine) ?? NOTHING_KNOWN;
      const before = lastOf.get(machine);
      const already = before === undefined ? NOTHING_KNOWN : (with_[before] ?? NOTHING_KNOWN);
      // What the harness does to a machine follows from no message.
      causes[place] = fact.kind === 'machine' ? [] : newest(machine, known, already, with_);
      const now = new Map(known).set(machine, place);
      knownBy.set(machine, now);
      with_[place] = now;
      lastOf.set(machine, place);
    }
  }
  return causes;
}

/** In order of time; at the same instant a machine hears, then does, then sends. */
function pointsOf(facts: readonly Fact[], journeys: readonly Journey[]): readonly Point[] {
  const points: Point[] = [
    ...journeys.map((left): Point => ({ at: left.sentUs, order: 2, left })),
    ...journeys.flatMap((came): Point[] =>
      came.receivedUs === undefined ? [] : [{ at: came.receivedUs, order: 0, came }],
    ),
    ...facts.map((fact, place): Point => ({ at: fact.at, order: 1, fact, place })),
  ];
  return points.sort((a, b) => a.at - b.at || a.order - b.order);
}

function merged(a: Known, b: Known): Known {
  let isNews = false;
  for (const [machine, place] of b) if (place > (a.get(machine) ?? -1)) isNews = true;
  if (!isNews) return a;
  const both = new Map(a);
  for (const [machine, place] of b) if (place > (both.get(machine) ?? -1)) both.set(machine, place);
  return both;
}

function newest(
  machine: string,
  known: Known,
  already: Known,
  with_: readonly Known[],
): readonly number[] {
  const news = [...known]
    .filter(([other, place]) => other !== machine && place > (already.get(other) ?? -1))
    .map(([other, place]) => ({ other, place }));
  const direct = news.filter(
    ({ other, place }) =>
      !news.some((it) => it.other !== other && (with_[it.place]?.get(other) ?? -1) >= place),
  );
  return direct.map(({ place }) => place).sort((a, b) => a - b);
}
