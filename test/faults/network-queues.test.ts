import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../src/faults/plan.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { bytesOf } from '../../src/sim/message-size.ts';
import { type Journey, type Watched, watched } from './network-watch.ts';
import { fault, named } from './stage.ts';

const FROM = 100 * MS;
const UNTIL = 300 * MS;

const during = (s: Watched, from: string, to: string): readonly Journey[] =>
  s.link(from, to).filter(({ sentAtUs }) => sentAtUs > FROM && sentAtUs < UNTIL);
const arrivals = (journeys: readonly Journey[]): number[] =>
  journeys.flatMap((journey) => journey.arrivals);

describe('a jam', () => {
  const jam = (more: Partial<PlannedFault> = {}): PlannedFault =>
    fault('jam', { peer: named('s2'), ...more });

  test('holds everything and releases it at once, in order of sending', () => {
    const s = watched([jam()]);
    s.kernel.run(UNTIL - 1);
    const held = [...during(s, 's1', 's2'), ...during(s, 's2', 's1')];
    expect(held.length).toBeGreaterThan(30);
    expect(arrivals(held)).toEqual([]);
    s.kernel.run(UNTIL);
    const released = s.delivered.filter(
      ({ from, to, atUs }) => atUs === UNTIL && [from, to].sort().join() === 's1,s2',
    );
    const sent = s.journeys
      .filter(({ arrivals: [at] }) => at === UNTIL)
      .map(({ from, round }) => ({ from, round }));
    expect(released.map(({ from, round }) => ({ from, round }))).toEqual(sent);
    expect(released.length).toBeGreaterThan(30);
    s.kernel.run(UNTIL + 2 * MS);
    for (const journey of held) expect(journey.arrivals).toHaveLength(1);
  });

  test('at the heal as well', () => {
    const s = watched([jam({ durationUs: 10 * SECOND })]);
    s.kernel.run(UNTIL);
    s.injector.healAll();
    s.kernel.run(UNTIL + 2 * MS);
    for (const journey of during(s, 's1', 's2')) expect(journey.arrivals).toHaveLength(1);
    expect(s.story('jam')).toEqual(['drawn@0', 'armed@100', 'bitten@110', 'ended@300']);
  });

  test('two jams: what both hold waits for the longer one', () => {
    const s = watched([
      jam(),
      jam({ id: 'second', start: { kind: 'at', atUs: 200 * MS }, durationUs: 250 * MS }),
    ]);
    s.kernel.run(600 * MS);
    for (const { sentAtUs, arrivals: at } of s.link('s1', 's2')) {
      // On its way when a jam begins: not held by that one.
      if (sentAtUs > FROM + MS && sentAtUs < 198 * MS) expect(at).toEqual([UNTIL]);
      if (sentAtUs > 201 * MS && sentAtUs < 448 * MS) expect(at).toEqual([450 * MS]);
    }
  });

  test('held messages outlive their sender and reach the next life of a name', () => {
    const s = watched([jam({ params: { direction: 1 } })]);
    // Between two pings, so that all have departed.
    s.kernel.run(205 * MS);
    const held = during(s, 's1', 's2');
    for (const name of ['s1', 's2']) s.sim.machine(name).crash('test');
    s.kernel.run(210 * MS);
    s.sim.machine('s2').restart('test');
    s.kernel.run(UNTIL);
    expect(held.length).toBeGreaterThan(5);
    for (const journey of held) expect(journey.arrivals).toEqual([UNTIL]);
    expect(s.sim.machine('s2').incarnation).toBe(2);
    expect(s.sim.machine('s1').state).toBe('down');
  });

  test('held messages are lost at a machine that is down when they are released', () => {
    const s = watched([jam()]);
    s.kernel.run(200 * MS);
    s.sim.machine('s2').crash('test');
    s.kernel.run(400 * MS);
    expect(arrivals(during(s, 's1', 's2'))).toEqual([]);
  });
});

describe('bandwidth', () => {
  test('waits are those of a line with fixed service and arrivals at fixed times', () => {
    // Pings come every 10 ms. Each takes 15 ms on this line, so each waits 5 ms longer.
    const size = bytesOf({ kind: 'ping', round: 1 }) + 66;
    const bytesPerSecond = Math.round((size * 1_000) / 15);
    const s = watched([fault('bandwidth', { peer: named('s2'), params: { bytesPerSecond } })]);
    s.kernel.run(UNTIL + SECOND);
    const took = during(s, 's1', 's2').map(
      ({ departAtUs, arrivals: [at] }) => (at ?? Number.NaN) - departAtUs,
    );
    took.forEach((us, i) => {
      // Give or take a latency.
      expect(Math.abs(us / MS - (15 + 5 * i))).toBeLessThan(1.5);
    });
    expect(took.length).toBeGreaterThan(15);
    expect(s.story('bandwidth')).toHaveLength(4);
  });

  test('what would wait for too long is dropped, and the line recovers', () => {
    const params = { bytesPerSecond: 2_000, queueUs: 100 * MS };
    const s = watched([fault('bandwidth', { durationUs: 2 * SECOND, params })]);
    s.kernel.run(3 * SECOND);
    const sent = s.link('s1', 's2').filter(({ sentAtUs }) => sentAtUs > SECOND);
    const early = sent.filter(({ sentAtUs }) => sentAtUs < 2 * SECOND);
    const share = arrivals(early).length / early.length;
    const size = bytesOf({ kind: 'ping', round: 1 }) + 66;
    // As many as the line carries.
    expect(share).toBeCloseTo(2_000 / (100 * size), 1);
    for (const { departAtUs, arrivals: at } of early) {
      for (const us of at) expect(us - departAtUs).toBeLessThan((100 + 60) * MS);
    }
    const late = sent.filter(({ sentAtUs }) => sentAtUs > 2.11 * SECOND && sentAtUs < 2.9 * SECOND);
    expect(arrivals(late)).toHaveLength(late.length);
  });

  test('a line so fast that nobody notices has not bitten', () => {
    const s = watched([fault('bandwidth', { params: { bytesPerSecond: 1e12 } })]);
    s.kernel.run(400 * MS);
    expect(s.story('bandwidth')).toEqual(['drawn@0', 'armed@100', 'ended@300']);
  });
});

describe('a short queue', () => {
  test('holds so many at a time on each directed link, and drops the next', () => {
    const s = watched([
      fault('delay', { params: { delayUs: 95 * MS } }),
      fault('queue-cap', { params: { messages: 3, direction: 1 } }),
    ]);
    s.kernel.run(500 * MS);
    const [ours, theirs] = [during(s, 's1', 's2'), during(s, 's2', 's1')];
    expect(arrivals(theirs)).toHaveLength(theirs.length);
    // Three of every ten or so: they come every 10 ms and stay for 95.
    const passed = ours.filter((journey) => journey.arrivals.length === 1);
    expect(passed.length / ours.length).toBeCloseTo(0.3, 1);
    for (const { sentAtUs } of ours) {
      const underWay = passed.filter(
        ({ departAtUs, arrivals: [at] }) => departAtUs < sentAtUs && (at ?? 0) > sentAtUs,
      );
      expect(underWay.length).toBeLessThanOrEqual(3);
    }
  });
});
