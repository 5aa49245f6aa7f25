import { expect, test } from 'vitest';
import { NOTHING, nowOnly } from '../../src/host/step.ts';
import { FakeMachine, recoveredFiles } from './fake-host.ts';

const ping = { kind: 'ping' };
const factory = () => ({
  onStart: () => nowOnly([{ kind: 'setTimer', tag: 'a', afterUs: 20 } as const]),
  onMessage: (from: string) => ({
    now: [],
    persist: [from],
    afterSync: [{ kind: 'send', to: from, message: ping } as const],
  }),
  onTimer: (tag: string) => nowOnly([{ kind: 'send', to: tag, message: ping } as const]),
  onDisk: () => NOTHING,
  snapshot: () => ({}),
});

test('timers fire in order of time while the clocks move on', () => {
  const machine = new FakeMachine('m1', factory);
  machine.start();
  const startUs = machine.host.nowUs;
  machine.host.setTimer('b', 10);
  machine.advance(15);
  expect(machine.host.takeSent().map((s) => s.to)).toEqual(['b']);
  machine.advance(15);
  expect(machine.host.takeSent().map((s) => s.to)).toEqual(['a']);
  expect(machine.host.nowUs - startUs).toBe(30);
});

test('what waits for a sync leaves when the sync is answered', () => {
  const machine = new FakeMachine('m1', factory);
  machine.start(recoveredFiles());
  machine.deliver('c1', ping);
  expect(machine.host.takeSent()).toEqual([]);
  machine.settleDisk();
  expect(machine.host.takeSent()).toEqual([{ to: 'c1', message: ping }]);
});

test('a new incarnation finds no timers of the former one', () => {
  const machine = new FakeMachine('m1', factory);
  machine.start();
  machine.host.setTimer('old', 5);
  machine.start();
  expect([...machine.host.timers.keys()]).toEqual(['a']);
});
