import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/history/fact.ts';
import { jain } from '../../src/metrics/responses.ts';
import * as f from '../support/facts.ts';
import { measure } from '../support/measure.ts';
import '../support/property-seed.ts';

const storm = [
  f.phase(0, 'warm-up'),
  f.phase(10, 'chaos'),
  f.phase(50, 'heal'),
  f.phase(100, 'end'),
];
const by = (client: string, facts: readonly Fact[]): readonly Fact[] =>
  facts.map((fact) => ('client' in fact ? { ...fact, client } : fact));
const asked = (id: string, s: number) => [f.submit(s, id), f.accepted(s, id)];
/** Asked at `s`, a body from `beganS` to `doneS`, and its effect then. */
const done = (id: string, s: number, beganS: number, doneS: number): readonly Fact[] => [
  ...asked(id, s),
  f.began(beganS, id),
  f.ended(doneS, id),
  f.effect(doneS, id),
];
const values = (facts: readonly Fact[]) => {
  const { metrics } = measure([...storm, ...facts]);
  return {
    latency: [metrics['jobLatencyP50']?.value, metrics['jobLatencyP99']?.value],
    slowdown: metrics['slowdown']?.value,
    fairness: metrics['fairness']?.value,
  };
};

describe('jobLatency and slowdown', () => {
  test('are from ready to done', () => {
    // The first ran for 15 of 30 s; the second is short, and 10 s is short enough for it.
    const facts = [...done('long', 15, 30, 45), ...done('short', 20, 21, 22)];
    expect(values(facts)).toMatchObject({ latency: [2, 30], slowdown: (30 / 15 + 1) / 2 });
  });

  test('a short job that waits long is slowed down by its wait in units of 10 s', () => {
    expect(values(done('a', 20, 59, 60)).slowdown).toBe(4);
  });

  test('count open jobs to the end of the run, and leave out what will never be done', () => {
    const dead = [...asked('d', 20), f.began(21, 'd'), f.ended(22, 'd', 'failed')];
    const facts = [
      ...asked('open', 20),
      ...dead,
      f.audited(90, 'd', 'dead'),
      ...asked('c', 20),
      f.cancelled(25, 'c', 'cancelled'),
      ...done('warm', 1, 2, 3),
      f.submit(30, 'not accepted'),
    ];
    expect(values(facts)).toMatchObject({ latency: [80, 80], slowdown: 8 });
  });

  test('the run of a job is that of the attempt which succeeded', () => {
    const failed = [...asked('a', 20), f.began(20, 'a'), f.ended(40, 'a', 'failed')];
    const token = f.token(1, 2);
    const second = [
      f.began(41, 'a', { token }),
      f.ended(61, 'a', 'succeeded', { token }),
      f.effect(61, 'a', { token }),
    ];
    expect(values([...failed, ...second]).slowdown).toBe(41 / 20);
  });
});

describe('fairness', () => {
  test('is one when all clients fare alike, and a share when one gets everything', () => {
    const a = by('a', [...done('a1', 20, 21, 22), ...done('a2', 30, 31, 32)]);
    const b = by('b', done('b1', 20, 21, 22));
    expect(values([...a, ...b]).fairness).toBe(1);
    expect(values([...a, ...by('b', asked('b1', 20))]).fairness).toBe(1 / 2);
    expect(values(a).fairness).toBeUndefined();
  });

  test('what is done only after the storm is no share of it', () => {
    const a = by('a', [...done('a1', 20, 21, 22), ...done('a2', 30, 31, 60)]);
    const b = by('b', done('b1', 20, 21, 22));
    expect(values([...a, ...b]).fairness).toBeCloseTo(1.5 ** 2 / (2 * 1.25), 12);
  });

  test("Jain's index lies between 1/n and 1, whatever the unit", () => {
    const shares = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2 });
    fc.assert(
      fc.property(shares, fc.double({ min: 0.1, max: 10, noNaN: true }), (some, factor) => {
        const index = jain(some) as number;
        expect(index).toBeGreaterThan(1 / some.length - 1e-9);
        expect(index).toBeLessThan(1 + 1e-9);
        expect(jain(some.map((share) => share * factor))).toBeCloseTo(index, 9);
      }),
    );
    expect(jain([0, 0])).toBeUndefined();
  });
});
