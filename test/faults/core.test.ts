import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawCore } from '../../src/faults/core.ts';
import type { FactOf } from '../../src/history/fact.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { MS } from '../../src/lib/units.ts';
import type { Machine } from '../../src/sim/machine.ts';
import { fault, named, type Stage, stage } from './stage.ts';

const CORE = ['s1', 'store', 'w1'];
const OTHERS = ['s2', 's3', 'w2'];

/** Heals only the core; a machine that is gone is in none. */
const healCore = (s: Stage, core: readonly string[] = CORE): void =>
  s.injector.healCore((machines) => new Set(machines.filter(({ name }) => core.includes(name))));

const statesOf = (s: Stage, names: readonly string[]): readonly string[] =>
  names.map((name) => s.sim.machine(name).state);

describe('a heal for a core', () => {
  test('ends the faults of the core, and freezes the rest for ever', () => {
    const s = stage([
      fault('crash', { id: 'of core', durationUs: 10_000 * MS }),
      fault('crash', { id: 'of rest', target: named('s2'), durationUs: 10_000 * MS }),
      fault('pause', { id: 'asleep', target: named('w2'), durationUs: 10_000 * MS }),
    ]);
    s.kernel.run(200 * MS);
    healCore(s);
    expect(statesOf(s, CORE)).toEqual(['up', 'up', 'up']);
    expect(statesOf(s, OTHERS)).toEqual(['paused', 'paused', 'paused']);
    const why = s.facts
      .filter((f): f is FactOf<'machine'> => f.kind === 'machine' && f.state === 'paused')
      .filter((f) => f.why !== 'asleep')
      .map((f) => `${f.machine} ${f.why}`);
    expect([...why].sort()).toEqual(OTHERS.map((name) => `${name} heal: left behind`));
    const heard = s.delivered.length;
    s.kernel.run(2_000 * MS);
    const after = s.delivered.slice(heard).filter(({ atUs }) => atUs > 202 * MS);
    expect(after.length).toBeGreaterThan(100);
    expect(new Set(after.map(({ from }) => from))).toEqual(new Set(CORE));
    expect(statesOf(s, OTHERS)).toEqual(['paused', 'paused', 'paused']);
  });

  test('leaves cuts of the rest alone, and takes back those of the core', () => {
    const cut = (id: string, target: string, peer?: string) =>
      fault('partition', {
        id,
        target: named(target),
        ...(peer === undefined ? {} : { peer: named(peer) }),
        durationUs: 500 * MS,
      });
    const s = stage([cut('rest', 's2'), cut('both', 's1', 's3'), cut('core', 's1', 'store')]);
    s.kernel.run(200 * MS);
    healCore(s);
    expect(s.story('core').at(-1)).toBe('ended@200');
    s.kernel.run(2_000 * MS);
    for (const id of ['rest', 'both']) expect(s.story(id).at(-1)).not.toMatch(/^ended/);
  });

  test('freezes whoever a supervisor starts later', () => {
    const s = stage([]);
    s.kernel.run(100 * MS);
    s.sim.machine('s2').exit('of its own accord');
    s.kernel.run(200 * MS);
    // Nobody but the faults of processes brings machines up at the heal.
    healCore(s);
    s.sim.machine('s3').resume('test');
    s.sim.machine('s3').exit('of its own accord');
    s.kernel.run(5_000 * MS);
    expect(statesOf(s, OTHERS)).toEqual(['paused', 'paused', 'paused']);
    expect(s.delivered.filter((d) => d.from === 's3' && d.atUs > 1_000 * MS)).toEqual([]);
  });
});

describe('drawing a core', () => {
  const machine = (name: string): Machine =>
    ({ name, role: name.replace(/-\d+$/, '') }) as Partial<Machine> as Machine;
  const numbered = (role: string, count: number) =>
    Array.from({ length: count }, (_, i) => machine(`${role}-${i + 1}`));

  test('has what is needed, the primary of the store, and sometimes more', () => {
    const sizes = new Set<string>();
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const stores = numbered('store', 2);
        const all = [...numbered('scheduler', 3), ...stores, ...numbered('worker', 4)];
        const choose = drawCore(createRng(`${seed}`), { schedulers: 1, workers: 2 });
        const core = choose(all, stores[1]);
        const count = (role: string) => [...core].filter((it) => it.role === role).length;
        expect(count('scheduler')).toBeGreaterThanOrEqual(1);
        expect(count('worker')).toBeGreaterThanOrEqual(2);
        expect(core.has(stores[1] as Machine)).toBe(true);
        sizes.add(`${count('scheduler')} ${count('store')} ${count('worker')}`);
      }),
      { numRuns: 300 },
    );
    expect(sizes.size).toBe(3 * 2 * 3);
  });

  test('has every scheduler where voters were lost', () => {
    for (let seed = 0; seed < 50; seed++) {
      const all = [...numbered('scheduler', 3), ...numbered('worker', 4)];
      const choose = drawCore(createRng(`${seed}`), { schedulers: 2, workers: 1 });
      const core = choose(all, undefined, true);
      expect([...core].filter(({ role }) => role === 'scheduler')).toHaveLength(3);
    }
  });

  test('picks the same machines by name, whatever else a design has', () => {
    for (let seed = 0; seed < 50; seed++) {
      const names = (design: readonly Machine[]) => {
        const choose = drawCore(createRng(`${seed}`), { schedulers: 1, workers: 1 });
        const workers = [...choose(design, undefined)].filter(({ role }) => role === 'worker');
        return workers.map(({ name }) => name);
      };
      const workers = numbered('worker', 4);
      const single = [...numbered('scheduler', 1), ...workers];
      const lease = [...numbered('scheduler', 3), ...numbered('store', 2), ...workers];
      expect(names(lease)).toEqual(names(single));
    }
  });

  test('takes all where fewer are left than are needed', () => {
    const choose = drawCore(createRng('few'), { schedulers: 3, workers: 9 });
    const all = [...numbered('scheduler', 2), ...numbered('worker', 1)];
    expect(choose(all, undefined)).toEqual(new Set(all));
  });
});
