import type { FactOf } from '../history/fact.ts';

/**
 * The part of a run that rates and shares speak of: the storm, from the start of chaos to the heal.
 * It is the same for every design under a seed. Warm-up, and the quiescence that a design needs for
 * itself, would flatter or punish by their length; but what becomes of work that fell due in the
 * storm is followed to the end of the run. Without phases the whole run counts.
 */
export class Window {
  /** Start of chaos; 0 until it comes. */
  fromUs = 0;
  /** The heal; Infinity until it comes. */
  untilUs = Number.POSITIVE_INFINITY;
  /** The last phase or audit fact: the end of the run, once that has come. */
  endUs = 0;
  readonly #onOpen: ((us: number) => void)[] = [];
  readonly #onClose: ((us: number) => void)[] = [];

  /** Runs when chaos begins: what was counted until then was warm-up. */
  whenOpened(run: (us: number) => void): void {
    this.#onOpen.push(run);
  }

  whenClosed(run: (us: number) => void): void {
    this.#onClose.push(run);
  }

  onPhase({ phase, at }: FactOf<'phase'>): void {
    this.endUs = at;
    if (phase === 'chaos') {
      this.fromUs = at;
      for (const run of this.#onOpen) run(at);
    } else if (phase === 'heal' && this.untilUs === Number.POSITIVE_INFINITY) {
      for (const run of this.#onClose) run(at);
      this.untilUs = at;
    }
  }

  onAuditEnded({ at }: FactOf<'audit-ended'>): void {
    this.endUs = at;
  }

  contains(us: number): boolean {
    return us >= this.fromUs && us < this.untilUs;
  }

  /** Length of the window, when the run is over. */
  get spanUs(): number {
    return Math.max(0, Math.min(this.untilUs, this.endUs) - this.fromUs);
  }
}
