/**
 * What a design costs for what it gives: each design as a point with its intervals. A design is
 * dominated when another is at least as good in every respect and better in one; it is drawn
 * hollow and named as such, for nobody who knows of the other would choose it. All respects count,
 * also those that are on neither axis.
 */
import { max, min, scaleLinear } from 'd3';
import type { DesignReport, MetricRow } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { metricInfo } from '../metric-info.ts';
import { formatMetric } from '../numbers.ts';
import { bottomAxis, type Figure, fitted, leftAxis, lookOf, round1, svgRoot } from './frame.ts';

const HEIGHT = 300;
const TAG = 9;

/** What may be weighed against each other, in the order of preference for an axis. */
const AVAILABILITY = ['tickWithin', 'dispatchWithin', 'apiSuccess'] as const;
const THROUGHPUT = ['goodput'] as const;
const COSTS = ['messagesPerJob', 'syncsPerJob', 'storeTransactionsPerJob'] as const;

export interface Respect {
  readonly metric: string;
  readonly better: 'higher' | 'lower';
}

export interface ParetoPoint {
  readonly label: string;
  readonly look: number;
  readonly rows: readonly MetricRow[];
  /** A design that is at least as good in every respect, if there is one. */
  readonly dominatedBy: string | undefined;
}

export interface ParetoInput {
  readonly respects: readonly Respect[];
  readonly points: readonly ParetoPoint[];
}

/** Respects that every design was measured in: one of availability, throughput, and the costs. */
export function respectsOf(designs: readonly DesignReport[]): Respect[] {
  const isMeasured = (metric: string): boolean =>
    designs.every((it) => (it.metrics[metric]?.n ?? 0) > 0);
  const higher = [AVAILABILITY, THROUGHPUT].flatMap((names) =>
    names.filter(isMeasured).slice(0, 1),
  );
  return [
    ...higher.map((metric) => ({ metric, better: 'higher' as const })),
    ...COSTS.filter(isMeasured).map((metric) => ({ metric, better: 'lower' as const })),
  ];
}

/** Whether `a` is at least as good as `b` in all respects and better in one, by their means. */
export function dominates(
  a: readonly MetricRow[],
  b: readonly MetricRow[],
  respects: readonly Respect[],
): boolean {
  const gains = respects.map(({ better }, i) => {
    const gain = (a[i] as MetricRow).mean - (b[i] as MetricRow).mean;
    return better === 'higher' ? gain : -gain;
  });
  return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
}

/** The designs as points; nothing where fewer than two respects were measured. */
export function paretoOf(designs: readonly DesignReport[]): ParetoInput | undefined {
  const respects = respectsOf(designs);
  if (designs.length < 2 || respects.length < 2) return undefined;
  const rows = designs.map((it) => respects.map(({ metric }) => it.metrics[metric] as MetricRow));
  const points = designs.map((design, look) => {
    const own = rows[look] as readonly MetricRow[];
    const better = designs.find((_, i) => dominates(rows[i] as MetricRow[], own, respects));
    return { label: design.name, look, rows: own, dominatedBy: better?.name };
  });
  return { respects, points };
}

/**
 * Two figures at most: availability to the right, throughput upwards in one and the first of the
 * costs in the other. The tables have every respect.
 */
export function paretoFigures(id: string, input: ParetoInput): Figure[] {
  const { respects, points } = input;
  const names = respects.map(({ metric }) => metricInfo(metric).label);
  const drawn = [1, respects.findIndex(({ better }) => better === 'lower')].filter(
    (index, i, all) => index > 0 && all.indexOf(index) === i,
  );
  return drawn.map((index) => {
    const respect = respects[index] as Respect;
    const title = `${names[index]} against ${(names[0] as string).toLowerCase()}`;
    const up = respect.better === 'higher' ? 'up' : 'down';
    return {
      id: `${id}-${respect.metric}`,
      title,
      note: `Better is to the right and ${up}. Hollow points are dominated by another design.`,
      draw: (width, drawing) => drawPareto(title, input, index, width, drawing),
      table: {
        caption: `${title}, and every other respect`,
        head: ['design', ...names, 'dominated by'],
        rows: points.map(({ label, rows, dominatedBy }) => [
          label,
          ...rows.map((row) => Object.values(formatMetric(row)).join(' ')),
          dominatedBy ?? 'none',
        ]),
      },
    };
  });
}

/** A range with room around it, so that no point lies on the frame. */
function padded(rows: readonly MetricRow[]): [number, number] {
  const low = min(rows, (row) => Math.min(row.low, row.mean)) ?? 0;
  const high = max(rows, (row) => Math.max(row.high, row.mean)) ?? 1;
  const room = Math.max((high - low) * 0.12, Math.abs(high) * 0.01, 1e-6);
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

function drawPareto(
  title: string,
  { respects, points }: ParetoInput,
  other: number,
  width: number,
  id: string,
): Markup {
  const at = (index: number): MetricRow[] => points.map(({ rows }) => rows[index] as MetricRow);
  const legend = namedTags(points, width);
  const [left, right, top, bottom] = [60, width - 14, legend.height + 12, legend.height + HEIGHT];
  const x = scaleLinear(padded(at(0)), [left, right]);
  const y = scaleLinear(padded(at(other)), [bottom, top]);
  const units = [at(0)[0]?.unit ?? '', at(other)[0]?.unit ?? ''] as const;
  const places = points.map(({ rows }) => ({
    x: x((rows[0] as MetricRow).mean),
    y: y((rows[other] as MetricRow).mean),
  }));
  const tags = tagPlaces(places, { left, right, top, bottom });
  const drawn = points.map((point, i) => {
    const [h, v] = [point.rows[0] as MetricRow, point.rows[other] as MetricRow];
    const place = places[i] as Place;
    return drawPoint(point, place, tags[i] as Place, i, {
      fromX: x(h.low),
      untilX: x(h.high),
      fromY: y(v.low),
      untilY: y(v.high),
    });
  });
  const label = metricInfo((respects[0] as Respect).metric).label;
  const desc = points
    .map(({ label: name, rows, dominatedBy }) => {
      const pair = [rows[0], rows[other]].map((row) => formatMetric(row as MetricRow).mean);
      const by = dominatedBy === undefined ? '' : `, dominated by ${dominatedBy}`;
      return `${name}: ${pair.join(' and ')}${by}`;
    })
    .join('; ');
  return svgRoot({ id, title, desc, width, height: bottom + 42 }, [
    legend.body,
    leftAxis(y, left, right, units[1]),
    bottomAxis(x, bottom, units[0], width < 500 ? 4 : 6),
    html`<text class="end quiet" x="${right}" y="${bottom + 34}">${label} →</text>`,
    drawn,
  ]);
}

interface Place {
  readonly x: number;
  readonly y: number;
}

interface Arms {
  readonly fromX: number;
  readonly untilX: number;
  readonly fromY: number;
  readonly untilY: number;
}

function drawPoint(point: ParetoPoint, at: Place, tag: Place, index: number, arms: Arms): Markup {
  const look = lookOf(point.look);
  const [x, y, tx, ty] = [at.x, at.y, tag.x, tag.y].map(round1) as [number, number, number, number];
  const hollow = point.dominatedBy === undefined ? '' : ' hollow';
  return html`<g class="row"><path class="arm ${look}"
    d="M${round1(arms.fromX)},${y}H${round1(arms.untilX)}M${x},${round1(arms.fromY)}V${round1(
      arms.untilY,
    )}"/><line class="mark" x1="${x}" x2="${tx}" y1="${y}" y2="${ty}"/><circle
    class="dot ${look}${hollow}" cx="${x}" cy="${y}" r="4.5"/><circle class="tag" cx="${tx}"
    cy="${ty}" r="${TAG}"/><text class="middle" x="${tx}" y="${ty}"
    dy="0.34em">${index + 1}</text></g>\n`;
}

/**
 * Where the number of each point stands: as near to it as it can without lying on another number
 * or on another point, tried in turns around it.
 */
export function tagPlaces(
  points: readonly Place[],
  box: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  },
): Place[] {
  const taken: Place[] = [];
  for (const point of points) {
    const candidates = [20, 30, 42, 56, 72].flatMap((radius) =>
      [-45, -135, 45, 135, -90, 90, 0, 180].map((degrees) => ({
        x: point.x + radius * Math.cos((degrees * Math.PI) / 180),
        y: point.y + radius * Math.sin((degrees * Math.PI) / 180),
      })),
    );
    const inside = candidates.filter(
      ({ x, y }) =>
        x > box.left + TAG && x < box.right - TAG && y > box.top + TAG && y < box.bottom - TAG,
    );
    const isFree = (it: Place): boolean =>
      taken.every((other) => Math.hypot(it.x - other.x, it.y - other.y) > 2 * TAG + 2) &&
      points.every((other) => Math.hypot(it.x - other.x, it.y - other.y) > TAG + 5);
    taken.push(inside.find(isFree) ?? inside[0] ?? point);
  }
  return taken;
}

/** Numbers and the names they stand for, wrapped to the width. */
function namedTags(
  points: readonly ParetoPoint[],
  width: number,
): { readonly height: number; readonly body: Markup } {
  let [x, row] = [4, 0];
  const items = points.map(({ label, look, dominatedBy }, index) => {
    const whole = dominatedBy === undefined ? label : `${label} (dominated)`;
    const text = fitted(whole, width - 60);
    const room = 46 + text.length * 6.6 + 12;
    if (x > 4 && x + room > width) [x, row] = [4, row + 1];
    const [from, y] = [x, 11 + row * 22];
    x += room;
    const hollow = dominatedBy === undefined ? '' : ' hollow';
    return html`<g class="key"><circle class="tag" cx="${round1(from + TAG)}" cy="${y}"
      r="${TAG}"/><text class="middle" x="${round1(from + TAG)}" y="${y}"
      dy="0.34em">${index + 1}</text><circle class="dot ${lookOf(look)}${hollow}"
      cx="${round1(from + 28)}" cy="${y}" r="4.5"/><text x="${round1(from + 38)}" y="${y}"
      dy="0.32em">${text}</text></g>`;
  });
  return { height: (row + 1) * 22 + 2, body: html`<g class="legend">${items}</g>\n` };
}
