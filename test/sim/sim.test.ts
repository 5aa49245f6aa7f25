import { describe, expect, it } from 'vitest';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { InvariantBroken } from '../../src/lib/assert.ts';
import { intBetween } from '../../src/lib/random.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { DEFAULT_PROFILE } from '../../src/sim/cpu.ts';
import type { SimOptions } from '../../src/sim/sim.ts';
import { agenda, FREE, type Lab, lab, type Numbered, numbered, scripted } from './lab.ts';

const NAMES = ['a', 'b', 'c'] as const;

/** Three machines that gossip, log and beat, through a crash, a pause and a clock fault. */
function gossip(seed: string, options: Partial<SimOptions> = {}): Lab {
  const network = { latencyMinUs: 200, latencyMaxUs: 2_000 };
  const made = lab(seed, { network, profile: DEFAULT_PROFILE, ...options });
  const { kernel, sim } = made;
  const factory = scripted({
    onStart: (host) => host.setTimer('beat', 10 * MS),
    onTimer: (host) => {
      host.setTimer('beat', intBetween(host.random, 5 * MS, 20 * MS));
      const to = NAMES[host.random.below(3)] as string;
      host.observe({ kind: 'note', text: `to ${to}` });
      const send = { kind: 'send', to, message: numbered(host.wallUs() % 7) } as const;
      return { now: [], persist: [{ v: 1, to }], afterSync: [send] };
    },
    onMessage: (host, from, message) => {
      const { n } = message as Numbered;
      if (n > 0) host.send(from, numbered(n - 1));
    },
  });
  for (const name of NAMES) sim.add({ name, role: 'scheduler', factory, ratePpm: 30 });
  const at = agenda(kernel);
  at(SECOND, () => sim.machine('a').crash('f1'));
  at(2 * SECOND, () => sim.machine('a').restart('f1'));
  at(2 * SECOND, () => sim.machine('b').pause('f2'));
  at(3 * SECOND, () => sim.machine('b').resume('f2'));
  at(3 * SECOND, () => sim.machine('c').clock.setRatePpm(-50_000));
  sim.startAll();
  kernel.run(5 * SECOND);
  return made;
}

describe('Sim', () => {
  it('is a function of its seed', () => {
    const once = gossip('1');
    const again = gossip('1');
    const other = gossip('2');
    expect(again.kernel.fingerprint()).toBe(once.kernel.fingerprint());
    expect(again.facts).toEqual(once.facts);
    expect(other.kernel.fingerprint()).not.toBe(once.kernel.fingerprint());
    expect(once.kernel.steps).toBeGreaterThan(1_000);
  });

  it('does the same whether or not it checks', () => {
    const checked = gossip('3');
    const unchecked = gossip('3', { checked: false });
    expect(unchecked.kernel.fingerprint()).toBe(checked.kernel.fingerprint());
  });

  it('works in a drawn order among equal times, which is a function of the seed too', () => {
    const network = { latencyMinUs: 0, latencyMaxUs: 1 };
    const [first, again, other] = ['x', 'x', 'y'].map((order) => {
      const kernel = new Kernel({ tieBreak: createRng(order).stream('order') });
      return gossip('4', { kernel, network, profile: FREE }).kernel.fingerprint();
    });
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('folds the kind of every message delivered', () => {
    const [x, y] = ['x', 'y'].map((kind) => {
      const { kernel, sim } = lab('kinds');
      sim.add({ name: 'm', role: 'scheduler', factory: scripted({}) });
      sim.startAll();
      sim.machine('m').depart('m', { kind: 'x' });
      sim.machine('m').depart('m', { kind });
      kernel.run(SECOND);
      return kernel.fingerprint();
    });
    expect(x).not.toBe(y);
  });

  it('begins with the facts of the run and of every machine, in order of add', () => {
    const { sim, facts } = lab('begin');
    const factory = scripted({
      onStart: (host) => host.observe({ kind: 'note', text: 'hello' }),
    });
    const one = sim.add({ name: 'one', role: 'store', factory });
    const two = sim.add({ name: 'two', role: 'worker', factory });
    sim.startAll();
    expect(sim.machines).toEqual([one, two]);
    expect(facts.map((fact) => fact.kind)).toEqual([
      'run-began',
      'machine',
      'machine',
      'testified',
      'testified',
    ]);
    expect(facts[0]).toMatchObject({
      startWallUs: sim.trueWallUs(),
      machines: [
        { name: 'one', role: 'store' },
        { name: 'two', role: 'worker' },
      ],
    });
    expect(facts[4]).toMatchObject({ machine: 'two', said: { kind: 'note', text: 'hello' } });
  });

  it('starts monotonic clocks anywhere, differently for machines and incarnations', () => {
    const { sim } = lab('zeros');
    const readings = new Set<number>();
    for (const name of NAMES) sim.add({ name, role: 'client', factory: scripted({}) });
    sim.startAll();
    for (const machine of sim.machines) {
      readings.add(machine.clock.readMonotonicUs());
      machine.crash('test');
      machine.restart('test');
      readings.add(machine.clock.readMonotonicUs());
    }
    expect(readings.size).toBe(6);
  });

  it('lets what a program throws out of the run', () => {
    const { kernel, sim } = lab('throws');
    const onMessage = (): never => {
      throw new InvariantBroken('a member votes twice');
    };
    sim.add({ name: 'm', role: 'scheduler', factory: scripted({ onMessage }) });
    sim.startAll();
    sim.machine('m').depart('m', numbered(1));
    expect(() => kernel.run(SECOND)).toThrow('a member votes twice');
  });

  it('refuses unknown and doubled names, and machines after the start', () => {
    const { sim } = lab('names');
    const spec = { name: 'm', role: 'client', factory: scripted({}) } as const;
    sim.add(spec);
    expect(() => sim.add(spec)).toThrow('two machines named m');
    expect(() => sim.machine('n')).toThrow('a machine named n');
    sim.startAll();
    expect(() => sim.add({ ...spec, name: 'n' })).toThrow('after the start');
    expect(() => sim.startAll()).toThrow('started twice');
  });

  it('freezes messages and records to their depths when checked, and refuses no data', () => {
    const { sim } = lab('frozen');
    const message = { kind: 'k', list: [{ n: 1 }] };
    const record = { v: 1, list: [1] };
    const onStart = (host: { disk: { append(f: string, r: unknown): void } }): void =>
      host.disk.append('f', record);
    const machine = sim.add({ name: 'm', role: 'client', factory: scripted({ onStart }) });
    sim.startAll();
    machine.depart('m', message);
    expect(() => message.list.push({ n: 2 })).toThrow(TypeError);
    expect(() => void (message.list[0]!.n = 2)).toThrow(TypeError);
    expect(() => record.list.push(2)).toThrow(TypeError);
    const map = { kind: 'k', map: new Map() };
    expect(() => machine.depart('m', map)).toThrow('an object of Map');
    const call = { kind: 'k', call: () => 1 };
    expect(() => machine.depart('m', call)).toThrow('a function');
  });
});
