/**
 * Availability by nines: 90 %, 99 %, 99.9 % are equally far apart, as effort is. Where nothing
 * failed there is no point to draw, only a bound: a few seeds without a failure are no proof of six
 * nines, so the bar begins at what they exclude and stays open to the right.
 */
import { scaleLog } from 'd3';
import { humanDuration } from '../../lib/units.ts';
import type { MetricRow } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { formatMetric, formatValue } from '../numbers.ts';
import { type Figure, fitted, lookOf, round1, svgRoot } from './frame.ts';

const ROW = 34;
const HEAD = 26;
/** Six nines: nothing that was measured in seeds can tell more. */
const LEAST = 1e-6;
const RUNGS = 6;
const DAY_US = 86_400_000_000;

export interface LadderRow {
  readonly label: string;
  readonly look: number;
  readonly metric: MetricRow;
}

export interface LadderGroup {
  readonly heading: string;
  readonly rows: readonly LadderRow[];
}

/** What a row says: its point, if it has one, and the unavailability its bar runs between. */
export interface LadderBar {
  readonly mean: number | undefined;
  readonly most: number;
  readonly least: number;
  readonly words: string;
}

/**
 * The bar of a metric. Without a failure in n seeds, at most 3 / n of all seeds fail at a
 * confidence of 95 %, unless the interval was computed with a bound of its own.
 */
export function ladderBar(row: MetricRow): LadderBar {
  if (row.mean < 1) {
    const { mean, interval } = formatMetric(row);
    const [most, least] = [1 - row.low, Math.max(0, 1 - row.high)];
    return { mean: 1 - row.mean, most, least, words: `${mean} ${interval}` };
  }
  const most = row.low < 1 ? 1 - row.low : Math.min(1, 3 / Math.max(1, row.n));
  const words = `≥ ${formatValue('ratio', 1 - most)}, no failure in ${row.n} seeds`;
  return { mean: undefined, most, least: 0, words };
}

/** The figure: a heading per metric, a row per design. */
export function ninesLadder(id: string, groups: readonly LadderGroup[]): Figure {
  const title = 'How many nines';
  return {
    id,
    title,
    note:
      'Every step to the right is ten times less unavailability. The second line is what that ' +
      'costs in a day like this storm. A bar without a dot is a bound: nothing failed.',
    draw: (width, drawing) => drawLadder(title, groups, width, drawing),
    table: {
      caption: title,
      head: ['metric', 'design', 'availability', 'unavailable at most', 'per day', 'seeds'],
      rows: groups.flatMap(({ heading, rows }) =>
        rows.map(({ label, metric }) => {
          const { most, words } = ladderBar(metric);
          const perDay = humanDuration(Math.round(most * DAY_US));
          return [heading, label, words, formatValue('ratio', most), perDay, String(metric.n)];
        }),
      ),
    },
  };
}

function drawLadder(
  title: string,
  groups: readonly LadderGroup[],
  width: number,
  id: string,
): Markup {
  const bars = groups.flatMap(({ rows }) => rows.map(({ metric }) => ladderBar(metric)));
  const worst = Math.max(0.1, ...bars.map((bar) => bar.most));
  const [left, right] = [10, width - 16];
  const x = scaleLog([worst > 0.1 ? 1 : 0.1, 10 ** -lastRung(bars)], [left, right]).clamp(true);
  let y = 4;
  const tops: number[] = [];
  const body = groups.map(({ heading, rows }) => {
    const top = y;
    y += HEAD + rows.length * ROW;
    tops.push(...rows.map((_, index) => top + HEAD + index * ROW));
    const drawn = rows.map((row, index) => drawRow(row, top + HEAD + index * ROW, x, left, right));
    const name = html`<text class="strong" x="${left}" y="${top + 16}">${heading}</text>`;
    return html`<g class="group">${name}${drawn}</g>\n`;
  });
  const desc = groups
    .map(({ heading, rows }) => {
      const said = rows.map(({ label, metric }) => `${label} ${ladderBar(metric).words}`);
      return `${heading}: ${said.join('; ')}`;
    })
    .join('. ');
  const tracks = tops.map((top) => `M${left},${top + 20}H${right}`).join('');
  return svgRoot({ id, title, desc: `${desc}.`, width, height: y + 44 }, [
    rungs(x, y + 4, width),
    html`<path class="track" d="${tracks}"/>\n`,
    body,
  ]);
}

/** One rung beyond the best that was measured; all six where a bound is open upwards. */
function lastRung(bars: readonly LadderBar[]): number {
  const best = bars.reduce((least, bar) => Math.min(least, bar.least), 1);
  return best < LEAST ? RUNGS : Math.min(RUNGS, Math.max(3, Math.ceil(-Math.log10(best)) + 1));
}

type X = (unavailability: number) => number;

function drawRow(row: LadderRow, top: number, x: X, left: number, right: number): Markup {
  const bar = ladderBar(row.metric);
  const y = top + 20;
  const [from, until] = [bar.most, bar.least].map((it) => round1(x(Math.max(it, LEAST)))) as [
    number,
    number,
  ];
  const look = lookOf(row.look);
  const name = fitted(row.label, right - left - bar.words.length * 6.4);
  const open = bar.least < LEAST;
  const arrow =
    open && html`<path class="tip ${look}" d="M${round1(until - 6)},${y - 5}l6,5l-6,5"/>`;
  const dot =
    bar.mean === undefined
      ? html`<path class="tip ${look}" d="M${from},${y - 7}v14"/>`
      : html`<circle class="dot ${look}" cx="${round1(x(Math.max(bar.mean, LEAST)))}" cy="${y}"
        r="5"/>`;
  return html`<g class="row"><text x="${left}" y="${y - 9}">${name}</text><text
    class="end quiet" x="${right}" y="${y - 9}">${bar.words}</text><line
    class="whisker ${look}" x1="${from}" x2="${until}"
    y1="${y}" y2="${y}"/>${arrow}${dot}</g>\n`;
}

/** Names of the nines below, each with what it leaves of a day. */
function rungs(
  x: ReturnType<typeof scaleLog<number, number>>,
  bottom: number,
  width: number,
): Markup {
  const [first = 1, last = LEAST] = x.domain();
  const powers = [0, 1, 2, 3, 4, 5, RUNGS].filter(
    (power) => 10 ** -power <= first * 1.001 && 10 ** -power >= last * 0.999,
  );
  return html`<g class="axis">${powers.map((power) => {
    const at = round1(x(10 ** -power));
    const nines =
      power === 0
        ? '0 %'
        : `${power === 1 ? '90' : `99${power > 2 ? `.${'9'.repeat(power - 2)}` : ''}`} %`;
    const anchor = power === powers[0] ? 'start' : power === powers.at(-1) ? 'end' : 'middle';
    // On a narrow screen the names of six nines would run into one another: two rows of them.
    const drop = width < 500 && power % 2 === 1 ? 14 : 0;
    const day = humanDuration(Math.round(DAY_US / 10 ** power));
    return html`<line class="grid" x1="${at}" x2="${at}" y1="0" y2="${bottom}"/><text
      class="${anchor}" x="${at}" y="${bottom + 14 + drop}">${nines}</text>${
        width >= 500 && html`<text class="${anchor}" x="${at}" y="${bottom + 28}">${day}</text>`
      }`;
  })}</g>\n`;
}
