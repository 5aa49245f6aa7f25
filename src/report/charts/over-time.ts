/** Step lines over the time of the run, one per design: what the mean run looked like. */
import { max, min, scaleLinear } from 'd3';
import type { Series } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { formatValue } from '../numbers.ts';
import {
  bottomAxis,
  type DataTable,
  type Figure,
  fitted,
  leftAxis,
  lookOf,
  round1,
  steps,
  svgRoot,
} from './frame.ts';

/** More buckets than this are merged by their mean: a screen cannot show them. */
const BUCKETS_MAX = 80;
/** A bucket is never narrower than so many pixels, and wider where many lines share the drawing. */
const BUCKET_PIXELS = 8;
const CROWD = 4;
const RANGE_WIDTH = 500;
/** Where most buckets are empty, such as those of rare ticks, fewer and wider ones tell more. */
const SPARSE_MAX = 24;
const TABLE_ROWS_MAX = 24;
const HEIGHT = 220;

export interface TimeLine {
  readonly label: string;
  /** Index of the design, for colour and dash. */
  readonly look: number;
  readonly series: Series;
}

export interface OverTimeInput {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly TimeLine[];
}

/** A series with at most `limit` buckets; nulls are left out of means. */
export function merged(series: Series, limit: number): Series {
  const step = Math.max(1, Math.ceil(series.values.length / limit));
  if (step === 1) return series;
  const values: (number | null)[] = [];
  for (let from = 0; from < series.values.length; from += step) {
    const known = series.values.slice(from, from + step).filter((value) => value !== null);
    const sum = known.reduce((total, value) => total + value, 0);
    values.push(known.length === 0 ? null : sum / known.length);
  }
  return { unit: series.unit, bucketUs: series.bucketUs * step, values };
}

/** A series in as many buckets as a screen can show, and as few as its gaps ask for. */
export function drawable(series: Series, limit = BUCKETS_MAX): Series {
  const { values } = series;
  const until = values.findLastIndex((value) => value !== null) + 1;
  const known = values.reduce<number>((sum, value) => sum + (value === null ? 0 : 1), 0);
  return merged(series, known < until / 2 ? Math.min(SPARSE_MAX, limit) : limit);
}

/** How many buckets suit a drawing of this width with so many lines. */
export const bucketsFor = (width: number, lines: number): number =>
  Math.min(BUCKETS_MAX, Math.floor(width / BUCKET_PIXELS / (lines > CROWD ? 3 : 1)));

/** Where a series ends, µs. */
export const endOf = (series: Series): number => series.bucketUs * series.values.length;

/** The vertical range: shares reach up to one, other numbers start at zero. */
export function valueDomain(unit: string, all: readonly Series[]): [number, number] {
  const values = all.flatMap((series) => series.values.filter((value) => value !== null));
  const least = min(values) ?? 0;
  const most = max(values) ?? 1;
  if (unit === 'ratio')
    return [Math.max(0, Math.min(0.9, Math.floor(least * 10) / 10)), Math.max(1, most)];
  return [Math.min(0, least), most > 1e-9 ? most * 1.05 : 1];
}

/** The path of a step line; gaps stay gaps. */
export function stepPath(
  series: Series,
  x: (us: number) => number,
  y: (value: number) => number,
): string {
  const points = series.values.map((value, i) => [i * series.bucketUs, value] as const);
  // The last value holds to the end of its bucket.
  const last = [endOf(series), series.values[series.values.length - 1] ?? null] as const;
  return steps(
    [...points, last].map(([us, value]) => [x(us), value === null ? undefined : y(value)] as const),
  );
}

/** The figure: step lines with a legend above, and the buckets as a table. */
export function overTime(input: OverTimeInput): Figure {
  // The range is that of one drawing, so that the foot of the axis is the same in all of them.
  const merges = bucketsFor(RANGE_WIDTH, input.lines.length);
  const range = valueDomain(
    input.unit,
    input.lines.map((it) => drawable(it.series, merges)),
  );
  const foot = input.unit === 'ratio' && range[0] > 0 ? Math.round(range[0] * 100) : 0;
  return {
    id: input.id,
    title: input.title,
    note: foot > 0 ? `The vertical axis begins at ${foot} %.` : '',
    draw: (width, id) => {
      const limit = bucketsFor(width, input.lines.length);
      const lines = input.lines.map((it) => ({ ...it, series: drawable(it.series, limit) }));
      return drawOverTime({ ...input, lines }, range, width, id);
    },
    table: timeTable(input),
  };
}

function drawOverTime(
  input: OverTimeInput,
  range: readonly [number, number],
  width: number,
  id: string,
): Markup {
  const all = input.lines.map((it) => it.series);
  const legend = legendRows(input.lines, width);
  const top = 10 + legend.height;
  const left = 56;
  const right = width - 12;
  const bottom = HEIGHT + legend.height - 26;
  const end = max(all, endOf) ?? 0;
  const x = scaleLinear([0, end > 0 ? end : 1], [left, right]);
  const y = scaleLinear(range, [bottom, top]).clamp(true);
  const paths = input.lines.map(
    (it) => html`<path class="line ${lookOf(it.look)}" d="${stepPath(it.series, x, y)}"/>\n`,
  );
  const time = { left, right, end: end > 0 ? end : 1 };
  const height = HEIGHT + legend.height;
  return svgRoot({ id, title: input.title, desc: describe(input), width, height, time }, [
    legend.body,
    leftAxis(y, left, right, input.unit),
    bottomAxis(timeTicks(x, end), bottom, 'us', width < 500 ? 4 : 6),
    paths,
  ]);
}

type LinearScale = ReturnType<typeof scaleLinear<number, number>>;

/** Ticks on round seconds or minutes rather than on round microseconds. */
export function timeTicks(x: LinearScale, endUs: number): LinearScale {
  const second = 1_000_000;
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];
  const scale = x.copy();
  scale.ticks = (count?: number) => {
    const wanted = endUs / second / (count ?? 6);
    const step = (steps.find((it) => it >= wanted) ?? Math.ceil(wanted)) * second;
    return Array.from({ length: Math.floor(endUs / step) + 1 }, (_, i) => i * step);
  };
  return scale;
}

/** Names of the lines with a piece of each, wrapped to the width. */
export function legendRows(
  lines: readonly { readonly label: string; readonly look: number }[],
  width: number,
): { readonly height: number; readonly body: Markup } {
  let x = 4;
  let row = 0;
  const items = lines.map((it) => {
    const label = fitted(it.label, width - 50);
    const room = 34 + label.length * 6.6 + 14;
    if (x > 4 && x + room > width) {
      x = 4;
      row += 1;
    }
    const at = x;
    x += room;
    const y = 10 + row * 18;
    return html`<path class="line ${lookOf(it.look)}" d="M${round1(at)},${y}h24"/><text
      x="${round1(at + 30)}" y="${y}" dy="0.32em">${label}</text>`;
  });
  return { height: (row + 1) * 18 + 4, body: html`<g class="legend">${items}</g>\n` };
}

function describe(input: OverTimeInput): string {
  const extremes = input.lines.map(({ label, series }) => {
    const values = series.values.filter((value) => value !== null);
    const least = min(values);
    const most = max(values);
    if (least === undefined || most === undefined) return `${label}: no values`;
    const [low, high] = [least, most].map((value) => formatValue(input.unit, value));
    return `${label}: between ${low} and ${high}`;
  });
  return `Mean over seeds, by time of the run. ${extremes.join('; ')}.`;
}

function timeTable(input: OverTimeInput): DataTable {
  const rowsMax = input.lines.length > CROWD ? TABLE_ROWS_MAX / 3 : TABLE_ROWS_MAX;
  const all = input.lines.map((it) => merged(it.series, rowsMax));
  const longest = all.reduce((most, series) => Math.max(most, series.values.length), 0);
  const bucketUs = all[0]?.bucketUs ?? 0;
  const rows = Array.from({ length: longest }, (_, i) => [
    formatValue('us', i * bucketUs),
    ...all.map((series) => {
      const value = series.values[i];
      return value === null || value === undefined ? '–' : formatValue(input.unit, value);
    }),
  ]);
  return { caption: input.title, head: ['from', ...input.lines.map((it) => it.label)], rows };
}
