/**
 * What every chart shares: its element with title and description, rounding, axes, and the look of
 * a design. A chart is a pure function from data and a width in pixels to SVG; colours and fonts
 * are classes of the page's style sheet, so one drawing serves light, dark and print.
 */
import type { ScaleContinuousNumeric } from 'd3';
import { humanDuration } from '../../lib/units.ts';
import { html, type Markup, type Part } from '../html.ts';
import { microseconds, notationFor, writeNumber } from '../numbers.ts';

/** One decimal is as fine as any screen, and a drawing has hundreds of numbers. */
export const round1 = (value: number): number => Math.round(value * 10) / 10 + 0;

/** Colours and dashes repeat after this many designs; labels tell them apart even then. */
export const LOOKS = 9;
export const lookOf = (index: number): string => `look${index % LOOKS}`;

export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/**
 * The whole drawing: `id` must be unique in the page, for title and description are named after it.
 */
export function svgRoot(
  chart: {
    readonly id: string;
    readonly title: string;
    readonly desc: string;
    readonly width: number;
    readonly height: number;
    /** Of a chart over the time of the run: where its axis lies, so that cursors can be linked. */
    readonly time?: { readonly left: number; readonly right: number; readonly end: number };
  },
  body: Part,
): Markup {
  const { id, width, height } = chart;
  const size = html`width="${round1(width)}" height="${round1(height)}"`;
  const box = html`viewBox="0 0 ${round1(width)} ${round1(height)}"`;
  const { time } = chart;
  const axis =
    time !== undefined &&
    html` data-time="${round1(time.left)} ${round1(time.right)} ${Math.round(time.end)}"`;
  // The drawing for narrow screens is told of by the words of the one for wide ones.
  const told = id.replace(/-n$/, '-w');
  const words =
    told === id &&
    html`<title id="${id}-t">${chart.title}</title><desc id="${id}-d">${chart.desc}</desc>`;
  const name = html`role="img" aria-labelledby="${told}-t ${told}-d"`;
  return html`<svg id="${id}" ${name} ${size} ${box}${axis}>
${words}
${body}</svg>`;
}

type Scale = ScaleContinuousNumeric<number, number>;

/** Horizontal grid lines with their values at the left edge of the plot. */
export function leftAxis(scale: Scale, left: number, right: number, unit: string): Markup {
  const ticks = scale.ticks(4);
  const write = tickWriter(unit, ticks);
  const lines = ticks.map((tick) => `M${left},${round1(scale(tick))}H${right}`);
  const names = ticks.map(
    (tick) => html`<text class="end" x="${left - 6}" y="${round1(scale(tick))}"
      dy="0.32em">${write(tick)}</text>`,
  );
  return html`<g class="axis"><path class="grid" d="${lines.join('')}"/>${names}</g>\n`;
}

/** Values along the bottom of the plot with short marks. */
export function bottomAxis(scale: Scale, y: number, unit: string, count: number): Markup {
  const ticks = scale.ticks(count);
  const write = tickWriter(unit, ticks);
  const marks = ticks.map((tick) => `M${round1(scale(tick))},${y}v4`);
  const names = ticks.map(
    (tick) => html`<text class="middle" x="${round1(scale(tick))}"
      y="${y + 16}">${write(tick)}</text>`,
  );
  return html`<g class="axis"><path class="mark" d="${marks.join('')}"/>${names}</g>\n`;
}

/**
 * Writes all values of an axis alike, unless they lie so far apart that each needs its own unit.
 */
function tickWriter(unit: string, ticks: readonly number[]): (tick: number) => string {
  const least = ticks.find((tick) => tick > 0) ?? 0;
  const us = microseconds(unit);
  if (us !== undefined && (ticks[ticks.length - 1] ?? 0) > 99 * least && least > 0) {
    return (tick) => humanDuration(tick * us);
  }
  const notation = notationFor(unit, ticks);
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0)) / notation.factor;
  const digits = step >= 1 || step === 0 ? 0 : Math.min(4, Math.ceil(-Math.log10(step)));
  const exact = { ...notation, digits };
  const suffix = notation.suffix === '' ? '' : ` ${notation.suffix}`;
  return (tick) => (tick === 0 ? '0' : writeNumber(tick, exact) + suffix);
}

/** A rectangle as a piece of a path: many of them in one element are far fewer bytes. */
export function box(x: number, y: number, width: number, height: number): string {
  const across = round1(width);
  return `M${round1(x)},${round1(y)}h${across}v${round1(height)}h${-across}z`;
}

/**
 * A path of steps through points: each value holds until the next point. A point without a value
 * ends the line. Only turns are written, as horizontal and vertical moves, for that is a quarter of
 * the bytes of points.
 */
export function steps(points: readonly (readonly [number, number | undefined])[]): string {
  let d = '';
  let last: number | undefined;
  points.forEach(([x, value], i) => {
    const y = value === undefined ? undefined : round1(value);
    const ends = i === points.length - 1;
    if (last !== undefined && (y !== last || ends)) d += `H${round1(x)}`;
    if (y !== undefined && last === undefined) d += `M${round1(x)},${y}`;
    else if (y !== undefined && y !== last) d += `V${y}`;
    last = y;
  });
  return d;
}

/** Shortens a label that would not fit: `pixels` at about 6.4 per character. */
export function fitted(text: string, pixels: number): string {
  const room = Math.max(1, Math.floor(pixels / 6.4));
  return text.length <= room ? text : `${text.slice(0, Math.max(1, room - 1))}…`;
}

/** A table beside a chart: the same numbers for those who cannot see it, or want to copy them. */
export interface DataTable {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A chart as the page places it: drawn for wide and for narrow screens, and as a table. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** One line under the title: what to look at, or what the axis hides. */
  readonly note: string;
  readonly draw: (width: number, id: string) => Markup;
  readonly table: DataTable;
  /** Index of the design that it is about; left out where it shows all of them. */
  readonly design?: number;
}
