import type { FactOf, Request } from '../history/fact.ts';

type PutRequest = Extract<Request, { readonly kind: 'put-schedule' }>;

/** A version of a schedule as its client asked for it. */
export interface SchedulePut {
  readonly request: PutRequest;
  readonly askedUs: number;
  /** Infinity until it was answered ok. */
  answeredUs: number;
}

/** The versions of schedules that clients put, and which of them may be in force when. */
export class SchedulePuts {
  readonly #puts = new Map<string, SchedulePut[]>();

  onAsked({ at, request }: FactOf<'asked'>): void {
    if (request.kind !== 'put-schedule') return;
    const put = { request, askedUs: at, answeredUs: Number.POSITIVE_INFINITY };
    const puts = this.#puts.get(request.schedule);
    if (puts === undefined) this.#puts.set(request.schedule, [put]);
    else puts.push(put);
  }

  onAnswered({ at, request, answer, askedAt }: FactOf<'answered'>): void {
    if (request.kind !== 'put-schedule' || answer.kind !== 'ok') return;
    for (const put of this.#puts.get(request.schedule) ?? []) {
      const isIt = put.request.revision === request.revision && put.askedUs === askedAt;
      if (isIt) put.answeredUs = Math.min(put.answeredUs, at);
    }
  }

  /**
   * The versions that may have been in force some time from `fromUs` to `toUs`: the newest that was
   * certainly accepted by then, and all newer ones that had been asked for. None where not even one
   * was certain.
   */
  between(schedule: string, fromUs: number, toUs: number): readonly SchedulePut[] {
    const puts = this.#puts.get(schedule) ?? [];
    let floor = Number.NEGATIVE_INFINITY;
    for (const { request, answeredUs } of puts) {
      if (answeredUs <= fromUs) floor = Math.max(floor, request.revision);
    }
    if (floor === Number.NEGATIVE_INFINITY) return [];
    return puts.filter(({ request, askedUs }) => request.revision >= floor && askedUs <= toUs);
  }

  /** Every version that was ever asked for. */
  all(schedule: string): readonly SchedulePut[] {
    return this.#puts.get(schedule) ?? [];
  }

  /** The queue of its jobs; undefined where that is not on record, or differs between versions. */
  queueOf(schedule: string): string | undefined {
    const [first, ...others] = this.all(schedule);
    const queue = first?.request.queue;
    return others.every(({ request }) => request.queue === queue) ? queue : undefined;
  }

  /** A tick in time may start so much later than it is due. */
  jitterUs(schedule: string): number {
    let jitterUs = 0;
    for (const { request } of this.all(schedule)) jitterUs = Math.max(jitterUs, request.jitterUs);
    return jitterUs;
  }

  /** Ticks found late start one after another: the last so much later than it was found. */
  catchUpUs(schedule: string): number {
    let mostUs = 0;
    for (const { request } of this.all(schedule)) {
      mostUs = Math.max(mostUs, request.spacingUs * request.catchUpMax);
    }
    return this.jitterUs(schedule) + mostUs;
  }

  /** Whether an instance may have to wait for the one before. */
  mayBuffer(schedule: string): boolean {
    return this.all(schedule).some(({ request }) => request.overlap === 'buffer');
  }
}
