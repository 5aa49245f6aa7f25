/** Charts for whoever must choose: nines, histograms, worst windows, Pareto, phases, bands. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventfulEndUs, lastChangeUs } from '../../../src/report/charts/eventful.ts';
import { joined } from '../../../src/report/charts/example-seed.ts';
import { steps } from '../../../src/report/charts/frame.ts';
import { binEdges, binShares } from '../../../src/report/charts/histogram.ts';
import { ladderBar, ninesLadder } from '../../../src/report/charts/nines-ladder.ts';
import {
  dominates,
  paretoFigures,
  paretoOf,
  respectsOf,
  tagPlaces,
} from '../../../src/report/charts/pareto.ts';
import { phaseDiagram } from '../../../src/report/charts/phase-diagram.ts';
import { bandNames, bandsOf } from '../../../src/report/charts/quantile-bands.ts';
import { worstWindows } from '../../../src/report/charts/worst-windows.ts';
import type { DesignReport, MetricRow, Series } from '../../../src/report/document.ts';
import { samplePhases, sampleWindows } from '../../support/sample-choices.ts';
import { sampleDocument } from '../../support/sample-document.ts';

const ratio = (mean: number, low: number, high: number, n = 40): MetricRow => ({
  unit: 'ratio',
  mean,
  low,
  high,
  n,
});
const textsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text\s[^>]*>([^<]*)</g)].map((it) => it[1] as string);

describe('nines', () => {
  test('forty seeds without a failure are 92.5 % at least, and never 100 %', () => {
    const bar = ladderBar(ratio(1, 1, 1));
    expect(bar).toEqual({
      mean: undefined,
      most: 0.075,
      least: 0,
      words: '≥ 92.5\u00a0%, no failure in 40 seeds',
    });
    const row = { label: 'calm', look: 0, metric: ratio(1, 1, 1) };
    const svg = ninesLadder('n', [{ heading: 'API', rows: [row] }]).draw(1000, 'n').text;
    expect(svg).not.toContain('<circle');
    expect(textsOf(svg)).not.toContain('100\u00a0%');
  });

  test('a bound of the interval itself is taken where there is one', () => {
    expect(ladderBar(ratio(1, 0.9, 1)).most).toBeCloseTo(0.1);
    expect(ladderBar(ratio(0.99, 0.98, 0.995)).most).toBeCloseTo(0.02);
  });

  test('names nines up to one beyond the best, all six where a bar is open', () => {
    const draw = (metric: MetricRow): string[] =>
      textsOf(
        ninesLadder('n', [{ heading: 'h', rows: [{ label: 'l', look: 0, metric }] }]).draw(900, 'n')
          .text,
      ).filter((it) => /^[\d.]+ %$/.test(it));
    expect(draw(ratio(0.95, 0.92, 0.97))).toEqual(['90 %', '99 %', '99.9 %']);
    expect(draw(ratio(0.7, 0.6, 0.8))).toEqual(['0 %', '90 %', '99 %', '99.9 %']);
    expect(draw(ratio(1, 1, 1)).at(-1)).toBe('99.9999 %');
  });
});

describe('histograms', () => {
  const of = (values: number[]) => ({ label: 'x', look: 0, values, n: values.length });

  test('bins hold every sample once, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 }),
        (unsorted) => {
          const values = unsorted.sort((a, b) => a - b);
          const shares = binShares(values, binEdges([of(values)]));
          expect(shares.reduce((sum, it) => sum + it, 0)).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  test('steps are equal for near values and factors for far ones', () => {
    const near = binEdges([of([10, 20])]);
    expect([near[0], near[1], near.at(-1)]).toEqual([0, 20 / 24, 20]);
    const far = binEdges([of([0.001, 10])]);
    expect(far[0]).toBeCloseTo(0.001);
    expect((far[2] as number) / (far[1] as number)).toBeCloseTo(10_000 ** (1 / 24));
    expect(binEdges([of([])])).toEqual([0, 1]);
  });
});

describe('Pareto', () => {
  const { designs } = sampleDocument();

  test('weighs availability, throughput and every cost that all designs have', () => {
    expect(respectsOf(designs).map(({ metric }) => metric)).toEqual([
      'tickWithin',
      'goodput',
      'messagesPerJob',
      'syncsPerJob',
      'storeTransactionsPerJob',
    ]);
    const bare = designs.map((it, i): DesignReport => (i > 0 ? it : { ...it, metrics: {} }));
    expect(paretoOf(bare)).toBeUndefined();
  });

  test('a design is dominated by one that is nowhere worse and somewhere better', () => {
    const respects = [
      { metric: 'goodput', better: 'higher' },
      { metric: 'messagesPerJob', better: 'lower' },
    ] as const;
    const rows = (...means: number[]) => means.map((mean) => ratio(mean, mean, mean));
    expect(dominates(rows(2, 5), rows(1, 5), respects)).toBe(true);
    expect(dominates(rows(2, 6), rows(1, 5), respects)).toBe(false);
    expect(dominates(rows(1, 5), rows(1, 5), respects)).toBe(false);
  });

  test('draws the dominated hollow and names them in legend, table and description', () => {
    const [single, lease] = designs as [DesignReport, DesignReport];
    const worse = { ...single, name: 'worse', metrics: { ...single.metrics } };
    worse.metrics = { ...single.metrics, goodput: ratio(1, 1, 1) };
    const input = paretoOf([single, lease, worse]);
    const [figure] = paretoFigures('p', input!);
    const svg = figure!.draw(500, 'p').text;
    expect(svg.match(/dot look2 hollow/g)).toHaveLength(2);
    expect(textsOf(svg)).toContain('worse (dominated)');
    expect(figure!.table.rows.map((row) => row.at(-1))).toEqual(['none', 'none', 'single']);
    expect(svg).toContain('dominated by single</desc>');
  });

  test('numbers of points that coincide do not lie on one another', () => {
    const box = { left: 0, right: 500, top: 0, bottom: 300 };
    const places = tagPlaces(
      Array.from({ length: 8 }, () => ({ x: 250, y: 150 })),
      box,
    );
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(i + 1)) {
        expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(18);
      }
    }
  });
});

test('a phase diagram has a sign in every cell, rows upwards', () => {
  const [phase] = samplePhases('lease');
  const figure = phaseDiagram('p', phase!);
  const texts = textsOf(figure.draw(500, 'p').text);
  expect(texts.filter((it) => /^[✓✗○?]{6}$/.test(it))).toEqual([
    '○✓✓✓✓✓',
    '○✓✓✓✓✓',
    '○✓✓✓✓✓',
    '○✓✓✗✗✗',
    '○✓✗✗✗?',
  ]);
  expect(figure.table.rows).toHaveLength(30);
  expect(figure.table.rows.at(-1)).toEqual(['80s', '10000', '? unknown', '50.0\u00a0%', '–']);
});

test('worst windows have a curve, a band and crosses per design', () => {
  const curves = [10, 20].map((s, look) => ({
    label: `${s}`,
    look,
    rows: sampleWindows(s * 1_000_000),
  }));
  const svg = worstWindows('w', curves).draw(900, 'w').text;
  for (const look of ['look0', 'look1']) {
    expect(svg).toContain(`class="band ${look}"`);
    const d = new RegExp(`class="cross ${look}" d="([^"]*)"`).exec(svg)?.[1] ?? '';
    expect(d.match(/M/g)).toHaveLength(7);
  }
  expect(svg).toContain('99.44\u00a0% in the worst 60 min');
});

test('series of quantiles become bands, a p50 without a p99 stays a line', () => {
  const one: Series = { unit: 's', bucketUs: 1, values: [1] };
  const series = { aP50: one, aP99: one, bP50: one, c: one };
  const design = { ...sampleDocument().designs[0]!, series };
  expect(bandNames([design])).toEqual(['a']);
  expect(bandsOf('a', [design, { ...design, series: {} }])).toHaveLength(1);
});

describe('what is drawn of a run', () => {
  const of = (values: (number | null)[]): Series => ({ unit: '', bucketUs: 10, values });

  test('ends a little after the last change, where that saves a fifth', () => {
    expect(lastChangeUs(of([1, 0, 1, 1, 1, null, null]))).toBe(30);
    expect(lastChangeUs(of([1, 1, null]))).toBe(0);
    expect(eventfulEndUs([of([1, 0, 1])], 100)).toBe(32);
    expect(eventfulEndUs([of([1, 0, 1])], 100, [60])).toBe(64);
    expect(eventfulEndUs([of([1, 0, 1])], 35)).toBe(35);
    expect(eventfulEndUs([of([1, 1])], 100)).toBe(100);
  });

  test('steps are written as turns, and gaps end the line', () => {
    const points = [
      [0, 5],
      [1, 5],
      [2, 7],
      [3, undefined],
      [4, 1],
      [5, 1],
    ] as const;
    expect(steps(points)).toBe('M0,5H2V7H3M4,1H5');
    expect(steps([])).toBe('');
  });

  test('near bands of a crowd are joined and none is left out', () => {
    const band = (fromUs: number, untilUs: number) => ({
      ...{ id: '', kind: 'k', whom: [] },
      fromUs,
      untilUs,
    });
    const all = joined([band(50, 60), band(0, 10), band(12, 20), band(5, 8)], 4);
    expect(all.map((it) => [it.fromUs, it.untilUs])).toEqual([
      [0, 20],
      [50, 60],
    ]);
  });
});
