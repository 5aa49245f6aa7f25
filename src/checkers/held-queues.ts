import type { FactOf } from '../history/fact.ts';

/**
 * Queues that may hold back what is ready, nobody knows for how long: those that any client wanted
 * to limit or to pause.
 */
export class HeldQueues {
  readonly #held = new Set<string>();

  onAsked({ request }: FactOf<'asked'>): void {
    const isPause = request.kind === 'edit-queue' && request.edit === 'pause';
    const isLimit = request.kind === 'put-queue' && Object.keys(request.limits).length > 0;
    if (isPause || isLimit) this.#held.add(request.queue);
  }

  /** Whether jobs of this queue may be held back; undefined is a queue that is not on record. */
  mayHold(queue: string | undefined): boolean {
    return queue === undefined ? this.#held.size > 0 : this.#held.has(queue);
  }
}
