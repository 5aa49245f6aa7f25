import type { FactOf } from '../history/fact.ts';
import type { Metrics } from './numbers.ts';
import type { Window } from './window.ts';

/**
 * What schedulers that decide on copies of a shared state say of their commits in the storm.
 *
 *   commitConflicts  share of commits in which something did not stand any more ('ratio')
 *   decisionsWasted  placements that were thrown away, for each that was kept ('times')
 *
 * Neither has a value in a run in which nobody says so.
 */
export class Commits {
  readonly #window: Window;
  #commits = 0;
  #inConflict = 0;
  #decided = 0;
  #wasted = 0;

  constructor(window: Window) {
    this.#window = window;
    window.whenOpened(() => {
      this.#commits = 0;
      this.#inConflict = 0;
      this.#decided = 0;
      this.#wasted = 0;
    });
  }

  onTestified({ at, said }: FactOf<'testified'>): void {
    if (said.kind !== 'committed' || !this.#window.contains(at)) return;
    this.#commits++;
    if (said.conflicts > 0) this.#inConflict++;
    this.#decided += said.decided;
    this.#wasted += said.conflicts;
  }

  metrics(): Metrics {
    const kept = this.#decided - this.#wasted;
    const share = this.#commits === 0 ? undefined : this.#inConflict / this.#commits;
    return {
      commitConflicts: { unit: 'ratio', value: share },
      decisionsWasted: { unit: 'times', value: kept > 0 ? this.#wasted / kept : undefined },
    };
  }
}
