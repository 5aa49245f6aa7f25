import { expect, test } from 'vitest';
import type { Fact } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';
import { measure } from '../support/measure.ts';

const storm = [f.phase(0, 'chaos'), f.phase(100, 'end')];
const lease = (
  s: number,
  who: string,
  event: 'acquired' | 'renewed' | 'expired-seen' | 'released',
  epoch: number,
) => f.testified(s, who, { kind: 'lease', event, epoch });
const values = (facts: readonly Fact[]) => {
  const { metrics } = measure([...storm, ...facts]);
  const named = Object.entries(metrics).filter(([name]) => name.startsWith('failover'));
  return Object.fromEntries(named.map(([name, { value }]) => [name, value]));
};

const newTerm = [
  lease(23, 'b', 'expired-seen', 1),
  f.testified(23.5, 'b', { kind: 'role', role: 'loading', epoch: 2 }),
  f.leads(24, 'b', 2),
  f.dispatched(24.5, 'b', 'x', f.token(2, 1)),
  f.began(25, 'x', { token: f.token(2, 1) }),
];

test('is measured from the true moment of the fault, in three parts', () => {
  const facts = [f.leads(1, 'a', 1), f.machine(10, 'a', 'down'), ...newTerm];
  expect(values(facts)).toEqual({
    failover: 15,
    failoverDetection: 13,
    failoverTakeover: 1,
    failoverFirstDispatch: 0.5,
    failoverMax: 15,
    failovers: 1,
    failoversUnfinished: 0,
    failoversFalse: 0,
  });
  expect(measure([...storm, ...facts]).samples['failover']).toEqual({ unit: 's', values: [15] });
});

test('bodies of the old epoch end no outage', () => {
  const old = f.began(20, 'y', { token: f.token(1, 1) });
  expect(values([f.leads(1, 'a', 1), f.machine(10, 'a', 'down'), old])).toMatchObject({
    failover: undefined,
    failoversUnfinished: 1,
  });
});

test('a restart of the only scheduler is one', () => {
  const facts = [
    f.leads(1, 'a', 1),
    f.machine(10, 'a', 'down'),
    f.machine(20, 'a', 'up', { incarnation: 2 }),
    f.leads(21, 'a', 2),
    f.began(22, 'x', { token: f.token(2, 1) }),
  ];
  expect(values(facts)).toMatchObject({
    failover: 12,
    failoverDetection: 11,
    failoverTakeover: 0,
    failoverFirstDispatch: 1,
  });
});

test('a pause that the lease outlives is none', () => {
  const facts = [
    f.leads(1, 'a', 1),
    f.machine(10, 'a', 'paused'),
    f.machine(12, 'a', 'resumed'),
    lease(12.1, 'a', 'renewed', 1),
  ];
  expect(values(facts)).toMatchObject({ failovers: 0, failoversUnfinished: 0 });
});

test('a partition of the leader begins one, unless the leader still renews its lease', () => {
  const cut = f.fault(10, 'bitten', { kind: 'partition', whom: ['a'] });
  expect(values([f.leads(1, 'a', 1), cut, ...newTerm])).toMatchObject({ failover: 15 });
  const renewed = [f.leads(1, 'a', 1), cut, lease(12, 'a', 'renewed', 1)];
  expect(values(renewed)).toMatchObject({ failovers: 0, failoversUnfinished: 0 });
  const down = f.machine(15, 'a', 'down');
  expect(values([...renewed, down, ...newTerm])).toMatchObject({ failover: 10 });
});

test('a leader that acted on in spite of a cut is hit by the crash that follows', () => {
  const cut = f.fault(10, 'bitten', { kind: 'partition', whom: ['a'] });
  const acts = f.dispatched(14, 'a', 'w', f.token(1, 1));
  const down = f.machine(15, 'a', 'down');
  expect(values([f.leads(1, 'a', 1), cut, acts, down, ...newTerm])).toMatchObject({ failover: 10 });
  expect(values([f.leads(1, 'a', 1), cut, down, ...newTerm])).toMatchObject({ failover: 15 });
});

test('faults on others, and of kinds that cut nobody off, begin none', () => {
  const facts = [
    f.leads(1, 'a', 1),
    f.machine(10, 'b', 'down'),
    f.fault(11, 'bitten', { kind: 'delay', whom: ['a'] }),
    f.fault(12, 'bitten', { kind: 'partition', whom: ['b'] }),
  ];
  expect(values(facts)).toMatchObject({ failovers: 0, failoversUnfinished: 0 });
});

test('a leader deposed without having been hit is a false one; a released lease is not', () => {
  const deposed = [f.leads(1, 'a', 1), ...newTerm];
  expect(values(deposed)).toMatchObject({ failoversFalse: 1, failovers: 0 });
  const released = [f.leads(1, 'a', 1), lease(20, 'a', 'released', 1), ...newTerm];
  expect(values(released)).toMatchObject({ failoversFalse: 0 });
});

test('a second fault during an outage prolongs it', () => {
  const facts = [
    f.leads(1, 'a', 1),
    f.machine(10, 'a', 'down'),
    f.leads(15, 'c', 2),
    f.machine(16, 'c', 'down'),
  ];
  const later = [f.leads(30, 'b', 3), f.began(31, 'x', { token: f.token(3, 1) })];
  expect(values([...facts, ...later])).toMatchObject({ failovers: 1, failover: 21 });
});

test('one that the run ends before is censored: it lasted at least as long', () => {
  const down = [f.leads(1, 'a', 1), f.machine(10, 'a', 'down')];
  expect(measure([...storm, ...down]).censored).toEqual({ failover: [90] });
  expect(measure([...storm, ...down, ...newTerm]).censored).toEqual({ failover: [] });
});
