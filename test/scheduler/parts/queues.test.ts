import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvariantBroken } from '../../../src/lib/assert.ts';
import { DueQueue } from '../../../src/scheduler/parts/due-queue.ts';

/** Push something due then, or take all that is due by then, or only one. */
const moves = fc.array(
  fc.record({ kind: fc.constantFrom('push', 'push', 'pop', 'drain'), us: fc.nat({ max: 30 }) }),
  { maxLength: 200 },
);

test('the due queue is a list kept sorted by due time, first in first out among equals', () => {
  fc.assert(
    fc.property(moves, (list) => {
      const queue = new DueQueue<number>();
      let model: { us: number; item: number }[] = [];
      const take = (us: number): number | undefined => {
        const first = model[0];
        if (first === undefined || first.us > us) return undefined;
        model = model.slice(1);
        return first.item;
      };
      list.forEach(({ kind, us }, item) => {
        if (kind === 'push') {
          queue.push(us, item);
          const at = model.findIndex((entry) => entry.us > us);
          model.splice(at < 0 ? model.length : at, 0, { us, item });
        } else {
          for (let expected = take(us); ; expected = take(us)) {
            expect(queue.popDue(us)).toBe(expected);
            if (expected === undefined || kind === 'pop') break;
          }
        }
        expect(queue.size).toBe(model.length);
        expect(queue.peekUs()).toBe(model[0]?.us);
      });
    }),
  );
});

test('the due queue refuses a time that is none', () => {
  const queue = new DueQueue<string>();
  expect(() => queue.push(Number.NaN, 'a')).toThrow(InvariantBroken);
  expect(() => queue.push(Number.POSITIVE_INFINITY, 'a')).toThrow(InvariantBroken);
  expect(queue.popDue(1)).toBeUndefined();
});
