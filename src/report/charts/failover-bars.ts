/** Mean failover per design, stacked from the spans it is made of, in the order they happen. */
import { max, scaleLinear } from 'd3';
import type { DesignReport } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { FAILOVER_PARTS } from '../metric-info.ts';
import { formatValue } from '../numbers.ts';
import { bottomAxis, type Figure, fitted, round1, svgRoot } from './frame.ts';

const ROW = 46;
const BAR = 20;

export interface FailoverBar {
  readonly label: string;
  readonly unit: string;
  /** Mean spans in the order of {@link FAILOVER_PARTS}. */
  readonly parts: readonly number[];
}

/** Designs that have at least one of the spans; a span that is missing counts as nothing. */
export function failoverBarsOf(designs: readonly DesignReport[]): FailoverBar[] {
  return designs
    .filter((design) => FAILOVER_PARTS.some(({ metric }) => design.metrics[metric] !== undefined))
    .map((design) => ({
      label: design.name,
      unit: unitOf(design),
      parts: FAILOVER_PARTS.map(({ metric }) => Math.max(0, design.metrics[metric]?.mean ?? 0)),
    }));
}

/** The spans are measured together, so they share a unit. */
const unitOf = (design: DesignReport): string =>
  FAILOVER_PARTS.map(({ metric }) => design.metrics[metric]?.unit).find((it) => it) ?? '';

/** The figure: one stacked bar per design. */
export function failoverBars(id: string, bars: readonly FailoverBar[]): Figure {
  const title = 'Where failover time goes';
  return {
    id,
    title,
    note: 'Mean over seeds, from the true moment of the fault to the first dispatch.',
    draw: (width, drawing) => drawBars(title, bars, width, drawing),
    table: {
      caption: title,
      head: ['design', ...FAILOVER_PARTS.map((part) => part.label), 'sum'],
      rows: bars.map((bar) => [
        bar.label,
        ...bar.parts.map((value) => formatValue(bar.unit, value)),
        formatValue(bar.unit, sum(bar)),
      ]),
    },
  };
}

const sum = (bar: FailoverBar): number => bar.parts.reduce((total, part) => total + part, 0);

function drawBars(title: string, bars: readonly FailoverBar[], width: number, id: string): Markup {
  const left = 10;
  const right = width - 16;
  const key = keyRow(width);
  const bottom = key.height + bars.length * ROW;
  const longest = max(bars, sum) ?? 0;
  const x = scaleLinear([0, longest > 0 ? longest * 1.02 : 1], [left, right]);
  const rows = bars.map((bar, index) => drawBar(bar, key.height + index * ROW, x, right));
  const desc = bars
    .map((bar) => {
      const parts = bar.parts.map(
        (value, i) => `${FAILOVER_PARTS[i]?.label} ${formatValue(bar.unit, value)}`,
      );
      return `${bar.label}: ${formatValue(bar.unit, sum(bar))}, of which ${parts.join(', ')}`;
    })
    .join('; ');
  return svgRoot({ id, title, desc, width, height: bottom + 24 }, [
    key.body,
    bottomAxis(x, bottom, bars[0]?.unit ?? '', 5),
    rows,
  ]);
}

function drawBar(bar: FailoverBar, top: number, x: (us: number) => number, right: number): Markup {
  const y = top + 20;
  let from = 0;
  const pieces = bar.parts.map((part, index) => {
    const [start, end] = [x(from), x(from + part)];
    from += part;
    const text = formatValue(bar.unit, part);
    const fits = end - start > text.length * 6.6 + 8;
    const size = html`width="${round1(end - start)}" height="${BAR}"`;
    const place = html`x="${round1(start)}" y="${y}" ${size}`;
    return html`<rect class="part part${index}" ${place}/>${
      fits &&
      html`<text class="middle in${index}" x="${round1((start + end) / 2)}" y="${y + BAR / 2}"
        dy="0.32em">${text}</text>`
    }`;
  });
  const total = formatValue(bar.unit, sum(bar));
  return html`<g class="row"><text x="10" y="${y - 7}">${fitted(bar.label, right - 80)}</text><text
    class="end quiet" x="${right}" y="${y - 7}">${total}</text>${pieces}</g>\n`;
}

function keyRow(width: number): { readonly height: number; readonly body: Markup } {
  let x = 10;
  const items = FAILOVER_PARTS.map(({ label }, index) => {
    const at = x;
    x += 20 + label.length * 6.6 + 16;
    return html`<rect class="part part${index}" x="${round1(at)}" y="4" width="12"
      height="12"/><text x="${round1(at + 18)}" y="10" dy="0.32em">${fitted(label, width)}</text>`;
  });
  return { height: 24, body: html`<g class="legend">${items}</g>\n` };
}
