import { expect, test } from 'vitest';
import { SECOND } from '../../../src/lib/units.ts';
import { recoveredFiles } from '../../support/fake-host.ts';
import { BEGIN, COMMIT, cas, lock, OPTIONS, ROLLBACK, read, StoreLab, write } from './lab.ts';

test('a whole transaction in one call; nobody hears of it before it is synced', () => {
  const lab = new StoreLab().up();
  lab.call('a', BEGIN, write('x', 1), COMMIT);
  lab.call('b', read('x'));
  expect(lab.machine.host.takeSent()).toEqual([]);
  expect(lab.answers()).toEqual([
    ['a', 1, { kind: 'ok', rows: [], version: 1 }],
    ['b', 1, { kind: 'ok', rows: [{ key: 'x', value: 1, version: 1 }], version: 0 }],
  ]);
});

test('an absent row has version 0; versions rise with commits, also past a deletion', () => {
  const lab = new StoreLab().up();
  expect(lab.row('x')).toEqual([undefined, 0]);
  lab.ask('a', BEGIN, write('x', 1), COMMIT);
  lab.ask('a', BEGIN, write('x', undefined), COMMIT);
  expect(lab.row('x')).toEqual([undefined, 0]);
  lab.ask('a', BEGIN, write('x', 2), COMMIT);
  expect(lab.row('x')).toEqual([2, 3]);
});

test('writes show to nobody else before the commit, and to nobody after a rollback', () => {
  const lab = new StoreLab().up();
  const own = lab.ask('a', BEGIN, write('x', 1), read('x'));
  expect(own).toMatchObject({ kind: 'ok', rows: [{ value: 1, version: 0 }] });
  expect(lab.row('x')).toEqual([undefined, 0]);
  lab.ask('a', ROLLBACK);
  expect(lab.row('x')).toEqual([undefined, 0]);
  lab.ask('a', BEGIN, write('x', 1));
  lab.ask('a', BEGIN, COMMIT);
  expect(lab.row('x')).toEqual([undefined, 0]);
});

test('a range gives rows in order, after a key, with the own writes of a transaction', () => {
  const lab = new StoreLab().up();
  lab.ask('a', BEGIN, write('j/c', 3), write('j/a', 1), write('k/a', 9), write('j/b', 2), COMMIT);
  const range = (after: string, limit: number) =>
    ({ kind: 'range', prefix: 'j/', after, limit }) as const;
  const keys = (session: string, after: string, limit: number) => {
    const outcome = lab.ask(session, range(after, limit));
    return outcome?.kind === 'ok' ? outcome.rows.map(({ key }) => key) : outcome;
  };
  expect(keys('b', '', 9)).toEqual(['j/a', 'j/b', 'j/c']);
  expect(keys('b', 'j/a', 1)).toEqual(['j/b']);
  expect(keys('b', 'j/c', 9)).toEqual([]);
  lab.ask('c', BEGIN, write('j/bb', 4), write('j/a', undefined), write('k/b', 5));
  expect(keys('c', '', 9)).toEqual(['j/b', 'j/bb', 'j/c']);
  expect(keys('c', '', 2)).toEqual(['j/b', 'j/bb']);
  expect(keys('b', '', 9)).toEqual(['j/a', 'j/b', 'j/c']);
});

test('a compare-and-set writes on its condition, else tells what it found and undoes all', () => {
  const lab = new StoreLab().up();
  expect(lab.ask('a', BEGIN, cas('x', 0, 'one'), COMMIT)).toMatchObject({ version: 1 });
  const lost = lab.ask('b', BEGIN, write('y', 1), cas('x', 0, 'two'), COMMIT);
  expect(lost).toEqual({ kind: 'conflict', row: { key: 'x', value: 'one', version: 1 } });
  expect(lab.row('y')).toEqual([undefined, 0]);
  expect(lab.ask('b', COMMIT)).toEqual({ kind: 'no-session' });
  expect(lab.ask('b', BEGIN, cas('x', 1, 'two'), COMMIT)).toMatchObject({ version: 2 });
});

test('without a transaction there is nothing to write, lock or commit', () => {
  const lab = new StoreLab().up();
  for (const op of [write('x', 1), lock('x'), cas('x', 0, 1), COMMIT]) {
    expect(lab.ask('a', op)).toEqual({ kind: 'no-session' });
  }
  expect(lab.ask('a', ROLLBACK)).toMatchObject({ kind: 'ok' });
});

test('who waits for a lock goes on in order of arrival when the holder ends', () => {
  const lab = new StoreLab().up();
  lab.ask('a', BEGIN, lock('x'));
  expect(lab.ask('b', BEGIN, lock('x'), read('v'), write('v', 'b'), COMMIT)).toBeUndefined();
  expect(lab.ask('c', BEGIN, lock('x'), read('v'), COMMIT)).toBeUndefined();
  lab.ask('a', write('v', 'a'));
  lab.call('a', COMMIT);
  const values = lab.answers().map(([session, , outcome]) => {
    return [session, outcome.kind === 'ok' ? outcome.rows.map(({ value }) => value) : outcome];
  });
  expect(new Map(values as [string, unknown][])).toEqual(
    new Map<string, unknown>([
      ['a', []],
      ['b', ['a']],
      ['c', ['b']],
    ]),
  );
});

test('a lock is taken once, however often it is asked for', () => {
  const lab = new StoreLab().up();
  expect(lab.ask('a', BEGIN, lock('x'), lock('x'), cas('x', 0, 1))).toMatchObject({ kind: 'ok' });
  lab.ask('a', ROLLBACK);
  expect(lab.ask('b', BEGIN, lock('x'))).toMatchObject({ kind: 'ok' });
});

test('a wait ends after its time, also when the call is sent again meanwhile', () => {
  const lab = new StoreLab().up();
  lab.ask('a', BEGIN, lock('x'));
  const ops = [BEGIN, write('y', 1), lock('x'), COMMIT];
  const call = lab.call('b', ...ops);
  for (let waitedUs = 0; waitedUs <= OPTIONS.lockWaitUs + 5 * SECOND; waitedUs += SECOND) {
    lab.machine.advance(SECOND);
    // The holder lives, too: nothing but the wait itself may end it.
    lab.send('a', 1, [BEGIN, lock('x')]);
    lab.send('b', call, ops);
  }
  const outcomes = lab.answers().filter(([session]) => session === 'b');
  expect(outcomes[0]?.[2]).toEqual({ kind: 'lock-timeout', key: 'x' });
  expect(lab.row('y')).toEqual([undefined, 0]);
});

test('who closes a circle of waiting is told at once, and the others go on', () => {
  const lab = new StoreLab().up();
  for (const [who, key] of ['ax', 'by', 'cz']) lab.ask(who as string, BEGIN, lock(key as string));
  expect(lab.ask('a', lock('y'), write('who', 'a'), COMMIT)).toBeUndefined();
  expect(lab.ask('b', lock('z'), COMMIT)).toBeUndefined();
  // Waiting for somebody who does not wait for oneself is no circle, however many there are.
  expect(lab.ask('d', BEGIN, lock('x'))).toBeUndefined();
  lab.call('c', write('who', 'c'), lock('x'), COMMIT);
  const outcomes = new Map(lab.answers().map(([session, , outcome]) => [session, outcome]));
  expect(outcomes.get('c')).toEqual({ kind: 'deadlock', key: 'x' });
  expect([...outcomes].map(([who, { kind }]) => `${who} ${kind}`).sort()).toEqual([
    'a ok',
    'b ok',
    'c deadlock',
    'd ok',
  ]);
  expect(lab.row('who')[0]).toBe('a');
});

test('a later call of a session gives up the one that waits, and its place in line', () => {
  const lab = new StoreLab().up();
  lab.ask('a', BEGIN, lock('x'));
  lab.call('b', BEGIN, lock('x'), write('v', 'b'), COMMIT);
  expect(lab.ask('b', read('v'))).toMatchObject({ kind: 'ok' });
  lab.ask('a', COMMIT);
  expect(lab.answers()).toEqual([]);
  expect(lab.row('v')).toEqual([undefined, 0]);
  expect(lab.ask('c', BEGIN, lock('x'))).toMatchObject({ kind: 'ok' });
});

test('a repeated call gets its old answer and does nothing; an older one gets none', () => {
  const lab = new StoreLab().up();
  const ops = [BEGIN, write('x', 1), COMMIT];
  lab.ask('a', ...ops);
  lab.ask('b', BEGIN, write('x', 2), COMMIT);
  lab.send('a', 1, ops);
  expect(lab.answers()).toEqual([['a', 1, { kind: 'ok', rows: [], version: 1 }]]);
  expect(lab.row('x')).toEqual([2, 2]);
  lab.ask('a', read('x'));
  lab.send('a', 1, ops);
  expect(lab.answers()).toEqual([]);
  expect(lab.row('x')).toEqual([2, 2]);
});

test('an idle session ends: its locks are free and its transaction is gone', () => {
  const lab = new StoreLab().up();
  lab.ask('a', BEGIN, lock('x'), write('y', 1));
  lab.machine.advance(OPTIONS.sessionIdleUs + OPTIONS.lockWaitUs);
  expect(lab.ask('b', BEGIN, lock('x'))).toMatchObject({ kind: 'ok' });
  expect(lab.ask('a', COMMIT)).toEqual({ kind: 'no-session' });
  expect(lab.row('y')).toEqual([undefined, 0]);
});

test('after a restart there are the synced commits; sessions and locks are gone', () => {
  const first = new StoreLab().up();
  first.ask('a', BEGIN, write('x', 1), write('y', 1), COMMIT);
  first.ask('a', BEGIN, write('y', undefined), write('z', 3), COMMIT);
  first.ask('a', BEGIN, lock('x'), write('x', 9));
  const lab = new StoreLab().up(first.log);
  expect([lab.row('x'), lab.row('y'), lab.row('z')]).toEqual([
    [1, 1],
    [undefined, 0],
    [3, 2],
  ]);
  expect(lab.ask('b', BEGIN, lock('x'), COMMIT)).toMatchObject({ kind: 'ok' });
  expect(lab.ask('b', BEGIN, write('x', 5), COMMIT)).toMatchObject({ version: 3 });
});

test('a torn log is cut back and rewritten before anybody is answered', () => {
  const first = new StoreLab().up();
  for (let i = 1; i <= 3; i++) first.ask('a', BEGIN, write('x', i), COMMIT);
  const [one, , three] = first.log;
  const lab = new StoreLab();
  // Nothing tells that the second was synced, so it may be gone.
  const files = recoveredFiles({ log: [one, { ...three, synced: 0 }] });
  lab.machine.start(files);
  lab.call('a', read('x'));
  expect(lab.machine.host.takeSent()).toEqual([]);
  const replaced = lab.machine.host.openRequests.find(({ kind }) => kind === 'replace');
  expect(replaced).toMatchObject({ records: [one] });
  expect(lab.row('x')).toEqual([1, 1]);
  lab.ask('a', BEGIN, write('x', 7), COMMIT);
  const rows = [{ key: 'x', value: 7, version: 2 }];
  expect(lab.log.at(-1)).toMatchObject({ n: 2, entries: [{ kind: 'commit', rows }] });
});

test('a log that lacks what was synced is not believed', () => {
  const first = new StoreLab().up();
  for (let i = 1; i <= 3; i++) first.ask('a', BEGIN, write('x', i), COMMIT);
  const [one, , three] = first.log;
  const lab = new StoreLab();
  lab.machine.start(recoveredFiles({ log: [one, three] }));
  expect(lab.machine.host.exits).toEqual([
    'refuses to start: record 2 is missing, and 2 were synced',
  ]);
});

test('a log that cannot be repaired, or a sync that fails, ends the process', () => {
  const broken = new StoreLab();
  broken.machine.start(recoveredFiles({ log: [{ v: 1, n: 2, entries: [] }] }));
  broken.machine.answerDisk({ kind: 'failed', reason: 'read only' });
  expect(broken.machine.host.exits).toEqual(['log not rewritten: read only']);
  const lab = new StoreLab().up();
  lab.call('a', BEGIN, write('x', 1), COMMIT);
  lab.machine.answerDisk({ kind: 'failed', reason: 'no space' });
  expect(lab.machine.host.exits).toHaveLength(1);
  expect(lab.machine.host.takeSent()).toEqual([]);
});
