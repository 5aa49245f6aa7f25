/** For whoever must choose: what each design gives for what it costs, and where it stops. */
import { paretoFigures, paretoOf } from '../charts/pareto.ts';
import { phaseDiagram } from '../charts/phase-diagram.ts';
import type { Datasheet, DatasheetRow, ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { formatValue } from '../numbers.ts';
import { machinesSentence } from '../words.ts';
import { FULL, figure, HALF, scrolling, section } from './parts.ts';

const DOMINATED =
  'A design is dominated when another is at least as good in every respect that was measured.';

/** Availability against throughput and costs, with those marked that nobody would choose. */
export function paretoSection(document: ReportDocument): Markup {
  const input = paretoOf(document.designs);
  if (input === undefined) return NOTHING;
  const figures = paretoFigures('pareto', input);
  const widths = figures.length === 1 ? FULL : HALF;
  return section(
    'tradeoffs',
    'What it costs',
    `${machinesSentence(document)} ${DOMINATED}`.trimStart(),
    html`<div class="grid">${figures.map((it) => figure(it, widths))}</div>`,
  );
}

/** Two-parameter sweeps, one drawing each. */
export function phasesSection({ phases = [], designs }: ReportDocument): Markup {
  if (phases.length === 0) return NOTHING;
  const figures = phases.map((phase, index) => {
    const design = designs.findIndex(({ name }) => name === phase.design);
    const drawn = phaseDiagram(`phase-${index}`, phase);
    return figure(design < 0 ? drawn : { ...drawn, design }, HALF);
  });
  return section(
    'phases',
    'Where a design is safe',
    'The same scenario over two of its parameters.',
    html`<div class="grid">${figures}</div>`,
  );
}

/** What a preset takes for granted beside what it was measured to bear. */
export function datasheetsSection({ datasheets = [], designs }: ReportDocument): Markup {
  if (datasheets.length === 0) return NOTHING;
  const sheets = datasheets.map((sheet, index) => {
    const design = designs.findIndex(({ name }) => name === sheet.design);
    const about = design >= 0 && html` data-design="${design}"`;
    return html`<div${about}><h3>${sheet.design}</h3>${sheetTable(sheet, index)}</div>\n`;
  });
  return section(
    'datasheets',
    'Datasheets',
    'For each claim, what the preset assumes and where the claim was measured to break: between ' +
      'the largest value that held and the smallest that broke.',
    html`<div class="stack">${sheets}</div>`,
  );
}

function sheetTable({ design, rows }: Datasheet, index: number): Markup {
  const columns = ['claim', 'assumption', 'assumed', 'measured to break at', 'between', 'note'];
  const head = columns.map((it, i) => {
    const isNumber = i >= 2 && i <= 4;
    return html`<th scope="col"${isNumber && html` class="num"`}>${it}</th>`;
  });
  const lines = rows.map(
    (row) => html`<tr><th scope="row"><code>${row.claim}</code></th><td
      class="text">${row.assumption}</td><td class="num">${amount(row, row.assumed, 'nothing')}</td>
<td class="num">${verdictOf(row)}</td><td class="num">${between(row)}</td><td
      class="text">${row.note}</td></tr>\n`,
  );
  const table = html`<table class="sortable"
    data-key="sheet-${index}"><caption>Datasheet of ${design}</caption>
<thead><tr>${head}</tr></thead><tbody>
${lines}</tbody></table>`;
  return scrolling(`Datasheet of ${design}`, table);
}

const amount = ({ unit }: DatasheetRow, value: number | null, none: string): string =>
  value === null ? none : formatValue(unit, value);

/** A claim that breaks before its assumption ends is a lie of the preset, and stands out. */
function verdictOf(row: DatasheetRow): Markup {
  if (row.measured === null) return html`not broken`;
  const text = amount(row, row.measured, '');
  return row.assumed !== null && row.measured < row.assumed
    ? html`<span class="s-broken">✗ ${text}, within what is assumed</span>`
    : html`✓ ${text}`;
}

const between = (row: DatasheetRow): string =>
  row.low === null && row.high === null
    ? '–'
    : `${amount(row, row.low, '…')} – ${amount(row, row.high, '…')}`;
