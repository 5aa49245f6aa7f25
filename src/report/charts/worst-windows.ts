/**
 * How bad the worst hour was, and the worst minute: for every length of window the lowest success
 * ratio that any such window had. A mean over a month hides one outage of an hour; here it is the
 * place where the curve leaves the ceiling.
 */
import { area, line, max, min, scaleLinear, scaleLog } from 'd3';
import { humanDuration } from '../../lib/units.ts';
import type { WindowRow } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { formatValue } from '../numbers.ts';
import { type Figure, leftAxis, lookOf, round1, svgRoot } from './frame.ts';
import { legendRows } from './over-time.ts';

const HEIGHT = 230;
/** Window lengths that people think in; those within the data are named on the axis. */
const NAMED_S = [0.01, 0.1, 1, 10, 60, 600, 3600, 21_600, 86_400, 604_800, 2_592_000];

export interface WindowCurve {
  readonly label: string;
  readonly look: number;
  readonly rows: readonly WindowRow[];
}

/** The figure: a curve of means with its interval, and the worst of all seeds as small marks. */
export function worstWindows(id: string, curves: readonly WindowCurve[]): Figure {
  const title = 'The worst window of every length';
  return {
    id,
    title,
    note:
      'Of each seed the window with the lowest ratio: the line is the mean over seeds with its ' +
      'interval, the crosses are the worst seed.',
    draw: (width, drawing) => drawWindows(title, curves, width, drawing),
    table: {
      caption: title,
      head: ['design', 'window', 'mean', '95 % interval', 'worst seed'],
      rows: curves.flatMap(({ label, rows }) =>
        rows.map((it) => [
          label,
          humanDuration(it.windowUs),
          formatValue('ratio', it.mean),
          `[${formatValue('ratio', it.low)}, ${formatValue('ratio', it.high)}]`,
          formatValue('ratio', it.worst),
        ]),
      ),
    },
  };
}

function drawWindows(
  title: string,
  curves: readonly WindowCurve[],
  width: number,
  id: string,
): Markup {
  const legend = legendRows(curves, width);
  const top = legend.height + 10;
  const [left, right] = [56, width - 16];
  const bottom = HEIGHT + legend.height - 26;
  const all = curves.flatMap(({ rows }) => rows);
  const shortest = Math.max(1, min(all, (it) => it.windowUs) ?? 1);
  const longest = Math.max(shortest * 1.01, max(all, (it) => it.windowUs) ?? 1);
  const lowest = min(all, (it) => Math.min(it.worst, it.low)) ?? 0;
  const x = scaleLog([shortest, longest], [left, right]).clamp(true);
  const y = scaleLinear([Math.max(0, Math.floor(lowest * 10) / 10), 1], [bottom, top]);
  const path = line<WindowRow>()
    .digits(1)
    .x((it) => x(it.windowUs))
    .y((it) => y(it.mean));
  const band = area<WindowRow>()
    .digits(1)
    .x((it) => x(it.windowUs))
    .y0((it) => y(it.low))
    .y1((it) => y(it.high));
  const drawn = curves.map(({ look, rows }) => {
    const crosses = rows.map((it) => {
      return `M${round1(x(it.windowUs) - 3)},${round1(y(it.worst) - 3)}l6,6m0,-6l-6,6`;
    });
    return html`<path class="band ${lookOf(look)}" d="${band(rows) ?? ''}"/><path
      class="line ${lookOf(look)}" d="${path(rows) ?? ''}"/><path class="cross ${lookOf(look)}"
      d="${crosses.join('')}"/>\n`;
  });
  return svgRoot({ id, title, desc: describe(curves), width, height: HEIGHT + legend.height }, [
    legend.body,
    leftAxis(y, left, right, 'ratio'),
    windowAxis(x, bottom, width),
    drawn,
  ]);
}

function windowAxis(
  x: ReturnType<typeof scaleLog<number, number>>,
  bottom: number,
  width: number,
): Markup {
  const [low = 1, high = 1] = x.domain();
  const within = NAMED_S.map((s) => s * 1_000_000).filter((us) => us >= low && us <= high);
  const every = Math.ceil(within.length / (width < 500 ? 4 : 9));
  const ticks = within.length > 1 ? within.filter((_, i) => i % every === 0) : [low, high];
  return html`<g class="axis">${ticks.map((us) => {
    const px = round1(x(us));
    return html`<line class="mark" x1="${px}" x2="${px}" y1="${bottom}" y2="${bottom + 4}"/><text
      class="middle" x="${px}" y="${bottom + 16}">${humanDuration(us)}</text>`;
  })}</g>\n`;
}

function describe(curves: readonly WindowCurve[]): string {
  const parts = curves.map(({ label, rows }) => {
    const [first, last] = [rows[0], rows[rows.length - 1]];
    if (first === undefined || last === undefined) return `${label}: no windows`;
    const say = (it: WindowRow): string =>
      `${formatValue('ratio', it.mean)} in the worst ${humanDuration(it.windowUs)}`;
    return `${label}: ${say(first)}, ${say(last)}`;
  });
  return `Lowest ratio of any window, by its length. ${parts.join('; ')}.`;
}
