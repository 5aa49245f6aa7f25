import { expect, test } from 'vitest';
import { singleEffect } from '../../src/checkers/single-effect.ts';
import * as f from '../support/facts.ts';

const keyed = { sink: 'key' } as const;
const first = f.effect(1, 'a', keyed);

test('holds when each effect of each job is accepted once', () => {
  const facts = [first, f.effect(2, 'a', { ...keyed, effect: 'more' }), f.effect(3, 'b', keyed)];
  expect(f.verdictOn(singleEffect, facts).kind).toBe('held');
});

test('breaks when an effect is accepted again, even without a key presented', () => {
  const between = f.effect(2, 'a', { ...keyed, effect: 'more' });
  const again = f.effect(3, 'a', { ...keyed, fenced: false, token: f.token(2, 1) });
  expect(f.verdictOn(singleEffect, [first, between, again])).toEqual({
    kind: 'broken',
    at: f.at(3),
    summary: 'effect done of job a was accepted twice, with tokens (1, 1) and (2, 1)',
    facts: [first, again],
  });
});

test('a tick is one thing, whatever its job is called', () => {
  const tick = f.tickAt(5);
  const [one, two] = [
    f.effect(6, 'x', { ...keyed, tick }),
    f.effect(7, 'y', { ...keyed, tick: { ...tick } }),
  ];
  expect(f.verdictOn(singleEffect, [one, two])).toMatchObject({
    kind: 'broken',
    facts: [one, two],
  });
});

test('refusals and retransmissions do not count', () => {
  const refused = f.effect(2, 'a', { ...keyed, accepted: false });
  const repeat = f.effect(3, 'a', { ...keyed, repeat: true });
  expect(f.verdictOn(singleEffect, [first, refused, repeat]).kind).toBe('held');
});

test('is vacuous when nobody asked for keys', () => {
  expect(f.verdictOn(singleEffect, [f.effect(1, 'a'), f.effect(2, 'a')]).kind).toBe('vacuous');
});

test.each([
  ['a job', undefined],
  ['a tick', f.tickAt(5)],
])('breaks when %s has an effect under a key made anew for its last attempt', (_, tick) => {
  const of = tick === undefined ? keyed : { ...keyed, tick };
  const one = f.effect(6, 'a', { ...of, effect: 'done.1' });
  const two = f.effect(7, 'a', { ...of, effect: 'done.2', token: f.token(1, 2) });
  const listed = f.audited(9, 'a', 'succeeded', { attempts: 2, ...(tick && { tick }) });
  expect(f.verdictOn(singleEffect, [one, two, listed])).toMatchObject({
    kind: 'broken',
    facts: [one, two, listed],
  });
});

test('one attempt may add what the one before did not get to, under the same names', () => {
  const second = { ...keyed, token: f.token(1, 2) };
  const facts = [
    first,
    f.effect(2, 'a', { ...second, accepted: false }),
    f.effect(3, 'a', { ...second, effect: 'more' }),
  ];
  const listed = f.audited(9, 'a', 'succeeded', { attempts: 2 });
  expect(f.verdictOn(singleEffect, [...facts, listed]).kind).toBe('held');
});
