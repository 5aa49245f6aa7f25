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
