/** Every number with its interval, per design. */
import type { EventRate } from '../../metrics/rates.ts';
import type { DesignReport, MetricRow, ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { METRIC_GROUPS, metricInfo, metricsOf, seriesLabel } from '../metric-info.ts';
import { formatMetric } from '../numbers.ts';
import { durationWords, rateWords, steadyWords } from '../words.ts';
import { designHeads, filterField, scrolling, section } from './parts.ts';

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
  const table = html`<table class="by-design">
    <caption>Means over seeds with 95 % intervals</caption>
<thead><tr><th scope="col">mean over seeds</th>${heads}</tr></thead>
<tbody>
${groups}</tbody></table>`;
  return section(
    'numbers',
    'Numbers',
    'Means over seeds under this storm, with 95 % intervals in brackets.',
    html`<div class="tools">${filterField('Filter numbers')}</div>\n`,
    scrolling('Numbers by design', table),
    inWords(designs),
  );
}

/** Numbers that are no means over seeds: durations of which some are open, shares of a year. */
function inWords(designs: readonly DesignReport[]): Markup {
  const lines = designs.flatMap(({ name, durations = {}, steady = {} }) => [
    ...Object.entries(durations).map(([what, row]) => {
      return html`<li>${metricInfo(what).label} of ${name}: ${durationWords(row)}</li>\n`;
    }),
    ...Object.entries(steady).map(([what, row]) => {
      return html`<li>${seriesLabel(what)} of ${name}, steady: ${steadyWords(row)}</li>\n`;
    }),
  ]);
  if (lines.length === 0) return NOTHING;
  return html`<div class="stack"><ul class="words">${lines}</ul></div>`;
}

function metricLine(metric: string, designs: readonly DesignReport[]): Markup {
  const { label, meaning } = metricInfo(metric);
  const small = meaning !== '' && html`<small class="words">${meaning}</small>`;
  const cells = designs.map((design) =>
    cell(design.metrics[metric], design.seeds.length, design.rates?.[metric]),
  );
  return html`<tr><th scope="row">${label}${small}</th>${cells}</tr>\n`;
}

function cell(row: MetricRow | undefined, seeds: number, rate: EventRate | undefined): Markup {
  if (row === undefined || row.n === 0) return html`<td class="num quiet">–</td>`;
  const { mean, interval } = formatMetric(row);
  // A seed without a failover has no failover time: say so where it thins the mean out.
  const fewer = row.n === seeds ? '' : `, ${row.n} of ${seeds} seeds`;
  const rare = rate !== undefined && html`<small>${rateWords(rate)}</small>`;
  return html`<td class="num">${mean}<small>${interval}${fewer}</small>${rare}</td>`;
}
