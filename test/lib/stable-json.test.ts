import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stableJson } from '../../src/lib/stable-json.ts';

test('it is JSON of the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(JSON.parse(stableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the order in which keys were set does not show', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (value === null || typeof value !== 'object') return value;
    const entries = Object.entries(value).reverse();
    return Object.fromEntries(entries.map(([key, inner]) => [key, reversed(inner)]));
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(stableJson(reversed(value))).toBe(stableJson(value));
    }),
  );
});

test('undefined keys are left out, and indentation is two spaces when asked', () => {
  expect(stableJson({ b: 1, a: undefined })).toBe('{"b":1}');
  expect(stableJson({ b: [1], a: 'x' }, 2)).toBe('{\n  "a": "x",\n  "b": [\n    1\n  ]\n}');
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  '%d is refused, wherever it hides',
  (value) => {
    expect(() => stableJson({ deep: [{ value }] })).toThrow('not representable in JSON');
  },
);
