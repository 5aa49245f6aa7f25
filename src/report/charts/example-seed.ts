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
import { bottomAxis, type Figure, fitted, leftAxis, round3, svgRoot } from './frame.ts';
import {
  drawable,
  legendRows,
  stepPath,
  type TimeLine,
  timeTicks,
  valueDomain,
} from './over-time.ts';
import { patternDefinitions, patternFill } from './patterns.ts';

type Example = DesignReport['examples'][number];

const PLOT_HEIGHT = 150;
const LANE = 17;
/** A storm of thousands of faults is drawn up to this many; the table says how many there were. */
const BANDS_MAX = 160;
const TABLE_MAX = 60;

export interface ExampleInput {
  readonly id: string;
  readonly design: string;
  readonly look: number;
  readonly example: Example;
  /** All kinds of faults of the document, so that a kind keeps its pattern across designs. */
  readonly kinds: readonly string[];
}

/** The figure of one seed of one design. */
export function exampleSeed(input: ExampleInput): Figure {
  const { design, example } = input;
  return {
    id: input.id,
    title: `${design}, seed ${example.seed}`,
    note: '',
    design: input.look,
    draw: (width, id) => drawExample(input, width, id),
    table: {
      caption: `Faults and leaders of ${design} in seed ${example.seed}`,
      head: ['from', 'until', 'what', 'whom'],
      rows: [
        ...example.faults
          .slice(0, TABLE_MAX)
          .map((it) => [...span(it), it.kind, it.whom.join(', ') || 'nobody']),
        ...remainder(example.faults.length),
        ...example.leaders
          .slice(0, TABLE_MAX)
          .map((it) => [...span(it), `leads, epoch ${it.epoch}`, it.machine]),
        ...remainder(example.leaders.length),
      ],
    },
  };
}

const span = (it: { readonly fromUs: number; readonly untilUs: number }): string[] => [
  formatValue('us', it.fromUs),
  formatValue('us', it.untilUs),
];

const remainder = (length: number): string[][] =>
  length > TABLE_MAX ? [['…', '…', `${length - TABLE_MAX} more`, '…']] : [];

interface Lane {
  readonly label: string;
  readonly bands: readonly { readonly fromUs: number; readonly untilUs: number; label: string }[];
  /** Kind of fault, or undefined for a lane of leadership. */
  readonly kind?: string;
}

function lanesOf(example: Example): Lane[] {
  const shown = example.faults.slice(0, BANDS_MAX);
  const faults = [...new Set(shown.map((it) => it.kind))].sort().map(
    (kind): Lane => ({
      label: kind,
      kind,
      bands: shown.filter((it) => it.kind === kind).map((it) => ({ ...it, label: labelOf(it) })),
    }),
  );
  const leaders = [...new Set(example.leaders.map((it) => it.machine))].sort().map(
    (machine): Lane => ({
      label: `${machine} leads`,
      bands: example.leaders
        .filter((it) => it.machine === machine)
        .slice(0, BANDS_MAX)
        .map((it) => ({ ...it, label: `epoch ${it.epoch}` })),
    }),
  );
  return [...faults, ...leaders];
}

const labelOf = (band: FaultBand): string => band.whom.join(', ');

function timeLines(example: Example): TimeLine[] {
  return Object.keys(example.series)
    .sort()
    .filter((name) => example.series[name]?.unit === 'ratio')
    .map((name, look) => ({
      label: seriesLabel(name),
      look,
      series: drawable(example.series[name] as TimeLine['series']),
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
  const lines = timeLines(example);
  const lanes = lanesOf(example);
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
  const shades = example.faults.slice(0, BANDS_MAX).map((band) => shade(band, x, at, id, kinds));
  const paths = lines.map(
    (it) => html`<path class="line look${it.look}" d="${stepPath(it.series, x, y)}"/>\n`,
  );
  const time = { left: at.left, right: at.right, end: Math.max(1, example.endUs) };
  const title = `${input.design}, seed ${example.seed}`;
  return svgRoot({ id, title, desc: describe(example), width, height, time }, [
    patternDefinitions(id, kinds),
    lines.length > 0 && legend.body,
    html`<g class="shades">${shades}</g>\n`,
    leftAxis(y, at.left, at.right, 'ratio'),
    bottomAxis(timeTicks(x, example.endUs), bottom, 'us', stacked ? 4 : 8),
    paths,
    lanes.map((lane, index) => drawLane(lane, index, x, at, id, kinds)),
  ]);
}

type X = (us: number) => number;

/** Left edge and width of a span; never thinner than a hair, so that a short fault can be seen. */
function extent(band: { readonly fromUs: number; readonly untilUs: number }, x: X, at: Layout) {
  const from = Math.min(Math.max(x(band.fromUs), at.left), at.right);
  const until = Math.min(Math.max(x(band.untilUs), from), at.right);
  return { from: round3(from), width: round3(Math.max(1.5, until - from)) };
}

function shade(band: FaultBand, x: X, at: Layout, id: string, kinds: readonly string[]): Markup {
  const { from, width } = extent(band, x, at);
  return html`<rect class="shade" x="${from}" y="${round3(at.top)}" width="${width}"
    height="${PLOT_HEIGHT}" fill="${patternFill(id, kinds, band.kind)}"/>`;
}

function drawLane(
  lane: Lane,
  index: number,
  x: X,
  at: Layout,
  id: string,
  kinds: readonly string[],
): Markup {
  const top = at.lanesTop + index * at.laneHeight + (at.stacked ? 14 : 0);
  const label = at.stacked
    ? html`<text x="${at.left}" y="${top - 4}">${lane.label}</text>`
    : html`<text class="end" x="${at.left - 8}" y="${top + LANE / 2}"
      dy="0.32em">${fitted(lane.label, at.left - 10)}</text>`;
  const bands = lane.bands.map((band) => {
    const { from, width } = extent(band, x, at);
    const place = html`x="${from}" y="${top}" width="${width}" height="${LANE}"`;
    const hint = html`<title>${lane.label}, ${band.label}: ${span(band).join(' to ')}</title>`;
    const rect =
      lane.kind === undefined
        ? html`<rect class="leader" ${place}>${hint}</rect>`
        : html`<rect class="fault" ${place}
          fill="${patternFill(id, kinds, lane.kind)}">${hint}</rect>`;
    // A name is written beside its band only where it leads, for bands of faults may be crowded.
    const fits = lane.kind === undefined && band.label.length * 6.4 + 8 < width;
    const text = html`<text class="on" x="${round3(from + 5)}" y="${top + LANE / 2}"
      dy="0.32em">${band.label}</text>`;
    return [rect, fits && text];
  });
  const base = html`<rect class="lane" x="${at.left}" y="${top}" width="${at.right - at.left}"
    height="${LANE}"/>`;
  return html`<g class="row">${label}${base}${bands}</g>\n`;
}

function describe(example: Example): string {
  const kinds = [...new Set(example.faults.map((it) => it.kind))].sort();
  const faults = kinds.length === 0 ? 'no faults' : `faults: ${kinds.join(', ')}`;
  const machines = [...new Set(example.leaders.map((it) => it.machine))].sort();
  const leaders = machines.length === 0 ? 'nobody said it led' : `led by ${machines.join(', ')}`;
  return `Availability over ${formatValue('us', example.endUs)}; ${faults}; ${leaders}.`;
}
