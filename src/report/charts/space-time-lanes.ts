/** Lanes of a space-time diagram: their heads, what machines were for a while, and jobs on them. */
import { html, type Markup } from '../html.ts';
import type { BandKind, OwnTime, SpaceTime, StoryBand, StoryJob } from '../space-time.ts';
import { fitted } from './frame.ts';
import { patternFill } from './patterns.ts';
import { clockText, HARNESS, type TimeScale } from './space-time-scale.ts';

/** How wide the page makes a diagram without its times; only labels are cut by it. */
export const LANES_WIDTH = 960;
export const HEAD_HEIGHT = 30;
export const HEAD_NARROW_HEIGHT = 88;

/** Where things stand across: in shares of the width, so that one drawing serves every screen. */
export interface Across {
  readonly names: readonly string[];
  /** The line of a lane, in percent. */
  x(name: string): number;
  /** Pixels from one lane to the next, on a wide screen. */
  readonly laneWidth: number;
}

/** A lane's line stands nearer to its left edge: bands to the left of it, words to the right. */
export const LINE = 0.34;

export function acrossOf({ machines, events }: SpaceTime): Across {
  const harness = events.some(({ machine, isVerdict }) => machine === null && !isVerdict);
  const names = [...(harness ? [HARNESS] : []), ...machines.map(({ name }) => name)];
  const at = new Map(names.map((name, index) => [name, percent((index + LINE) / names.length)]));
  const laneWidth = LANES_WIDTH / Math.max(1, names.length);
  return { names, x: (name) => at.get(name) ?? 0, laneWidth };
}

export const percent = (share: number): number => Math.round(share * 10_000) / 100;

/** Names of the lanes, level where there is room and upright where there is not. */
export function heads(across: Across): Markup {
  const level = across.names.map(
    (name) =>
      html`<text x="${across.x(name)}%" y="19" class="middle">${fitted(
        name,
        across.laneWidth + 6,
      )}</text>`,
  );
  const upright = across.names.map(
    (name) => html`<svg x="${across.x(name)}%" y="0"><text transform="translate(4,82)
      rotate(-90)">${name}</text></svg>`,
  );
  if (across.laneWidth < LEVEL_WIDTH_MIN) return html`${uprightHeads(upright, 'head-any')}`;
  return html`<svg class="head-wide" width="100%" height="${HEAD_HEIGHT}"
aria-hidden="true">${level}
</svg>${uprightHeads(upright, 'head-narrow')}`;
}

/** The longest names that there usually are fit into this. */
const LEVEL_WIDTH_MIN = 84;

const uprightHeads = (names: readonly Markup[], look: string): Markup =>
  html`<svg class="${look}" width="100%" height="${HEAD_NARROW_HEIGHT}"
    aria-hidden="true">${names}</svg>`;

/** Left edge and width of each kind of band, in pixels from the line of its lane. */
const EDGES: Readonly<Record<BandKind, readonly [number, number]>> = {
  leader: [-14, 12],
  primary: [-14, 12],
  lease: [-28, 12],
  down: [-6, 12],
  paused: [-6, 12],
  clock: [-34, 5],
  fault: [-41, 6],
};

/** Kinds of bands with a pattern of their own, then the kinds of faults. */
export const patternsOf = ({ bands }: SpaceTime): readonly string[] => [
  'lease',
  'down',
  'paused',
  'clock',
  ...new Set(bands.flatMap(({ kind, label }) => (kind === 'fault' ? [label] : []))),
];

export function bandsOf(story: SpaceTime, across: Across, scale: TimeScale, id: string): Markup {
  const kinds = patternsOf(story);
  const ending = scale.height;
  return html`<g class="bands">${story.bands.map((band) => {
    const from = scale.y(band.fromUs);
    const until = band.untilUs > story.atUs ? ending : scale.y(band.untilUs);
    const height = Math.max(2, Math.round((until - from) * 10) / 10);
    const [edge, width] = EDGES[band.kind];
    const key = band.kind === 'fault' ? band.label : band.kind;
    const plain = band.kind === 'leader' || band.kind === 'primary';
    const fill = plain ? '' : html` fill="${patternFill(id, kinds, key)}"`;
    const own = [
      ownSpan('mono', band.monotonic, story, scale),
      ownSpan('wall', band.wall, story, scale),
    ];
    return html`<svg x="${across.x(band.machine)}%"><rect class="era ${band.kind}" x="${edge}"
y="${from}" width="${width}" height="${height}"${fill}><title>${bandWords(band)}</title></rect>${
      width > 10 && bandLabels(band, edge + width - 3, from, height)
    }${own}</svg>\n`;
  })}</g>\n`;
}

/** Where a band stands by its holder's clock: beside it, and seen when the script is asked to. */
function ownSpan(
  clock: string,
  own: OwnTime | undefined,
  { atUs }: SpaceTime,
  scale: TimeScale,
): Markup | false {
  if (own === undefined || own.fromUs > atUs) return false;
  const from = scale.y(own.fromUs);
  const until = own.untilUs > atUs ? scale.height : scale.y(own.untilUs);
  const height = Math.max(2, Math.round((until - from) * 10) / 10);
  return html`<rect class="own ${clock}" x="-31" y="${from}" width="32" height="${height}"/>`;
}

const LABEL_EVERY = 420;

/** Upright in the band, again and again: a band may be longer than any screen. */
function bandLabels(band: StoryBand, x: number, from: number, height: number): Markup[] {
  const room = Math.min(height, LABEL_EVERY) - 10;
  if (room < 24) return [];
  const words = fitted(band.label, room * 1.15);
  const count = Math.max(1, Math.floor(height / LABEL_EVERY));
  return Array.from({ length: count }, (_, i) => {
    const y = Math.round(from + i * LABEL_EVERY + 6);
    return html`<text class="in-era ${band.kind}" transform="translate(${x},${y})
rotate(90)" dy="0.66em">${words}</text>`;
  });
}

const span = ({ fromUs, untilUs }: OwnTime): string =>
  `${clockText(fromUs)} to ${clockText(untilUs)}`;

/** A band in words, in true time and by its machine's own clocks. */
export function bandWords(band: StoryBand): string {
  const { machine, label, monotonic, wall } = band;
  const own = [
    monotonic === undefined ? '' : `; by its monotonic clock ${span(monotonic)}`,
    wall === undefined ? '' : `; by its wall clock ${span(wall)}`,
  ].join('');
  return `${machine} ${label}: ${span(band)}${own}`;
}

const JOB_WIDTH = 5;
const SLOTS_MAX = 4;

export interface JobPlaces {
  readonly markup: Markup;
  /** Pixels that bodies take to the right of a lane's line. */
  roomOf(machine: string): number;
}

/** Bodies of jobs, side by side where they run at the same time. */
export function jobsOf(
  story: SpaceTime,
  across: Across,
  scale: TimeScale,
  subjects: ReadonlySet<string>,
): JobPlaces {
  const ends = new Map<string, number[]>();
  const rects = story.jobs.map((job) => {
    const slots = ends.get(job.machine) ?? [];
    ends.set(job.machine, slots);
    const slot = freeSlot(slots, job);
    const from = scale.y(job.fromUs);
    const until = job.untilUs === null ? scale.height : scale.y(job.untilUs);
    const look = subjects.has(job.job) ? 'body subject' : 'body';
    const words = `${job.job} on ${job.machine}: ${job.how}`;
    const left = 3 + slot * (JOB_WIDTH + 1);
    return html`<svg x="${across.x(job.machine)}%"><rect class="${look}" x="${left}"
y="${from}" width="${JOB_WIDTH}" height="${Math.max(3, Math.round((until - from) * 10) / 10)}"
data-job="${job.job}"><title>${words}</title></rect></svg>\n`;
  });
  const roomOf = (machine: string): number =>
    Math.min(SLOTS_MAX, ends.get(machine)?.length ?? 0) * (JOB_WIDTH + 1);
  return { markup: html`<g class="bodies">${rects}</g>\n`, roomOf };
}

function freeSlot(ends: number[], { fromUs, untilUs }: StoryJob): number {
  const free = ends.findIndex((until) => until <= fromUs);
  const slot = Math.min(free === -1 ? ends.length : free, SLOTS_MAX - 1);
  ends[slot] = Math.max(ends[slot] ?? 0, untilUs ?? Number.POSITIVE_INFINITY);
  return slot;
}
