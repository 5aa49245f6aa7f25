import type { ZoneShelf } from '../faults/beginning.ts';
import { SECOND, type WallUs } from '../lib/units.ts';
import type { ZoneRules, ZoneTable } from '../scheduler/schedule/zone-rules.ts';

/**
 * The rules of time zones that machines are handed: everybody has the right ones, but for those
 * that a fault hands older ones.
 */
export class MachineZones implements ZoneShelf {
  readonly differing: readonly string[];
  readonly #right: ZoneTable;
  readonly #old: ZoneTable;
  /** By machine: who is told when it reads the old rules. */
  readonly #handed = new Map<string, Set<() => void>>();

  /** The older rules lack every change of clock after the start of the run. */
  constructor(right: ZoneTable, startWallUs: WallUs, endWallUs: WallUs) {
    this.#right = right;
    const isLater = (atS: number): boolean => atS * SECOND > startWallUs;
    this.#old = new Map([...right].map(([zone, rules]) => [zone, before(rules, isLater)]));
    this.differing = [...right.values()].flatMap(({ zone, transitions }) =>
      transitions.some(({ atS }) => isLater(atS) && atS * SECOND <= endWallUs) ? [zone] : [],
    );
  }

  /** What a program of this machine reads when it starts. */
  tableOf(machine: string): ZoneTable {
    const told = this.#handed.get(machine);
    if (told === undefined) return this.#right;
    for (const tell of told) tell();
    return this.#old;
  }

  handOld(machine: string, onRead: () => void): () => boolean {
    const told = this.#handed.get(machine) ?? new Set();
    this.#handed.set(machine, told);
    told.add(onRead);
    return () => {
      told.delete(onRead);
      if (told.size === 0) this.#handed.delete(machine);
      return told.size === 0;
    };
  }
}

/** A zone without later changes is as it was, and so is its version. */
function before(rules: ZoneRules, isLater: (atS: number) => boolean): ZoneRules {
  const transitions = rules.transitions.filter(({ atS }) => !isLater(atS));
  if (transitions.length === rules.transitions.length) return rules;
  return { ...rules, version: olderThan(rules.version), transitions };
}

/** Zone data are named by year and letter: the same letter of the year before. */
function olderThan(version: string): string {
  const year = Number(version.slice(0, 4));
  return Number.isInteger(year) ? `${year - 1}${version.slice(4)}` : '';
}
