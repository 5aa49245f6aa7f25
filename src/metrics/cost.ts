import type { FactOf } from '../history/fact.ts';
import type { Metrics } from './numbers.ts';

/**
 * What work costs: what schedulers, stores and workers spent in the storm, per job or tick that was
 * done in it for the first time, as goodput counts them. Idling, polling, retries and what the
 * storm wasted are in it: it is the price of a job, and not the length of its way.
 *
 *   messagesPerJob           messages sent ('count')
 *   syncsPerJob              syncs of disks ('count')
 *   storeTransactionsPerJob  transactions asked of the store; 0 for a design without one ('count')
 *
 * None has a value where the storm has no end, or nothing was done in it.
 */
export class Cost {
  #before: FactOf<'spent'> | undefined;
  #after: FactOf<'spent'> | undefined;

  /** The first is from the start of the storm, the second from its end. */
  onSpent(fact: FactOf<'spent'>): void {
    if (this.#before === undefined) this.#before = fact;
    else this.#after ??= fact;
  }

  /** `done` is how much was done in the storm. */
  metrics(done: number): Metrics {
    const [before, after] = [this.#before, this.#after];
    const per = (key: 'messages' | 'syncs' | 'transactions'): Metrics[string] => {
      const isKnown = before !== undefined && after !== undefined && done > 0;
      return { unit: 'count', value: isKnown ? (after[key] - before[key]) / done : undefined };
    };
    return {
      messagesPerJob: per('messages'),
      syncsPerJob: per('syncs'),
      storeTransactionsPerJob: per('transactions'),
    };
  }
}
