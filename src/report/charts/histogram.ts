/**
 * How often a span took how long: a panel of bars per design over one shared axis, with the median,
 * the p99 and the largest sample marked. A cumulative curve tells shares; a histogram shows at a
 * glance whether a design fails over in one way or in two.
 */
import { quantileSorted, scaleLinear, scaleLog } from 'd3';
import { html, type Markup } from '../html.ts';
import { formatCount, formatValue } from '../numbers.ts';
import type { Distribution, DistributionInput } from './distribution.ts';
import { bottomAxis, box, type Figure, fitted, lookOf, round1, svgRoot } from './frame.ts';

const PANEL = 82;
const BARS = 44;
const BINS = 24;
/** Spans over more than a factor of this are counted in bins that grow. */
const WIDE = 60;
/** The median, the p99 and the largest. */
const MARKS = [0.5, 0.99, 1] as const;

/** Edges of the bins over all designs: equal steps, or equal factors where the span is wide. */
export function binEdges(designs: readonly Distribution[]): readonly number[] {
  const all = designs.flatMap((it) => it.values);
  const most = all.reduce((high, value) => Math.max(high, value), 0);
  const least = all.reduce((low, value) => Math.min(low, value), most);
  if (most <= 0) return [0, 1];
  if (least <= 0 || most / least < WIDE) {
    return Array.from({ length: BINS + 1 }, (_, i) => (most * i) / BINS);
  }
  const factor = (most / least) ** (1 / BINS);
  return Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? most : least * factor ** i));
}

/** Share of the samples in each bin; the last bin holds its upper edge. */
export function binShares(values: readonly number[], edges: readonly number[]): number[] {
  const shares = edges.slice(1).map(() => 0);
  let bin = 0;
  for (const value of values) {
    while (bin < shares.length - 1 && value >= (edges[bin + 1] as number)) bin += 1;
    shares[bin] = (shares[bin] as number) + 1 / values.length;
  }
  return shares;
}

/** The figure; designs without samples keep their panel, which says so. */
export function histogram(input: DistributionInput): Figure {
  const edges = binEdges(input.designs);
  return {
    id: input.id,
    title: input.title,
    note: input.note,
    draw: (width, id) => drawHistogram(input, edges, width, id),
    table: {
      caption: input.title,
      head: ['from', 'until', ...input.designs.map((it) => it.label)],
      rows: edges.slice(1).map((until, i) => [
        formatValue(input.unit, edges[i] as number),
        formatValue(input.unit, until),
        ...input.designs.map(({ values }) => {
          const share = binShares(values, edges)[i] ?? 0;
          return values.length === 0 ? '–' : formatValue('ratio', share);
        }),
      ]),
    },
  };
}

const at = (values: readonly number[], q: number): number | undefined =>
  quantileSorted(values as number[], q);

function words({ values, n }: Distribution, unit: string, isNarrow = false): string {
  if (values.length === 0) return 'no samples';
  const [middle, tail, most] = MARKS.map((q) => formatValue(unit, at(values, q) ?? 0));
  return isNarrow
    ? `p50 ${middle} · p99 ${tail} · max ${most} · n ${formatCount(n)}`
    : `p50 ${middle} · p99 ${tail} · largest ${most} · ${formatCount(n)} samples`;
}

function drawHistogram(
  input: DistributionInput,
  edges: readonly number[],
  width: number,
  id: string,
): Markup {
  const [left, right] = [10, width - 16];
  const [first, last] = [edges[0] as number, edges[edges.length - 1] as number];
  const x =
    first > 0
      ? scaleLog([first, last], [left, right]).clamp(true)
      : scaleLinear([0, last], [left, right]).clamp(true);
  const shares = input.designs.map(({ values }) => binShares(values, edges));
  const most = Math.max(1e-9, ...shares.flat());
  const stacked = width < 500;
  const step = stacked ? PANEL + 14 : PANEL;
  const panels = input.designs.map((design, index) =>
    drawPanel(input, design, index * step, {
      x,
      edges,
      shares: shares[index] ?? [],
      most,
      stacked,
    }),
  );
  const bottom = input.designs.length * step;
  const desc = input.designs.map((it) => `${it.label}: ${words(it, input.unit)}`).join('; ');
  return svgRoot({ id, title: input.title, desc, width, height: bottom + 26 }, [
    bottomAxis(decades(x, stacked), bottom + 2, input.unit, stacked ? 4 : 8),
    panels,
  ]);
}

type Scale =
  | ReturnType<typeof scaleLog<number, number>>
  | ReturnType<typeof scaleLinear<number, number>>;

/** On a logarithmic axis only every power of ten is named, for the others would collide. */
function decades(x: Scale, stacked: boolean): Scale {
  const [low = 0, high = 1] = x.domain();
  if (low <= 0) return x;
  const scale = x.copy() as Scale;
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const powers = Array.from({ length: Math.max(0, Math.floor(Math.log10(high)) - first + 1) });
  const every = Math.max(1, Math.ceil(powers.length / (stacked ? 4 : 8)));
  const ticks = powers.map((_, i) => 10 ** (first + i)).filter((_, i) => i % every === 0);
  scale.ticks = () => (ticks.length > 1 ? ticks : [low, high]);
  return scale;
}

interface PanelScales {
  readonly x: (value: number) => number;
  readonly edges: readonly number[];
  readonly shares: readonly number[];
  readonly most: number;
  readonly stacked: boolean;
}

function drawPanel(
  input: DistributionInput,
  design: Distribution,
  top: number,
  { x, edges, shares, most, stacked }: PanelScales,
): Markup {
  const [left, right] = [x(edges[0] as number), x(edges[edges.length - 1] as number)];
  const base = top + (stacked ? PANEL + 6 : PANEL - 8);
  const bars = shares.map((share, i) => {
    if (share <= 0) return '';
    const [from, until] = [x(edges[i] as number) + 0.5, x(edges[i + 1] as number)];
    const height = Math.max(1, (share / most) * BARS);
    return box(from, base - height, Math.max(0.5, until - from - 0.5), height);
  });
  const marks = MARKS.map((q, i) => {
    const value = at(design.values, q);
    if (value === undefined) return undefined;
    const px = round1(x(value));
    return html`<line class="at q${i}" x1="${px}" x2="${px}" y1="${base - BARS - 4}"
      y2="${base}"/>`;
  });
  const text = words(design, input.unit, stacked);
  const numbers = stacked
    ? html`<text class="quiet" x="${left}" y="${top + 32}">${fitted(text, right - left)}</text>`
    : html`<text class="end quiet" x="${right}" y="${top + 16}">${text}</text>`;
  const room = stacked ? right - left : right - left - text.length * 6.4;
  return html`<g class="row"><text x="${left}" y="${top + 16}">${fitted(design.label, room)}</text>
${numbers}<line class="grid" x1="${left}" x2="${round1(right)}" y1="${base}" y2="${base}"/>
<path class="bar ${lookOf(design.look)}" d="${bars.join('')}"/>${marks}</g>\n`;
}
