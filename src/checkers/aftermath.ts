import type { FactOf } from '../history/fact.ts';

/**
 * The time after the storm, as claims that bounds are promised for see it: from the heal plus the
 * bound of the preset, when somebody is in charge again and what had piled up is worked off, until
 * the audit.
 */
export class Aftermath {
  readonly #boundUs: number;
  #heal: FactOf<'phase'> | undefined;
  #audit: FactOf<'phase'> | undefined;

  constructor(recoverBoundUs: number) {
    this.#boundUs = recoverBoundUs;
  }

  onPhase(fact: FactOf<'phase'>): void {
    if (fact.phase === 'heal') this.#heal ??= fact;
    if (fact.phase === 'audit' || fact.phase === 'end') this.#audit ??= fact;
  }

  get heal(): FactOf<'phase'> | undefined {
    return this.#heal;
  }

  /** When clients had asked all they would, and the audit began; or when the run ended. */
  get audit(): FactOf<'phase'> | undefined {
    return this.#audit;
  }

  /** From then on bounds count; Infinity before the heal. */
  get fromUs(): number {
    return this.#heal === undefined ? Number.POSITIVE_INFINITY : this.#heal.at + this.#boundUs;
  }

  /** Infinity before the audit. */
  get untilUs(): number {
    return this.#audit?.at ?? Number.POSITIVE_INFINITY;
  }
}
