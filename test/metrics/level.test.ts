import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Level } from '../../src/metrics/level.ts';
import '../support/property-seed.ts';

const spans = fc.array(fc.record({ came: fc.nat(40), stayed: fc.nat(20) }), { maxLength: 15 });

test('is what counting at every moment finds', () => {
  const most = fc.integer({ min: 0, max: 6 });
  const edge = fc.nat(40);
  fc.assert(
    fc.property(spans, most, edge, edge, (drawn, count, a, b) => {
      const [fromUs, untilUs] = [Math.min(a, b), Math.max(a, b)];
      const came = drawn.map((one) => one.came);
      const level = new Level(
        came,
        drawn.map((one) => one.came + one.stayed),
      );
      const counts = Array.from({ length: untilUs - fromUs }, (_, i) => {
        const at = fromUs + i;
        return drawn.filter((one) => one.came <= at && at < one.came + one.stayed).length;
      });
      const area = counts.reduce((sum, there) => sum + Math.max(0, there - count), 0);
      expect(level.areaAbove(count, fromUs, untilUs)).toBe(area);
      const first = counts.findIndex((there) => there <= count);
      const expected = first === -1 ? undefined : fromUs + first;
      expect(level.firstAtMost(count, fromUs, untilUs)).toBe(expected);
      const sorted = [...counts].sort((x, y) => x - y);
      const rank = Math.max(1, Math.ceil(0.9 * sorted.length));
      expect(level.quantile(fromUs, untilUs, 0.9)).toBe(sorted[rank - 1] ?? 0);
    }),
    { numRuns: 500 },
  );
});
