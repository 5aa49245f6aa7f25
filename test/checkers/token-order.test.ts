import { expect, test } from 'vitest';
import { tokenOrder } from '../../src/checkers/token-order.ts';
import * as f from '../support/facts.ts';

const newer = f.effect(1, 'a', { token: f.token(2, 2) });

test('holds when accepted tokens rise or stay, job by job', () => {
  const facts = [
    newer,
    f.effect(2, 'b', { token: f.token(1, 1) }),
    f.effect(3, 'a', { token: f.token(2, 2) }),
  ];
  expect(f.verdictOn(tokenOrder, facts).kind).toBe('held');
});

test.each([f.token(1, 3), f.token(2, 1)])('breaks when %o is accepted after (2, 2)', (old) => {
  const late = f.effect(4, 'a', { token: old, fenced: false });
  expect(f.verdictOn(tokenOrder, [newer, late])).toMatchObject({
    kind: 'broken',
    at: f.at(4),
    facts: [newer, late],
  });
});

test('what the ledger refused, or answered before, does not count', () => {
  const refused = f.effect(2, 'a', { token: f.token(1, 1), accepted: false });
  const repeat = f.effect(3, 'a', { token: f.token(1, 1), repeat: true });
  expect(f.verdictOn(tokenOrder, [newer, refused, repeat]).kind).toBe('held');
});

test('different effects with keys have no order; the same effect has', () => {
  const first = f.effect(1, 'a', { sink: 'key', effect: 'x', token: f.token(2, 1) });
  const other = f.effect(2, 'a', { sink: 'key', effect: 'y', token: f.token(1, 1) });
  const same = f.effect(3, 'a', { sink: 'key', effect: 'x', token: f.token(1, 1), fenced: false });
  expect(f.verdictOn(tokenOrder, [first, other]).kind).toBe('held');
  expect(f.verdictOn(tokenOrder, [first, other, same])).toMatchObject({ facts: [first, same] });
});

test('is vacuous when no effect that asks for order was accepted', () => {
  const none = [f.effect(1, 'a', { sink: 'none' }), f.effect(2, 'b', { accepted: false })];
  expect(f.verdictOn(tokenOrder, none).kind).toBe('vacuous');
});
