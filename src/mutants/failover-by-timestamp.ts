import type { MonotonicUs } from '../lib/units.ts';
import { type FoundHome, HomeWatch } from '../scheduler/parts/rows/homes.ts';
import type { Mutant } from './mutant.ts';

/** Counts from when a worker was first seen, so what was just taken over is old again. */
class StartTimeWatch extends HomeWatch {
  readonly #sinceUs = new Map<string, MonotonicUs>();

  override stale(homes: readonly FoundHome[], nowUs: MonotonicUs, deadUs: number) {
    return homes.filter(({ home: { worker } }) => {
      const sinceUs = this.#sinceUs.get(worker) ?? nowUs;
      this.#sinceUs.set(worker, sinceUs);
      return nowUs - sinceUs > deadUs;
    });
  }
}

export const failoverByTimestamp: Mutant = {
  name: 'failover-by-timestamp',
  sentence: 'What is taken over is chosen by when it began, so it is taken over again and again.',
  source: 'dolphinscheduler#17342',
  cause: 'identity without incarnation',
  of: 'rows',
  parts: { newHomeWatch: () => new StartTimeWatch() },
};
