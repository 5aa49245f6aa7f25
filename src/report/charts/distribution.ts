/**
 * Distributions as cumulative curves, one per design: how high is the curve at a span, so many of
 * the samples took no longer. Steeper and further left is faster; the top right corner is the tail.
 */
import { max, min, quantileSorted, scaleLinear, scaleLog } from 'd3';
import { html, type Markup } from '../html.ts';
import { formatCount, formatValue } from '../numbers.ts';
import { bottomAxis, type Figure, leftAxis, lookOf, steps, svgRoot } from './frame.ts';
import { bucketsFor, legendRows } from './over-time.ts';

const HEIGHT = 210;
/** As many points as a screen can show; the last is always the largest sample. */
const POINTS_MAX = 60;
const QUANTILES = [0.1, 0.5, 0.9, 0.99, 1] as const;

export interface Distribution {
  readonly label: string;
  readonly look: number;
  /** Sorted. */
  readonly values: readonly number[];
  /** How many samples there were before they were thinned. */
  readonly n: number;
}

export interface DistributionInput {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly unit: string;
  readonly designs: readonly Distribution[];
}

/** The figure; designs without samples are left out of the drawing and said to have none. */
export function distribution(input: DistributionInput): Figure {
  return {
    id: input.id,
    title: input.title,
    note: input.note,
    draw: (width, id) => drawDistribution(input, width, id),
    table: {
      caption: input.title,
      head: ['design', 'p10', 'p50', 'p90', 'p99', 'largest', 'samples'],
      rows: input.designs.map(({ label, values, n }) => [
        label,
        ...QUANTILES.map((q) => {
          const value = quantileAt(values, q);
          return value === undefined ? '–' : formatValue(input.unit, value);
        }),
        formatCount(n),
      ]),
    },
  };
}

/** d3 asks for a mutable array but only reads it. */
const quantileAt = (values: readonly number[], q: number): number | undefined =>
  quantileSorted(values as number[], q);

/** Points (value, share of samples not above it) of a cumulative curve. */
export function cumulative(
  values: readonly number[],
  limit = POINTS_MAX,
): (readonly [number, number])[] {
  const step = Math.max(1, Math.ceil(values.length / limit));
  const points: (readonly [number, number])[] = [];
  for (let i = 0; i < values.length; i++) {
    const last = i === values.length - 1;
    if (i % step === 0 || last) points.push([values[i] as number, (i + 1) / values.length]);
  }
  return points;
}

function horizontal(input: DistributionInput, left: number, right: number) {
  const all = input.designs.flatMap((it) => it.values);
  const positive = all.filter((value) => value > 0);
  const low = min(positive) ?? 1;
  const high = max(positive) ?? 1;
  // Spans over more than a factor of thirty are read on a logarithmic axis or not at all; what
  // took no time stands at its left end, with all that is as short as anything that took some.
  const wide = all.every((value) => value >= 0) && high / low > 30;
  if (!wide) return scaleLinear([0, high * 1.03], [left, right]);
  const scale = scaleLog([low, high * 1.05], [left, right]);
  const decades = scale.copy();
  decades.ticks = () => powersBetween(low, high, right - left < 400 ? 4 : 8);
  return decades;
}

/** Powers of ten in [low, high], at most `count` of them. */
function powersBetween(low: number, high: number, count: number): number[] {
  const first = Math.ceil(Math.log10(low));
  const last = Math.floor(Math.log10(high));
  const step = Math.max(1, Math.ceil((last - first + 1) / count));
  const powers: number[] = [];
  for (let power = first; power <= last; power += step) powers.push(10 ** power);
  return powers;
}

function drawDistribution(input: DistributionInput, width: number, id: string): Markup {
  const legend = legendRows(input.designs, width);
  const top = legend.height + 10;
  const left = 52;
  const right = width - 14;
  const bottom = HEIGHT + legend.height - 26;
  const x = horizontal(input, left, right);
  const y = scaleLinear([0, 1], [bottom, top]);
  const lowest = x.domain()[0] as number;
  const limit = Math.min(POINTS_MAX, bucketsFor(width, input.designs.length));
  const paths = input.designs
    .filter((it) => it.values.length > 0)
    .map((it) => {
      const points = cumulative(it.values, limit);
      const first = points[0] as readonly [number, number];
      const all = [[first[0], 0] as const, ...points];
      const d = steps(all.map(([value, share]) => [x(Math.max(value, lowest)), y(share)]));
      return html`<path class="line ${lookOf(it.look)}" d="${d}"/>\n`;
    });
  return svgRoot(
    { id, title: input.title, desc: describe(input), width, height: HEIGHT + legend.height },
    [
      legend.body,
      leftAxis(y, left, right, 'ratio'),
      bottomAxis(x, bottom, input.unit, width < 500 ? 4 : 6),
      paths,
    ],
  );
}

function describe(input: DistributionInput): string {
  const parts = input.designs.map(({ label, values }) => {
    const middle = quantileAt(values, 0.5);
    const tail = quantileAt(values, 0.99);
    return middle === undefined || tail === undefined
      ? `${label}: no samples`
      : `${label}: median ${formatValue(input.unit, middle)}, p99 ${formatValue(input.unit, tail)}`;
  });
  return `Share of samples that took no longer. ${parts.join('; ')}.`;
}
