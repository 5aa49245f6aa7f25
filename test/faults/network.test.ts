import { describe, expect, test } from 'vitest';
import { infoOf } from '../../src/faults/faults.ts';
import { NETWORK_KINDS, type PlannedFault, type Target } from '../../src/faults/plan.ts';
import { MINUTE, MS, SECOND } from '../../src/lib/units.ts';
import { type Journey, type Watched, watched } from './network-watch.ts';
import { fault, MACHINES, named } from './stage.ts';

const FROM = 100 * MS;
const UNTIL = 300 * MS;
const NAMES = MACHINES.map(([name]) => name);
const SCHEDULERS: Target = { by: 'share', role: 'scheduler', share: 'all' };
const WORKERS: Target = { by: 'share', role: 'worker', share: 'all' };
const EVERYBODY: Target = { by: 'share', role: 'any', share: 'all' };

function run(faults: readonly PlannedFault[], untilMs = 500, seed?: string): Watched {
  const s = watched(faults, seed);
  s.kernel.run(untilMs * MS);
  return s;
}

/** Sent while the fault lasts. */
const during = (s: Watched, from: string, to: string): readonly Journey[] =>
  s.link(from, to).filter(({ sentAtUs }) => sentAtUs > FROM && sentAtUs < UNTIL);

const arrived = (journeys: readonly Journey[]): number =>
  journeys.filter(({ arrivals }) => arrivals.length > 0).length;

/** Whom a machine hears of what is sent while the fault lasts, itself included. */
const heardBy = (s: Watched, to: string): readonly string[] =>
  NAMES.filter((from) => arrived(during(s, from, to)) > 0);

const tookUs = (journeys: readonly Journey[]): number[] =>
  journeys.flatMap(({ departAtUs, arrivals }) => arrivals.map((atUs) => atUs - departAtUs));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

describe('cuts', () => {
  test('targets that are cut off still reach each other, unless they are everybody', () => {
    const some = run([fault('partition', { target: SCHEDULERS })]);
    expect(heardBy(some, 's1')).toEqual(['s1', 's2', 's3']);
    expect(heardBy(some, 'w1')).toEqual(['store', 'w1', 'w2']);
    const all = run([fault('partition', { target: EVERYBODY })]);
    for (const name of NAMES) expect(heardBy(all, name)).toEqual([name]);
  });

  test('a partition between several and several leaves the rest alone', () => {
    const s = run([fault('partition', { target: SCHEDULERS, peer: WORKERS })]);
    expect(heardBy(s, 's2')).toEqual(['s1', 's2', 's3', 'store']);
    expect(heardBy(s, 'w2')).toEqual(['store', 'w1', 'w2']);
    expect(heardBy(s, 'store')).toEqual(NAMES);
  });

  test.each([2, 3, 6, 16])('a split into %s groups', (groups) => {
    for (const seed of ['a', 'b', 'c']) {
      const s = run([fault('split', { target: EVERYBODY, params: { groups } })], 500, seed);
      const sides = new Set(NAMES.map((name) => heardBy(s, name).join()));
      expect(sides.size).toBe(Math.min(groups, NAMES.length));
      // Groups do not overlap: everybody is in one.
      expect([...sides].join().split(',').sort()).toEqual([...NAMES].sort());
    }
  });

  test('a split hits a lone target with everybody, and several among themselves', () => {
    const lone = run([fault('split', { params: { groups: 2 } })]);
    expect(new Set(NAMES.map((name) => heardBy(lone, name).join())).size).toBe(2);
    const two = run([fault('split', { target: WORKERS, params: { groups: 2 } })]);
    expect(heardBy(two, 'w1')).toEqual(['s1', 's2', 's3', 'store', 'w1']);
    expect(heardBy(two, 's1')).toEqual(NAMES);
  });

  test('in a ring of three each hears one other, and is heard by the third', () => {
    const s = run([fault('ring', { target: SCHEDULERS })]);
    const others = ['store', 'w1', 'w2'];
    const heard = ['s1', 's2', 's3'].map((name) =>
      heardBy(s, name).filter((from) => from !== name && !others.includes(from)),
    );
    expect(heard.map(({ length }) => length)).toEqual([1, 1, 1]);
    expect(heard.flat().sort()).toEqual(['s1', 's2', 's3']);
    expect(heardBy(s, 'store')).toEqual(NAMES);
  });

  test('in a ring of five each hears a majority, both ways, and no two the same', () => {
    const s = run([fault('ring', { target: SCHEDULERS, peer: WORKERS })]);
    const five = NAMES.filter((name) => name !== 'store');
    const heard = new Map(
      five.map((name) => [name, heardBy(s, name).filter((from) => from !== 'store')]),
    );
    for (const [name, from] of heard) {
      expect(from).toHaveLength(3);
      for (const other of from) expect(heard.get(other)).toContain(name);
    }
    expect(new Set([...heard.values()].map((from) => from.join())).size).toBe(5);
  });

  test('a bridge reaches both halves, which do not reach each other', () => {
    for (const seed of ['a', 'b', 'c']) {
      const s = run([fault('bridge', { target: SCHEDULERS, peer: WORKERS })], 500, seed);
      const heard = NAMES.map((name) => heardBy(s, name));
      // The store is no part of it, and is heard by all.
      expect(heard.map(({ length }) => length).sort()).toEqual([4, 4, 4, 4, 6, 6]);
      const banks = new Set(heard.filter(({ length }) => length === 4).map((from) => from.join()));
      expect(banks.size).toBe(2);
    }
  });

  test('flapping links go down and up again', () => {
    const params = { downUs: 40 * MS, upUs: 25 * MS };
    const s = run([fault('flapping', { params, target: named('s1') })]);
    for (const { sentAtUs, arrivals } of during(s, 's1', 's2')) {
      const isDown = (sentAtUs - FROM) % (65 * MS) < 40 * MS;
      expect(arrivals).toHaveLength(isDown ? 0 : 1);
    }
    expect(arrived(during(s, 's3', 's2'))).toBe(during(s, 's3', 's2').length);
  });

  test('a swizzle cuts off one by one and heals in another order', () => {
    const s = run([fault('swizzle', { target: SCHEDULERS, durationUs: 1_200 * MS })], 1_400);
    const lost = ['s1', 's2', 's3'].map((name) => {
      const times = s
        .link(name, 'store')
        .filter(({ sentAtUs, arrivals }) => arrivals.length === 0 && sentAtUs < 1_390 * MS)
        .map(({ sentAtUs }) => sentAtUs);
      // Once away, away until its return.
      expect(times.length).toBeGreaterThan((times.at(-1)! - times[0]!) / (11 * MS));
      return { name, from: Math.round(times[0]! / MS), to: Math.round(times.at(-1)! / MS) };
    });
    const byFrom = [...lost].sort((a, b) => a.from - b.from);
    const byTo = [...lost].sort((a, b) => a.to - b.to);
    [100, 300, 500].forEach((ms, i) => {
      expect(Math.abs(byFrom[i]!.from - ms)).toBeLessThan(15);
    });
    [900, 1_100, 1_300].forEach((ms, i) => {
      expect(Math.abs(byTo[i]!.to - ms)).toBeLessThan(15);
    });
    expect(byFrom.map(({ name }) => name)).not.toEqual(byTo.map(({ name }) => name));
  });
});

describe('losses', () => {
  const LONG = { durationUs: 60 * SECOND };

  test('bursts lose as much as the states and the loss in the bad one say, in runs', () => {
    const params = { lossPpm: 1_000_000, goodUs: 300 * MS, badUs: 100 * MS };
    const s = run([fault('burst-loss', { ...LONG, params })], 60_000);
    let lost = 0;
    let lostAgain = 0;
    let all = 0;
    for (const other of NAMES.slice(1)) {
      for (const link of [s.link('s1', other), s.link(other, 's1')]) {
        const isLost = link
          .filter(({ sentAtUs }) => sentAtUs > FROM && sentAtUs < 59 * SECOND)
          .map(({ arrivals }) => arrivals.length === 0);
        all += isLost.length;
        lost += isLost.filter(Boolean).length;
        lostAgain += isLost.filter((now, i) => now && isLost[i - 1] === true).length;
      }
    }
    // A quarter of the time is bad. 10 ms later it is bad still with 1/4 + 3/4 e^(-10/75).
    expect(lost / all).toBeGreaterThan(0.22);
    expect(lost / all).toBeLessThan(0.28);
    expect(lostAgain / lost).toBeGreaterThan(0.88);
    expect(lostAgain / lost).toBeLessThan(0.94);
  });

  test('a damaged message travels and is discarded: nobody sees it arrive', () => {
    const s = run([fault('corrupt', { params: { corruptPpm: 500_000 } })]);
    const sent = [...during(s, 's1', 's2'), ...during(s, 's2', 's1'), ...during(s, 's1', 'w1')];
    expect(arrived(sent) / sent.length).toBeGreaterThan(0.25);
    expect(arrived(sent) / sent.length).toBeLessThan(0.75);
    expect(s.story('corrupt')).toHaveLength(4);
    const told = s.delivered.filter((d) => d.from === 's1' && d.to === 's2');
    expect(told).toHaveLength(arrived(s.link('s1', 's2')));
  });
});

describe('delays', () => {
  /** What was added on all links of s1: latencies are 0.5 ms in the mean. */
  const added = (
    kind: PlannedFault['kind'],
    params: PlannedFault['params'],
    untilMs = 12_000,
  ): number[] => {
    const s = run([fault(kind, { durationUs: 10 * SECOND, params })], untilMs);
    const ours = s.journeys.filter(
      ({ from, to, sentAtUs }) =>
        (from === 's1') !== (to === 's1') && sentAtUs > FROM && sentAtUs < 10 * SECOND,
    );
    return tookUs(ours);
  };

  test('a slow link multiplies the latency that each message has by itself', () => {
    const calm = run([]);
    const slow = run([fault('slow-link', { params: { factor: 2.5 } })]);
    const before = during(calm, 's1', 's2');
    const after = during(slow, 's1', 's2');
    expect(after.length).toBe(before.length);
    tookUs(before).forEach((us, i) => {
      expect(tookUs(after)[i]).toBe(us + Math.round(1.5 * us));
    });
  });

  test('exponential', () => {
    const took = added('delay-exponential', { meanUs: 50 * MS });
    expect(took.length).toBeGreaterThan(9_000);
    expect(mean(took) / MS).toBeGreaterThan(48.5);
    expect(mean(took) / MS).toBeLessThan(52.5);
    expect(quantile(took, 0.5) / MS).toBeCloseTo(50 * Math.LN2 + 0.5, -0.5);
  });

  test('lognormal', () => {
    const took = added('delay-lognormal', { medianUs: 20 * MS, sigma: 0.8 });
    expect(quantile(took, 0.5) / MS).toBeGreaterThan(19.7);
    expect(quantile(took, 0.5) / MS).toBeLessThan(21.3);
    // One deviation up.
    expect(quantile(took, 0.8413) / (20 * MS * Math.exp(0.8))).toBeCloseTo(1, 1);
  });

  test('heavy tail, cut off at a minute', () => {
    const took = added('delay-heavy-tail', { scaleUs: 10 * MS, shape: 0.7 }, 71_000);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(10 * MS + 200);
    expect(quantile(took, 0.5) / MS).toBeCloseTo(10 * 2 ** (1 / 0.7), -1);
    expect(Math.max(...took)).toBeGreaterThan(20 * SECOND);
    expect(Math.max(...took)).toBeLessThanOrEqual(MINUTE + 800);
  });

  test('reordering holds some back and leaves the rest as they are', () => {
    const took = added('reorder', { reorderPpm: 200_000, holdUs: 100 * MS });
    const late = took.filter((us) => us > 800);
    expect(late.length / took.length).toBeCloseTo(0.2, 1);
    expect(Math.max(...took)).toBeLessThanOrEqual(100 * MS + 800);
    expect(mean(late) / MS).toBeCloseTo(50.5, -0.5);
  });

  test('a pair is slow both ways, and stays so after the heal', () => {
    const params = { delayUs: 30 * MS };
    const s = watched([fault('slow-pair', { params, peer: named('store') })]);
    s.kernel.run(200 * MS);
    s.injector.healAll();
    s.kernel.run(900 * MS);
    const later = (from: string, to: string): readonly number[] =>
      tookUs(s.link(from, to).filter(({ sentAtUs }) => sentAtUs > 400 * MS));
    expect(Math.min(...later('s1', 'store'), ...later('store', 's1'))).toBeGreaterThan(30 * MS);
    expect(Math.max(...later('s1', 's2'), ...later('s2', 'store'))).toBeLessThan(1 * MS);
    expect(s.story('slow-pair').join()).toMatch(/^drawn@0,armed@100,bitten@1\d\d,ended@200$/);
  });

  test('without a peer a slow machine has one partner', () => {
    const s = run([fault('slow-pair', { params: { delayUs: 30 * MS } })]);
    const slow = NAMES.filter((to) => Math.max(...tookUs(during(s, 's1', to))) > 30 * MS);
    expect(slow).toHaveLength(1);
    expect(slow).not.toEqual(['s1']);
  });
});

test('every kind bites', () => {
  const numbers: Readonly<Record<string, number>> = {
    direction: 1,
    groups: 2,
    downUs: 30 * MS,
    upUs: 10 * MS,
    factor: 3,
    lossPpm: 500_000,
    goodUs: 20 * MS,
    badUs: 20 * MS,
    delayUs: 5 * MS,
    meanUs: 5 * MS,
    medianUs: 5 * MS,
    sigma: 1,
    scaleUs: 5 * MS,
    shape: 1,
    duplicatePpm: 500_000,
    reorderPpm: 500_000,
    holdUs: 5 * MS,
    corruptPpm: 500_000,
    bytesPerSecond: 10_000,
    messages: 0,
  };
  for (const kind of NETWORK_KINDS) {
    const { params: known } = infoOf(kind);
    const params = Object.fromEntries(
      Object.entries(numbers).filter(([name]) => known[name] !== undefined),
    );
    const s = run([fault(kind, { params })]);
    s.injector.healAll();
    const events = s.story(kind).map((text) => text.split('@')[0]);
    expect([kind, ...events]).toEqual([kind, 'drawn', 'armed', 'bitten', 'ended']);
  }
});
