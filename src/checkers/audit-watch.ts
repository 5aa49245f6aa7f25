import type { FactOf } from '../history/fact.ts';

/**
 * Watches the final audit: since when it reads, and whether it read everything. What is answered to
 * clients while it reads may be newer than the pages read, so judges compare only what came before.
 */
export class AuditWatch {
  #began = false;
  #ended: FactOf<'audit-ended'> | undefined;

  /** True from the phase `audit` on, or from the first thing the audit lists. */
  get began(): boolean {
    return this.#began;
  }

  /** The end of an audit that listed all there is. */
  get complete(): FactOf<'audit-ended'> | undefined {
    return this.#ended?.complete === true ? this.#ended : undefined;
  }

  /** Why the audit cannot be relied on; meaningful where `complete` is undefined. */
  get gap(): string {
    if (this.#ended === undefined) return 'the run ended before its audit';
    return `the audit is incomplete: ${this.#ended.reason ?? 'no reason given'}`;
  }

  begin(): void {
    this.#began = true;
  }

  onPhase(fact: FactOf<'phase'>): void {
    if (fact.phase === 'audit' || fact.phase === 'end') this.#began = true;
  }

  onEnded(fact: FactOf<'audit-ended'>): void {
    this.#began = true;
    this.#ended = fact;
  }
}
