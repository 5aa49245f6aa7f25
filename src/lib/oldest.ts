/**
 * Forgets the oldest keys of what is kept in order of coming: of `count` at least the latest stay,
 * and at most a tenth more. Many go at once, for a map from whose front keys were taken one by one
 * looks for its first among all the places that they left.
 */
export function keepLatest<K>(kept: Map<K, unknown> | Set<K>, count: number): void {
  const more = Math.ceil(count / 10);
  if (kept.size <= count + more) return;
  let left = kept.size - count;
  for (const key of kept.keys()) {
    if (left === 0) return;
    kept.delete(key);
    left -= 1;
  }
}
