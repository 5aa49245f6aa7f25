/** What holds of faults of processes, whichever there are and however they overlap. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PlannedFault, PROCESS_KINDS } from '../../src/faults/plan.ts';
import type { FactOf } from '../../src/history/fact.ts';
import { MS } from '../../src/lib/units.ts';
import { anyParams } from '../support/plan-arbitraries.ts';
import { MACHINES, named, type Stage, stage } from './stage.ts';

const anyName = fc.constantFrom(...MACHINES.slice(0, 4).map(([name]) => name));
const anyTarget = fc.oneof(
  { weight: 4, arbitrary: anyName.map(named) },
  { weight: 1, arbitrary: fc.nat(2).map((index) => ({ by: 'rack', index }) as const) },
);
/** Spans that meet each other within two seconds; factors and counts as the kinds allow. */
const anyFault = fc.constantFrom(...PROCESS_KINDS).chain((kind) =>
  fc
    .record({
      target: anyTarget,
      atMs: fc.nat(1_000),
      durationMs: fc.nat(1_000),
      params: anyParams(kind),
      spanMs: fc.integer({ min: 10, max: 300 }),
    })
    .map(({ target, atMs, durationMs, params, spanMs }): Omit<PlannedFault, 'id'> => {
      const us = spanMs * MS;
      const short = Object.entries(params).map(([k, v]) => [k, k.endsWith('Us') ? us : v]);
      return {
        kind,
        target,
        start: { kind: 'at', atUs: atMs * MS },
        durationUs: durationMs * MS,
        params: Object.fromEntries(short) as Record<string, number>,
      };
    }),
);
const anyPlan = fc
  .array(anyFault, { minLength: 1, maxLength: 10 })
  .map((faults) => faults.map((f, i): PlannedFault => ({ id: `f${i}`, ...f })));

const writeNowAndThen = (s: Stage, untilMs: number): void => {
  for (let ms = 0; ms < untilMs; ms += 40) {
    s.kernel.run(ms * MS);
    for (const { name } of s.sim.machines) s.write(name);
  }
};

test('after the heal every machine is up, at its own pace, and in its place', () => {
  fc.assert(
    fc.property(anyPlan, fc.integer({ min: 1, max: 2_500 }), (faults, healMs) => {
      const s = stage(faults);
      writeNowAndThen(s, healMs);
      s.kernel.run(healMs * MS);
      s.injector.healAll();
      expect(s.sim.machines).toHaveLength(MACHINES.length);
      expect(s.sim.machines.map(({ origin }) => origin)).toEqual(MACHINES.map(([name]) => name));
      const lives = s.sim.machines.map(({ incarnation }) => incarnation);
      s.kernel.run((healMs + 400) * MS);
      for (const [i, { name, state, incarnation, clock, isGone }] of s.sim.machines.entries()) {
        expect([name, state, isGone, clock.isSuspended]).toEqual([name, 'up', false, false]);
        expect(incarnation).toBe(lives[i]);
        // A store is always reached, for its name is handed on.
        const pings = s.delivered.filter((d) => {
          return d.from === name && d.to.startsWith('store') && d.atUs > (healMs + 200) * MS;
        });
        expect(pings.length).toBeGreaterThanOrEqual(19);
        expect(pings.length).toBeLessThanOrEqual(21);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('machines change state only as their states allow, and the gone never come back', () => {
  const NEXT: Readonly<Record<string, readonly string[]>> = {
    none: ['up'],
    up: ['down', 'paused'],
    resumed: ['down', 'paused'],
    down: ['up'],
    paused: ['resumed', 'down'],
  };
  fc.assert(
    fc.property(anyPlan, (faults) => {
      const s = stage(faults);
      writeNowAndThen(s, 2_200);
      s.injector.healAll();
      const last = new Map<string, FactOf<'machine'>>();
      for (const fact of s.facts) {
        if (fact.kind !== 'machine') continue;
        const before = last.get(fact.machine);
        expect(NEXT[before?.state ?? 'none']).toContain(fact.state);
        const life = (before?.incarnation ?? 0) + (fact.state === 'up' ? 1 : 0);
        expect(fact.incarnation).toBe(life);
        last.set(fact.machine, fact);
      }
      const here = new Set(s.sim.machines.map(({ name }) => name));
      for (const [name, { state }] of last) expect(state === 'down').toBe(!here.has(name));
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('what bites has changed something: a state, a disk, a pace, a copy', () => {
  const without = stage([]);
  writeNowAndThen(without, 2_200);
  fc.assert(
    fc.property(anyFault, (one) => {
      const s = stage([{ id: 'f', ...one }]);
      writeNowAndThen(s, 2_200);
      const isSame = s.delivered.length === without.delivered.length;
      const changes = s.facts.filter((f) => f.kind === 'machine' && f.why === 'f').length;
      const hasBitten = s.story('f').some((line) => line.startsWith('bitten'));
      // Faults that move states are bitten exactly when there is such a fact.
      if (!['stall', 'slow-cpu', 'stop'].includes(one.kind)) expect(hasBitten).toBe(changes > 0);
      if (!hasBitten) expect(isSame).toBe(true);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('the same plan and seed give the same run', () => {
  fc.assert(
    fc.property(anyPlan, (faults) => {
      const fingerprint = (): string => {
        const s = stage(faults);
        writeNowAndThen(s, 1_500);
        s.injector.healAll();
        s.kernel.run(1_800 * MS);
        return s.kernel.fingerprint();
      };
      expect(fingerprint()).toBe(fingerprint());
    }),
    { numRuns: 20 },
  );
}, 60_000);
