import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/kernel/rng.ts';
import { MINUTE, MS, SECOND, virtualUs, wallUs } from '../../src/lib/units.ts';
import { Clock } from '../../src/sim/clock.ts';
import { TimeDaemon } from '../../src/sim/time-daemon.ts';
import { lab, scripted } from './lab.ts';

const POLL_US = 64 * SECOND;
const ERROR_US = 2 * MS;

/** A clock with a daemon, and time that passes from one asking to the next. */
function bench(ratePpm: number, wallErrorUs: number, seed = 'bench') {
  const time = { now: virtualUs(0) };
  const startWallUs = wallUs(1_700_000_000_000_000);
  const clock = new Clock({ time, startWallUs, ratePpm, wallErrorUs, onChange: () => undefined });
  let nextUs = 0;
  const daemon = new TimeDaemon({
    clock,
    random: createRng(seed).stream('daemon'),
    pollUs: POLL_US,
    errorUs: ERROR_US,
    isOn: () => true,
    pollAfter: (spanUs) => {
      nextUs = time.now + spanUs;
    },
  });
  daemon.start();
  let polls = 0;
  const run = (untilUs: number): void => {
    while (nextUs <= untilUs) {
      time.now = virtualUs(nextUs);
      polls++;
      daemon.poll();
    }
    time.now = virtualUs(untilUs);
  };
  return { clock, daemon, run, polls: () => polls };
}

describe('a time daemon', () => {
  it('keeps any clock within a few errors of the truth, once it has heard of it', () => {
    const ratePpm = fc.integer({ min: -300, max: 300 });
    const wallErrorUs = fc.integer({ min: -10 * SECOND, max: 10 * SECOND });
    fc.assert(
      fc.property(ratePpm, wallErrorUs, fc.string(), (rate, error, seed) => {
        const { clock, run } = bench(rate, error, seed);
        run(30 * MINUTE);
        for (let minute = 31; minute < 60; minute++) {
          run(minute * MINUTE);
          expect(Math.abs(clock.wallErrorUs())).toBeLessThan(5 * ERROR_US);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('slews what is off by up to 128 ms, at 500 ppm or less, and steps what is off by more', () => {
    const near = bench(0, 120 * MS);
    near.run(POLL_US);
    expect(near.clock.wallRatePpm).toBe(-500);
    near.run(2 * POLL_US);
    expect(near.clock.wallErrorUs()).toBeGreaterThan(120 * MS - 64 * MS - ERROR_US);
    const far = bench(0, 140 * MS);
    far.run(POLL_US);
    expect(Math.abs(far.clock.wallErrorUs())).toBeLessThanOrEqual(ERROR_US);
  });

  it('asks once per poll and no more often', () => {
    const { polls, run } = bench(50, 0);
    run(100 * POLL_US);
    expect(polls()).toBeGreaterThanOrEqual(99);
    expect(polls()).toBeLessThanOrEqual(101);
  });

  it('drifts slowly without servers, for it has learnt how fast its oscillator is', () => {
    const { clock, daemon, run } = bench(200, 0);
    run(60 * MINUTE);
    const missed: true[] = [];
    const end = daemon.cutOff({ onMissed: () => missed.push(true) });
    const beforeUs = clock.wallErrorUs();
    run(120 * MINUTE);
    const driftPpm = Math.abs(clock.wallErrorUs() - beforeUs) / (60 * 60);
    expect(missed.length).toBeGreaterThan(50);
    expect(driftPpm).toBeGreaterThan(0);
    expect(driftPpm).toBeLessThan(40);
    end();
    run(150 * MINUTE);
    expect(Math.abs(clock.wallErrorUs())).toBeLessThan(5 * ERROR_US);
  });

  it('follows a false server at its speed, and leads back when it is gone', () => {
    const { clock, daemon, run } = bench(0, 0);
    run(10 * MINUTE);
    let followed = 0;
    const liar = { offsetUs: SECOND, slewPpm: 50_000, onFollowed: () => followed++ };
    const end = daemon.follow(liar);
    run(10 * MINUTE + 10 * SECOND);
    expect(clock.wallErrorUs() / SECOND).toBeCloseTo(0.5, 1);
    run(11 * MINUTE);
    expect(Math.abs(clock.wallErrorUs() - SECOND)).toBeLessThan(3 * ERROR_US);
    expect(followed).toBeGreaterThan(0);
    end();
    run(11 * MINUTE + 10 * SECOND);
    expect(clock.wallErrorUs() / SECOND).toBeCloseTo(0.5, 1);
    run(13 * MINUTE);
    expect(Math.abs(clock.wallErrorUs())).toBeLessThan(3 * ERROR_US);
    expect(Math.abs(clock.wallRatePpm)).toBeLessThan(500);
  });

  it('does nothing on a frozen clock or a suspended machine', () => {
    const { clock, run } = bench(0, SECOND);
    clock.freezeWall();
    run(POLL_US);
    expect(clock.thawWall()).toBe(true);
    expect(clock.wallErrorUs()).toBe(SECOND);
    clock.suspend();
    run(2 * POLL_US);
    expect(clock.wallErrorUs()).toBe(SECOND);
    clock.unsuspend();
    run(4 * POLL_US);
    expect(Math.abs(clock.wallErrorUs())).toBeLessThan(2 * ERROR_US);
  });
});

it('runs on every machine of a cluster that has it, in the same way each time', () => {
  const run = (timeDaemon?: { pollUs: number; errorUs: number }) => {
    const { kernel, sim, facts } = lab('daemons', timeDaemon === undefined ? {} : { timeDaemon });
    for (const name of ['a', 'b', 'c']) {
      const clock = { ratePpm: 100, wallErrorUs: 90 * MS };
      sim.add({ name, role: 'scheduler', factory: scripted({}), ...clock });
    }
    sim.startAll();
    kernel.run(20 * MINUTE);
    const errors = sim.machines.map(({ clock }) => Math.abs(clock.wallErrorUs()));
    return { errors, facts, steps: kernel.steps, fingerprint: kernel.fingerprint() };
  };
  const settings = { pollUs: POLL_US, errorUs: ERROR_US };
  const with_ = run(settings);
  expect(Math.max(...with_.errors)).toBeLessThan(5 * ERROR_US);
  expect(run(settings)).toEqual(with_);
  const without = run();
  expect(Math.min(...without.errors)).toBeGreaterThan(200 * MS);
  // An asking is one event: 20 minutes of three machines are 57 of them.
  expect(with_.steps - without.steps).toBeLessThan(60);
});
