import { expect, test } from 'vitest';
import { Out } from '../../../src/scheduler/parts/out.ts';
import { Archive, type StoreEntry } from '../../../src/scheduler/store/archive.ts';

test('the log of a store is as short where many rows are committed at once', () => {
  const archive = new Archive('primary', []);
  const out = new Out<StoreEntry>();
  const [rows, together] = [10_000, 8];
  let [inLog, longest, snapshots] = [0, 0, 0];
  for (let n = 0; n < 8 * rows; n += together) {
    const keys = Array.from({ length: together }, (_, i) => `row-${(n + i) % rows}`);
    archive.commit(new Map(keys.map((key) => [key, { value: { n } }])), out);
    const { persist, rewrite } = archive.seal(out.take());
    expect(persist.length + (rewrite?.length ?? 0)).toBe(1);
    inLog = rewrite === undefined ? inLog + together : 0;
    if (rewrite !== undefined) snapshots += 1;
    longest = Math.max(longest, inLog);
  }
  // Two entries per row, or 4,096 records of eight where that is more.
  expect(longest).toBeLessThanOrEqual(4_096 * together);
  expect(snapshots).toBeGreaterThan(1);
});
