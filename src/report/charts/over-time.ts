/** Step lines over the time of the run, one per design: what the mean run looked like. */
import { curveStepAfter, line, max, min, scaleLinear } from 'd3';
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
  round3,
  svgRoot,
} from './frame.ts';

/** More buckets than this are merged by their mean: a screen cannot show them. */
const BUCKETS_MAX = 90;
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
  readonly note: string;
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
export function drawable(series: Series): Series {
  const { values } = series;
  const until = values.findLastIndex((value) => value !== null) + 1;
  const known = values.reduce<number>((sum, value) => sum + (value === null ? 0 : 1), 0);
  return merged(series, known < until / 2 ? SPARSE_MAX : BUCKETS_MAX);
}

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
  const points = series.values.map((value, i): [number, number | null] => [
    i * series.bucketUs,
    value,
  ]);
  // The last value holds to the end of its bucket.
  points.push([endOf(series), series.values[series.values.length - 1] ?? null]);
  const path = line<[number, number | null]>()
    .digits(1)
    .defined((point) => point[1] !== null)
    .x((point) => x(point[0]))
    .y((point) => y(point[1] as number))
    .curve(curveStepAfter);
  // A point that repeats the one before and has one after it draws nothing.
  const turns = points.filter(
    ([, value], i) =>
      value !== points[i - 1]?.[1] || (points[i + 1] ?? [0, null])[1] === null || value === null,
  );
  return path(turns) ?? '';
}

/** The figure: step lines with a legend above, and the buckets as a table. */
export function overTime(input: OverTimeInput): Figure {
  const lines = input.lines.map((it) => ({ ...it, series: drawable(it.series) }));
  return {
    id: input.id,
    title: input.title,
    note: input.note,
    draw: (width, id) => drawOverTime({ ...input, lines }, width, id),
    table: timeTable(input),
  };
}

function drawOverTime(input: OverTimeInput, width: number, id: string): Markup {
  const all = input.lines.map((it) => it.series);
  const legend = legendRows(input.lines, width);
  const top = 10 + legend.height;
  const left = 56;
  const right = width - 12;
  const bottom = HEIGHT + legend.height - 26;
  const end = max(all, endOf) ?? 0;
  const x = scaleLinear([0, end > 0 ? end : 1], [left, right]);
  const y = scaleLinear(valueDomain(input.unit, all), [bottom, top]);
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
    return html`<g class="key"><line class="line ${lookOf(it.look)}" x1="${round3(at)}"
      x2="${round3(at + 24)}" y1="${y}" y2="${y}"/><text x="${round3(at + 30)}" y="${y}"
      dy="0.32em">${label}</text></g>`;
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
  const all = input.lines.map((it) => merged(it.series, TABLE_ROWS_MAX));
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
