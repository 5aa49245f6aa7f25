import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HeapQueue } from '../../src/kernel/event-queue.ts';
import { SortedQueue } from './sorted-queue.ts';

/** One thing to do to a queue; `which` picks among all handles ever given, the stale included. */
type Move =
  | { readonly kind: 'push'; readonly time: number }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'rearm'; readonly which: number; readonly time: number }
  | { readonly kind: 'pop' }
  | { readonly kind: 'look' };

// Few distinct times, so that ties are common.
const time = fc.integer({ min: 0, max: 40 });
const which = fc.nat();
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('push' as const), time }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rearm' as const), which, time }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'pop' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'look' as const }) },
);

/**
 * Plays the moves on a heap and on a sorted list side by side. Slots may differ between the two, so
 * popped events are compared by the order that each was given at its push, which is unique.
 */
function playBoth(moves: readonly Move[]): void {
  const heap = new HeapQueue();
  const list = new SortedQueue();
  const handles: { readonly inHeap: number; readonly inList: number }[] = [];
  const labelInHeap = new Map<number, number>();
  const labelInList = new Map<number, number>();
  let order = 0;
  const popBoth = (): void => {
    expect(labelInHeap.get(heap.pop())).toBe(labelInList.get(list.pop()));
  };
  for (const step of moves) {
    order++;
    if (step.kind === 'push') {
      const given = { inHeap: heap.push(step.time, order), inList: list.push(step.time, order) };
      handles.push(given);
      labelInHeap.set(heap.slotOf(given.inHeap), order);
      labelInList.set(list.slotOf(given.inList), order);
    } else if (step.kind === 'pop') {
      if (list.size > 0) popBoth();
    } else if (step.kind === 'look') {
      expect(heap.earliest).toBe(list.earliest);
    } else if (handles.length > 0) {
      const { inHeap, inList } = handles[step.which % handles.length]!;
      expect(heap.isPending(inHeap)).toBe(list.isPending(inList));
      if (step.kind === 'cancel') expect(heap.cancel(inHeap)).toBe(list.cancel(inList));
      else {
        expect(heap.rearm(inHeap, step.time, order)).toBe(list.rearm(inList, step.time, order));
      }
    }
    expect(heap.size).toBe(list.size);
  }
  while (list.size > 0) popBoth();
  expect(heap.earliest).toBe(Number.POSITIVE_INFINITY);
}

test('the heap does what a sorted list does', () => {
  fc.assert(fc.property(fc.array(move, { maxLength: 300 }), playBoth), { numRuns: 500 });
});

test('the same holds with thousands pending', () => {
  const many = fc.array(move, { minLength: 2_000, maxLength: 4_000, size: 'max' });
  fc.assert(fc.property(many, playBoth), { numRuns: 5 });
});

test('what comes out is sorted by time, then by order, whatever went in', () => {
  const keys = fc.uniqueArray(fc.tuple(fc.nat(1000), fc.nat(1_000_000)), {
    selector: ([, order]) => order,
    maxLength: 500,
  });
  fc.assert(
    fc.property(keys, (pairs) => {
      const queue = new HeapQueue();
      const keyOf = new Map(pairs.map((key) => [queue.slotOf(queue.push(...key)), key]));
      const out = pairs.map(() => keyOf.get(queue.pop())!);
      expect(out).toEqual([...pairs].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    }),
  );
});

test('handles are small integers, and those used up do not come back', () => {
  const queue = new HeapQueue();
  const seen = new Set<number>();
  for (let i = 0; i < 20_000; i++) {
    const handle = queue.push(i, i);
    expect(handle >= 0 && handle < 2 ** 31).toBe(true);
    seen.add(handle);
    queue.pop();
  }
  expect(seen.size).toBe(20_000);
});

test('a handle is refused once its event is over, however often its slot is used again', () => {
  const queue = new HeapQueue();
  const old = queue.push(1, 1);
  queue.pop();
  for (let i = 0; i < 5_000; i++) {
    const fresh = queue.push(1, 2);
    expect(queue.isPending(old)).toBe(false);
    expect(queue.cancel(old)).toBe(false);
    expect(queue.rearm(old, 5, 3)).toBe(false);
    expect(queue.cancel(fresh)).toBe(true);
    expect(queue.cancel(fresh)).toBe(false);
  }
});

test('numbers that were never handles are refused', () => {
  const queue = new HeapQueue();
  queue.push(1, 1);
  for (const wrong of [-1, 1, 63, 64, 2 ** 20, 2 ** 31 - 1, Number.NaN]) {
    expect(queue.isPending(wrong)).toBe(false);
    expect(queue.cancel(wrong)).toBe(false);
  }
});

test('popping from an empty queue is a broken invariant', () => {
  const queue = new HeapQueue();
  expect(() => queue.pop()).toThrow('empty queue');
  queue.push(1, 1);
  queue.pop();
  expect(() => queue.pop()).toThrow('empty queue');
});

test('a million events may pend, and one more is refused in words', () => {
  const queue = new HeapQueue();
  for (let i = 0; i < 2 ** 20; i++) queue.push(i, i);
  expect(() => queue.push(0, 0)).toThrow('more than 1048576 events are pending');
});
