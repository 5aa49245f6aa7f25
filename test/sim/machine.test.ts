import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Host, Recovered } from '../../src/host/host.ts';
import { nowOnly } from '../../src/host/step.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { agenda, FREE, lab, type Numbered, numbered, scripted } from './lab.ts';

const SLOW = { ...FREE, defaultUs: { ...FREE.defaultUs, message: 500 } };

describe('crash and restart', () => {
  it('drops every event of the old incarnation: timers, disk answers, inbox', () => {
    const { kernel, sim, facts } = lab('crash', { profile: SLOW });
    const seen: string[] = [];
    let life = 0;
    const note = (host: Host, what: string): void => {
      seen.push(`${(host as Host & { life: number }).life} ${what}`);
    };
    const factory = scripted({
      onStart: (host) => {
        Object.assign(host, { life: ++life });
        if (life === 1) host.setTimer('t', 10 * MS);
        if (life === 1) host.disk.sync('f', 'd');
      },
      onTimer: (host) => note(host, 'timer'),
      onDisk: (host) => note(host, 'disk'),
      onMessage: (host, _, message) => note(host, `n${(message as Numbered).n}`),
    });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    const peer = sim.add({ name: 'p', role: 'client', factory: scripted({}) });
    const at = agenda(kernel);
    sim.startAll();
    at(100, () => expect(machine.crash('bang')).toBe(true));
    at(100, () => expect(machine.crash('again')).toBe(false));
    at(200, () => expect(machine.restart('back')).toBe(true));
    at(200, () => expect(machine.restart('again')).toBe(false));
    // Three arrive together: the crash comes while the first is in service and two wait.
    for (const n of [1, 2, 3]) sim.network.send(peer, 'm', numbered(n), 0);
    at(1_100, () => machine.crash('bang'));
    at(1_200, () => machine.restart('back'));
    kernel.run(SECOND);
    expect(seen).toEqual(['2 n1']);
    expect(facts.filter((fact) => fact.kind === 'machine' && fact.machine === 'm')).toMatchObject([
      { at: 0, state: 'up', incarnation: 1, why: 'start' },
      { at: 100, state: 'down', incarnation: 1, why: 'bang' },
      { at: 200, state: 'up', incarnation: 2, why: 'back' },
      { at: 1_100, state: 'down', incarnation: 2, why: 'bang' },
      { at: 1_200, state: 'up', incarnation: 3, why: 'back' },
    ]);
  });

  it('drops sends that have not departed, and lets those go that have', () => {
    for (const [crashAtUs, arrives] of [
      [1_200, false],
      [1_600, true],
    ] as const) {
      const { kernel, sim } = lab('outbox', { profile: SLOW });
      let got = 0;
      const server = scripted({
        onMessage: (_, from) => nowOnly([{ kind: 'send', to: from, message: numbered(1) }]),
      });
      const client = scripted({ onMessage: () => got++ });
      const machine = sim.add({ name: 'm', role: 'scheduler', factory: server });
      const peer = sim.add({ name: 'p', role: 'client', factory: client });
      const at = agenda(kernel);
      sim.startAll();
      sim.network.send(peer, 'm', numbered(0), 0);
      at(crashAtUs, () => machine.crash('test'));
      kernel.run(SECOND);
      expect(got).toBe(arrives ? 1 : 0);
    }
  });

  it('may come from inside the machine itself: what its handler still asks for is ignored', () => {
    const { kernel, sim } = lab('inside');
    const timers: string[] = [];
    const starts: number[] = [];
    const factory = scripted({
      onStart: (host) => {
        starts.push(kernel.now);
        if (starts.length > 1) return;
        host.setTimer('go', 100);
      },
      onTimer: (host, tag) => {
        timers.push(tag);
        const machine = sim.machine('m');
        machine.crash('anchor');
        machine.restart('anchor');
        host.setTimer('ghost', 10);
        host.disk.sync('f', 'ghost');
        host.send('m', numbered(1));
        host.exit('ghost');
        return nowOnly([{ kind: 'setTimer', tag: 'ghost', afterUs: 20 }]);
      },
      onMessage: () => expect.unreachable('a dead incarnation sent'),
      onDisk: () => expect.unreachable('a dead incarnation synced'),
    });
    sim.add({ name: 'm', role: 'scheduler', factory });
    sim.startAll();
    kernel.run(SECOND);
    expect(timers).toEqual(['go']);
    expect(starts).toEqual([0, 100]);
    expect(sim.machine('m').state).toBe('up');
  });
});

describe('pause and resume', () => {
  it('holds timers, inbox and disk answers, and serves them in their order', () => {
    const { kernel, sim } = lab('held');
    const seen: string[] = [];
    const note = (what: string): unknown => seen.push(`${what}@${kernel.now}`);
    const factory = scripted({
      onStart: (host) => {
        host.setTimer('early', 2 * MS);
        host.setTimer('late', 20 * MS);
        host.disk.sync('f', 'd');
      },
      onTimer: (_, tag) => note(tag),
      onDisk: (_, token) => note(token),
      onMessage: (_, __, message) => note(`n${(message as Numbered).n}`),
    });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    const peer = sim.add({ name: 'p', role: 'client', factory: scripted({}) });
    const at = agenda(kernel);
    sim.startAll();
    sim.network.send(peer, 'm', numbered(1), 0);
    at(100, () => expect(machine.pause('stop')).toBe(true));
    at(100, () => expect(machine.pause('again')).toBe(false));
    at(10 * MS, () => expect(machine.resume('go')).toBe(true));
    at(10 * MS, () => expect(machine.resume('again')).toBe(false));
    kernel.run(SECOND);
    expect(seen).toEqual(['d@10000', 'n1@10000', 'early@10000', 'late@20000']);
  });

  it('never lets a timer fire early, whatever the pauses and rates', () => {
    const span = fc.record({ forUs: fc.nat(50 * MS), gapUs: fc.nat(50 * MS) });
    fc.assert(
      fc.property(fc.array(span), fc.integer({ min: -100_000, max: 100_000 }), (spans, ratePpm) => {
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
        for (const { forUs, gapUs } of spans) {
          kernel.run(kernel.now + gapUs);
          machine.pause('test');
          const before = fired;
          kernel.run(kernel.now + forUs);
          expect(fired).toBe(before);
          machine.resume('test');
        }
        kernel.run(kernel.now + 20 * MS);
        expect(fired).toBeGreaterThan(0);
      }),
    );
  });

  it('holds sends between decision and departure, and the rest of the service time', () => {
    const { kernel, sim } = lab('departure', { profile: SLOW });
    const got: number[] = [];
    const server = scripted({
      onMessage: (_, from) => nowOnly([{ kind: 'send', to: from, message: numbered(1) }]),
    });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory: server });
    const peer = sim.add({ name: 'p', role: 'client', factory: scripted({}) });
    sim.network.onDelivered((from) => (from === 'm' ? got.push(kernel.now) : 0));
    const at = agenda(kernel);
    sim.startAll();
    // Both arrive at 1,000; service ends at 1,500 and 2,000; the pause is from 1,200 to 9,200.
    sim.network.send(peer, 'm', numbered(0), 0);
    sim.network.send(peer, 'm', numbered(0), 0);
    at(1_200, () => machine.pause('stop'));
    at(9_200, () => machine.resume('go'));
    kernel.run(SECOND);
    expect(got).toEqual([9_500 + 1_000, 10_000 + 1_000]);
  });

  it('sends what it held once, whatever duplicates it, and frees its place on the link', () => {
    const network = { latencyMinUs: 1_000, latencyMaxUs: 1_000, queueMax: 4 };
    const { kernel, sim } = lab('copies', { profile: { ...FREE, sendUs: 10 }, network });
    let got = 0;
    const onStart = (host: Host): void => {
      for (const n of [1, 2]) host.send('p', numbered(n));
    };
    const machine = sim.add({ name: 'm', role: 'scheduler', factory: scripted({ onStart }) });
    sim.add({ name: 'p', role: 'client', factory: scripted({ onMessage: () => got++ }) });
    const heal = sim.network.install({ id: 'twice', judge: () => 'pass', copies: () => 1 });
    sim.startAll();
    for (let round = 0; round < 5; round++) {
      machine.pause('stop');
      if (round === 4) heal();
      machine.resume('go');
    }
    kernel.run(SECOND);
    expect(got).toBe(2);
  });

  it('asks the network again at the departure: a partition begun meanwhile cuts it', () => {
    const { kernel, sim } = lab('cut', { profile: SLOW });
    let got = 0;
    const server = scripted({
      onMessage: (_, from) => nowOnly([{ kind: 'send', to: from, message: numbered(1) }]),
    });
    const client = scripted({ onMessage: () => got++ });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory: server });
    const peer = sim.add({ name: 'p', role: 'client', factory: client });
    const at = agenda(kernel);
    sim.startAll();
    sim.network.send(peer, 'm', numbered(0), 0);
    at(1_200, () => machine.pause('stop'));
    at(1_300, () => void sim.network.install({ id: 'cut', judge: () => 'drop' }));
    at(2_000, () => machine.resume('go'));
    kernel.run(SECOND);
    expect(got).toBe(0);
  });

  it('can be ended by a crash, and both clocks run on', () => {
    const { kernel, sim } = lab('paused-crash');
    const machine = sim.add({ name: 'm', role: 'scheduler', factory: scripted({}), ratePpm: 10 });
    sim.startAll();
    machine.pause('stop');
    const before = machine.clock.readMonotonicUs();
    kernel.run(SECOND);
    expect(machine.clock.readMonotonicUs() - before).toBe(SECOND + 10);
    expect(machine.crash('bang')).toBe(true);
    expect(machine.resume('go')).toBe(false);
    expect(machine.snapshot()).toBeUndefined();
    expect(machine.restart('back')).toBe(true);
    expect([machine.state, machine.incarnation]).toEqual(['up', 2]);
    expect(machine.snapshot()).toBe('scripted');
  });
});

describe('exit', () => {
  it('ends the process, lets performed sends leave, and the supervisor starts it again', () => {
    const { kernel, sim, facts } = lab('exit', { profile: SLOW });
    const got: number[] = [];
    const recoveries: Recovered[] = [];
    const factory = scripted({
      onStart: (_, recovered) => {
        recoveries.push(recovered);
      },
      onMessage: () =>
        nowOnly([
          { kind: 'send', to: 'p', message: numbered(1) },
          { kind: 'exit', reason: 'deposed' },
          { kind: 'send', to: 'p', message: numbered(2) },
        ]),
    });
    const client = scripted({
      onMessage: (_, __, message) => got.push((message as Numbered).n),
    });
    sim.add({ name: 'm', role: 'scheduler', factory, restartAfterExitUs: 3_000 });
    const peer = sim.add({ name: 'p', role: 'client', factory: client });
    sim.startAll();
    sim.network.send(peer, 'm', numbered(0), 0);
    kernel.run(SECOND);
    expect(got).toEqual([1]);
    expect(recoveries).toHaveLength(2);
    expect(facts.filter((fact) => fact.kind === 'machine' && fact.machine === 'm')).toMatchObject([
      { at: 0, state: 'up' },
      { at: 1_000, state: 'down', why: 'deposed' },
      { at: 4_000, state: 'up', why: 'supervisor', incarnation: 2 },
    ]);
  });

  it('leaves nothing for the supervisor to do once a fault has restarted the machine', () => {
    const { kernel, sim } = lab('both');
    const factory = scripted({ onMessage: () => nowOnly([{ kind: 'exit', reason: 'done' }]) });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    sim.startAll();
    machine.depart('m', numbered(0));
    kernel.run(2_000);
    expect(machine.state).toBe('down');
    machine.restart('fault');
    machine.crash('another fault');
    kernel.run(5 * SECOND);
    expect([machine.state, machine.incarnation]).toEqual(['down', 2]);
  });
});
