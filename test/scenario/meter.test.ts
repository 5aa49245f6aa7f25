import { expect, test } from 'vitest';
import { assembleRun } from '../../src/scenario/assemble.ts';
import { Meter, type Watched } from '../../src/scenario/meter.ts';
import type { StoreOp } from '../../src/scheduler/store/protocol.ts';
import type { StoreSnapshot } from '../../src/scheduler/store/store.ts';
import { preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

type Delivered = Parameters<Watched['network']['onDelivered']>[0];

/** A meter, and calls that reach the store it watches. */
function metered() {
  let deliver: Delivered = () => {};
  const meter = new Meter({
    onSynced: () => {},
    sentBy: () => 0,
    network: {
      onDelivered: (hook) => {
        deliver = hook;
        return () => {};
      },
    },
  });
  const call = (session: string, number: number, ...kinds: readonly StoreOp['kind'][]) => {
    const ops = kinds.map((kind) => ({ kind }));
    const message = { kind: 'store', v: 1, session, call: number, timeline: 0, ops };
    deliver('scheduler-1', 'store', message, 0);
  };
  return { meter, call };
}

test('a transaction counts when it is begun, over however many calls; a lone read is one', () => {
  const { meter, call } = metered();
  call('a', 1, 'begin', 'read');
  call('a', 2, 'read', 'write', 'commit');
  call('a', 3, 'read', 'range');
  call('b', 1, 'begin', 'cas', 'commit', 'begin', 'write', 'commit');
  call('b', 2, 'ping');
  call('b', 3, 'session', 'watch');
  expect(meter.spent().transactions).toBe(4);
});

test('a call that comes again is one', () => {
  const { meter, call } = metered();
  for (let i = 0; i < 3; i++) call('a', 7, 'begin', 'write', 'commit');
  call('a', 6, 'begin', 'write', 'commit');
  expect(meter.spent().transactions).toBe(1);
});

const calm = scenarioOf(`
workload:
  arrivals: {rate: 4/s}
  schedules: [{name: beat, every: 4s}]
phases: {warmUp: 5s, chaos: 20s}
`);

test('what it counts in a run is what happened there', () => {
  const run = assembleRun(preparedOf(calm, 'store-claim'), { seed: '1', folds: [] });
  const meter = new Meter(run.sim);
  let delivered = 0;
  run.sim.network.onDelivered((from) => {
    if (/^(scheduler|store|worker)/.test(from)) delivered++;
  });
  run.execute();
  const { messages, transactions, syncs } = meter.spent();
  // Some are under way when the run ends.
  expect(messages - delivered).toBeGreaterThanOrEqual(0);
  expect(messages - delivered).toBeLessThan(20);
  const { at } = run.sim.machine('store').snapshot() as StoreSnapshot;
  expect(at.n).toBeGreaterThan(50);
  expect(transactions).toBeGreaterThanOrEqual(at.n);
  expect(syncs).toBeGreaterThan(50);
});

test('a design without a store asks it for nothing; every design pays for what it does', () => {
  const costOf = (design: string) => runTwice(preparedOf(calm, design), '1').numbers.metrics;
  const single = costOf('single');
  const lease = costOf('lease');
  expect(single['storeTransactionsPerJob']?.value).toBe(0);
  expect(lease['storeTransactionsPerJob']?.value).toBeGreaterThan(1);
  for (const cost of ['messagesPerJob', 'syncsPerJob']) {
    expect(single[cost]?.value, cost).toBeGreaterThan(1);
    expect(lease[cost]?.value, cost).toBeGreaterThan(single[cost]?.value as number);
  }
});
