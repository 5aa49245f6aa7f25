import type { DesignMachine } from '../designs/design.ts';
import type { StoreIndex } from '../store/indexes.ts';
import { createStore, DEFAULT_STORE } from '../store/store.ts';

/** Whether the store has a second machine, and whether commits wait for it. */
export type Replica = 'sync' | 'async' | 'none';

/**
 * The machines of the store. Each counts as one that keeps the book: after a failover, and while
 * the primary goes on alone, it is on one disk only.
 */
export function storesOf(
  name: string,
  replica: Replica,
  indexes: readonly StoreIndex[] = [],
): readonly DesignMachine[] {
  const options = { ...DEFAULT_STORE, indexes };
  const one = { name, role: 'store' as const, keepsBook: true };
  if (replica === 'none') return [{ ...one, factory: createStore(options) }];
  const second = `${name}-2`;
  const of = (peer: string, isFirst: boolean) =>
    createStore(options, { peer, mode: replica, isFirst });
  return [
    { ...one, factory: of(second, true) },
    { ...one, name: second, factory: of(name, false) },
  ];
}
