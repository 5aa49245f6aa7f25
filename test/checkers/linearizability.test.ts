import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  judgeLinearizability,
  linearizabilityLines,
  type Model,
  type Operation,
} from '../../src/checkers/linearizability.ts';
import { assert } from '../../src/lib/assert.ts';
import { madeHistory, withWrongRead } from '../support/made-histories.ts';
import { flawOf } from '../support/order-proof.ts';
import {
  casRegister,
  type KeyedAction,
  keyedTexts,
  type RegisterAction,
  registerText,
} from '../support/sequential-models.ts';
import { anyKeyedOperations, anyOperations, hasOrder } from './orders-by-hand.ts';
import '../support/property-seed.ts';

const REGISTER = casRegister({ initial: 0, failedCasCompared: true });
const { keyOf, step, initial } = REGISTER;
/** The same without the hints, which save steps and must change nothing else. */
const BARE: typeof REGISTER = { initial, keyOf, step };

const operation = <A>(
  action: A,
  calledAt: number,
  answeredAt: number,
  outcome: Operation<A>['outcome'] = 'ok',
): Operation<A> => ({ action, outcome, calledAt, answeredAt });
const read = (value: number): RegisterAction => ({ f: 'read', value });
const write = (value: number): RegisterAction => ({ f: 'write', value });

describe('judgeLinearizability', () => {
  test.each([
    ['a register, with all hints', REGISTER],
    ['a register, without any', BARE],
  ])('agrees with a trial of all orders: %s', (_, model) => {
    expectAgreement(model, anyOperations, 0.25);
  });

  test('agrees with a trial of all orders: texts that grow', () => {
    expectAgreement(keyedTexts, anyKeyedOperations, 0.1);
  });

  test('a model may leave open where an operation leads', () => {
    const loose: Model<number, RegisterAction> = {
      initial: 0,
      keyOf: String,
      // A write may be rounded down.
      step: (state, action) =>
        action.f === 'write'
          ? [action.value, action.value - 1]
          : (step(state, action, 'ok') as number[]),
    };
    const history = [
      operation(write(3), 0, 1),
      operation(write(7), 0, 4),
      operation(read(2), 2, 3),
    ];
    expect(judgeLinearizability(loose, [...history, operation(read(7), 5, 6)]).kind).toBe(
      'linearizable',
    );
    expect(judgeLinearizability(loose, [...history, operation(read(5), 5, 6)]).kind).toBe(
      'not-linearizable',
    );
  });

  test('moments that meet overlap; one after another do not', () => {
    const at = (calledAt: number) => [operation(write(1), 0, 5), operation(read(0), calledAt, 9)];
    expect(judgeLinearizability(REGISTER, at(5)).kind).toBe('linearizable');
    expect(judgeLinearizability(REGISTER, at(6)).kind).toBe('not-linearizable');
  });

  test('prints the longest prefix and what comes next', () => {
    const history = [
      operation(write(3), 0, 4),
      operation({ f: 'cas', from: 3, to: 4 } as const, 1, 6),
      operation(write(8), 2, 2, 'unknown'),
      operation(read(3), 5, 7),
      operation(read(3), 8, 9),
    ];
    const verdict = judgeLinearizability(REGISTER, history);
    expect(linearizabilityLines(verdict, { action: registerText, state: String })).toEqual([
      'not linearizable',
      'longest linearizable prefix, 3 operations:',
      '  write 3  [0, 4]',
      '  read 3  [5, 7]',
      '  cas 3 4  [1, 6]',
      'then the state is 4, and this fits nowhere:',
      '  read 3  [8, 9]',
    ]);
  });

  test('keys are judged by themselves, and the first to break is told', () => {
    const on = (key: string, f: KeyedAction['f'], value: string, at: number) =>
      operation({ f, key, value }, at, at + 1);
    const history = [
      on('a', 'append', 'x', 0),
      on('b', 'put', 'y', 2),
      on('a', 'get', 'y', 8),
      on('b', 'get', 'x', 4),
    ];
    expect(judgeLinearizability(keyedTexts, history)).toMatchObject({
      kind: 'not-linearizable',
      misfit: history[3],
      prefix: { part: 'b', order: [history[1]] },
    });
    expect(judgeLinearizability(keyedTexts, history.slice(0, 2)).kind).toBe('linearizable');
  });
});

/** Verdicts are those of the oracle, proofs are proofs, and each occurs in this share at least. */
function expectAgreement<S, A>(
  model: Model<S, A>,
  histories: fc.Arbitrary<readonly Operation<A>[]>,
  share: number,
): void {
  const counts = { linearizable: 0, 'not-linearizable': 0, unknown: 0 };
  const numRuns = 4_000;
  fc.assert(
    fc.property(histories, (history) => {
      const verdict = judgeLinearizability(model, history);
      counts[verdict.kind]++;
      expect(verdict.kind === 'linearizable').toBe(hasOrder(model, history));
      if (verdict.kind === 'linearizable') {
        for (const part of verdict.parts) expect(flawOf(model, history, part)).toBeUndefined();
      }
      if (verdict.kind !== 'not-linearizable') return;
      const { prefix, misfit, isLongest } = verdict;
      expect(isLongest).toBe(true);
      expect(flawOf(model, history, prefix, misfit.answeredAt)).toBeUndefined();
      expect(isBrokenBy(model, history, misfit)).toBe(true);
    }),
    { numRuns },
  );
  expect(counts.unknown).toBe(0);
  expect(Math.min(counts.linearizable, counts['not-linearizable'])).toBeGreaterThan(
    share * numRuns,
  );
}

/** Whether what was answered until then, this included, has no order. */
function isBrokenBy<S, A>(
  model: Model<S, A>,
  history: readonly Operation<A>[],
  misfit: Operation<A>,
): boolean {
  const end = misfit.answeredAt as number;
  const isLater = (op: Operation<A>) => op.outcome !== 'unknown' && (op.answeredAt as number) > end;
  const known = history
    .filter((op) => op.calledAt <= end && !(isLater(op) && op.outcome === 'failed'))
    .map((op): Operation<A> => (isLater(op) ? { ...op, outcome: 'unknown' } : op));
  return !hasOrder(model, known);
}

describe('long histories', () => {
  const MANY = { operations: 100_000, clients: 10, values: 5 };
  /** Twice what is needed: a search that goes back on its steps needs far more. */
  const STEPS_EACH = 30;
  const budget = { steps: STEPS_EACH * MANY.operations, states: 20_000 };

  test.each([
    ['all of it heard', 0],
    ['one in a hundred never heard of', 10_000],
    ['one in ten never heard of', 100_000],
  ])('100,000 operations of ten clients, %s', (_, unknownPpm) => {
    const history = madeHistory({ ...MANY, seed: 'long', unknownPpm });
    const verdict = judgeLinearizability(REGISTER, history, budget);
    assert(verdict.kind === 'linearizable', verdict.kind);
    expect(flawOf(REGISTER, history, verdict.parts[0]!)).toBeUndefined();
  });

  /** To see that an answer fits nowhere, every way to where it was given has to be tried. */
  const toRefute = { steps: 2 * budget.steps, states: 20_000 };

  test('one wrong answer near the end is found, and all before it ordered', () => {
    const history = madeHistory({ ...MANY, seed: 'wrong', unknownPpm: 0 });
    const { changed, wrong } = withWrongRead(history, 99_000);
    const verdict = judgeLinearizability(REGISTER, changed, toRefute);
    assert(verdict.kind === 'not-linearizable' && verdict.isLongest, verdict.kind);
    expect(verdict.misfit).toBe(wrong);
    expect(verdict.prefix.order.length).toBeGreaterThan(98_900);
    expect(flawOf(REGISTER, changed, verdict.prefix, wrong.answeredAt)).toBeUndefined();
  });

  test('one wrong answer is found among hundreds of operations never heard of', () => {
    const made = { operations: 5_000, clients: 10, values: 5, seed: 'lost', unknownPpm: 50_000 };
    const { changed, wrong } = withWrongRead(madeHistory(made), 4_000);
    const verdict = judgeLinearizability(REGISTER, changed, { steps: 4_000_000, states: 100_000 });
    assert(verdict.kind === 'not-linearizable' && verdict.isLongest, verdict.kind);
    expect(verdict.misfit).toBe(wrong);
  });
});

describe('what could blow up', () => {
  test('forty lost writes of different values are no burden', () => {
    const lost = Array.from({ length: 40 }, (_, at) => operation(write(at + 1), 0, 0, 'unknown'));
    const reads = Array.from({ length: 40 }, (_, at) => operation(read(40 - at), at + 1, at + 1.5));
    const budget = { steps: 20_000, states: 500 };
    const good = judgeLinearizability(REGISTER, [...lost, ...reads], budget);
    expect(good.kind).toBe('linearizable');
    // Each of them can happen once.
    const again = operation(read(7), 50, 51);
    const bad = judgeLinearizability(REGISTER, [...lost, ...reads, again], budget);
    expect(bad).toMatchObject({ kind: 'not-linearizable', misfit: again, isLongest: true });
  });

  /** A sum of numbers, and its value told. */
  const sums: Model<number, { readonly add: number } | { readonly told: number }> = {
    initial: 0,
    keyOf: String,
    step: (state, action) => {
      if ('add' in action) return [state + action.add];
      return action.told === state ? [state] : [];
    },
    alike: (action) => JSON.stringify(action),
  };

  test('which of 32 lost additions make a sum is too much to ask: unknown, within bounds', () => {
    const adds = Array.from({ length: 32 }, (_, at) =>
      operation({ add: 3 ** at }, 0, 0, 'unknown'),
    );
    const history = [...adds, operation({ told: 2 * 3 ** 20 }, 1, 2)];
    const small = judgeLinearizability(sums, history, { steps: 10_000_000, states: 3_000 });
    expect(small).toMatchObject({ kind: 'unknown', reason: 'more than 3000 states at a time' });
    const short = judgeLinearizability(sums, history, { steps: 5_000, states: 1_000_000 });
    expect(short).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/steps of search/),
    });
    // The steps of the place at which it is noticed are over it.
    expect(short.steps).toBeLessThan(5_500);
  });

  test('32 additions at once and an answer that fits none: unknown, with what is known', () => {
    const appends = Array.from({ length: 32 }, (_, at) => operation({ add: 3 ** at }, 2, 3));
    const history = [operation({ told: 0 }, 0, 1), ...appends, operation({ told: 1 }, 2, 4)];
    const verdict = judgeLinearizability(sums, history, { steps: 1_000_000, states: 5_000 });
    expect(verdict).toMatchObject({
      kind: 'unknown',
      reason: 'more than 5000 states at a time',
      prefix: { part: '', order: [history[0]] },
    });
    const words = { action: (action: object) => JSON.stringify(action), state: String };
    expect(linearizabilityLines(verdict, words)).toEqual([
      'unknown: more than 5000 states at a time',
      'linearizable prefix, 1 operations:',
      '  {"told":0}  [0, 1]',
    ]);
  });
});
