import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fingerprint } from '../../src/kernel/fingerprint.ts';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const words = fc.array(word, { maxLength: 40 });

function hexOf(list: readonly number[]): string {
  const print = new Fingerprint();
  for (const each of list) print.fold(each);
  return print.hex();
}

test('one word changed, dropped or swapped with another changes it', () => {
  fc.assert(
    fc.property(words, word, word, words, (before, one, other, after) => {
      fc.pre(one !== other);
      const print = hexOf([...before, one, other, ...after]);
      expect(hexOf([...before, one, one, ...after])).not.toBe(print);
      expect(hexOf([...before, one, ...after])).not.toBe(print);
      expect(hexOf([...before, other, one, ...after])).not.toBe(print);
    }),
  );
});

test('two words changed at once do not cancel out, high bits included', () => {
  const base = [1, 2, 3, 4];
  const prints = new Set<string>();
  for (let i = 0; i < 32; i++) {
    for (let j = 0; j < 32; j++) prints.add(hexOf([1, 2 ^ (1 << i), 3 ^ (1 << j), 4]));
  }
  expect(prints.size).toBe(32 * 32);
  expect(prints.has(hexOf(base))).toBe(false);
});

test('a million neighbouring words share no fingerprint', () => {
  const prints = new Set<string>();
  for (let i = 0; i < 1000; i++) for (let j = 0; j < 1000; j++) prints.add(hexOf([i, j]));
  expect(prints.size).toBe(1_000_000);
});

test('three at once are the same as one after another', () => {
  fc.assert(
    fc.property(word, word, word, (a, b, c) => {
      const print = new Fingerprint();
      print.fold3(a, b, c);
      expect(print.hex()).toBe(hexOf([a, b, c]));
    }),
  );
});
