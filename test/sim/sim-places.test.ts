/** Machines that come after the start: replacements and copies. */
import { describe, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { nowOnly } from '../../src/host/step.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { SECOND } from '../../src/lib/units.ts';
import type { Machine } from '../../src/sim/machine.ts';
import { type Lab, lab, type Numbered, numbered, scripted } from './lab.ts';

/** Answers each message with its own number plus 100, under the name it believes to have. */
const echo = scripted({
  onStart: (host) => host.observe({ kind: 'note', text: `I am ${host.self}` }),
  onMessage: (host, from, message) => {
    const { n } = message as Numbered;
    host.disk.append('f', n);
    return nowOnly([{ kind: 'send', to: from, message: numbered(n + 100) }]);
  },
});

/** Names to roles; a client that keeps whom it heard from. */
function cluster(roles: Readonly<Record<string, 'scheduler' | 'store' | 'worker'>>): Lab & {
  heard: string[];
  ask: (to: string, n: number) => void;
} {
  const made = lab('places');
  const heard: string[] = [];
  for (const [name, role] of Object.entries(roles)) {
    made.sim.add({ name, role, factory: echo, ratePpm: 40, wallErrorUs: 7 });
  }
  const onMessage = (_: Host, from: string, message: unknown): unknown =>
    heard.push(`${from} ${(message as Numbered).n}`);
  const client = made.sim.add({ name: 'client', role: 'client', factory: scripted({ onMessage }) });
  made.sim.startAll();
  const { kernel, sim } = made;
  return { ...made, heard, ask: (to, n) => sim.network.send(client, to, numbered(n), kernel.now) };
}

describe('replace', () => {
  const LEASE = { 'scheduler-1': 'scheduler', 'scheduler-2': 'scheduler', store: 'store' } as const;
  const gone = ({ sim }: Lab, name: string): Machine => {
    const machine = sim.machine(name);
    machine.retire('f');
    return machine;
  };

  it('puts a new machine in the same place, with another name and an empty disk', () => {
    const made = cluster(LEASE);
    const { kernel, sim, facts, heard, ask } = made;
    ask('scheduler-2', 1);
    kernel.run(SECOND);
    const fresh = sim.replace(gone(made, 'scheduler-2'), 'f');
    expect(sim.machines.map(({ name }) => name)).toEqual([
      'scheduler-1',
      'scheduler-2b',
      'store',
      'client',
    ]);
    expect(fresh).toMatchObject({ state: 'up', incarnation: 1, origin: 'scheduler-2' });
    expect(fresh.disk.recover().files.size).toBe(0);
    expect(fresh.clock.ratePpm).toBe(40);
    ask('scheduler-2', 2);
    ask('scheduler-2b', 3);
    kernel.run(2 * SECOND);
    expect(heard).toEqual(['scheduler-2 101', 'scheduler-2b 103']);
    expect(facts.filter((fact) => 'machine' in fact && fact.machine === 'scheduler-2b')).toEqual([
      expect.objectContaining({ kind: 'machine', state: 'up', role: 'scheduler', why: 'f' }),
      expect.objectContaining({ kind: 'clock', ratePpm: 40, wallErrorUs: 7 }),
      expect.objectContaining({ said: { kind: 'note', text: 'I am scheduler-2b' } }),
    ]);
  });

  it('gives each a name that nobody had', () => {
    const made = cluster({ ...LEASE, 'scheduler-2b': 'scheduler' });
    const names: string[] = [];
    let name = 'scheduler-2';
    for (let i = 0; i < 30; i++) names.push((name = made.sim.replace(gone(made, name), 'f').name));
    expect(new Set(names).size).toBe(30);
    expect(names.slice(0, 2)).toEqual(['scheduler-2c', 'scheduler-2d']);
    expect(names.slice(-2)).toEqual(['scheduler-2zf', 'scheduler-2zg']);
    expect(made.sim.machine(name).origin).toBe('scheduler-2');
  });

  it('is behind the old name where clients have no other: a store, or the only scheduler', () => {
    const made = cluster({ 'scheduler-1': 'scheduler', store: 'store' });
    const { kernel, sim, heard, ask } = made;
    ask('scheduler-1', 1);
    ask('store', 2);
    kernel.run(SECOND);
    for (const name of ['scheduler-1', 'store', 'scheduler-1b']) sim.replace(gone(made, name), 'f');
    heard.length = 0;
    for (const name of ['scheduler-1', 'scheduler-1b', 'scheduler-1c', 'store']) ask(name, 3);
    kernel.run(2 * SECOND);
    const [first, ...rest] = heard;
    expect([first, ...rest].sort()).toEqual([
      ...['scheduler-1c 103', 'scheduler-1c 103', 'scheduler-1c 103', 'store-b 103'],
    ]);
  });

  it('takes only places that are free', () => {
    const { sim } = cluster(LEASE);
    expect(() => sim.replace(sim.machine('scheduler-1'), 'f')).toThrow('while it is there');
  });
});

describe('startCopy', () => {
  const random = createRng('copies').stream('test');

  it('shares the name: each message reaches one or the other, and answers come from both', () => {
    const { kernel, sim, facts, heard, ask } = cluster({ 'scheduler-1': 'scheduler' });
    const original = sim.machine('scheduler-1');
    const copy = sim.startCopy(original, random, 'f');
    for (let n = 0; n < 100; n++) ask('scheduler-1', n);
    kernel.run(SECOND);
    expect(heard).toHaveLength(100);
    expect(new Set(heard.map((each) => each.split(' ')[0]))).toEqual(new Set(['scheduler-1']));
    const kept = [original, copy].map((each) => each.disk.recover().files.get('f')?.length ?? 0);
    expect((kept[0] as number) + (kept[1] as number)).toBe(100);
    expect(Math.min(...kept)).toBeGreaterThan(30);
    expect(sim.machines).not.toContain(copy);
    expect(facts.filter((fact) => 'machine' in fact && fact.machine === "scheduler-1'")).toEqual([
      expect.objectContaining({ kind: 'machine', state: 'up', incarnation: 1 }),
      expect.objectContaining({ kind: 'clock' }),
      expect.objectContaining({ said: { kind: 'note', text: 'I am scheduler-1' } }),
    ]);
  });

  it('draws from streams of its own', () => {
    const made = lab('streams');
    const drawn: number[] = [];
    const onStart = (host: Host): unknown => drawn.push(host.random.below(2 ** 30));
    const machine = made.sim.add({ name: 'm', role: 'scheduler', factory: scripted({ onStart }) });
    made.sim.startAll();
    for (let i = 0; i < 3; i++) machine.endCopy(made.sim.startCopy(machine, random, 'f'), 'f');
    expect(new Set(drawn).size).toBe(4);
  });

  it('reaches a copy while the original is down, and loses what is dealt to the original', () => {
    const { kernel, sim, heard, ask } = cluster({ 'scheduler-1': 'scheduler' });
    const original = sim.machine('scheduler-1');
    const copy = sim.startCopy(original, random, 'f');
    original.crash('c');
    for (let n = 0; n < 100; n++) ask('scheduler-1', n);
    kernel.run(SECOND);
    expect(heard.length).toBeGreaterThan(30);
    expect(heard.length).toBeLessThan(70);
    original.endCopy(copy, 'f');
    heard.length = 0;
    ask('scheduler-1', 1);
    kernel.run(2 * SECOND);
    expect(heard).toEqual([]);
    original.restart('c');
    ask('scheduler-1', 1);
    kernel.run(3 * SECOND);
    expect(heard).toEqual(['scheduler-1 101']);
    expect([copy.state, copy.isGone]).toEqual(['down', true]);
  });
});
