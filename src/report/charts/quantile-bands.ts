/**
 * Latency over the time of the run: a panel per design with the band from p50 to p99, and p90 as a
 * line in it. A band that opens during a fault and closes after it tells more than any mean.
 */
import { max, scaleLinear, scaleLog } from 'd3';
import type { DesignReport, Series } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { formatValue } from '../numbers.ts';
import { bottomAxis, box, type Figure, fitted, leftAxis, lookOf, svgRoot } from './frame.ts';
import { bucketsFor, endOf, merged, stepPath, timeTicks } from './over-time.ts';

const PANEL = 96;
const TABLE_ROWS_MAX = 12;
/** Latencies over more than a factor of this are read on a logarithmic axis or not at all. */
const WIDE = 50;

export interface Band {
  readonly label: string;
  readonly look: number;
  readonly low: Series;
  readonly middle?: Series;
  readonly high: Series;
}

export interface BandsInput {
  readonly id: string;
  readonly title: string;
  readonly bands: readonly Band[];
}

/** Names without `P50` of series that come with their `P99`. */
export function bandNames(designs: readonly Pick<DesignReport, 'series'>[]): string[] {
  const names = new Set<string>();
  for (const { series } of designs) {
    for (const name of Object.keys(series)) {
      const stem = /^(.+)P50$/.exec(name)?.[1];
      if (stem !== undefined && series[`${stem}P99`] !== undefined) names.add(stem);
    }
  }
  return [...names].sort();
}

/** The bands of all designs that have such series. */
export function bandsOf(name: string, designs: readonly DesignReport[]): Band[] {
  return designs.flatMap(({ name: label, series }, look) => {
    const [low, middle, high] = ['P50', 'P90', 'P99'].map((it) => series[`${name}${it}`]);
    if (low === undefined || high === undefined) return [];
    return [{ label, look, low, high, ...(middle === undefined ? {} : { middle }) }];
  });
}

/** The figure: panels over one time axis and one scale. */
export function quantileBands(input: BandsInput): Figure {
  const unit = input.bands[0]?.low.unit ?? '';
  const thinned = (width: number): Band[] => {
    const limit = bucketsFor(width, input.bands.length);
    return input.bands.map((it) => ({
      ...it,
      low: merged(it.low, limit),
      high: merged(it.high, limit),
      ...(it.middle === undefined ? {} : { middle: merged(it.middle, limit) }),
    }));
  };
  return {
    id: input.id,
    title: input.title,
    note: 'The band reaches from the p50 to the p99 of each bucket; the line in it is the p90.',
    draw: (width, id) => drawBands({ ...input, bands: thinned(width) }, unit, width, id),
    table: bandTable(input, unit),
  };
}

function bandTable(input: BandsInput, unit: string): Figure['table'] {
  const few = input.bands.map((it) => ({
    label: it.label,
    low: merged(it.low, TABLE_ROWS_MAX),
    high: merged(it.high, TABLE_ROWS_MAX),
  }));
  const longest = few.reduce((most, it) => Math.max(most, it.low.values.length), 0);
  const write = (value: number | null | undefined): string =>
    value === null || value === undefined ? '–' : formatValue(unit, value);
  return {
    caption: input.title,
    head: ['from', ...few.flatMap(({ label }) => [`${label} p50`, `${label} p99`])],
    rows: Array.from({ length: longest }, (_, i) => [
      formatValue('us', i * (few[0]?.low.bucketUs ?? 0)),
      ...few.flatMap(({ low, high }) => [write(low.values[i]), write(high.values[i])]),
    ]),
  };
}

const known = (series: readonly Series[]): number[] =>
  series.flatMap(({ values }) => values.filter((value) => value !== null));

function drawBands(input: BandsInput, unit: string, width: number, id: string): Markup {
  const [left, right] = [60, width - 12];
  const all = input.bands.flatMap(({ low, high }) => [low, high]);
  const values = known(all);
  const positive = values.filter((value) => value > 0);
  const most = max(positive) ?? 1;
  const least = positive.reduce((low, value) => Math.min(low, value), most);
  const isWide = most / least > WIDE;
  const end = Math.max(1, max(all, endOf) ?? 1);
  const x = scaleLinear([0, end], [left, right]);
  const panels = input.bands.map((band, index) => {
    const [top, bottom] = [index * PANEL + 24, (index + 1) * PANEL - 6];
    const y = isWide
      ? powersOnly(scaleLog([least, most], [bottom, top]).clamp(true))
      : scaleLinear([0, most * 1.05], [bottom, top]).clamp(true);
    return drawPanel(band, { x, y, least, left, right, top, unit });
  });
  const bottom = input.bands.length * PANEL;
  const desc = input.bands
    .map(({ label, low, high }) => {
      const [typical, worst] = [max(known([low])), max(known([high]))];
      if (typical === undefined || worst === undefined) return `${label}: no values`;
      const [p50, p99] = [formatValue(unit, typical), formatValue(unit, worst)];
      return `${label}: p50 up to ${p50}, p99 up to ${p99}`;
    })
    .join('; ');
  return svgRoot(
    { id, title: input.title, desc, width, height: bottom + 24, time: { left, right, end } },
    [bottomAxis(timeTicks(x, end), bottom, 'us', width < 500 ? 4 : 5), panels],
  );
}

type Scale = ReturnType<typeof scaleLog<number, number>>;

function powersOnly(scale: Scale): Scale {
  const [low = 1, high = 1] = scale.domain();
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const count = Math.max(0, Math.floor(Math.log10(high) + 1e-9) - first + 1);
  const every = Math.max(1, Math.ceil(count / 3));
  const ticks = Array.from({ length: count }, (_, i) => 10 ** (first + i));
  scale.ticks = () => ticks.filter((_, i) => i % every === 0);
  return scale;
}

interface PanelScales {
  readonly x: (us: number) => number;
  readonly least: number;
  readonly y: Scale | ReturnType<typeof scaleLinear<number, number>>;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly unit: string;
}

function drawPanel(
  band: Band,
  { x, y: scale, least, left, right, top, unit }: PanelScales,
): Markup {
  const y = (value: number): number => scale(Math.max(value, least));
  const boxes = band.low.values.map((low, i) => {
    const high = band.high.values[i];
    if (low === null || high === null || high === undefined) return '';
    const [from, until] = [x(i * band.low.bucketUs), x((i + 1) * band.low.bucketUs)];
    return box(from, y(high), until - from, Math.max(0.5, y(low) - y(high)));
  });
  const look = lookOf(band.look);
  const line =
    band.middle !== undefined &&
    html`<path class="line thin ${look}" d="${stepPath(band.middle, x, y)}"/>`;
  const name = fitted(band.label, right - left);
  return html`<g class="row"><text x="${left}" y="${top - 8}">${name}</text>
${leftAxis(scale, left, right, unit)}<path class="band ${look}"
    d="${boxes.join('')}"/>${line}</g>\n`;
}
