/** The pictures: availability over time, one seed with its faults, comparisons, distributions. */

import { humanDuration } from '../../lib/units.ts';
import { distribution } from '../charts/distribution.ts';
import { before, eventfulEndUs } from '../charts/eventful.ts';
import { exampleSeed } from '../charts/example-seed.ts';
import type { Figure } from '../charts/frame.ts';
import { type DotRow, intervalDots } from '../charts/interval-dots.ts';
import { endOf, overTime, type TimeLine } from '../charts/over-time.ts';
import { pagePatterns } from '../charts/patterns.ts';
import { bandNames, bandsOf, quantileBands } from '../charts/quantile-bands.ts';
import type { BestRow, DesignReport, ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { HEADLINE_METRICS, metricInfo, seriesLabel, unitOf, wordsOf } from '../metric-info.ts';
import { formatDifference } from '../numbers.ts';
import { comparisonSentence, metricsWithBest, TOO_FEW_SEEDS } from '../words.ts';
import { designHeads, FULL, figure, HALF, scrolling, section, THIRD } from './parts.ts';

const SERIES_FIRST = ['api', 'dispatch', 'ticks', 'goodput', 'backlog'];
/** Keys of any design, the given ones first, then the others by name: never the order of a file. */
function keysOf(maps: readonly object[], first: readonly string[]): string[] {
  const present = new Set(maps.flatMap((map) => Object.keys(map)));
  const rest = [...present].filter((key) => !first.includes(key)).sort();
  return [...first.filter((key) => present.has(key)), ...rest];
}

/** Mean availability over the time of the run, and one seed of each design with its faults. */
export function overTimeSection(document: ReportDocument): Markup {
  const { designs, note } = eventful(document.designs);
  // Of percentiles there is no mean: they are those of the example.
  const single = designs.map((it) => ({ ...it, series: it.examples[0]?.series ?? {} }));
  const banded = bandNames(single);
  const means = keysOf(
    designs.map((it) => it.series),
    SERIES_FIRST,
  )
    .filter((name) => !banded.some((stem) => /^P\d+$/.test(name.replace(stem, ''))))
    .map((name) => figure(meanFigure(name, designs), HALF));
  const bands = banded.map((name) => {
    const title = `${wordsOf(name)} over time, in one seed`;
    return figure(
      quantileBands({ id: `band-${slug(name)}`, title, bands: bandsOf(name, single) }),
      HALF,
    );
  });
  const kinds = [
    ...new Set(designs.flatMap((it) => it.examples.flatMap((e) => e.faults.map((f) => f.kind)))),
  ].sort();
  const examples = designs.flatMap((design, look) => {
    const example = design.examples[0];
    if (example === undefined) return [];
    const of = designs.length;
    const input = { id: `example-${look}`, design: design.name, look, example, kinds, of };
    return [figure(exampleSeed(input), FULL)];
  });
  if (means.length + bands.length + examples.length === 0) return NOTHING;
  return section(
    'time',
    'Over time',
    `Mean over seeds in equal buckets of the run; a gap means that nothing was asked.${note}`,
    examples.length > 0 && pagePatterns(kinds),
    html`<div class="grid">${means}${bands}</div>`,
    examples.length > 0 &&
      html`<div class="stack"><h3>One seed of each design, with its faults</h3>
<p class="note">The first broken seed, else the first. Hatched bands are faults,
named in the lanes below; the last lanes show who said it led.</p>${examples}</div>`,
  );
}

/** The designs with their series up to where something changes in any of them. */
function eventful(designs: readonly DesignReport[]): {
  readonly designs: readonly DesignReport[];
  readonly note: string;
} {
  const all = designs.flatMap(({ series }) => Object.values(series));
  const longest = all.reduce((most, it) => Math.max(most, endOf(it)), 0);
  const endUs = eventfulEndUs(all, longest);
  if (endUs >= longest) return { designs, note: '' };
  const cut = designs.map((design): DesignReport => {
    const series = Object.entries(design.series).map(([k, it]) => [k, before(it, endUs)] as const);
    return { ...design, series: Object.fromEntries(series) };
  });
  const [shown, whole] = [humanDuration(endUs), humanDuration(longest)];
  const note = ` Shown is up to ${shown}; from there to the end at ${whole} nothing changes.`;
  return { designs: cut, note };
}

function meanFigure(name: string, designs: readonly DesignReport[]): Figure {
  const lines = designs.flatMap((design, look): TimeLine[] => {
    const series = design.series[name];
    return series === undefined ? [] : [{ label: design.name, look, series }];
  });
  const unit = lines[0]?.series.unit ?? '';
  return overTime({
    id: `time-${slug(name)}`,
    title: `${seriesLabel(name)} over time`,
    unit,
    lines,
  });
}

/**
 * Letters and digits only, for ids; two names that collide are told apart by their length at least.
 */
const slug = (name: string): string => `${name.replace(/[^A-Za-z0-9]/g, '')}${name.length}`;

/** Dots with intervals for the headline numbers, and paired differences in words. */
export function comparisonSection(document: ReportDocument): Markup {
  const { designs, comparisons } = document;
  if (designs.length < 2) return NOTHING;
  const dots = HEADLINE_METRICS.flatMap((metric) => {
    const rows = designs.flatMap((design, look): DotRow[] => {
      const row = design.metrics[metric];
      return row === undefined || row.n === 0 ? [] : [{ label: design.name, look, metric: row }];
    });
    const { label, better } = metricInfo(metric);
    const note = better === 'neither' ? '' : `${wordsOf(better)} is better.`;
    if (rows.length === 0) return [];
    return [figure(intervalDots({ id: `dots-${metric}`, title: label, note, rows }), THIRD)];
  });
  return section(
    'comparison',
    'Designs compared',
    'All designs met the same seeds, faults and work, so differences are taken seed by seed.',
    html`<div class="grid small">${dots}</div>`,
    bestTable(document),
    comparisons.length > 0 ? pairedWords(document) : html`<p>${TOO_FEW_SEEDS}</p>`,
  );
}

const BEST_MARKS: Readonly<Record<BestRow['verdict'], string>> = {
  best: '★',
  'possibly best': '☆',
  'not best': '–',
};

/** Who may be the best in what; the intervals of a metric hold all together. */
function bestTable(document: ReportDocument): Markup {
  const metrics = metricsWithBest(document);
  if (metrics.length === 0) return NOTHING;
  const rows = metrics.map((metric) => {
    const cells = document.designs.map(({ name }) => {
      const row = document.best.find((it) => it.metric === metric && it.design === name);
      if (row === undefined) return html`<td class="quiet">–</td>`;
      const { difference, interval } = formatDifference(unitOf(document, metric), row, true);
      const look = row.verdict === 'not best' ? 'quiet' : 's-held';
      return html`<td class="${look}">${BEST_MARKS[row.verdict]} ${row.verdict}<small>${difference}
${interval}</small></td>`;
    });
    return html`<tr><th scope="row">${metricInfo(metric).label}</th>${cells}</tr>\n`;
  });
  const heads = designHeads(document.designs.map((it) => it.name));
  const table = html`<table class="by-design"><caption>Multiple comparisons with the best</caption>
<thead><tr><th scope="col">against the best of the others</th>${heads}</tr></thead><tbody>
${rows}</tbody></table>`;
  return html`<div class="stack"><h3>Which may be the best</h3>
<p class="note">By Hsu's method: all intervals of a row hold together with 95 %, so that the winner
among many designs is not one by chance.</p>
${scrolling('Which designs may be the best', table)}</div>\n`;
}

/** Sentences grouped by pair of designs. */
function pairedWords(document: ReportDocument): Markup {
  const pairs = new Map<string, Markup[]>();
  for (const it of document.comparisons) {
    const pair = `${it.a} against ${it.b}, ${it.n} seeds`;
    const line = html`<li>${comparisonSentence(document, it, false)}</li>\n`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), line]);
  }
  const blocks = [...pairs].map(
    ([pair, lines]) =>
      html`<div class="card"><h3>${pair}</h3><ul class="words">${lines}</ul></div>\n`,
  );
  return html`<div class="stack"><h3>Paired differences</h3>${blocks}</div>`;
}

const SAMPLE_TITLES: Readonly<Record<string, string>> = {
  failover: 'Failover: how long until work was dispatched again',
  dispatchLatency: 'Dispatch latency: from ready to begun',
  tickLag: 'Tick lag: from due to begun',
  apiLatency: 'API latency: from asked to answered',
};

/** Cumulative curves of everything that was sampled. */
export function distributionSection(document: ReportDocument): Markup {
  const { designs } = document;
  const names = keysOf(
    designs.map((it) => it.samples),
    Object.keys(SAMPLE_TITLES),
  );
  const figures = names.map((name) => {
    const found = designs.flatMap((design, look) => {
      const samples = design.samples[name];
      if (samples === undefined) return [];
      return [
        { label: design.name, look, values: samples.values, n: samples.n, unit: samples.unit },
      ];
    });
    return distribution({
      id: `distribution-${slug(name)}`,
      title: SAMPLE_TITLES[name] ?? wordsOf(name),
      note: '',
      unit: found[0]?.unit ?? '',
      designs: found,
    });
  });
  if (figures.length === 0) return NOTHING;
  return section(
    'distributions',
    'Distributions',
    'The height of a curve is the share of samples that took no longer. Further left is faster.',
    html`<div class="grid">${figures.map((it) => figure(it, HALF))}</div>`,
  );
}
