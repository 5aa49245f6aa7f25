import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FAULT_KINDS, type PlannedFault } from '../../src/faults/plan.ts';
import { isNetworkFault } from '../../src/faults/plan-problems.ts';
import { MS } from '../../src/lib/units.ts';
import { anyParams, anyTarget } from '../support/plan-arbitraries.ts';
import { MACHINES, named, OWN_RATE_PPM, OWN_WALL_ERROR_US, type Stage, stage } from './stage.ts';

const anyName = fc.constantFrom(...MACHINES.map(([name]) => name));
const anyFault = fc.constantFrom(...FAULT_KINDS).chain((kind) =>
  fc
    .record({
      target: fc.oneof({ weight: 3, arbitrary: anyName.map(named) }, anyTarget(anyName)),
      peer: fc.option(anyName),
      atMs: fc.nat(1_500),
      durationMs: fc.nat(1_500),
      params: anyParams(kind),
    })
    .map(
      ({ target, peer, atMs, durationMs, params }): Omit<PlannedFault, 'id'> => ({
        kind,
        target,
        ...(peer === null || !isNetworkFault(kind) ? {} : { peer: named(peer) }),
        start: { kind: 'at', atUs: atMs * MS },
        durationUs: durationMs * MS,
        params,
      }),
    ),
);
const anyPlan = fc
  .array(anyFault, { maxLength: 12 })
  .map((faults) => faults.map((f, i): PlannedFault => ({ id: `f${i}`, ...f })));

/** Installed rules, counted at the door. */
function countRules({ sim }: Stage): () => number {
  let count = 0;
  const install = sim.network.install.bind(sim.network);
  sim.network.install = (rule) => {
    count++;
    const remove = install(rule);
    return () => {
      count--;
      remove();
    };
  };
  return () => count;
}

test('after the heal nothing is left of any faults, however they overlap', () => {
  fc.assert(
    fc.property(anyPlan, fc.integer({ min: 1, max: 3_500 }), (faults, healMs) => {
      const s = stage(faults);
      const rules = countRules(s);
      s.kernel.run(healMs * MS);
      s.injector.healAll();
      // A slow pair is slow for good.
      if (faults.every(({ kind }) => kind !== 'slow-pair')) expect(rules()).toBe(0);
      for (const { name, state, clock } of s.sim.machines) {
        expect([name, state]).toEqual([name, 'up']);
        expect(clock.ratePpm).toBe(OWN_RATE_PPM);
        // Its own rate moves a clock by 30 µs in a second.
        expect(Math.abs(clock.wallErrorUs() - OWN_WALL_ERROR_US)).toBeLessThan(150);
      }
      const healed = s.facts.filter((f) => f.kind === 'fault').length;
      s.kernel.run(5_000 * MS);
      expect(s.facts.filter((f) => f.kind === 'fault').length).toBe(healed);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('facts of a fault come in order: drawn, armed, bitten once at most, ended', () => {
  fc.assert(
    fc.property(anyPlan, (faults) => {
      const s = stage(faults);
      s.kernel.run(2_000 * MS);
      s.injector.healAll();
      for (const { id } of faults) {
        const events = s.story(id).map((text) => text.split('@')[0]);
        expect(['drawn', 'drawn armed ended', 'drawn armed bitten ended']).toContain(
          events.join(' '),
        );
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('the same plan and seed give the same run, step by step', () => {
  fc.assert(
    fc.property(anyPlan, (faults) => {
      const fingerprint = (): string => {
        const s = stage(faults);
        s.kernel.run(1_000 * MS);
        s.injector.healAll();
        s.kernel.run(1_500 * MS);
        return s.kernel.fingerprint();
      };
      expect(fingerprint()).toBe(fingerprint());
    }),
    { numRuns: 30 },
  );
}, 60_000);

test('after a heal for a core the rest stands still, whatever the plan was', () => {
  const core = ['s1', 'store', 'w2'];
  fc.assert(
    fc.property(anyPlan, fc.integer({ min: 1, max: 2_500 }), (faults, healMs) => {
      const s = stage(faults);
      s.kernel.run(healMs * MS);
      s.injector.healCore(
        (machines) => new Set(machines.filter(({ origin }) => core.includes(origin))),
      );
      const heard = s.delivered.length;
      s.kernel.run((healMs + 1_000) * MS);
      const isCore = (name: string): boolean => core.includes(s.sim.machine(name).origin);
      for (const machine of s.sim.machines) {
        if (machine.isGone) continue;
        expect([machine.name, machine.state]).toEqual([
          machine.name,
          isCore(machine.name) ? 'up' : 'paused',
        ]);
      }
      // What left before the heal may still arrive, but for what delays hold longer.
      const late = s.delivered.slice(heard).filter(({ atUs }) => atUs > (healMs + 900) * MS);
      const isHeld = faults.some(({ kind }) => isNetworkFault(kind));
      if (!isHeld) expect(late.filter(({ from }) => !isCore(from))).toEqual([]);
      expect(late.some(({ from }) => isCore(from))).toBe(true);
    }),
    { numRuns: 60 },
  );
}, 60_000);
