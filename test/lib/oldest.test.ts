import { expect, test } from 'vitest';
import { keepLatest } from '../../src/lib/oldest.ts';

test('at least so many of the latest stay, and at most a tenth more', () => {
  const kept = new Set<number>();
  for (let n = 0; n < 1_000; n++) {
    kept.add(n);
    keepLatest(kept, 100);
    expect(kept.size).toBeLessThanOrEqual(110);
    if (n >= 99)
      expect([...kept].slice(-100)).toEqual(Array.from({ length: 100 }, (_, i) => n - 99 + i));
  }
});

test('what comes again is the latest', () => {
  const kept = new Map<string, number>();
  const note = (key: string): void => {
    kept.delete(key);
    kept.set(key, 0);
    keepLatest(kept, 2);
  };
  for (const key of ['a', 'b', 'c', 'a', 'd']) note(key);
  expect([...kept.keys()]).toEqual(['a', 'd']);
});
