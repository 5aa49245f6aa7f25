import type { FactOf } from '../history/fact.ts';

/** A fault as it happened: from when it began until it was over, whom it hit. */
export interface FaultSpan {
  readonly id: string;
  readonly kind: string;
  readonly fromUs: number;
  readonly untilUs: number;
  readonly whom: readonly string[];
}

/** How many faults of a kind were planned, began, and changed something. */
export interface KindCoverage {
  readonly kind: string;
  readonly drawn: number;
  readonly armed: number;
  readonly bitten: number;
}

interface Seen {
  readonly id: string;
  readonly kind: string;
  fromUs: number;
  untilUs: number;
  whom: readonly string[];
  hasBitten: boolean;
}

/** What the storm was, as it happened. A fault that changed nothing is counted, and not drawn. */
export class Storm {
  readonly #faults = new Map<string, Seen>();
  readonly #kinds = new Map<string, { drawn: number; armed: number; bitten: number }>();

  onFault({ at, event, fault, faultKind, whom }: FactOf<'fault'>): void {
    const seen = this.#seen(fault, faultKind);
    if (event === 'ended') {
      seen.untilUs = at;
      return;
    }
    const kind = this.#kinds.get(faultKind) ?? { drawn: 0, armed: 0, bitten: 0 };
    kind[event]++;
    this.#kinds.set(faultKind, kind);
    if (event === 'drawn') return;
    if (seen.fromUs === -1) seen.fromUs = at;
    seen.whom = whom;
    if (event === 'bitten') seen.hasBitten = true;
  }

  /** In the order in which they began; one that is not over ends with the run. */
  spans(endUs: number): readonly FaultSpan[] {
    return [...this.#faults.values()]
      .filter(({ hasBitten }) => hasBitten)
      .sort((a, b) => a.fromUs - b.fromUs)
      .map(({ id, kind, fromUs, untilUs, whom }) => {
        return { id, kind, fromUs, untilUs: untilUs === -1 ? endUs : untilUs, whom };
      });
  }

  /** By kind, in order of the alphabet. */
  coverage(): readonly KindCoverage[] {
    return [...this.#kinds]
      .map(([kind, counts]) => ({ kind, ...counts }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }

  #seen(id: string, kind: string): Seen {
    let seen = this.#faults.get(id);
    if (seen === undefined) {
      seen = { id, kind, fromUs: -1, untilUs: -1, whom: [], hasBitten: false };
      this.#faults.set(id, seen);
    }
    return seen;
  }
}
