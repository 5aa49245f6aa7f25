import { expect, test } from 'vitest';
import { dependencyOrder } from '../../src/checkers/dependency-order.ts';
import * as f from '../support/facts.ts';

const parents = [f.submit(1, 'p'), f.submit(1, 'q'), f.began(2, 'p'), f.began(2, 'q')];
const child = f.submit(2, 'c', { parents: ['p', 'q'] });
const eager = f.submit(2, 'c', { parents: ['p', 'q'], onFailedParent: 'run' });
const begins = f.began(9, 'c');

test('holds when all parents have succeeded, in whatever attempt', () => {
  const facts = [
    ...parents,
    child,
    f.ended(3, 'p', 'failed'),
    f.ended(3, 'q'),
    f.ended(5, 'p', 'succeeded', { token: f.token(1, 2) }),
    begins,
  ];
  expect(f.verdictOn(dependencyOrder, facts).kind).toBe('held');
});

test('breaks when a parent still runs, and names it', () => {
  expect(f.verdictOn(dependencyOrder, [...parents, child, f.ended(3, 'p'), begins])).toEqual({
    kind: 'broken',
    at: f.at(9),
    summary: 'job c began before its parent q had succeeded',
    facts: [child, begins],
  });
});

test('breaks when a parent has ended without success, or never began', () => {
  const failed = [f.ended(3, 'p'), f.ended(3, 'q', 'failed')];
  expect(f.verdictOn(dependencyOrder, [...parents, child, ...failed, begins]).kind).toBe('broken');
  expect(f.verdictOn(dependencyOrder, [child, begins]).kind).toBe('broken');
});

test.each([
  ['failed', f.ended(3, 'q', 'failed')],
  ['was stopped', f.ended(3, 'q', 'stopped')],
  ['went down with its machine', f.machine(3, 'worker-1', 'down', { role: 'worker' })],
  ['was given up', f.lost(3, 'q')],
  ['was to be cancelled', f.asked(3, { kind: 'cancel', job: 'q' })],
])('a job that is to run after failed parents may begin when a parent %s', (_, end) => {
  const facts = [...parents, eager, f.ended(3, 'p'), end, begins];
  expect(f.verdictOn(dependencyOrder, facts).kind).toBe('held');
});

test('a parent that may have been cancelled with its own parent has ended, too', () => {
  const grandchild = f.submit(2, 'g', { parents: ['c'], onFailedParent: 'run' });
  const facts = [...parents, child, grandchild];
  const failed = f.ended(3, 'p', 'failed');
  expect(f.verdictOn(dependencyOrder, [...facts, failed, f.began(9, 'g')]).kind).toBe('held');
  // It had been dead, with its children cancelled, before a client retried it.
  const again = f.ended(5, 'p', 'succeeded', { token: f.token(1, 2) });
  const late = [failed, f.ended(3, 'q'), again, f.began(9, 'g')];
  expect(f.verdictOn(dependencyOrder, [...facts, ...late]).kind).toBe('held');
  const fine = [f.ended(3, 'p'), f.ended(3, 'q')];
  expect(f.verdictOn(dependencyOrder, [...facts, ...fine, f.began(9, 'g')]).kind).toBe('broken');
});

test('breaks for a job that is to run after failed parents, while one of them runs', () => {
  const facts = [...parents, eager, f.ended(3, 'p', 'failed'), begins];
  expect(f.verdictOn(dependencyOrder, facts)).toMatchObject({ facts: [eager, begins] });
});

test('jobs without parents are none of its business, nor those submitted in two ways', () => {
  expect(f.verdictOn(dependencyOrder, parents).kind).toBe('vacuous');
  const other = f.submit(2, 'c', { parents: ['p'] });
  expect(f.verdictOn(dependencyOrder, [child, other, begins]).kind).toBe('vacuous');
  const same = f.submit(2, 'c', { parents: ['p', 'q'] });
  expect(f.verdictOn(dependencyOrder, [child, same, begins]).kind).toBe('broken');
});

test('parents in a circle, which no scheduler accepts, are not followed for ever', () => {
  const circle = [
    f.submit(1, 'a', { parents: ['b'], onFailedParent: 'run' }),
    f.submit(1, 'b', { parents: ['a'], onFailedParent: 'run' }),
  ];
  expect(f.verdictOn(dependencyOrder, [...circle, f.began(2, 'a')]).kind).toBe('broken');
});

test('is excused when the store had lost what it acknowledged', () => {
  const lost = f.assumptionFailed(2, 'store-durable');
  expect(f.verdictOn(dependencyOrder, [child, lost, begins]).kind).toBe('excused');
});
