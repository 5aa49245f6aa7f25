import { expect, test } from 'vitest';
import { runSeed } from '../../src/explore/run.ts';
import { DesignSummary } from '../../src/explore/summary.ts';
import { recordOf } from '../../src/explore/sweep/record.ts';
import { HOUR } from '../../src/lib/units.ts';
import { preparedOf, scenarioOf, seedsOf } from '../support/runs.ts';

const prepared = preparedOf(
  scenarioOf(`
workload:
  arrivals: {rate: 3/s}
  cancel: 20%
  fail: 20%
  retry: {attempts: 2}
  schedules: [{name: beat, every: 4s}]
  misfire: {late: skip, window: 2s}
faults: {profile: everything}
phases: {warmUp: 5s, chaos: 60s}
`),
  'single',
);
const runs = seedsOf(4).map((seed) => runSeed(prepared, seed));
const summary = new DesignSummary(prepared);
for (const run of runs) summary.add(recordOf(run));
const report = summary.finish();

const total = (of: (run: (typeof runs)[number]) => number): number =>
  runs.reduce((sum, run) => sum + of(run), 0);

test('accounts are the sums of the runs, and add up', () => {
  const { jobs, ticks } = report.accounts;
  expect(jobs.accepted).toBe(total((run) => run.numbers.accounts.jobs.accepted));
  expect(jobs.completed).toBe(total((run) => run.numbers.accounts.jobs.completed));
  expect(jobs.accepted).toBe(jobs.completed + jobs.cancelled + jobs.dead + jobs.open);
  expect(ticks.due).toBe(total((run) => run.numbers.accounts.ticks.due));
  expect(ticks.due).toBe(ticks.run + ticks.skipped + ticks.missed);
  // The workload is such that none of these sums is empty.
  for (const part of [jobs.completed, jobs.cancelled, jobs.dead, ticks.run, ticks.skipped]) {
    expect(part).toBeGreaterThan(0);
  }
});

test('every claim is counted once per seed', () => {
  for (const [id, row] of Object.entries(report.claims)) {
    const { held, broken, excused, unknown, vacuous } = row;
    expect(held + broken + excused + unknown + vacuous, id).toBe(runs.length);
    expect(row.promised, id).toBe(row.reason === '');
    for (const kind of ['held', 'broken', 'excused', 'unknown', 'vacuous'] as const) {
      expect(row[kind], `${id} ${kind}`).toBe(
        report.seeds.filter(({ verdicts }) => verdicts[id] === kind).length,
      );
    }
  }
});

test('seeds stand in the order in which they were added, with their fingerprints', () => {
  expect(report.seeds.map(({ seed, fingerprint }) => [seed, fingerprint])).toEqual(
    runs.map(({ seed, fingerprint }) => [seed, fingerprint]),
  );
});

test('coverage of a kind is the sum over runs, and none bites more often than it began', () => {
  expect(report.faults.reduce((sum, { drawn }) => sum + drawn, 0)).toBe(
    total((run) => run.plan.faults.length),
  );
  for (const { kind, drawn, armed, bitten } of report.faults) {
    expect(bitten, kind).toBeLessThanOrEqual(armed);
    expect(armed, kind).toBeLessThanOrEqual(drawn);
  }
  const kinds = report.faults.map(({ kind }) => kind);
  expect(kinds).toEqual([...kinds].sort());
});

test('a mean lies within its interval, which goes beyond the values but not beyond sense', () => {
  expect(summary.metricNames).toContain('goodput');
  for (const [name, { unit, mean, low, high, n, method }] of Object.entries(report.metrics)) {
    const values = summary.valuesOf(name).filter((value) => value !== undefined);
    expect(n, name).toBe(values.length);
    expect(mean, name).toBeGreaterThanOrEqual(low);
    expect(mean, name).toBeLessThanOrEqual(high);
    expect(low, name).toBeGreaterThanOrEqual(0);
    if (unit === 'ratio') expect(high, name).toBeLessThanOrEqual(1);
    // A handful of seeds is too few for resamples; those all alike show no spread.
    expect(method, name).toBe(values.every((it) => it === values[0]) ? 'none' : 'transformed t');
  }
});

test('percentiles of samples lie within their intervals, and rise', () => {
  const pooled = Object.entries(report.samples).filter(([, { n }]) => n > 0);
  expect(pooled.length).toBeGreaterThan(1);
  for (const [name, { percentiles = [], values }] of pooled) {
    expect(percentiles.map(({ q }) => q)).toEqual([0.5, 0.9, 0.99]);
    const rising = percentiles.map(({ value }) => value);
    expect(rising, name).toEqual([...rising].sort((a, b) => a - b));
    for (const { value, low, high } of percentiles) {
      expect(low, name).toBeLessThanOrEqual(value);
      expect(high, name).toBeGreaterThanOrEqual(value);
      expect(high, name).toBeLessThanOrEqual((values.at(-1) as number) * 1.01);
    }
  }
});

test('events are counted in the time of all runs', () => {
  const hours = total(({ endUs }) => endUs) / HOUR;
  expect(Object.keys(report.rates ?? {})).toContain('ticksDoubled');
  for (const [name, { events, hours: seen }] of Object.entries(report.rates ?? {})) {
    expect(events, name).toBe(total((run) => run.numbers.metrics[name]?.value ?? 0));
    expect(seen, name).toBeLessThanOrEqual(hours * (1 + 1e-9));
  }
});

test('samples pool what the runs had', () => {
  for (const [name, { n, values }] of Object.entries(report.samples)) {
    expect(n, name).toBe(total((run) => run.numbers.samples[name]?.values.length ?? 0));
    expect(values.length, name).toBe(Math.min(n, 400));
  }
});

test('windows rise, and each is as bad as the worst of its seeds', () => {
  const lengths = report.windows.map(({ windowUs }) => windowUs / 1_000_000);
  expect(lengths).toEqual([1, 2, 5, 10, 30, 60]);
  for (const row of report.windows) {
    const { windowUs, worst, mean, low, high } = row;
    expect(Object.keys(row).sort()).toEqual(['high', 'low', 'mean', 'windowUs', 'worst']);
    const ratios = runs.flatMap(({ numbers }) =>
      numbers.windows.flatMap((it) => (it.windowUs === windowUs ? [it.ratio] : [])),
    );
    expect(ratios).toHaveLength(runs.length);
    expect(worst).toBe(Math.min(...ratios));
    expect(mean).toBeCloseTo(ratios.reduce((sum, ratio) => sum + ratio, 0) / runs.length, 12);
    expect(low).toBeLessThanOrEqual(mean);
    expect(high).toBeGreaterThanOrEqual(mean);
  }
});
