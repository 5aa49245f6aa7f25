import type { FactOf } from '../history/fact.ts';

/**
 * Jobs that may be forgotten: those submitted with `retainUs`, so long after their end, and so no
 * earlier than that long after they were asked for. By then a late copy of the submit may make such
 * a job anew, and nothing that was known of it says anything about the new one.
 */
export class Retained {
  readonly #slackUs: number;
  readonly #goneUs = new Map<string, number>();

  /** Two wall clocks measure how long it is kept. */
  constructor(epsilonUs: number) {
    this.#slackUs = 2 * epsilonUs;
  }

  onAsked({ at, request }: FactOf<'asked'>): void {
    if (request.kind !== 'submit' || request.retainUs === undefined) return;
    if (this.#goneUs.has(request.job)) return;
    this.#goneUs.set(request.job, at + request.retainUs - this.#slackUs);
  }

  /** Whether the job may have been forgotten by then. */
  mayBeGone(job: string, at: number): boolean {
    if (this.#goneUs.size === 0) return false;
    const goneUs = this.#goneUs.get(job);
    return goneUs !== undefined && goneUs <= at;
  }
}
