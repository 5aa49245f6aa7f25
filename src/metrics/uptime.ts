import type { FactOf } from '../history/fact.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../lib/units.ts';
import { isCounted } from './availability.ts';
import type { Metrics } from './numbers.ts';
import { quantile } from './statistics.ts';
import type { Window } from './window.ts';
import { type Segment, type WorstWindow, worstWindows } from './worst-windows.ts';

/** Lengths of windows that every run is asked for, where they fit into it; and its whole storm. */
const LADDER_US = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  HOUR,
  DAY,
];
/** Of the gaps between requests of a client, this share is taken for use of the service. */
const ACTIVE_SHARE = 0.99;

export interface Uptime {
  readonly metrics: Metrics;
  readonly windows: readonly WorstWindow[];
}

/**
 * userUptime ('ratio'): the share of their time in which the service was up for its users, Hauer et
 * al. (NSDI '20). Users are clients. From one counted request of a client until its next the
 * service was up for it when the first was answered ok, and down otherwise; requests happen when
 * they are asked, for it is then that somebody wants the service. After a request a user is active
 * for no longer than the 99th percentile of all gaps between requests in the run: whoever asks
 * nothing for longer does not use the service, and says nothing of it. Summed over users within
 * the storm; requests before it tell how each entered it.
 *
 * The worst windows are of the same segments.
 */
export class UserUptime {
  readonly #window: Window;
  /** Twice the time of the request, and one more when it was answered ok: sorted as numbers. */
  readonly #users = new Map<string, number[]>();

  constructor(window: Window) {
    this.#window = window;
  }

  onAnswered(fact: FactOf<'answered'>): void {
    if (!isCounted(fact)) return;
    const event = 2 * fact.askedAt + (fact.answer.kind === 'ok' ? 1 : 0);
    const events = this.#users.get(fact.client);
    if (events === undefined) this.#users.set(fact.client, [event]);
    else events.push(event);
  }

  /** Asked once, when the run is over. */
  finish(): Uptime {
    const { spanUs } = this.#window;
    const segments = this.#segments();
    const lengths = LADDER_US.filter((us) => us < spanUs);
    const windows = worstWindows(segments, spanUs > 0 ? [...lengths, spanUs] : lengths);
    return { metrics: { userUptime: { unit: 'ratio', value: windows.at(-1)?.ratio } }, windows };
  }

  #segments(): readonly Segment[] {
    const users = [...this.#users.values()].map((events) => Float64Array.from(events).sort());
    const { fromUs, spanUs } = this.#window;
    const untilUs = fromUs + spanUs;
    const cutoffUs = cutoffOf(users);
    const segments: Segment[] = [];
    for (const events of users) {
      for (let i = 0; i < events.length; i++) {
        const askedUs = timeOf(events[i] as number);
        const nextUs = i + 1 < events.length ? timeOf(events[i + 1] as number) : untilUs;
        const begins = Math.max(fromUs, askedUs);
        const ends = Math.min(untilUs, nextUs, askedUs + cutoffUs);
        const isUp = (events[i] as number) % 2 === 1;
        if (ends > begins) segments.push({ fromUs: begins, untilUs: ends, isUp });
      }
    }
    return segments;
  }
}

const timeOf = (event: number): number => Math.floor(event / 2);

/** A run without any gap says nothing of when its users are away: they are taken to stay. */
function cutoffOf(users: readonly Float64Array[]): number {
  const gaps: number[] = [];
  for (const events of users) {
    for (let i = 1; i < events.length; i++) {
      gaps.push(timeOf(events[i] as number) - timeOf(events[i - 1] as number));
    }
  }
  return quantile(gaps, ACTIVE_SHARE) ?? Number.POSITIVE_INFINITY;
}
