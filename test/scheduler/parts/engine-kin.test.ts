/** Jobs that wait for jobs. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTerminal } from '../../../src/history/fact.ts';
import { HOUR, SECOND } from '../../../src/lib/units.ts';
import { EngineLab, token } from './engine-lab.ts';

const ONE_TRY = { maxAttempts: 1, backoff: 'fixed', baseUs: 0, maxUs: 0 } as const;

test('fan-out and fan-in: children start when the last of their parents has succeeded', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  lab.submit('root');
  for (const mid of ['m1', 'm2', 'm3']) lab.submit(mid, { parents: ['root'] });
  lab.submit('leaf', { parents: ['m1', 'm2', 'm3'], delayUs: SECOND });
  expect(lab.runs()).toEqual(['w1: root 1.1']);
  lab.finished('w1', 'root', token(1, 1), 'succeeded');
  expect(lab.runs()).toEqual(['w1: m1 1.1', 'w1: m2 1.1', 'w1: m3 1.1']);
  for (const mid of ['m3', 'm1']) lab.finished('w1', mid, token(1, 1), 'succeeded');
  lab.advance(2 * SECOND);
  expect(lab.state('leaf')).toBe('waiting');
  lab.finished('w1', 'm2', token(1, 1), 'succeeded');
  expect(lab.runs()).toContain('w1: leaf 1.1');
});

test('a parent that fails cancels those who need it, and theirs; the others run', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  lab.submit('root', { retry: ONE_TRY });
  lab.submit('needs', { parents: ['root'] });
  lab.submit('theirs', { parents: ['needs'] });
  lab.submit('minds not', { parents: ['root', 'theirs'], onFailedParent: 'run' });
  lab.finished('w1', 'root', token(1, 1), 'failed');
  expect(['needs', 'theirs', 'minds not'].map(lab.state)).toEqual([
    ...['cancelled', 'cancelled', 'running'],
  ]);
  expect(lab.book.jobs.get('theirs')?.reason).toBe('parent needs did not succeed');
  // Retried by hand, the parent runs again; those who were cancelled stay so.
  lab.ask({ kind: 'retry', job: 'root', attempts: 1 });
  lab.finishAll();
  expect(['root', 'needs', 'minds not'].map(lab.state)).toEqual([
    ...['succeeded', 'cancelled', 'succeeded'],
  ]);
});

test('a parent that failed an attempt has not ended; one cancelled by hand has', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  lab.submit('p');
  lab.submit('c', { parents: ['p'] });
  lab.finished('w1', 'p', token(1, 1), 'failed');
  expect(lab.state('c')).toBe('waiting');
  lab.ask({ kind: 'cancel', job: 'p' });
  expect(lab.state('c')).toBe('cancelled');
});

test('parents that have ended already are asked for their end; unknown ones are refused', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  lab.submit('good');
  lab.submit('bad', { retry: ONE_TRY });
  lab.finished('w1', 'good', token(1, 1), 'succeeded');
  lab.finished('w1', 'bad', token(1, 1), 'failed');
  lab.submit('after good', { parents: ['good'] });
  expect(lab.result()).toMatchObject({ kind: 'ok' });
  expect(lab.state('after good')).toBe('running');
  lab.submit('after both', { parents: ['good', 'bad'] });
  expect(lab.result()).toMatchObject({ kind: 'ok', state: 'cancelled' });
  lab.submit('after both anyhow', { parents: ['good', 'bad'], onFailedParent: 'run' });
  expect(lab.state('after both anyhow')).toBe('running');
  lab.submit('lost', { parents: ['good', 'nobody'] });
  expect(lab.result()).toMatchObject({ kind: 'error', field: 'parents' });
  expect(lab.state('lost')).toBeUndefined();
});

test('run-now moves the time of a job, not its parents', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  lab.submit('p');
  lab.submit('c', { parents: ['p'], delayUs: HOUR });
  expect(lab.answer({ kind: 'run-now', job: 'c' })).toMatchObject({ kind: 'ok', state: 'waiting' });
  expect(lab.state('c')).toBe('waiting');
  lab.finished('w1', 'p', token(1, 1), 'succeeded');
  expect(lab.state('c')).toBe('running');
});

test('a parent that is forgotten has been waited for', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  lab.submit('p', { retainUs: HOUR });
  lab.submit('c', { parents: ['p'], delayUs: 2 * HOUR });
  lab.finished('w1', 'p', token(1, 1), 'succeeded');
  lab.advance(HOUR + 2 * SECOND);
  expect(lab.state('p')).toBeUndefined();
  // The same submit again is the same job, though its parent is gone.
  expect(lab.submit('c', { parents: ['p'], delayUs: 2 * HOUR }).persist).toEqual([]);
  expect(lab.result()).toMatchObject({ kind: 'ok', state: 'waiting' });
  lab.advance(HOUR);
  lab.beat('w1', { capacity: 99 });
  expect(lab.state('c')).toBe('running');
});

test('ten thousand in a row, and ten thousand abreast, end with the one they wait for', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 1 });
  lab.submit('c0', { retry: ONE_TRY });
  lab.submit('a0', { parents: ['c0'] });
  for (let i = 1; i <= 10_000; i++) {
    lab.submit(`c${i}`, { parents: [`c${i - 1}`] });
    lab.submit(`a${i}`, { parents: ['a0'] });
    lab.sent = [];
  }
  const { persist } = lab.finished('w1', 'c0', token(1, 1), 'failed');
  expect(persist).toHaveLength(20_002);
  const open = [...lab.book.jobs.values()].filter(({ state }) => !isTerminal(state));
  expect(open).toEqual([]);
});

test('whatever the graph, and who fails: parents first, and all of it ends', () => {
  const graphs = fc.array(
    fc.record({
      parents: fc.uniqueArray(fc.nat({ max: 12 }), { maxLength: 3 }),
      onFailedParent: fc.constantFrom('cancel' as const, 'run' as const),
      fails: fc.boolean(),
    }),
    { maxLength: 13, size: 'max' },
  );
  fc.assert(
    fc.property(graphs, fc.boolean(), (graph, isReplaced) => {
      let lab = new EngineLab();
      const parentsOf = (i: number) =>
        [...new Set((graph[i]?.parents ?? []).filter((p) => p < i))].map((p) => `j${p}`);
      graph.forEach(({ onFailedParent }, i) => {
        lab.submit(`j${i}`, { parents: parentsOf(i), onFailedParent, retry: ONE_TRY });
      });
      for (let round = 0; round <= graph.length; round++) {
        if (isReplaced) lab = lab.next(round + 2);
        lab.beat('w1', { capacity: 99 });
        for (const { id, run } of [...lab.book.jobs.values()]) {
          if (run === undefined) continue;
          const i = Number(id.slice(1));
          const ends = parentsOf(i).map((p) => lab.state(p));
          const isAllowed = (s?: string) =>
            graph[i]?.onFailedParent === 'run' ? isTerminal(s as 'dead') : s === 'succeeded';
          expect(ends.every(isAllowed)).toBe(true);
          lab.finished('w1', id, run.token, graph[i]?.fails ? 'failed' : 'succeeded');
        }
      }
      for (let i = 0; i < graph.length; i++) {
        const failed = parentsOf(i).some((p) => lab.state(p) !== 'succeeded');
        const isOut = failed && graph[i]?.onFailedParent === 'cancel';
        const own = graph[i]?.fails ? 'dead' : 'succeeded';
        expect(lab.state(`j${i}`)).toBe(isOut ? 'cancelled' : own);
      }
    }),
  );
});
