import { expect, test } from 'vitest';
import { supersededActs } from '../../src/checkers/superseded-acts.ts';
import * as f from '../support/facts.ts';

const first = f.leads(1, 'scheduler-1', 1);
const second = f.leads(10, 'scheduler-2', 2);
const late = f.dispatched(11, 'scheduler-1', 'a', f.token(1, 1));
const began = f.began(11.1, 'a');

test('holds when each grants under the newest epoch', () => {
  const facts = [
    first,
    ...f.granted(2, 'a'),
    second,
    ...f.granted(11, 'b', { token: f.token(2, 1) }),
  ];
  expect(f.verdictOn(supersededActs, facts).kind).toBe('held');
});

test('breaks when who was deposed grants, and the body begins', () => {
  expect(f.verdictOn(supersededActs, [first, second, late, began])).toEqual({
    kind: 'broken',
    at: f.at(11.1),
    summary:
      'job a began as (1, 1), granted by scheduler-1 at 11 s, when scheduler-2 led under a later ' +
      'epoch since 10 s',
    facts: [second, late, began],
  });
});

test('breaks as well when somebody else did under the old epoch, two leaders later', () => {
  const third = f.leads(12, 'scheduler-3', 3);
  const stale = f.dispatched(13, 'scheduler-1', 'b', f.token(2, 4));
  const facts = [first, second, third, stale, f.began(14, 'b', { token: f.token(2, 4) })];
  expect(f.verdictOn(supersededActs, facts)).toMatchObject({ facts: [third, stale, facts[4]] });
});

test('a grant that comes to nothing is no break', () => {
  expect(f.verdictOn(supersededActs, [first, second, late]).kind).toBe('held');
  const other = f.began(12, 'a', { token: f.token(2, 1) });
  expect(f.verdictOn(supersededActs, [first, second, late, other]).kind).toBe('held');
});

test('a launch decided before may be sent again under its token, and begin', () => {
  const early = f.dispatched(9, 'scheduler-1', 'a', f.token(1, 1));
  const again = f.dispatched(11, 'scheduler-2', 'a', f.token(1, 1));
  expect(f.verdictOn(supersededActs, [first, early, second, again, began]).kind).toBe('held');
  // At the very moment of the takeover it is not certain which came first.
  const same = f.dispatched(10, 'scheduler-1', 'a', f.token(1, 1));
  expect(f.verdictOn(supersededActs, [first, second, same, began]).kind).toBe('held');
});

test('who follows or loads supersedes nobody', () => {
  const follows = f.follows(10, 'scheduler-2', 2);
  expect(f.verdictOn(supersededActs, [first, follows, late, began]).kind).toBe('held');
});

test('is vacuous where nobody leads, excused where epochs may have been lost', () => {
  expect(f.verdictOn(supersededActs, [late, began]).kind).toBe('vacuous');
  const lost = f.assumptionFailed(5, 'store-durable');
  expect(f.verdictOn(supersededActs, [first, lost, second, late, began]).kind).toBe('excused');
});

test('each shard has owners of its own, and epochs that say nothing about those of others', () => {
  const owns = (s: number, who: string, shard: number, epoch: number) =>
    f.testified(s, who, { kind: 'shard', event: 'owned', shard, epoch });
  const grants = (s: number, shard: number, epoch: number) => {
    const of = f.token(epoch, 1);
    const said = { kind: 'dispatched', job: `j${s}`, token: of, worker: 'w', shard } as const;
    return [f.testified(s, 'scheduler-1', said), f.began(s + 1, `j${s}`, { token: of })];
  };
  const owners = [owns(1, 'scheduler-1', 0, 8), owns(2, 'scheduler-2', 1, 17)];
  expect(f.verdictOn(supersededActs, [...owners, ...grants(3, 0, 8)]).kind).toBe('held');
  const next = owns(5, 'scheduler-2', 0, 16);
  expect(f.verdictOn(supersededActs, [...owners, next, ...grants(6, 0, 8)]).kind).toBe('broken');
});
