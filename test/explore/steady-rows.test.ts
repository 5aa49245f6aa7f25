import { describe, expect, test } from 'vitest';
import { durationRow } from '../../src/explore/duration-rows.ts';
import { steadyRows } from '../../src/explore/steady-rows.ts';
import { steadySharesOf } from '../../src/explore/sweep/steady-shares.ts';
import { hashedRandom } from '../../src/lib/random.ts';
import { EMPTY_SKETCH, sketchOf } from '../../src/metrics/sketch.ts';
import { preparedOf, scenarioOf } from '../support/runs.ts';

const stream = (name: string) => hashedRandom('rows', name);
const SCENARIO = 'phases: {warmUp: 10s, chaos: 1000s}\n';
const under = (profile: string) =>
  preparedOf(scenarioOf(`${SCENARIO}faults: {profile: ${profile}}\n`), 'single');

/** Buckets of 5 s, the first two before the storm: slow at first, and out now and then. */
const values = (of: (bucket: number) => number) => ({
  ...{ unit: 'ratio', bucketUs: 5_000_000 },
  values: Array.from({ length: 230 }, (_, i) => of(i - 2)),
});
const draws = stream('goodput');
const SERIES = {
  goodput: values((i) => (i < 10 ? i : 20) + draws.float()),
  api: values((i) => (i < 0 || i >= 200 ? 0 : i % 20 === 15 ? 0.8 : 1)),
};

describe('shares in steady state', () => {
  test('are those between warm-up and heal, and of no storm', () => {
    const shares = steadySharesOf(under('realistic'), { series: SERIES });
    // Ten of the 190 or fewer buckets that are left lost a fifth.
    expect(shares?.['api']?.mean).toBeCloseTo(1 - 0.2 / 20, 2);
    expect(steadySharesOf(under('crashes'), { series: SERIES })).toBeUndefined();
  });

  test('are none where nothing settles', () => {
    const rising = { ...SERIES, goodput: values((i) => i) };
    expect(steadySharesOf(under('realistic'), { series: rising })).toBeNull();
  });

  test('over seeds make a year, with the rest of seeds counted apart', () => {
    const seeds = [0.998, 0.999, 0.9995].map((mean) => ({ api: { mean } }));
    const { api } = steadyRows([...seeds, null], stream);
    expect(api).toMatchObject({ method: 'replication-deletion', seeds: 3, unsteady: 1 });
    expect(api?.mean).toBeCloseTo(0.998_833, 6);
    expect(api?.downMinutesPerYear).toBeCloseTo(0.001_167 * 525_960, 0);
    expect(api?.downHigh).toBeGreaterThan(api?.downMinutesPerYear as number);
  });

  test('of one seed have the interval of its batches, or none', () => {
    const ends = { low: 0.99, high: 1.01 };
    const one = steadyRows([{ api: { mean: 1, ends }, ticks: { mean: 0.9 } }], stream);
    expect(one['api']).toMatchObject({ method: 'batch means', low: 0.99, high: 1, nines: null });
    expect(one['ticks']).toMatchObject({ low: null, high: null, downHigh: null });
    expect(steadyRows([null], stream)).toEqual({});
  });
});

test('a failover that did not end makes the others no shorter', () => {
  const ended = [sketchOf([10]), sketchOf([10]), EMPTY_SKETCH];
  const row = durationRow(ended, [[], [], [40]], stream('open'));
  expect(row).toMatchObject({ n: 3, unfinished: 1, restricted: { until: 40 } });
  expect(row?.quantiles[0]?.value).toBeCloseTo(10, 0);
  expect(row?.quantiles[1]?.value).toBeNull();
  expect(row?.restricted.value).toBeCloseTo(20, 0);
  expect(durationRow([EMPTY_SKETCH], [[]], stream('none'))).toBeUndefined();
});
