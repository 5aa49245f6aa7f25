/** Numbers with intervals per design, objectives, and where failover time goes. */
import { failoverBars, failoverBarsOf } from '../charts/failover-bars.ts';
import type { DesignReport, MetricRow, ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { METRIC_GROUPS, metricInfo, metricsOf, unitOf } from '../metric-info.ts';
import { formatMetric, formatValue } from '../numbers.ts';
import { designHeads, FULL, figure, scrolling, section } from './parts.ts';

/** The section; a document without numbers says so. */
export function numbersSection(document: ReportDocument): Markup {
  const { designs } = document;
  const metrics = metricsOf(designs);
  if (metrics.length === 0) return section('numbers', 'Numbers', 'No number was measured.');
  const groups = METRIC_GROUPS.map(({ group, heading }) => {
    const of = metrics.filter((metric) => metricInfo(metric).group === group);
    if (of.length === 0) return NOTHING;
    const head = html`<tr class="group"><th scope="rowgroup"
      colspan="${designs.length + 1}">${heading}</th></tr>\n`;
    return [head, of.map((metric) => metricLine(metric, designs))];
  });
  const heads = designHeads(
    designs.map((it) => it.name),
    'num',
  );
  const table = html`<table><caption>Means over seeds with 95 % intervals</caption>
<thead><tr><th scope="col">mean over seeds</th>${heads}</tr></thead>
<tbody>
${groups}</tbody></table>`;
  const bars = failoverBarsOf(designs);
  return section(
    'numbers',
    'Numbers',
    'Means over seeds under this storm, with 95 % intervals in brackets.',
    scrolling('Numbers by design', table),
    objectives(document),
    bars.length > 0 &&
      html`<div class="stack">${figure(failoverBars('failover-parts', bars), FULL)}</div>`,
  );
}

function metricLine(metric: string, designs: readonly DesignReport[]): Markup {
  const { label, meaning } = metricInfo(metric);
  const small = meaning !== '' && html`<small class="words">${meaning}</small>`;
  const cells = designs.map((design) => cell(design.metrics[metric], design.seeds.length));
  return html`<tr><th scope="row">${label}${small}</th>${cells}</tr>\n`;
}

function cell(row: MetricRow | undefined, seeds: number): Markup {
  if (row === undefined || row.n === 0) return html`<td class="num quiet">–</td>`;
  const { mean, interval } = formatMetric(row);
  // A seed without a failover has no failover time: say so where it thins the mean out.
  const fewer = row.n === seeds ? '' : `, ${row.n} of ${seeds} seeds`;
  return html`<td class="num">${mean}<small>${interval}${fewer}</small></td>`;
}

function objectives(document: ReportDocument): Markup {
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
  const table = html`<table><caption>Service level objectives</caption>
<thead><tr>${head}</tr></thead><tbody>
${rows}</tbody></table>`;
  return html`<div class="stack">${scrolling('Objectives', table)}</div>`;
}
