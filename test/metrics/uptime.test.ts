import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/history/fact.ts';
import { SECOND } from '../../src/lib/units.ts';
import * as f from '../support/facts.ts';
import { measure, metricOf } from '../support/measure.ts';
import '../support/property-seed.ts';

const storm = [f.phase(0, 'chaos'), f.phase(100, 'heal'), f.phase(120, 'end')];
/** A request of a user at this second, answered a second later: ok, or not at all. */
const event = (s: number, user: string, isOk: boolean): Fact => ({
  ...f.answered(s + 1, f.submitOf(`${user}-${s}`), { kind: isOk ? 'ok' : 'unknown' }, s),
  client: user,
});
const uptime = (facts: readonly Fact[]) => metricOf('userUptime', [...storm, ...facts]);

describe('userUptime', () => {
  test('is up after a success and down after a failure, until the next request', () => {
    const facts = [event(0, 'a', true), event(30, 'a', false), event(50, 'a', true)];
    // The last is good for 30 s, the longest gap there is; nobody is active after that.
    expect(uptime(facts)).toBeCloseTo((30 + 30) / 80, 12);
  });

  test('is the share of successes where requests are uniform', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }), (oks) => {
        const facts = oks.map((isOk, i) => event(2 * i, 'a', isOk));
        const { metrics } = measure([...storm, ...facts]);
        const share = oks.filter((isOk) => isOk).length / oks.length;
        expect(metrics['userUptime']?.value).toBeCloseTo(share, 12);
        expect(metrics['apiSuccess']?.value).toBeCloseTo(share, 12);
      }),
      { numRuns: 50 },
    );
  });

  test('is the availability in time where all users are alike, however many ask how often', () => {
    // Down from 40 to 60 s; everybody asks at the same moments, often then and seldom otherwise.
    const often = Array.from({ length: 21 }, (_, i) => 40 + i);
    const seconds = [0, 20, ...often, 80];
    const facts = ['a', 'b', 'c'].flatMap((user) =>
      seconds.map((s) => event(s, user, s < 40 || s >= 60)),
    );
    expect(uptime(facts)).toBeCloseTo(0.8, 12);
    expect(metricOf('apiSuccess', [...storm, ...facts])).toBeCloseTo(4 / 24, 12);
  });

  test('a user that is away says nothing of the service', () => {
    const busy = Array.from({ length: 100 }, (_, s) => event(s, 'a', true));
    // Of over a hundred gaps one is long: after a second, b is away.
    const away = [event(0, 'b', false), event(90, 'b', true)];
    expect(uptime([...busy, ...away])).toBeCloseTo(101 / 102, 12);
  });

  test('begins the storm as it entered it, and has no value where nobody asked', () => {
    const later = [f.phase(0, 'warm-up'), f.phase(10, 'chaos'), f.phase(20, 'heal')];
    const facts = [event(0, 'a', false), event(15, 'a', true), event(30, 'a', false)];
    expect(metricOf('userUptime', [...later, f.phase(40, 'end'), ...facts])).toBe(0.5);
    expect(uptime([])).toBeUndefined();
    expect(measure(storm).windows).toEqual([]);
  });
});

test('the worst windows are those of a ladder that fit, and the storm', () => {
  const facts = Array.from({ length: 50 }, (_, i) => event(2 * i, 'a', i < 20 || i > 22));
  const { windows, metrics } = measure([...storm, ...facts]);
  const ratio = new Map(windows.map((it) => [it.windowUs / SECOND, it.ratio]));
  expect([...ratio.keys()]).toEqual([1, 2, 5, 10, 30, 60, 100]);
  expect(ratio.get(5)).toBe(0);
  expect(ratio.get(10)).toBeCloseTo(0.4, 12);
  expect(ratio.get(100)).toBe(metrics['userUptime']?.value);
});
