/** One metric, all designs: a dot for the mean and a whisker for its 95 % interval. */
import { max, min, scaleLinear } from 'd3';
import type { MetricRow } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { formatMetric } from '../numbers.ts';
import { bottomAxis, type Figure, fitted, lookOf, round1, svgRoot } from './frame.ts';

const ROW = 38;

export interface DotRow {
  readonly label: string;
  readonly look: number;
  readonly metric: MetricRow;
}

export interface DotsInput {
  readonly id: string;
  readonly title: string;
  readonly note: string;
  readonly rows: readonly DotRow[];
}

/** The figure: one row per design that has the metric. */
export function intervalDots(input: DotsInput): Figure {
  return {
    id: input.id,
    title: input.title,
    note: input.note,
    draw: (width, id) => drawDots(input, width, id),
    table: {
      caption: input.title,
      head: ['design', 'mean', '95 % interval', 'seeds'],
      rows: input.rows.map(({ label, metric }) => {
        const { mean, interval } = formatMetric(metric);
        return [label, mean, interval, String(metric.n)];
      }),
    },
  };
}

/** Room around the intervals; a single point still gets an axis. */
export function dotsDomain(rows: readonly DotRow[]): [number, number] {
  const low = min(rows, (row) => Math.min(row.metric.low, row.metric.mean)) ?? 0;
  const high = max(rows, (row) => Math.max(row.metric.high, row.metric.mean)) ?? 1;
  // Differences that are only rounding must not become an axis of their own.
  const size = Math.max(Math.abs(low), Math.abs(high));
  const room = high - low > size * 1e-9 ? Math.max((high - low) * 0.08, 1e-9) : size * 0.05 + 1e-6;
  const ratio = rows[0]?.metric.unit === 'ratio';
  const top = ratio ? Math.min(Math.max(1, high), high + room) : high + room;
  return [low >= 0 ? Math.max(0, low - room) : low - room, top];
}

function drawDots(input: DotsInput, width: number, id: string): Markup {
  const left = 10;
  const right = width - 16;
  const bottom = 4 + input.rows.length * ROW;
  const unit = input.rows[0]?.metric.unit ?? '';
  const domain = dotsDomain(input.rows);
  const x = scaleLinear(domain, [left, right]);
  const rows = input.rows.map(({ label, look, metric }, index) => {
    const y = 26 + index * ROW;
    const { mean, interval } = formatMetric(metric);
    const numbers = `${mean} ${interval}`;
    const name = fitted(label, right - left - numbers.length * 6.4);
    const [from, until, dot] = [metric.low, metric.high, metric.mean].map((v) => round1(x(v)));
    return html`<g class="row"><text x="${left}" y="${y - 12}">${name}</text><text
      class="end quiet" x="${right}" y="${y - 12}">${numbers}</text><line class="track"
      x1="${left}" x2="${right}" y1="${y}" y2="${y}"/><line class="whisker ${lookOf(look)}"
      x1="${from}" x2="${until}" y1="${y}" y2="${y}"/><circle class="dot ${lookOf(look)}"
      cx="${dot}" cy="${y}" r="5"/></g>\n`;
  });
  const desc = input.rows
    .map(({ label, metric }) => {
      const { mean, interval } = formatMetric(metric);
      return `${label}: ${mean}, interval ${interval}`;
    })
    .join('; ');
  return svgRoot({ id, title: input.title, desc, width, height: bottom + 24 }, [
    bottomAxis(x, bottom, unit, 4),
    rows,
  ]);
}
