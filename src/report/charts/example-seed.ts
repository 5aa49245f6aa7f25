/**
 * What one seed looked like: availability as step lines, every fault as a hatched band behind them
 * and in a lane named after its kind, and who said it led, one lane per machine. Two leaders at a
 * time show as two lanes that are filled at once.
 */
import { scaleLinear } from 'd3';
import type { DesignReport, FaultBand } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { seriesLabel } from '../metric-info.ts';
import { formatValue } from '../numbers.ts';
import { before, eventfulEndUs } from './eventful.ts';
import { bottomAxis, box, type Figure, fitted, leftAxis, round1, svgRoot } from './frame.ts';
import {
  bucketsFor,
  drawable,
  legendRows,
  stepPath,
  type TimeLine,
  timeTicks,
  valueDomain,
} from './over-time.ts';
import { PAGE_PATTERNS, patternFill } from './patterns.ts';

type Example = DesignReport['examples'][number];

const PLOT_HEIGHT = 150;
const LANE = 17;
/** Rows of all such tables of a page, for every design has one. */
const TABLES_MAX = 120;
/** In a crowd, bands of a kind that are nearer than so many pixels are drawn as one. */
const GAP_PIXELS = 4;
/** In a crowd a band says its name in the lane and its machines in the table, and no hint. */
const HINTS_MAX = 40;
const TABLE_MAX = 60;

export interface ExampleInput {
  readonly id: string;
  readonly design: string;
  readonly look: number;
  readonly example: Example;
  /** How many such figures the page has. */
  readonly of: number;
  /** All kinds of faults of the document, so that a kind keeps its pattern across designs. */
  readonly kinds: readonly string[];
}

/** The figure of one seed of one design. */
export function exampleSeed(input: ExampleInput): Figure {
  const { design, example } = input;
  const rowsMax = Math.min(TABLE_MAX, Math.floor(TABLES_MAX / input.of));
  return {
    id: input.id,
    title: `${design}, seed ${example.seed}`,
    note: '',
    design: input.look,
    draw: (width, id) => drawExample({ ...input, example: eventful(example) }, width, id),
    table: {
      caption: `Faults and leaders of ${design} in seed ${example.seed}`,
      head: ['from', 'until', 'what', 'whom'],
      rows: [
        ...example.faults
          .slice(0, rowsMax)
          .map((it) => [...span(it), it.kind, it.whom.join(', ') || 'nobody']),
        ...remainder(example.faults.length, rowsMax),
        ...example.leaders
          .slice(0, rowsMax)
          .map((it) => [...span(it), `leads, epoch ${it.epoch}`, it.machine]),
        ...remainder(example.leaders.length, rowsMax),
      ],
    },
  };
}

/** Up to where something happens; the table has what comes after, such as who led to the end. */
function eventful(example: Example): Example {
  const happens = [
    ...example.faults.map((it) => it.untilUs),
    ...example.leaders.flatMap((it) => [it.fromUs, it.untilUs]),
  ].filter((us) => us < example.endUs);
  const series = Object.values(example.series);
  const endUs = eventfulEndUs(series, example.endUs, happens);
  const cut = Object.entries(example.series).map(
    ([name, it]) => [name, before(it, endUs)] as const,
  );
  return { ...example, endUs, series: Object.fromEntries(cut) };
}

const span = (it: { readonly fromUs: number; readonly untilUs: number }): string[] => [
  formatValue('us', it.fromUs),
  formatValue('us', it.untilUs),
];

const remainder = (length: number, shown: number): string[][] =>
  length > shown ? [['…', '…', `${length - shown} more`, '…']] : [];

interface Lane {
  readonly label: string;
  readonly bands: readonly { readonly fromUs: number; readonly untilUs: number; label: string }[];
  /** Whether the drawing has so many bands that they become one shape. */
  readonly isCrowded: boolean;
  /** Kind of fault, or undefined for a lane of leadership. */
  readonly kind?: string;
}

function lanesOf(example: Example, gapUs: number): Lane[] {
  const isCrowded = example.faults.length > HINTS_MAX;
  const faults = [...new Set(example.faults.map((it) => it.kind))].sort().map((kind): Lane => {
    const own = example.faults.filter((it) => it.kind === kind);
    const bands = isCrowded ? joined(own, gapUs) : own;
    return {
      label: kind,
      kind,
      isCrowded,
      bands: bands.map((it) => ({ ...it, label: it.whom.join(', ') })),
    };
  });
  const leaders = [...new Set(example.leaders.map((it) => it.machine))].sort().map(
    (machine): Lane => ({
      label: `${machine} leads`,
      isCrowded: false,
      bands: example.leaders
        .filter((it) => it.machine === machine)
        .map((it) => ({ ...it, label: `epoch ${it.epoch}` })),
    }),
  );
  return [...faults, ...leaders];
}

/** Bands with less than `gapUs` between them become one; nothing that was there is left out. */
export function joined(bands: readonly FaultBand[], gapUs: number): FaultBand[] {
  const all: FaultBand[] = [];
  for (const band of [...bands].sort((a, b) => a.fromUs - b.fromUs)) {
    const last = all[all.length - 1];
    if (last === undefined || band.fromUs - last.untilUs >= gapUs) all.push(band);
    else all[all.length - 1] = { ...last, untilUs: Math.max(last.untilUs, band.untilUs) };
  }
  return all;
}

function timeLines(example: Example, buckets: number): TimeLine[] {
  return Object.keys(example.series)
    .sort()
    .filter((name) => example.series[name]?.unit === 'ratio')
    .map((name, look) => ({
      label: seriesLabel(name),
      look,
      series: drawable(example.series[name] as TimeLine['series'], buckets),
    }));
}

/** Places of the parts of the drawing, in pixels. */
interface Layout {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly lanesTop: number;
  readonly laneHeight: number;
  /** On a narrow screen a lane's name stands above it instead of beside it. */
  readonly stacked: boolean;
}

function drawExample(input: ExampleInput, width: number, id: string): Markup {
  const { example, kinds } = input;
  const lines = timeLines(example, bucketsFor(width, input.of));
  const lanes = lanesOf(example, (example.endUs * GAP_PIXELS) / width);
  const stacked = width < 500;
  const legend = legendRows(lines, width);
  const top = legend.height + 8;
  const left = stacked ? 44 : 132;
  const laneHeight = stacked ? LANE + 15 : LANE + 3;
  const bottom = top + PLOT_HEIGHT;
  const at: Layout = {
    left,
    right: width - 12,
    top,
    bottom,
    lanesTop: bottom + 26,
    laneHeight,
    stacked,
  };
  const x = scaleLinear([0, Math.max(1, example.endUs)], [at.left, at.right]);
  const y = scaleLinear(
    valueDomain(
      'ratio',
      lines.map((it) => it.series),
    ),
    [bottom, top],
  );
  const height = at.lanesTop + lanes.length * laneHeight + 4;
  const fill: Fill = (kind) => patternFill(PAGE_PATTERNS, kinds, kind);
  const paths = lines.map(
    (it) => html`<path class="line look${it.look}" d="${stepPath(it.series, x, y)}"/>\n`,
  );
  const time = { left: at.left, right: at.right, end: Math.max(1, example.endUs) };
  const title = `${input.design}, seed ${example.seed}`;
  return svgRoot({ id, title, desc: describe(example), width, height, time }, [
    html`<path class="lane" d="${lanes.map((_, index) => laneBox(index, at)).join('')}"/>\n`,
    lines.length > 0 && legend.body,
    html`<g class="shades">${lanes.map((lane) => shade(lane, x, at, fill))}</g>\n`,
    leftAxis(y, at.left, at.right, 'ratio'),
    bottomAxis(timeTicks(x, example.endUs), bottom, 'us', stacked ? 4 : 8),
    paths,
    lanes.map((lane, index) => drawLane(lane, index, x, at, fill)),
  ]);
}

type X = (us: number) => number;

/** Left edge and width of a span; never thinner than a hair, so that a short fault can be seen. */
function extent(band: { readonly fromUs: number; readonly untilUs: number }, x: X, at: Layout) {
  const from = Math.min(Math.max(x(band.fromUs), at.left), at.right);
  const until = Math.min(Math.max(x(band.untilUs), from), at.right);
  return { from: round1(from), width: round1(Math.max(1.5, until - from)) };
}

/** The bands of a kind behind the lines. In a crowd all patterns would lie on one another. */
function shade(lane: Lane, x: X, at: Layout, fill: Fill): Markup | undefined {
  if (lane.kind === undefined || lane.isCrowded) return undefined;
  return html`<path class="shade" d="${boxes(lane.bands, x, at, at.top, PLOT_HEIGHT)}"
    fill="${fill(lane.kind)}"/>`;
}

/** Names the pattern of a kind of fault in this drawing. */
type Fill = (kind: string) => string;

const boxes = (
  bands: readonly { readonly fromUs: number; readonly untilUs: number }[],
  x: X,
  at: Layout,
  top: number,
  height: number,
): string =>
  bands
    .map((band) => {
      const { from, width } = extent(band, x, at);
      return box(from, top, width, height);
    })
    .join('');

const laneTop = (index: number, at: Layout): number =>
  at.lanesTop + index * at.laneHeight + (at.stacked ? 14 : 0);

const laneBox = (index: number, at: Layout): string =>
  box(at.left, laneTop(index, at), at.right - at.left, LANE);

function drawLane(lane: Lane, index: number, x: X, at: Layout, fill: Fill): Markup {
  const top = laneTop(index, at);
  const label = at.stacked
    ? html`<text x="${at.left}" y="${top - 4}">${lane.label}</text>`
    : html`<text class="end" x="${at.left - 8}" y="${top + LANE / 2}"
      dy="0.32em">${fitted(lane.label, at.left - 10)}</text>`;
  if (lane.kind !== undefined && lane.isCrowded) {
    // Thick strokes along the lane take a third of the bytes of rectangles.
    const d = lane.bands.map((band) => {
      const { from, width } = extent(band, x, at);
      return `M${round1(from)},${top + LANE / 2}h${round1(width)}`;
    });
    const bands = html`<path d="${d.join('')}" stroke="${fill(lane.kind)}"
      stroke-width="${LANE}"/>`;
    return html`<g class="row">${label}${bands}</g>\n`;
  }
  const bands = lane.bands.map((band) => {
    const { from, width } = extent(band, x, at);
    const place = html`x="${from}" y="${top}" width="${width}" height="${LANE}"`;
    // Nobody hovers over a narrow screen; the table has all of it.
    const hint =
      !at.stacked && html`<title>${lane.label}, ${band.label}: ${span(band).join(' to ')}</title>`;
    const rect =
      lane.kind === undefined
        ? html`<rect class="leader" ${place}>${hint}</rect>`
        : html`<rect class="fault" ${place}
          fill="${fill(lane.kind)}">${hint}</rect>`;
    // A name is written beside its band only where it leads, for bands of faults may be crowded.
    const fits = lane.kind === undefined && band.label.length * 6.4 + 8 < width;
    const text = html`<text class="on" x="${round1(from + 5)}" y="${top + LANE / 2}"
      dy="0.32em">${band.label}</text>`;
    return [rect, fits && text];
  });
  return html`<g class="row">${label}${bands}</g>\n`;
}

function describe(example: Example): string {
  const kinds = [...new Set(example.faults.map((it) => it.kind))].sort();
  const faults = kinds.length === 0 ? 'no faults' : `faults: ${kinds.join(', ')}`;
  const machines = [...new Set(example.leaders.map((it) => it.machine))].sort();
  const leaders = machines.length === 0 ? 'nobody said it led' : `led by ${machines.join(', ')}`;
  return `Availability over ${formatValue('us', example.endUs)}; ${faults}; ${leaders}.`;
}
