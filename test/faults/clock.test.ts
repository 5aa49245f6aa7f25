/** Every kind of bad clock on a stage: what it does, when, and that it takes back its own. */
import { describe, expect, test } from 'vitest';
import type { PlannedFault } from '../../src/faults/plan.ts';
import type { FactOf } from '../../src/history/fact.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import type { Machine } from '../../src/sim/machine.ts';
import { fault, OWN_RATE_PPM, OWN_WALL_ERROR_US, type Stage, stage } from './stage.ts';

/** The stage and its s1, whose wall error is told without what it has by itself, in 0.1 ms. */
function on(...faults: readonly PlannedFault[]) {
  const s = stage(faults);
  const s1 = s.sim.machine('s1');
  const at = (ms: number): number => {
    s.kernel.run(ms * MS);
    const ownUs = OWN_WALL_ERROR_US + (s.kernel.now * OWN_RATE_PPM) / 1e6;
    return Math.round((s1.clock.wallErrorUs() - ownUs) / 100) / 10 + 0;
  };
  return { s, s1, at };
}

const healed = (s: Stage, machine: Machine): unknown => {
  s.injector.healAll();
  return [machine.clock.wallErrorUs(), machine.clock.wallRatePpm, machine.clock.isFrozen];
};
/** As at 100 ms, when the faults began: 30 ppm are 3 µs by then. */
const RIGHT = [OWN_WALL_ERROR_US + 3, OWN_RATE_PPM, false];
const bittenAt = (s: Stage, id: string): string | undefined =>
  s.story(id).find((word) => word.startsWith('bitten'));

describe('kinds of bad clocks', () => {
  test('a strobe jumps there and back, and is back at its end', () => {
    const strobe = fault('clock-strobe', { params: { stepUs: 70 * MS, periodUs: 30 * MS } });
    const { s, at } = on(strobe);
    expect([at(99), at(101), at(131), at(161), at(289), at(301)]).toEqual([0, 70, 0, 70, 70, 0]);
    s.kernel.run(SECOND);
    const jumps = s.facts.filter((f) => f.kind === 'clock').length;
    expect(jumps).toBe(8);
    expect(bittenAt(s, 'clock-strobe')).toBe('bitten@100');
  });

  test('a frozen clock falls behind and jumps to where it belongs', () => {
    const { s, s1, at } = on(fault('clock-freeze'));
    expect([at(150), at(250)]).toEqual([-50, -150]);
    expect(s1.clock.wallRatePpm).toBe(-1_000_000);
    expect([at(300), at(400)]).toEqual([0, 0]);
    expect(bittenAt(s, 'clock-freeze')).toBe('bitten@100');
  });

  test('frozen by two, it thaws when the second ends', () => {
    const longer = fault('clock-freeze', { id: 'f2', durationUs: 400 * MS });
    const { at } = on(fault('clock-freeze'), longer);
    expect([at(350), at(499), at(501)]).toEqual([-250, -399, 0]);
  });

  test('a slewed clock is off at once and led back at its speed', () => {
    const params = { offsetUs: -40 * MS, slewPpm: 400_000 };
    const { s, s1, at } = on(fault('clock-slew', { params }));
    expect([at(100), at(125), at(150), at(200)]).toEqual([-40, -30, -20, 0]);
    expect(s1.clock.wallRatePpm).toBe(OWN_RATE_PPM);
    expect([at(300), at(900)]).toEqual([0, 0]);
    expect(bittenAt(s, 'clock-slew')).toBe('bitten@100');
  });

  test('what is left when the slew ends stays until the heal', () => {
    const params = { offsetUs: 400 * MS, slewPpm: 500_000 };
    const { s, s1, at } = on(fault('clock-slew', { params }));
    expect([at(200), at(300), at(900)]).toEqual([350, 300, 300]);
    expect(healed(s, s1)).toEqual(RIGHT);
  });

  test('without a daemon, a false server leads away and back', () => {
    const params = { offsetUs: 50 * MS, slewPpm: 500_000 };
    const { s, s1, at } = on(fault('ntp-false-server', { params }));
    expect([at(150), at(200), at(300)]).toEqual([25, 50, 50]);
    expect([at(350), at(400), at(900)]).toEqual([25, 0, 0]);
    expect(s1.clock.wallRatePpm).toBe(OWN_RATE_PPM);
    expect(bittenAt(s, 'ntp-false-server')).toBe('bitten@100');
  });

  test('a false server that is healed on the way back leaves nothing', () => {
    const params = { offsetUs: 50 * MS, slewPpm: 500_000 };
    const { s, s1, at } = on(fault('ntp-false-server', { params }));
    expect(at(350)).toBe(25);
    const pending = s.kernel.pending;
    expect(healed(s, s1)).toEqual(RIGHT);
    expect(s.kernel.pending).toBe(pending - 1);
    expect(at(900)).toBe(0);
  });

  test('without a daemon, an outage of its servers changes nothing', () => {
    const { s, at } = on(fault('ntp-outage'));
    expect(at(500)).toBe(0);
    expect(s.story('ntp-outage')).toEqual(['drawn@0', 'armed@100', 'ended@300']);
    expect(s.facts.some((f) => f.kind === 'clock')).toBe(false);
  });

  test('a leap second is behind while it lasts, a smeared one by and by', () => {
    const leap = on(fault('leap-second'));
    expect([leap.at(99), leap.at(101), leap.at(299), leap.at(301)]).toEqual([0, -1_000, -1_000, 0]);
    const smear = on(fault('leap-smear', { durationUs: 10 * SECOND }));
    expect([smear.at(1_100), smear.at(5_100)]).toEqual([-100, -500]);
    expect([smear.at(10_099), smear.at(10_101)]).toEqual([-999.9, 0]);
    const short = on(fault('leap-smear'));
    expect([short.at(200), short.at(299), short.at(301)]).toEqual([-50, -99.5, 0]);
    for (const { s, s1 } of [leap, smear, short]) expect(healed(s, s1)).toEqual(RIGHT);
  });

  test('old zone rules change nothing where no program reads rules', () => {
    const { s } = on(fault('old-zone-rules'));
    s.kernel.run(SECOND);
    expect(s.story('old-zone-rules')).toEqual(['drawn@0', 'armed@100', 'ended@300']);
    const starts = s.facts.filter((f) => f.kind === 'machine' && f.machine === 's1');
    expect(starts.length).toBe(1);
  });

  test('all targets of a share are hit, and all are right again', () => {
    const all = { target: { by: 'share', role: 'scheduler', share: 'all' } } as const;
    const { s } = on(
      fault('clock-freeze', all),
      fault('leap-second', { ...all, start: { kind: 'at', atUs: 400 * MS } }),
    );
    const wrong = (): string[] =>
      s.sim.machines
        .filter(({ clock }) => Math.abs(clock.wallErrorUs() - OWN_WALL_ERROR_US) > MS)
        .map(({ name }) => name);
    const schedulers = s.sim.machines.filter((m) => m.role === 'scheduler').map((m) => m.name);
    s.kernel.run(200 * MS);
    expect(wrong()).toEqual(schedulers);
    s.kernel.run(350 * MS);
    expect(wrong()).toEqual([]);
    s.kernel.run(500 * MS);
    expect(wrong()).toEqual(schedulers);
    s.kernel.run(700 * MS);
    expect(wrong()).toEqual([]);
  });
});

test('wall clocks gone astray in every way move no timer and no monotonic clock', () => {
  const astray = [
    fault('clock-strobe', { params: { stepUs: -SECOND, periodUs: 7 * MS } }),
    fault('clock-freeze', { durationUs: 500 * MS }),
    fault('clock-slew', { params: { offsetUs: SECOND, slewPpm: 300_000 } }),
    fault('ntp-false-server', { params: { offsetUs: -SECOND, slewPpm: 500_000 } }),
    fault('leap-second'),
    fault('leap-smear'),
    fault('clock-step', { params: { stepUs: 5 * SECOND } }),
  ];
  const delivered = (faults: readonly PlannedFault[]) => {
    const s = stage(faults);
    s.kernel.run(2 * SECOND);
    return s.delivered;
  };
  const calm = delivered([]);
  expect(calm.length).toBeGreaterThan(1_000);
  expect(delivered(astray)).toEqual(calm);
});

test('facts tell how fast a wall clock gains or loses, where that is not its oscillator', () => {
  const { s } = on(
    fault('clock-freeze', { durationUs: 50 * MS }),
    fault('clock-slew', {
      start: { kind: 'at', atUs: 400 * MS },
      params: { offsetUs: 10 * MS, slewPpm: 100_000 },
    }),
  );
  s.kernel.run(SECOND);
  const rates = s.facts
    .filter((f): f is FactOf<'clock'> => f.kind === 'clock')
    .map((f) => f.wallRatePpm);
  expect(rates).toEqual([-1_000_000, undefined, undefined, OWN_RATE_PPM - 100_000, undefined]);
});
