import { expect, test } from 'vitest';
import { assert, InvariantBroken, required, unreachable } from '../../src/lib/assert.ts';
import { BadInput, failed, formatProblem, ok } from '../../src/lib/outcome.ts';

test('an assertion that holds is silent and builds no text', () => {
  let built = 0;
  assert(true, () => `built ${++built}`);
  expect(built).toBe(0);
});

test('an assertion that does not hold throws its message', () => {
  expect(() => assert(false, 'three is not four')).toThrow(InvariantBroken);
  expect(() => assert(false, () => `${3} is not ${4}`)).toThrow('3 is not 4');
});

test('what is required and missing is named, and nothing else counts as missing', () => {
  expect(() => required(undefined, 'the leader')).toThrow('missing: the leader');
  expect(() => required(null, 'the leader')).toThrow(InvariantBroken);
  expect([required(0, 'x'), required('', 'x'), required(false, 'x')]).toEqual([0, '', false]);
});

test('an unreachable value is shown', () => {
  expect(() => unreachable({ kind: 'odd' } as never)).toThrow('{"kind":"odd"}');
});

test('outcomes carry their value or their error', () => {
  expect(ok(3)).toEqual({ kind: 'ok', value: 3 });
  expect(failed('why')).toEqual({ kind: 'failed', error: 'why' });
});

test.each([
  [{ path: '', problem: 'empty' }, 'empty'],
  [
    { path: 'a.b', problem: 'no such key', hint: 'did you mean c' },
    'a.b: no such key (did you mean c)',
  ],
  [{ path: 'a', problem: 'wrong', file: 'f.yaml', line: 3, column: 7 }, 'f.yaml:3:7 a: wrong'],
  [{ path: '', problem: 'wrong', file: 'f.yaml' }, 'f.yaml: wrong'],
  // A column without its line says nothing.
  [{ path: '', problem: 'wrong', column: 7 }, 'wrong'],
])('problem %j reads "%s"', (problem, text) => {
  expect(formatProblem(problem)).toBe(text);
});

test('bad input says all of its problems, one per line', () => {
  const problems = [
    { path: 'a', problem: 'one' },
    { path: 'b', problem: 'two' },
  ];
  const error = new BadInput(problems);
  expect(error.message).toBe('a: one\nb: two');
  expect(error.problems).toBe(problems);
});
