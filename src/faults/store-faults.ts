import type { Family, World } from './beginning.ts';
import { param } from './beginning.ts';
import type { ClockBooks } from './clock-books.ts';
import type { StoreKind } from './plan.ts';
import { StoreMishaps } from './store-mishaps.ts';
import { StoreOperator } from './store-operator.ts';

/**
 * What happens to the store of the designs that have one: who of its machines serves, what it
 * does wrong for a while, and what is lost of what it says. Where a machine of that role runs
 * another program, only the last has an effect.
 */
export function createStoreFaults(world: World, clocks: ClockBooks): Family<StoreKind> {
  const operator = new StoreOperator(world, clocks);
  const mishaps = new StoreMishaps(world);
  return {
    begin: {
      'store-failover': (b) => operator.failover(b),
      'old-primary': (b) => operator.oldPrimary(b),
      'failover-clock-jump': (b) => operator.failover(b, param(b.fault, 'stepUs')),
      'stale-reads': (b) =>
        mishaps.mishap(b, { kind: 'stale-reads', lagUs: param(b.fault, 'lagUs') }),
      'lock-stall': (b) => mishaps.mishap(b, { kind: 'lock-stall' }),
      'orphan-locks': (b) => mishaps.orphanLocks(b),
      'serialization-errors': (b) => mishaps.serializationErrors(b),
      'read-only': (b) => mishaps.mishap(b, { kind: 'read-only' }),
      'session-loss': (b) => mishaps.sessionLoss(b),
      'lost-answer': (b) => mishaps.lostAnswers(b),
      'lossy-notification': (b) => mishaps.lostNotifications(b),
    },
    heal: () => operator.heal(),
  };
}
