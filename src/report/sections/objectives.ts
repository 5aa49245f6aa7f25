/** What the scenario asks for, and whether each design met it. */
import type { ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { metricInfo, unitOf } from '../metric-info.ts';
import { formatValue } from '../numbers.ts';
import { scrolling, section } from './parts.ts';

/** The section, or nothing where the scenario has no objectives. */
export function objectivesSection(document: ReportDocument): Markup {
  if (document.slo.length === 0) return NOTHING;
  const rows = document.slo.map((row) => {
    const got =
      row.got === null ? 'not measured' : formatValue(unitOf(document, row.metric), row.got);
    const verdict = row.met
      ? html`<td class="s-held">✓ met</td>`
      : html`<td class="s-broken">✗ missed</td>`;
    return html`<tr><th scope="row">${row.design}</th><td>${metricInfo(row.metric).label}</td>
<td>${row.wanted}</td><td>${got}</td>${verdict}</tr>\n`;
  });
  const head = ['design', 'objective', 'wanted', 'got', 'verdict'].map(
    (it) => html`<th scope="col">${it}</th>`,
  );
  const table = html`<table class="sortable" data-key="slo">
    <caption>Service level objectives</caption>
<thead><tr>${head}</tr></thead><tbody>
${rows}</tbody></table>`;
  const missed = document.slo.filter((row) => !row.met).length;
  const note =
    missed === 0 ? 'All of them were met.' : `${missed} of ${document.slo.length} missed.`;
  return section('objectives', 'Objectives', note, scrolling('Objectives by design', table));
}
