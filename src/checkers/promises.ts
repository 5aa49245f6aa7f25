import type { FactOf, TickId } from '../history/fact.ts';

/**
 * From when on the ticks of a schedule were promised. A new schedule does not fire for the past:
 * its ticks count from its acceptance on, by the wall clock of whoever accepted it, so from ε after
 * the client heard of it. A schedule that no client of this run put was there from the start; one
 * whose put was refused, or never answered, promised nothing.
 */
export class Promises {
  readonly #epsilonUs: number;
  /** Infinity while a put is open. */
  readonly #sinceUs = new Map<string, number>();

  constructor(epsilonUs: number) {
    this.#epsilonUs = epsilonUs;
  }

  onAsked({ request }: FactOf<'asked'>): void {
    if (request.kind !== 'put-schedule' || this.#sinceUs.has(request.schedule)) return;
    this.#sinceUs.set(request.schedule, Number.POSITIVE_INFINITY);
  }

  onAnswered({ at, request, answer }: FactOf<'answered'>): void {
    if (request.kind !== 'put-schedule' || answer.kind !== 'ok') return;
    const known = this.#sinceUs.get(request.schedule) ?? Number.POSITIVE_INFINITY;
    this.#sinceUs.set(request.schedule, Math.min(known, at + this.#epsilonUs));
  }

  /** Whether a tick due at `dueUs`, true time, was promised; asked when all puts are known. */
  isPromised(tick: TickId, dueUs: number): boolean {
    return dueUs >= (this.#sinceUs.get(tick.schedule) ?? Number.NEGATIVE_INFINITY);
  }
}
