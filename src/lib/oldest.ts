/**
 * Takes away the first `count` keys of what is kept in order of coming. Many at once: a map from
 * whose front much was taken one by one looks for its first among all the places they left.
 */
export function dropOldest<K>(kept: Map<K, unknown> | Set<K>, count: number): void {
  let left = count;
  for (const key of kept.keys()) {
    if (left === 0) return;
    kept.delete(key);
    left -= 1;
  }
}
