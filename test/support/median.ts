import { assert } from '../../src/lib/assert.ts';

/** The middle of these, the upper one of two; the order of what is given stays as it is. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[sorted.length >> 1];
  assert(middle !== undefined, 'the median of nothing');
  return middle;
}
