import { expect, test } from 'vitest';
import { SECOND } from '../../../src/lib/units.ts';
import { ETCD } from '../../../src/scheduler/designs/raft/presets.ts';
import { raft } from '../../../src/scheduler/designs/raft/raft.ts';
import { ELECTION_TIMER } from '../../../src/scheduler/parts/raft/raft.ts';
import { FakeMachine } from '../../support/fake-host.ts';

/** How long a member waits for a leader whose settings are four times as long as the others'. */
function patienceUs(reads: 'index' | 'lease'): number {
  const context = {
    members: ['m1', 'm2', 'm3'],
    store: '',
    workers: [],
    zonesOf: () => new Map(),
    workerTimeoutUs: 10 * SECOND,
  };
  const [built] = raft(context, { ...ETCD, reads }).machines;
  const machine = new FakeMachine('m1', built!.configured!(4));
  machine.start();
  return machine.host.timers.get(ELECTION_TIMER)!.afterUs;
}

test('settings of one member are its own, but for the times that leases rest on', () => {
  expect(patienceUs('index')).toBeGreaterThanOrEqual(4 * ETCD.electionMinUs);
  expect(patienceUs('lease')).toBeLessThanOrEqual(ETCD.electionMaxUs);
});
