import { describe, expect, test } from 'vitest';
import { planProblems } from '../../src/faults/plan-problems.ts';
import { drawRealistic, HAZARDS } from '../../src/faults/realistic.ts';
import { hashedRandom } from '../../src/lib/random.ts';
import { DAY, HOUR, MINUTE, MS, SECOND } from '../../src/lib/units.ts';
import { medianOf } from '../support/median.ts';

const YEAR = 365.25 * DAY;
const YEARS = 200;
const CLUSTER = { members: 3, workers: 3 };

/** Two hundred years of one cluster. */
const faults = Array.from({ length: YEARS }, (_, year) => {
  const random = hashedRandom('realistic', year);
  const span = { fromUs: 0, untilUs: YEAR, intensity: 1 };
  return drawRealistic({ random, ...CLUSTER, ...span }).faults;
});

const of = (kind: string, by?: string) =>
  faults
    .flat()
    .filter((fault) => fault.kind === kind && (by ?? fault.target.by) === fault.target.by);

/** A count of rare events lies within four deviations of its mean. */
function expectPerYear(count: number, perYear: number): void {
  const mean = perYear * YEARS;
  expect(Math.abs(count - mean)).toBeLessThan(4 * Math.sqrt(mean));
}

describe('realistic', () => {
  test('plans are sound, in order, and come again from the same draws', () => {
    for (const plan of faults) {
      expect(planProblems({ faults: plan })).toEqual([]);
      const starts = plan.map(({ start }) => (start.kind === 'at' ? start.atUs : Number.NaN));
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
      for (const { durationUs } of plan) expect(durationUs % MS).toBe(0);
    }
    const again = () =>
      drawRealistic({
        random: hashedRandom('again'),
        ...CLUSTER,
        fromUs: 0,
        untilUs: YEAR,
        intensity: 1,
      });
    expect(again()).toEqual(again());
  });

  test('a lock service is out 61 times in 700 days, 9 of them longer than half a minute', () => {
    const outages = of('pause');
    expectPerYear(outages.length, (365.25 * 61) / 700);
    const long = outages.filter(({ durationUs }) => durationUs > 30 * SECOND).length;
    expect(Math.abs(long / outages.length - 9 / 61)).toBeLessThan(0.02);
  });

  test('seven machines meet half a partition a year each, of 162 s in the middle', () => {
    const cuts = of('partition', 'index');
    expectPerYear(cuts.length, 7 * (508 / 5 / 200));
    expect(Math.abs(medianOf(cuts.map((cut) => cut.durationUs)) / SECOND - 162)).toBeLessThan(25);
  });

  test('a cluster meets four maintenances of half an hour and three router failures a year', () => {
    const losses = of('loss');
    expectPerYear(losses.length, 4);
    expect(losses.every(({ durationUs }) => durationUs === 30 * MINUTE)).toBe(true);
    expectPerYear(of('partition', 'rack').length, 3);
  });

  test('repairs take an hour in the middle, and six on average', () => {
    const hours = of('crash').map(({ durationUs }) => durationUs / HOUR);
    expect(Math.abs(medianOf(hours) - 1)).toBeLessThan(0.1);
    const mean = hours.reduce((sum, each) => sum + each, 0) / hours.length;
    expect(mean).toBeGreaterThan(4.5);
    expect(mean).toBeLessThan(7.5);
  });

  test('twice the intensity is twice as many', () => {
    const random = hashedRandom('twice');
    const options = { random, ...CLUSTER, fromUs: 0, untilUs: 50 * YEAR, intensity: 2 };
    const pauses = drawRealistic(options).faults.filter(({ kind }) => kind === 'pause').length;
    const mean = 50 * 2 * ((365.25 * 61) / 700);
    expect(Math.abs(pauses - mean)).toBeLessThan(4 * Math.sqrt(mean));
  });

  test('every hazard says where its numbers stand', () => {
    for (const { source } of HAZARDS) expect(source).toMatch(/\d{4}: /);
  });
});
