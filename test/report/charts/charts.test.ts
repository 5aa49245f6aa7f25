import { describe, expect, test } from 'vitest';
import { cumulative } from '../../../src/report/charts/distribution.ts';
import { failoverBarsOf } from '../../../src/report/charts/failover-bars.ts';
import { dotsDomain } from '../../../src/report/charts/interval-dots.ts';
import { merged, stepPath, valueDomain } from '../../../src/report/charts/over-time.ts';
import { patternOf } from '../../../src/report/charts/patterns.ts';
import type { Series } from '../../../src/report/document.ts';
import { renderPage } from '../../../src/report/page.ts';
import { sampleDocument } from '../../support/sample-document.ts';

const series = (values: (number | null)[], unit = 'ratio'): Series => ({
  unit,
  bucketUs: 10,
  values,
});

/** What a drawing is made of: how many marks of each class, and its texts. Never its bytes. */
function structure(svg: string): unknown {
  const marks = new Map<string, number>();
  for (const [, tag, name] of svg.matchAll(/<(path|rect|line|circle)\s+(?:class="([^"]*)")?/g)) {
    const key = name === undefined ? String(tag) : `${tag}.${name}`;
    marks.set(key, (marks.get(key) ?? 0) + 1);
  }
  return {
    title: /<title id=[^>]*>([^<]*)/.exec(svg)?.[1],
    description: /<desc id=[^>]*>([^<]*)/.exec(svg)?.[1],
    marks: Object.fromEntries([...marks].sort(([a], [b]) => (a < b ? -1 : 1))),
    texts: [...svg.matchAll(/<text\s[^>]*>([^<]*)</g)].map((it) => it[1]),
  };
}

test('all charts of the sample have the marks and labels they had', async () => {
  const svgs = renderPage(sampleDocument()).match(/<svg id="[\s\S]*?<\/svg>/g) ?? [];
  const all = svgs.map((svg) => [/id="([^"]*)"/.exec(svg)?.[1] as string, structure(svg)]);
  await expect(`${JSON.stringify(Object.fromEntries(all), null, 1)}\n`).toMatchFileSnapshot(
    '../../golden/report-charts.json',
  );
});

describe('over time', () => {
  test('merging keeps means and gaps', () => {
    expect(merged(series([1, 3, null, null, 5]), 3)).toEqual({
      unit: 'ratio',
      bucketUs: 20,
      values: [2, null, 5],
    });
    expect(merged(series([1, 2]), 3).values).toEqual([1, 2]);
  });

  test('shares reach up to one and other numbers start at zero', () => {
    expect(valueDomain('ratio', [series([0.97, 1])])).toEqual([0.9, 1]);
    expect(valueDomain('ratio', [series([0.31, 1])])[0]).toBeCloseTo(0.3);
    expect(valueDomain('per s', [series([3, 20])])).toEqual([0, 21]);
    expect(valueDomain('ratio', [])).toEqual([0, 1]);
  });

  test('a gap breaks the line, and the last value lasts to the end', () => {
    const path = stepPath(
      series([1, null, 0.5]),
      (us) => us,
      (value) => value,
    );
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path.endsWith('H30')).toBe(true);
    expect(stepPath(series([null]), Number, Number)).toBe('');
  });
});

test('intervals lie inside the axis, and a single point has one too', () => {
  const row = (mean: number, low: number, high: number, unit = 'us') => ({
    label: 'x',
    look: 0,
    metric: { unit, mean, low, high, n: 1 },
  });
  const [low, high] = dotsDomain([row(5, 4, 6), row(9, 8, 12)]);
  expect(low).toBeLessThan(4);
  expect(high).toBeGreaterThan(12);
  expect(dotsDomain([row(1, 0.9, 1, 'ratio')])[1]).toBe(1);
  const [from, until] = dotsDomain([row(7, 7, 7)]);
  expect(from).toBeLessThan(7);
  expect(until).toBeGreaterThan(7);
});

test('failover bars stack the spans of every design that has them', () => {
  const bars = failoverBarsOf(sampleDocument().designs);
  expect(bars.map((bar) => bar.label)).toEqual(['single', 'lease', 'lease+fencing=off']);
  const sum = bars[0]?.parts.reduce((total, part) => total + part, 0);
  expect(sum).toBeCloseTo(21.4);
});

test('a cumulative curve ends at one and keeps its largest sample', () => {
  const points = cumulative(Array.from({ length: 400 }, (_, i) => i));
  expect(points.length).toBeLessThanOrEqual(101);
  expect(points[points.length - 1]).toEqual([399, 1]);
  expect(cumulative([])).toEqual([]);
});

test('ten kinds of faults have ten patterns', () => {
  const kinds = Array.from({ length: 10 }, (_, i) => `kind-${i}`);
  expect(new Set(kinds.map((kind) => patternOf(kinds, kind))).size).toBe(10);
});
