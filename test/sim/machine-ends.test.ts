/** How a program comes to its end: killed, asked to stop, gone for good. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Host, Recovered } from '../../src/host/host.ts';
import { NOTHING, nowOnly, type Output } from '../../src/host/step.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import type { Machine } from '../../src/sim/machine.ts';
import { agenda, FREE, type Lab, lab, type Numbered, numbered, scripted } from './lab.ts';

const SLOW = { ...FREE, defaultUs: { ...FREE.defaultUs, message: 500 } };

describe('kill', () => {
  it('loses nothing that was appended, whenever it comes and whatever is synced', () => {
    const writes = fc.array(fc.record({ gapUs: fc.nat(600), isSynced: fc.boolean() }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(writes, fc.nat(6_000), fc.boolean(), (script, killAtUs, isStepped) => {
        const { kernel, sim } = lab('killed');
        const appended: number[] = [];
        let found: Recovered | undefined;
        const append = (host: Host, n: number): void => {
          appended.push(n);
          host.disk.append('f', n);
          if (script[n]?.isSynced === true) host.disk.sync('f', `s${n}`);
        };
        const factory = scripted({
          onStart: (_, recovered) => {
            found = recovered;
          },
          onMessage: (host, _, message) => append(host, (message as Numbered).n),
        });
        const machine = sim.add({ name: 'm', role: 'scheduler', factory });
        if (isStepped) machine.setSlowdown(1);
        sim.startAll();
        const at = agenda(kernel);
        let atUs = 0;
        for (const [n, { gapUs }] of script.entries()) {
          atUs += gapUs;
          at(atUs, () => sim.tell('m', numbered(n)));
        }
        at(killAtUs, () => expect(machine.kill('test')).toBe(true));
        kernel.run(killAtUs);
        const before = [...appended];
        expect(machine.kill('again')).toBe(false);
        expect(machine.restart('back')).toBe(true);
        const records = found?.files.get('f') ?? [];
        expect(records).toEqual(before.map((data) => ({ kind: 'intact', data })));
      }),
    );
  });

  it('drops what has not departed, and answers of the disk', () => {
    const { kernel, sim, facts } = lab('killed', { profile: SLOW });
    let got = 0;
    const factory = scripted({
      onMessage: (host, from) => {
        host.disk.sync('f', 'never');
        return nowOnly([{ kind: 'send', to: from, message: numbered(1) }]);
      },
      onDisk: () => expect.unreachable('an answer to a program that is gone'),
    });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    const peer = sim.add({
      name: 'p',
      role: 'client',
      factory: scripted({ onMessage: () => got++ }),
    });
    const at = agenda(kernel);
    sim.startAll();
    sim.network.send(peer, 'm', numbered(0), 0);
    at(1_200, () => machine.kill('oom'));
    at(1_300, () => machine.restart('back'));
    kernel.run(SECOND);
    expect(got).toBe(0);
    expect(machine.isWriting).toBe(false);
    expect(facts.filter((fact) => fact.kind === 'machine' && fact.machine === 'm')).toMatchObject([
      { state: 'up', incarnation: 1 },
      { at: 1_200, state: 'down', why: 'oom' },
      { at: 1_300, state: 'up', incarnation: 2 },
    ]);
  });
});

/** A machine whose program does this when it is asked to stop. */
function stoppable(onStop?: (host: Host) => Output, profile = FREE): Lab & { machine: Machine } {
  const made = lab('stop', { profile });
  const machine = made.sim.add({
    name: 'm',
    role: 'scheduler',
    factory: (host) => ({
      ...scripted({})(host),
      ...(onStop === undefined ? {} : { onStop: () => onStop(host) }),
    }),
  });
  made.sim.startAll();
  return { ...made, machine };
}

describe('requestStop', () => {
  it('lets the program end itself, after which the supervisor leaves it down', () => {
    const { kernel, machine } = stoppable(() => ({
      ...NOTHING,
      persist: ['last words'],
      afterSync: [{ kind: 'exit', reason: 'all written' }],
    }));
    let stopped = 0;
    expect(machine.requestStop(() => stopped++)).toBe(true);
    expect(machine.requestStop(() => expect.unreachable())).toBe(false);
    expect([machine.state, machine.isStopping, stopped]).toEqual(['up', true, 0]);
    kernel.run(10 * SECOND);
    expect([machine.state, machine.isStopping, stopped]).toEqual(['down', false, 1]);
    expect(machine.requestStop(() => expect.unreachable())).toBe(false);
    expect(machine.restart('back')).toBe(true);
    expect(machine.isStopping).toBe(false);
  });

  it('ends a program at once that does not know what to do', () => {
    const { machine } = stoppable();
    let stopped = 0;
    machine.requestStop(() => stopped++);
    expect([machine.state, stopped]).toEqual(['down', 1]);
  });

  it('waits its turn: behind a pause, a stall and what is in service', () => {
    const { kernel, sim, machine } = stoppable(undefined, SLOW);
    sim.tell('m', numbered(1));
    machine.requestStop(() => {});
    kernel.run(400);
    machine.pause('p');
    machine.stall('s');
    kernel.run(10 * MS);
    machine.resume('p');
    kernel.run(20 * MS);
    expect(machine.state).toBe('up');
    machine.endStall('s');
    kernel.run(30 * MS);
    expect(machine.state).toBe('down');
  });

  it('is forgotten with the program that was asked', () => {
    const { kernel, machine } = stoppable(() => NOTHING);
    machine.requestStop(() => expect.unreachable('another one has stopped'));
    machine.crash('bang');
    machine.restart('back');
    expect(machine.isStopping).toBe(false);
    kernel.run(SECOND);
    expect(machine.state).toBe('up');
  });
});

describe('retire', () => {
  it('is for good: neither faults nor the supervisor bring the machine back', () => {
    const exiting = scripted({ onMessage: () => nowOnly([{ kind: 'exit', reason: 'done' }]) });
    const { kernel, sim } = lab('gone');
    const machine = sim.add({ name: 'm', role: 'scheduler', factory: exiting });
    sim.startAll();
    sim.tell('m', numbered(1));
    expect(machine.retire('f')).toBe(true);
    expect(machine.retire('f')).toBe(false);
    expect(machine.restart('g')).toBe(false);
    kernel.run(5 * SECOND);
    expect([machine.state, machine.incarnation]).toEqual(['down', 1]);
  });
});
