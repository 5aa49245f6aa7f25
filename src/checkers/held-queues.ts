import type { FactOf } from '../history/fact.ts';

/**
 * Queues that may hold back what is ready, for as long as they like: those that any client wanted
 * to put (a limit is why one does) or to pause.
 */
export class HeldQueues {
  readonly #held = new Set<string>();

  onAsked({ request }: FactOf<'asked'>): void {
    if (request.kind === 'put-queue' || request.kind === 'edit-queue')
      this.#held.add(request.queue);
  }

  /** Whether jobs of this queue may be held back; undefined is a queue that is not on record. */
  mayHold(queue: string | undefined): boolean {
    return queue === undefined ? this.#held.size > 0 : this.#held.has(queue);
  }
}
