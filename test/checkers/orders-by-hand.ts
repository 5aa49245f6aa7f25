/**
 * The oracle for the search: it tries all orders of a small history, one by one, and remembers
 * nothing. And small histories to try it on: anything at all, and such as one register makes.
 */
import * as fc from 'fast-check';
import type { Model, Operation } from '../../src/checkers/linearizability.ts';
import type { KeyedAction, RegisterAction } from '../support/sequential-models.ts';

/** Whether some order of the operations explains every answer. */
export function hasOrder<S, A>(model: Model<S, A>, history: readonly Operation<A>[]): boolean {
  const go = (state: S, left: readonly Operation<A>[]): boolean => {
    if (left.every(({ outcome }) => outcome === 'unknown')) return true;
    const firstEnd = Math.min(...left.map(endOf));
    return left.some((op) => {
      if (op.calledAt > firstEnd) return false;
      const rest = left.filter((one) => one !== op);
      return model.step(state, op.action, op.outcome).some((next) => go(next, rest));
    });
  };
  return go(model.initial, history);
}

const endOf = <A>({ outcome, answeredAt }: Operation<A>): number =>
  outcome === 'unknown' || answeredAt === undefined ? Number.POSITIVE_INFINITY : answeredAt;

const VALUES = 3;
const value = fc.nat({ max: VALUES - 1 });

const action: fc.Arbitrary<RegisterAction> = fc.oneof(
  fc.record({ f: fc.constant('read' as const), value }),
  fc.record({ f: fc.constant('write' as const), value }),
  fc.record({ f: fc.constant('cas' as const), from: value, to: value }),
);

const outcome = fc.constantFrom<Operation<RegisterAction>['outcome'][]>(
  ...(['ok', 'ok', 'ok', 'ok', 'failed', 'unknown', 'unknown'] as const),
);

/** Any operations, answered anything, called and answered in any order. */
const operationsOf = <A>(action: fc.Arbitrary<A>): fc.Arbitrary<readonly Operation<A>[]> =>
  fc
    .array(fc.record({ action, outcome, from: fc.nat({ max: 12 }), long: fc.nat({ max: 8 }) }), {
      minLength: 1,
      maxLength: 7,
    })
    .map((drawn) =>
      drawn.map(({ action, outcome, from, long }) => ({
        action,
        outcome,
        calledAt: from,
        answeredAt: from + long,
      })),
    );

export const anyOperations = operationsOf(action);

const keyedAction: fc.Arbitrary<KeyedAction> = fc.oneof(
  { weight: 3, arbitrary: keyed('get', fc.constantFrom('', 'a', 'b', 'ab', 'ba', 'aba')) },
  { weight: 4, arbitrary: keyed('append', fc.constantFrom('a', 'b')) },
  { weight: 1, arbitrary: keyed('put', fc.constantFrom('a', 'ab')) },
);

function keyed(f: KeyedAction['f'], value: fc.Arbitrary<string>): fc.Arbitrary<KeyedAction> {
  return fc.record({ f: fc.constant(f), key: fc.constant('k'), value });
}

export const anyKeyedOperations = operationsOf(keyedAction);
