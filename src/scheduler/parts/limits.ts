/**
 * What a queue allows at the moment: pure arithmetic over its record and the attempts that run.
 *
 * A rate is a token bucket kept as one number, the time when the bucket is full again (the generic
 * cell rate algorithm; ITU-T I.371): it holds `starts`, each start takes one, and one comes back
 * every `perUs / starts`. The number is in the record, so a new leader knows what was started.
 */
import type { WallUs } from '../../lib/units.ts';
import type { QueueRecord } from './book.ts';

/** Attempts that run, of one queue. */
export class Gauge {
  running = 0;
  readonly #byKey = new Map<string, number>();

  ofKey(key: string): number {
    return this.#byKey.get(key) ?? 0;
  }

  started(key: string | undefined): void {
    this.running += 1;
    if (key !== undefined) this.#byKey.set(key, this.ofKey(key) + 1);
  }

  ended(key: string | undefined): void {
    this.running -= 1;
    if (key === undefined) return;
    const left = this.ofKey(key) - 1;
    if (left > 0) this.#byKey.set(key, left);
    else this.#byKey.delete(key);
  }
}

/** Why a job of a queue may not start now: nobody of the queue may, or nobody with its key. */
export type Obstacle =
  | { readonly kind: 'paused' }
  | { readonly kind: 'full' }
  | { readonly kind: 'rate'; readonly untilUs: WallUs }
  | { readonly kind: 'key' };

export type FindObstacle = (
  queue: QueueRecord | undefined,
  gauge: Gauge,
  key: string | undefined,
  nowUs: WallUs,
) => Obstacle | undefined;

/** What holds a job back, if anything does; a queue that nobody has put holds nothing back. */
export const findObstacle: FindObstacle = (queue, gauge, key, nowUs) => {
  if (queue === undefined) return undefined;
  if (queue.standing === 'paused') return { kind: 'paused' };
  const { concurrency, perKey } = queue.limits;
  if (concurrency !== undefined && gauge.running >= concurrency) return { kind: 'full' };
  const untilUs = nextStartUs(queue, nowUs);
  if (untilUs > nowUs) return { kind: 'rate', untilUs };
  if (perKey === undefined || key === undefined) return undefined;
  return gauge.ofKey(key) >= perKey ? { kind: 'key' } : undefined;
};

/** When the rate of the queue lets the next job start; at once where it has none. */
export function nextStartUs({ limits: { rate }, fullAtUs }: QueueRecord, nowUs: WallUs): WallUs {
  if (rate === undefined || fullAtUs === undefined) return nowUs;
  const { perUs, starts } = rate;
  // A clock that was ahead may have left a time that no bucket can need: an empty one is empty.
  const missingUs = Math.min(fullAtUs - nowUs, perUs);
  return (nowUs + Math.max(0, Math.ceil(missingUs + perUs / starts - perUs))) as WallUs;
}

/** The queue after one start; undefined where it keeps no count of them. */
export function afterStart(queue: QueueRecord, nowUs: WallUs): QueueRecord | undefined {
  const { rate } = queue.limits;
  if (rate === undefined) return undefined;
  const { perUs, starts } = rate;
  const missingUs = Math.min(Math.max((queue.fullAtUs ?? nowUs) - nowUs, 0), perUs);
  // Spans, for an instant of our days leaves no room for less than a quarter of a microsecond.
  return { ...queue, fullAtUs: (nowUs + Math.ceil(missingUs + perUs / starts)) as WallUs };
}
