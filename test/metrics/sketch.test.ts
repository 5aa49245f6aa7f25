import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import {
  accuracyOf,
  countOf,
  EMPTY_SKETCH,
  mergeAll,
  mergeSketches,
  quantileOf,
  SKETCH_ACCURACY,
  sketchOf,
} from '../../src/metrics/sketch.ts';
import { readSketch, sketchText } from '../../src/metrics/sketch-text.ts';
import { quantile } from '../../src/metrics/statistics.ts';

/** Waits in seconds from a microsecond on, zeros among them. */
const waits = fc.array(
  fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 400_000_000_000 }).map((us) => us / 1e6),
  ),
  { maxLength: 300 },
);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const binsMax = fc.integer({ min: 2, max: 60 });

describe('a sketch', () => {
  test('knows every quantile within its accuracy, and the largest value exactly', () => {
    fc.assert(
      fc.property(waits, share, binsMax, (values, q, most) => {
        for (const sketch of [sketchOf(values), sketchOf(values, most)]) {
          const [got, truth] = [quantileOf(sketch, q), quantile(values, q)];
          if (truth === undefined) expect(got).toBeUndefined();
          else {
            const off = Math.abs((got as number) - truth);
            expect(off).toBeLessThanOrEqual(truth * accuracyOf(sketch) * (1 + 1e-9));
          }
          expect(quantileOf(sketch, 1)).toBe(quantile(values, 1));
          expect(countOf(sketch)).toBe(values.length);
        }
      }),
    );
    expect(accuracyOf(EMPTY_SKETCH)).toBeCloseTo(SKETCH_ACCURACY, 12);
  });

  test('of all is the merge of those of the parts', () => {
    fc.assert(
      fc.property(waits, waits, (a, b) => {
        const most = Number.POSITIVE_INFINITY;
        const whole = sketchOf([...a, ...b], most);
        expect(mergeSketches(sketchOf(a, most), sketchOf(b, most))).toEqual(whole);
      }),
    );
  });

  test('merges in any order and grouping with the same result, however coarse the parts', () => {
    fc.assert(
      fc.property(waits, waits, waits, binsMax, (a, b, c, most) => {
        const [x, y, z] = [sketchOf(a), sketchOf(b, most), sketchOf(c, 2 * most)];
        const merged = mergeSketches(mergeSketches(x, y), z);
        expect(mergeSketches(z, mergeSketches(y, x))).toEqual(merged);
        expect(mergeSketches(merged, EMPTY_SKETCH)).toEqual(merged);
        expect(mergeAll([y, z, x])).toEqual(merged);
      }),
    );
  });

  test('has no more bins than it may, and joins them only when it must', () => {
    fc.assert(
      fc.property(waits, binsMax, (values, most) => {
        const sketch = sketchOf(values, most);
        expect(sketch.bins.length).toBeLessThanOrEqual(most);
        if (sketch.joins === 0) return;
        const tight = sketchOf(values, sketchOf(values, Number.POSITIVE_INFINITY).bins.length);
        expect(tight.joins).toBe(0);
        expect(tight.bins.length).toBeGreaterThan(most);
      }),
    );
  });

  test('refuses what has no place among waits', () => {
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => sketchOf([value])).toThrow('a sketch of');
    }
  });
});

describe('its text', () => {
  test('reads back as the same sketch', () => {
    fc.assert(
      fc.property(waits, binsMax, (values, most) => {
        const sketch = sketchOf(values, most);
        expect(readSketch(sketchText(sketch))).toEqual({ kind: 'ok', value: sketch });
      }),
    );
  });

  test('of a thousand waits of a storm takes a few hundred bytes', () => {
    const random = hashedRandom('sketch');
    // From milliseconds to a minute, most of them short.
    const values = Array.from({ length: 1_000 }, () => 0.004 * (1 - random.float()) ** -1.5);
    const text = sketchText(sketchOf(values));
    expect(text.length).toBeGreaterThan(200);
    expect(text.length).toBeLessThan(500);
  });

  test('that is none, or is cut short, is refused', () => {
    const text = sketchText(sketchOf([0, 0.004, 12, 3_000, 3_000]));
    expect(readSketch(text).kind).toBe('ok');
    for (const wrong of [
      '',
      'x',
      '0;0',
      `${text}g`,
      text.slice(0, -1),
      '0;0;1;ACAC',
      '0;0;1e999;',
    ]) {
      expect(readSketch(wrong).kind, wrong).toBe('failed');
    }
  });
});
