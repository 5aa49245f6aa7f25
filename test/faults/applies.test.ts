import { expect, test } from 'vitest';
import { isApplicable } from '../../src/faults/applies.ts';
import type { FaultKind, Target } from '../../src/faults/plan.ts';
import type { MachineRole } from '../../src/history/fact.ts';
import { fault } from './stage.ts';

const of = (...roles: readonly MachineRole[]) => roles.map((role) => ({ role }));
const SINGLE = of('scheduler', 'worker', 'client', 'ledger', 'auditor');
const LEASE = of('scheduler', 'scheduler', 'store', 'worker', 'client', 'ledger', 'auditor');

const applies = (kind: FaultKind, target: Target, peer?: Target): readonly boolean[] =>
  [SINGLE, LEASE].map((cluster) =>
    isApplicable(fault(kind, { target, ...(peer === undefined ? {} : { peer }) }), cluster),
  );

const STORE: Target = { by: 'index', role: 'store', index: 0 };
const FOLLOWER: Target = { by: 'role', role: 'follower' };
const LEADER: Target = { by: 'role', role: 'leader' };

test('who aims at a store or a follower needs one', () => {
  expect(applies('crash', STORE)).toEqual([false, true]);
  expect(applies('lock-stall', { by: 'role', role: 'store-primary' })).toEqual([false, true]);
  expect(applies('lock-stall', { by: 'share', role: 'any', share: 'all' })).toEqual([false, true]);
  expect(applies('lock-stall', { by: 'rack', index: 1 })).toEqual([false, true]);
  expect(applies('pause', FOLLOWER)).toEqual([false, true]);
  expect(applies('partition', LEADER, STORE)).toEqual([false, true]);
});

test('who aims at what every design has can always hit it', () => {
  expect(applies('crash', LEADER)).toEqual([true, true]);
  expect(applies('crash', { by: 'share', role: 'any', share: 'one' })).toEqual([true, true]);
  expect(applies('burst', { by: 'index', role: 'client', index: 7 })).toEqual([true, true]);
});

test('an unknown name, and a role that the kind never hits, are mistakes of the writer', () => {
  expect(applies('crash', { by: 'name', name: 'nobody' })).toEqual([true, true]);
  expect(applies('crash', { by: 'index', role: 'client', index: 0 })).toEqual([true, true]);
  expect(applies('lock-stall', LEADER)).toEqual([true, true]);
});
