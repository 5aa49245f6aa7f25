import { expect, test } from 'vitest';
import { bestOfAll, type ComparedDesign, compareAll } from '../../src/explore/comparing.ts';
import { ratesOf } from '../../src/explore/rare-events.ts';
import { hashedRandom } from '../../src/lib/random.ts';
import { HOUR } from '../../src/lib/units.ts';
import { garwood } from '../../src/metrics/rates.ts';

const draw = hashedRandom('comparing');
const SEEDS = Array.from({ length: 30 }, () => draw.float());
const noise = (): number => draw.float() / 50;

/** Designs that take longer where the seed is worse; without a failover in every fifth seed. */
const design = (name: string, longer: number): ComparedDesign => {
  const failover = SEEDS.map((seed, i) =>
    i % 5 === 0 ? undefined : 10 + 5 * seed + longer + noise(),
  );
  const goodput = SEEDS.map((seed) => 20 + seed + noise());
  return {
    name,
    metricNames: ['failover', 'goodput'],
    valuesOf: (metric) => ({ failover, goodput })[metric] ?? [],
  };
};
const [quick, slow, never] = [design('quick', 0), design('slow', 3), design('never', 0)];
const NEVER: ComparedDesign = {
  ...never,
  valuesOf: (metric) =>
    metric === 'goodput' ? never.valuesOf(metric) : SEEDS.map(() => undefined),
};

test('designs are compared over the seeds in which both have a value', () => {
  const rows = compareAll([slow, quick, NEVER]);
  expect(rows.map(({ metric, a, b, n, verdict }) => [metric, a, b, n, verdict])).toEqual([
    ['failover', 'slow', 'quick', 24, 'higher'],
    ['goodput', 'slow', 'quick', 30, 'equivalent'],
    ['goodput', 'slow', 'never', 30, 'equivalent'],
    ['goodput', 'quick', 'never', 30, 'equivalent'],
  ]);
  const [failover, goodput] = rows;
  // A twentieth of the mean of both, and what few seeds show when most is common to a seed.
  expect(failover?.margin).toBeCloseTo(0.05 * (10 + 2.5 + 1.5), 0);
  expect(failover?.correlation).toBeGreaterThan(0.99);
  expect(failover?.varianceReduction).toBeGreaterThan(100);
  expect(goodput?.smallestDetectable).toBeLessThan(0.01);
});

test('the best is asked for among all designs that have the metric', () => {
  const rows = bestOfAll([slow, quick, NEVER]);
  expect(rows.filter(({ metric }) => metric === 'failover')).toMatchObject([
    { design: 'slow', verdict: 'not best', n: 24 },
    { design: 'quick', verdict: 'best', n: 24 },
  ]);
  expect(rows.filter(({ metric }) => metric === 'goodput')).toHaveLength(3);
  expect(bestOfAll([quick])).toEqual([]);
  expect(bestOfAll([slow, quick, NEVER])).toEqual(rows);
});

test('rare events have a rate over the time in which they could be seen', () => {
  const metrics = new Map([
    ['failoversFalse', { values: [1, Number.NaN, 0, 1] }],
    ['ticksMissed', { values: [0, 0, 0, 0] }],
    ['ticksDoubled', { values: [31, 0, 0, 0] }],
  ]);
  const rates = ratesOf(metrics, [HOUR, 5 * HOUR, 2 * HOUR, HOUR]);
  expect(Object.keys(rates)).toEqual(['failoversFalse', 'ticksMissed']);
  const { low } = garwood(2);
  expect(rates['failoversFalse']).toMatchObject({ events: 2, hours: 4, low: low / 4 });
  expect(rates['ticksMissed']).toMatchObject({ events: 0, hours: 9, method: 'none seen' });
});
