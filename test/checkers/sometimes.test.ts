import { expect, test } from 'vitest';
import {
  sometimesFailover,
  sometimesJobCompleted,
  sometimesLeaseExpired,
  sometimesTickRun,
} from '../../src/checkers/sometimes.ts';
import * as f from '../support/facts.ts';

test('a failover is leadership under a second, later epoch', () => {
  const one = [f.leads(1, 'scheduler-1', 1), f.leads(2, 'scheduler-1', 1)];
  expect(f.verdictOn(sometimesFailover, one).kind).toBe('vacuous');
  expect(f.verdictOn(sometimesFailover, [...one, f.leads(3, 'scheduler-2', 2)]).kind).toBe('held');
});

test('a lease that expires is seen by somebody', () => {
  const lease = (event: 'renewed' | 'expired-seen') =>
    f.testified(1, 'scheduler-2', { kind: 'lease', event, epoch: 1 });
  expect(f.verdictOn(sometimesLeaseExpired, [lease('renewed')]).kind).toBe('vacuous');
  expect(f.verdictOn(sometimesLeaseExpired, [lease('expired-seen')]).kind).toBe('held');
});

test('jobs and ticks count where they succeed', () => {
  const job = f.ended(1, 'a');
  const tick = f.ended(1, 't', 'succeeded', { tick: f.tickAt(1) });
  const failed = [f.ended(1, 'a', 'failed'), f.ended(1, 't', 'stopped', { tick: f.tickAt(1) })];
  expect(f.verdictOn(sometimesJobCompleted, [...failed, tick]).kind).toBe('vacuous');
  expect(f.verdictOn(sometimesJobCompleted, [job]).kind).toBe('held');
  expect(f.verdictOn(sometimesTickRun, [...failed, job]).kind).toBe('vacuous');
  expect(f.verdictOn(sometimesTickRun, [tick]).kind).toBe('held');
});
