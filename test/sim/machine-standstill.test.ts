/** A machine that does nothing for a while, or less than it should. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { nowOnly } from '../../src/host/step.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { agenda, FREE, lab, type Numbered, numbered, scripted } from './lab.ts';

const SLOW = { ...FREE, defaultUs: { ...FREE.defaultUs, message: 500 } };

describe('suspend', () => {
  it('is a pause in which monotonic time and timers stand still, and wall time does not', () => {
    const { kernel, sim, facts } = lab('suspend');
    const fired: number[] = [];
    const onStart = (host: Host): void => host.setTimer('t', 10 * MS);
    const factory = scripted({ onStart, onTimer: () => fired.push(kernel.now) });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    sim.startAll();
    const [monotonic, wall] = [machine.clock.readMonotonicUs(), machine.clock.readWallUs()];
    kernel.run(4 * MS);
    expect(machine.suspend('s')).toBe(true);
    expect(machine.suspend('s')).toBe(false);
    kernel.run(SECOND);
    expect(fired).toEqual([]);
    expect(machine.clock.readMonotonicUs() - monotonic).toBe(4 * MS);
    expect(machine.clock.readWallUs() - wall).toBe(SECOND);
    expect(machine.resume('s')).toBe(true);
    kernel.run(2 * SECOND);
    expect(fired).toEqual([SECOND + 6 * MS]);
    expect(facts.filter(({ kind }) => kind === 'machine')).toMatchObject([
      { state: 'up' },
      { state: 'paused', why: 's' },
      { state: 'resumed', why: 's' },
    ]);
  });

  it('ends with a crash: the next life has a clock that goes', () => {
    const { kernel, sim } = lab('suspend-crash');
    let fired = 0;
    const onStart = (host: Host): void => host.setTimer('t', 10 * MS);
    const factory = scripted({ onStart, onTimer: () => fired++ });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    sim.startAll();
    machine.suspend('s');
    machine.crash('c');
    machine.restart('c');
    kernel.run(20 * MS);
    expect(fired).toBe(1);
    expect(machine.clock.isSuspended).toBe(false);
  });

  it('fires no timer early by the machine’s own clock, whatever pauses and suspensions', () => {
    const standstill = fc.record({
      forUs: fc.nat(50 * MS),
      gapUs: fc.nat(50 * MS),
      how: fc.constantFrom('pause', 'suspend', 'stall' as const),
    });
    const ppm = fc.integer({ min: -100_000, max: 100_000 });
    fc.assert(
      fc.property(fc.array(standstill), ppm, (spans, ratePpm) => {
        const { kernel, sim } = lab('early');
        let armed = 0;
        let fired = 0;
        const arm = (host: Host): void => {
          armed = host.monotonicUs();
          host.setTimer('t', 7 * MS);
        };
        const onTimer = (host: Host): void => {
          expect(host.monotonicUs() - armed).toBeGreaterThanOrEqual(7 * MS);
          fired++;
          arm(host);
        };
        const factory = scripted({ onStart: arm, onTimer });
        const machine = sim.add({ name: 'm', role: 'scheduler', factory, ratePpm });
        sim.startAll();
        for (const { forUs, gapUs, how } of spans) {
          kernel.run(kernel.now + gapUs);
          machine[how]('test');
          const before = fired;
          kernel.run(kernel.now + forUs);
          expect(fired).toBe(before);
          if (how === 'stall') machine.endStall('test');
          else machine.resume('test');
        }
        kernel.run(kernel.now + 20 * MS);
        expect(fired).toBeGreaterThan(0);
      }),
    );
  });
});

describe('stall', () => {
  it('handles nothing, while sends depart, the disk works and timers come due', () => {
    const { kernel, sim } = lab('stall', { profile: SLOW });
    const seen: string[] = [];
    const note = (what: string): unknown => seen.push(`${what}@${kernel.now}`);
    const factory = scripted({
      onMessage: (host, from, message) => {
        note(`n${(message as Numbered).n}`);
        host.setTimer('t', 2 * MS);
        host.disk.append('f', 1);
        host.disk.sync('f', 'd');
        return nowOnly([{ kind: 'send', to: from, message: numbered(9) }]);
      },
      onTimer: (_, tag) => note(tag),
      onDisk: (_, token) => note(token),
    });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    const answered: number[] = [];
    const onMessage = (): unknown => answered.push(kernel.now);
    const peer = sim.add({ name: 'p', role: 'client', factory: scripted({ onMessage }) });
    const synced: number[] = [];
    sim.onSynced(() => synced.push(kernel.now));
    const at = agenda(kernel);
    sim.startAll();
    // In service from 1,000 to 1,500; the stall is from 1,200 to 50,000.
    sim.network.send(peer, 'm', numbered(0), 0);
    at(1_200, () => expect(machine.stall('s')).toBe(true));
    at(10_000, () => sim.tell('m', numbered(1)));
    at(50_000, () => expect(machine.endStall('s')).toBe(true));
    at(50_000, () => expect(machine.endStall('s')).toBe(false));
    kernel.run(51_200);
    expect(machine.state).toBe('up');
    expect(answered).toEqual([2_500]);
    expect(synced[0]).toBeLessThan(2_100);
    expect(seen.slice(0, 4)).toEqual(['n0@1000', 'd@50000', 't@50000', 'n1@50000']);
  });

  it('lasts until the last of several ends, and a crash ends them all', () => {
    const { kernel, sim } = lab('stalls');
    let got = 0;
    const factory = scripted({ onMessage: () => got++ });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    sim.startAll();
    machine.stall('a');
    machine.stall('b');
    sim.tell('m', numbered(1));
    expect(machine.endStall('a')).toBe(true);
    kernel.run(MS);
    expect(got).toBe(0);
    machine.endStall('b');
    kernel.run(2 * MS);
    expect(got).toBe(1);
    machine.stall('c');
    machine.crash('x');
    expect(machine.stall('d')).toBe(false);
    machine.restart('x');
    sim.tell('m', numbered(2));
    expect(got).toBe(2);
    expect(machine.endStall('c')).toBe(false);
  });
});

describe('a slow processor', () => {
  /** Serves two messages of 500 us from 1,000 us on; when each answer departs. */
  function departures(changes: readonly (readonly [atUs: number, factor: number])[]): number[] {
    const { kernel, sim } = lab('slow', { profile: SLOW });
    const got: number[] = [];
    const synced: number[] = [];
    const factory = scripted({
      onMessage: (host, from) => {
        host.disk.append('f', 1);
        host.disk.sync('f', 'd');
        return nowOnly([{ kind: 'send', to: from, message: numbered(1) }]);
      },
    });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    const peer = sim.add({ name: 'p', role: 'client', factory: scripted({}) });
    sim.network.onDelivered((from) => (from === 'm' ? got.push(kernel.now - 1_000) : 0));
    sim.onSynced(() => synced.push(kernel.now));
    const at = agenda(kernel);
    sim.startAll();
    sim.network.send(peer, 'm', numbered(0), 0);
    sim.network.send(peer, 'm', numbered(0), 0);
    for (const [atUs, factor] of changes) at(atUs, () => machine.setSlowdown(factor));
    kernel.run(SECOND);
    expect(synced).toHaveLength(2);
    // What was asked of the disk at the normal speed is asked when it was meant to be.
    const isSlowFromTheStart = changes[0]?.[0] === 0;
    for (const [i, atUs] of isSlowFromTheStart ? got.entries() : []) {
      expect(synced[i]).toBeGreaterThanOrEqual(atUs + 200);
      expect(synced[i]).toBeLessThanOrEqual(atUs + 1_001);
    }
    return got;
  }

  it('stretches what is in service from now on, and the next ones wholly', () => {
    expect(departures([])).toEqual([1_500, 2_000]);
    expect(departures([[0, 10]])).toEqual([6_000, 11_000]);
    expect(departures([[1_250, 10]])).toEqual([3_750, 8_750]);
  });

  it('is as fast as ever when healed, at what it is in the middle of as well', () => {
    const heal = [
      [0, 1_000],
      [251_000, 1],
    ] as const;
    // Half of the first half million microseconds are over: the other half takes 250.
    expect(departures(heal)).toEqual([251_250, 251_750]);
  });

  it('may be paused and changed meanwhile', () => {
    const { kernel, sim } = lab('slow-paused', { profile: SLOW });
    const got: number[] = [];
    const server = scripted({
      onMessage: (_, from) => nowOnly([{ kind: 'send', to: from, message: numbered(1) }]),
    });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory: server });
    const peer = sim.add({ name: 'p', role: 'client', factory: scripted({}) });
    sim.network.onDelivered((from) => (from === 'm' ? got.push(kernel.now - 1_000) : 0));
    const at = agenda(kernel);
    sim.startAll();
    machine.setSlowdown(1_000);
    sim.network.send(peer, 'm', numbered(0), 0);
    at(2_000, () => machine.pause('p'));
    at(3_000, () => machine.setSlowdown(1));
    at(10_000, () => machine.resume('p'));
    kernel.run(SECOND);
    // 499,000 of 500,000 are left at the pause: 499 at the old speed.
    expect(got).toEqual([10_499]);
  });

  it('is never so slow that time ends', () => {
    const { kernel, sim } = lab('slowest', { profile: SLOW });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory: scripted({}) });
    sim.startAll();
    machine.setSlowdown(1e300);
    sim.tell('m', numbered(1));
    expect(Number.isSafeInteger(machine.cpu.busyUntilUs)).toBe(true);
    machine.setSlowdown(1);
    expect(machine.cpu.busyUntilUs).toBe(kernel.now + 500);
  });
});
