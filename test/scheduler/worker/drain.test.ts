import { expect, test } from 'vitest';
import type { Message } from '../../../src/host/host.ts';
import { MS, SECOND } from '../../../src/lib/units.ts';
import { LEADER, token, WorkerLab } from './lab.ts';

const DRAIN_US = 10 * SECOND;
const runs = (runUs: number) => ({ runUs, outcome: 'succeeded', effects: ['done'] }) as const;

/** Asked to stop while `short` (1 s) and `long` (a minute) run. */
function draining(drainUs = DRAIN_US): WorkerLab {
  const lab = new WorkerLab({ slots: 3, drainUs }).up();
  lab.lead(1);
  lab.plan = runs(SECOND);
  lab.run('short', token(1, 1));
  lab.plan = runs(60 * SECOND);
  lab.run('long', token(1, 1), { launch: { timeoutUs: 90 * SECOND } });
  lab.machine.host.takeSent();
  lab.machine.stop();
  return lab;
}

test('asked to stop it says at once that it takes nothing, and takes nothing', () => {
  const lab = draining();
  const beat = { capacity: 0, holding: [{ job: 'short' }, { job: 'long' }] };
  expect(lab.beats()).toMatchObject([beat]);
  lab.run('late', token(1, 1));
  expect(lab.ends()).toEqual(['late refused']);
  lab.tell({ kind: 'roll-call', v: 1, epoch: 2 } as Message);
  expect(lab.beats()).toMatchObject([beat]);
  expect(lab.bodies).toEqual(['began short 1.1', 'began long 1.1']);
});

test('bodies get their time to end; what has not ended by then is stopped and reported', () => {
  const lab = draining();
  lab.machine.advance(SECOND);
  lab.acceptEffect('short/1.1/done');
  expect(lab.ends()).toEqual(['short succeeded']);
  lab.acknowledge('short', token(1, 1));
  lab.machine.advance(DRAIN_US - SECOND - 1);
  expect(lab.bodies.slice(2)).toEqual(['succeeded short 1.1']);
  lab.machine.advance(1);
  expect(lab.bodies.slice(2)).toEqual(['succeeded short 1.1', 'stopped long 1.1']);
  expect(lab.ends()).toEqual(['long stopped: drain']);
});

test('it exits when all it held is acknowledged, and repeats itself until then', () => {
  const lab = draining();
  lab.machine.advance(DRAIN_US + SECOND);
  lab.machine.host.takeSent();
  lab.acceptEffect('short/1.1/done');
  lab.acknowledge('short', token(1, 1));
  lab.machine.advance(20 * SECOND);
  expect(new Set(lab.ends())).toEqual(new Set(['short succeeded', 'long stopped: drain']));
  expect(lab.machine.host.exits).toEqual([]);
  lab.acknowledge('long', token(1, 1));
  expect(lab.machine.host.exits).toEqual(['stopped']);
});

test('it exits before its time is over when nothing is left, or nothing was there', () => {
  const idle = new WorkerLab({ drainUs: DRAIN_US }).up();
  idle.machine.host.takeSent();
  idle.machine.stop();
  expect(idle.beats()).toMatchObject([{ capacity: 0, holding: [] }]);
  expect(idle.machine.host.exits).toEqual(['stopped']);

  const lab = draining();
  lab.machine.advance(SECOND);
  lab.acceptEffect('short/1.1/done');
  lab.acknowledge('short', token(1, 1));
  expect(lab.machine.host.exits).toEqual([]);
  lab.stop('long', token(1, 1));
  expect(lab.machine.host.exits).toEqual(['stopped']);
});

test('with no time bodies are stopped at once; before it has said a word it just ends', () => {
  const lab = draining(0);
  expect(lab.bodies.slice(2)).toEqual(['stopped short 1.1', 'stopped long 1.1']);
  expect(lab.ends()).toEqual(['short stopped: drain', 'long stopped: drain']);
  expect(lab.machine.host.exits).toEqual([]);
  lab.acknowledge('short', token(1, 1));
  lab.acknowledge('long', token(1, 1));
  expect(lab.machine.host.exits).toEqual(['stopped']);

  const young = new WorkerLab({ drainUs: DRAIN_US });
  young.machine.start();
  young.machine.stop();
  expect(young.machine.host.takeSent()).toEqual([]);
  expect(young.machine.host.exits).toEqual(['stopped']);
});

test('a timeout, a silence and a stop mean the same during the drain as ever', () => {
  const lab = new WorkerLab({ slots: 3, drainUs: DRAIN_US }).up();
  lab.lead(1);
  lab.plan = { ...runs(60 * SECOND), silentFromUs: 0 };
  lab.run('overdue', token(1, 1), { launch: { timeoutUs: 2 * SECOND } });
  lab.run('silent', token(1, 1), { launch: { heartbeatUs: 3 * SECOND } });
  lab.run('unwanted', token(1, 1));
  lab.machine.host.takeSent();
  lab.machine.stop();
  lab.stop('unwanted', token(1, 1));
  lab.machine.advance(3 * SECOND);
  expect([...new Set(lab.ends())]).toEqual([
    'overdue stopped: timeout',
    'silent stopped: heartbeat',
  ]);
  lab.acknowledge('overdue', token(1, 1));
  lab.acknowledge('silent', token(1, 1));
  expect(lab.machine.host.exits).toEqual(['stopped']);
});

test('what was over before it was asked is still reported to whoever leads by then', () => {
  const lab = new WorkerLab({ drainUs: DRAIN_US }).up();
  lab.lead(1);
  lab.plan = { runUs: SECOND, outcome: 'failed', effects: [] };
  lab.run('j', token(1, 1));
  lab.machine.advance(SECOND);
  lab.machine.host.takeSent();
  lab.machine.stop();
  expect(lab.machine.host.exits).toEqual([]);
  lab.lead(2, 'scheduler-2');
  lab.machine.host.takeSent();
  lab.machine.advance(1_500 * MS);
  const reports = lab.machine.host.takeSent().filter(({ message: m }) => m.kind === 'finished');
  expect(reports.length).toBeGreaterThan(0);
  expect(reports.every(({ to }) => to !== LEADER)).toBe(true);
  lab.acknowledge('j', token(1, 1));
  expect(lab.machine.host.exits).toEqual(['stopped']);
});
