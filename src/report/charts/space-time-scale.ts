/**
 * Where a space-time diagram puts instants: downwards in order, near ones apart and far ones
 * together. A message takes milliseconds and a lease many seconds; on an even scale one of them
 * would be a dot, or the other a mile. Long silences are marked, and every instant has its time
 * beside it.
 */
import { scaleLinear } from 'd3';
import { MS, SECOND } from '../../lib/units.ts';
import type { SpaceTime, StoryEvent } from '../space-time.ts';

/** Seconds to the millisecond: enough to tell two rows apart, short enough for a margin. */
export const clockText = (us: number): string => `${(us / SECOND).toFixed(3)} s`;

/** Rows of text need this much. */
export const TEXT_ROW = 13;
const STEP_MIN = 4;
const STEP_PER_DECADE = 6;
/** A silence this long is marked, and gets room for a word. */
const SILENCE_US = SECOND;
const SILENCE_ROOM = 30;
const TOP = 14;
const BOTTOM = 26;

export interface Silence {
  readonly from: number;
  readonly until: number;
  readonly us: number;
}

export interface TimeScale {
  /** Never outside the drawing. */
  y(us: number): number;
  readonly height: number;
  readonly silences: readonly Silence[];
  /** Where the words of an event stand: those of one machine do not overlap. */
  readonly rowOf: ReadonlyMap<StoryEvent, number>;
}

/** The lane of what the harness did. */
export const HARNESS = 'harness';
export const laneName = ({ machine }: StoryEvent): string => machine ?? HARNESS;

/** Places every instant at which something drawn happens. */
export function timeScale(story: SpaceTime): TimeScale {
  const events = byInstant(story.events);
  const instants = instantsOf(story);
  const rows = new Map<string, number>();
  const rowOf = new Map<StoryEvent, number>();
  const silences: Silence[] = [];
  const places: number[] = [];
  let y = TOP;
  let before: number | undefined;
  for (const us of instants) {
    const here = events.get(us) ?? [];
    const gapUs = before === undefined ? 0 : us - before;
    const from = y;
    if (before !== undefined) y += stepOf(gapUs);
    for (const event of here) y = Math.max(y, rows.get(laneName(event)) ?? 0);
    if (gapUs >= SILENCE_US) silences.push({ from, until: y, us: gapUs });
    for (const event of here) {
      const row = Math.max(y, rows.get(laneName(event)) ?? 0);
      rowOf.set(event, row);
      rows.set(laneName(event), row + TEXT_ROW);
    }
    places.push(Math.round(y * 10) / 10);
    before = us;
  }
  const scale = scaleLinear(padded(instants, 1), padded(places, 0)).clamp(true);
  const height = Math.ceil(Math.max(y, ...rows.values()) + BOTTOM);
  return { y: (us) => Math.round(scale(us) * 10) / 10, height, silences, rowOf };
}

function stepOf(gapUs: number): number {
  const step = STEP_MIN + STEP_PER_DECADE * Math.log10(1 + gapUs / MS);
  return gapUs >= SILENCE_US ? Math.max(step, SILENCE_ROOM) : step;
}

function byInstant(events: readonly StoryEvent[]): ReadonlyMap<number, readonly StoryEvent[]> {
  const found = new Map<number, StoryEvent[]>();
  for (const event of events) {
    const list = found.get(event.atUs);
    if (list === undefined) found.set(event.atUs, [event]);
    else list.push(event);
  }
  return found;
}

function instantsOf({ events, messages, atUs }: SpaceTime): readonly number[] {
  const all = [
    atUs,
    ...events.map((event) => event.atUs),
    ...messages.map(({ sentUs }) => sentUs),
    ...messages.flatMap(({ receivedUs }) => receivedUs ?? []),
  ];
  return [...new Set(all)].sort((a, b) => a - b);
}

/** A scale needs two points. */
const padded = (values: readonly number[], by: number): number[] => {
  const last = values[values.length - 1] ?? 0;
  return values.length > 1 ? [...values] : [last, last + by];
};
