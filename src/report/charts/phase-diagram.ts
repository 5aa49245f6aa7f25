/**
 * Where a design is safe: two parameters, and in each cell what became of the claims there. A cell
 * has a sign besides its colour, and the boundary between signs is what the reader looks for.
 */
import type { PhaseCell, PhaseDiagram } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { formatValue } from '../numbers.ts';
import { box, type Figure, fitted, round1, svgRoot } from './frame.ts';

const SIGNS: Readonly<Record<PhaseCell['verdict'], string>> = {
  safe: '✓',
  unsafe: '✗',
  unavailable: '○',
  unknown: '?',
};
const MEANINGS: readonly (readonly [PhaseCell['verdict'], string])[] = [
  ['safe', 'safe'],
  ['unavailable', 'safe, but did not serve'],
  ['unsafe', 'a claim broke'],
  ['unknown', 'not known'],
];
const ROW_MAX = 34;

/** The figure of one design; columns grow to the right and rows upwards, as axes do. */
export function phaseDiagram(id: string, phase: PhaseDiagram): Figure {
  const title = `${phase.design}: ${phase.y.key} against ${phase.x.key}`;
  return {
    id,
    title,
    note: 'Each cell is a run of the scenario with these two values, over some seeds.',
    draw: (width, drawing) => drawPhases(title, phase, width, drawing),
    table: {
      caption: title,
      head: [phase.x.key, phase.y.key, 'verdict', 'share of seeds', 'claim'],
      rows: phase.cells.map((cell) => [
        phase.x.values[cell.x] ?? '–',
        phase.y.values[cell.y] ?? '–',
        `${SIGNS[cell.verdict]} ${cell.verdict}`,
        formatValue('ratio', cell.share),
        cell.claim ?? '–',
      ]),
    },
  };
}

function drawPhases(title: string, phase: PhaseDiagram, width: number, id: string): Markup {
  const legend = legendOf(width);
  const longest = Math.max(1, ...phase.y.values.map((it) => it.length));
  const left = Math.min(width * 0.3, longest * 6.8 + 18);
  const right = width - 12;
  const top = legend.height + 26;
  const [columns, rows] = [phase.x.values.length, phase.y.values.length].map((n) => Math.max(1, n));
  const [columnWidth, rowHeight] = [(right - left) / (columns as number), ROW_MAX];
  const bottom = top + (rows as number) * rowHeight;
  const cells = drawCells(phase, { left, bottom, columnWidth, rowHeight });
  const every = Math.ceil((longestOf(phase.x.values) * 6.8 + 8) / columnWidth);
  const columnNames = phase.x.values.map((value, i) =>
    i % every !== 0
      ? undefined
      : html`<text class="middle" x="${round1(left + (i + 0.5) * columnWidth)}"
        y="${bottom + 16}">${fitted(value, columnWidth * every)}</text>`,
  );
  const rowNames = phase.y.values.map(
    (value, i) => html`<text class="end" x="${round1(left - 8)}"
      y="${round1(bottom - (i + 0.5) * rowHeight)}" dy="0.32em">${fitted(value, left - 8)}</text>`,
  );
  return svgRoot({ id, title, desc: describe(phase), width, height: bottom + 40 }, [
    legend.body,
    html`<text class="quiet" x="4" y="${top - 10}">↑ ${fitted(phase.y.key, width - 30)}</text>`,
    html`<g class="axis">${columnNames}${rowNames}</g>`,
    cells,
    html`<text class="end quiet" x="${right}"
      y="${bottom + 34}">${fitted(phase.x.key, width - 30)} →</text>`,
  ]);
}

const longestOf = (texts: readonly string[]): number =>
  texts.reduce((most, text) => Math.max(most, text.length), 1);

interface CellGrid {
  readonly left: number;
  readonly bottom: number;
  readonly columnWidth: number;
  readonly rowHeight: number;
}

/** One shape per verdict and one text per row: a sweep has many cells, and a report many sweeps. */
function drawCells(phase: PhaseDiagram, at: CellGrid): Markup[] {
  const xOf = (cell: PhaseCell): number => at.left + cell.x * at.columnWidth;
  const yOf = (y: number): number => at.bottom - (y + 1) * at.rowHeight;
  const shapes = MEANINGS.map(([verdict]) => {
    const own = phase.cells.filter((cell) => cell.verdict === verdict);
    const boxes = own.map((cell) =>
      box(xOf(cell) + 1, yOf(cell.y) + 1, at.columnWidth - 2, at.rowHeight - 2),
    );
    return own.length > 0 && html`<path class="cell ${verdict}" d="${boxes.join('')}"/>\n`;
  });
  const signs = phase.y.values.map((_, y) => {
    const own = phase.cells.filter((cell) => cell.y === y);
    const places = own.map((cell) => round1(xOf(cell) + at.columnWidth / 2));
    const middle = round1(yOf(y) + at.rowHeight / 2);
    return html`<text class="middle sign" x="${places.join(' ')}" y="${middle}"
      dy="0.34em">${own.map((cell) => SIGNS[cell.verdict]).join('')}</text>\n`;
  });
  return [html`${shapes}${signs}`];
}

function legendOf(width: number): { readonly height: number; readonly body: Markup } {
  let [x, row] = [4, 0];
  const items = MEANINGS.map(([verdict, meaning]) => {
    const room = 24 + meaning.length * 6.6 + 14;
    if (x > 4 && x + room > width) [x, row] = [4, row + 1];
    const [at, y] = [x, 2 + row * 20];
    x += room;
    return html`<rect class="cell ${verdict}" x="${round1(at)}" y="${y}" width="16"
      height="16"/><text class="middle sign" x="${round1(at + 8)}" y="${y + 8}"
      dy="0.34em">${SIGNS[verdict]}</text><text x="${round1(at + 22)}" y="${y + 8}"
      dy="0.32em">${meaning}</text>`;
  });
  return { height: (row + 1) * 20 + 4, body: html`<g class="legend">${items}</g>\n` };
}

function describe(phase: PhaseDiagram): string {
  const counts = MEANINGS.map(([verdict]) => {
    const n = phase.cells.filter((cell) => cell.verdict === verdict).length;
    return `${n} ${verdict}`;
  });
  const { x, y } = phase;
  const size = `${x.values.length} values of ${x.key} by ${y.values.length} of ${y.key}`;
  return `${size}; of ${phase.cells.length} cells ${counts.join(', ')}.`;
}
