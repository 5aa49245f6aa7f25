import { expect, test } from 'vitest';
import type { ApiCall, ApiRequest } from '../../../src/scheduler/api.ts';
import { inShort } from '../../../src/scheduler/parts/answered.ts';
import { Doubles } from '../../../src/scheduler/parts/doubles.ts';

const CANCEL: ApiRequest = { kind: 'cancel', job: 'j' };
const call = (op: number, request: ApiRequest = CANCEL, resentAtUs?: number): ApiCall => ({
  ...{ kind: 'api', v: 1, op, request },
  ...(resentAtUs === undefined ? {} : { resentAtUs }),
});

test('a copy is doubled when it was here, whatever came between', () => {
  const doubles = new Doubles();
  expect(doubles.isDouble('c1', call(1))).toBe(false);
  expect(doubles.isDouble('c1', call(2))).toBe(false);
  expect(doubles.isDouble('c1', call(1))).toBe(true);
  expect(doubles.isDouble('c1', call(1))).toBe(true);
});

test('what a client sends again is news, and doubled when it comes twice', () => {
  const doubles = new Doubles();
  doubles.isDouble('c1', call(1));
  expect(doubles.isDouble('c1', call(1, CANCEL, 5))).toBe(false);
  expect(doubles.isDouble('c1', call(1, CANCEL, 6))).toBe(false);
  expect(doubles.isDouble('c1', call(1, CANCEL, 5))).toBe(true);
});

test('another client, or another request under a number used before, is news', () => {
  const doubles = new Doubles();
  doubles.isDouble('c1', call(1));
  expect(doubles.isDouble('c2', call(1))).toBe(false);
  expect(doubles.isDouble('c1', call(1, { kind: 'cancel', job: 'k' }))).toBe(false);
});

test('questions are answered as often as they come', () => {
  const doubles = new Doubles();
  const status: ApiRequest = { kind: 'status', job: 'j' };
  expect(doubles.isDouble('c1', call(1, status))).toBe(false);
  expect(doubles.isDouble('c1', call(1, status))).toBe(false);
});

test('at least the latest ten thousand copies are remembered, and not many more', () => {
  const doubles = new Doubles();
  for (let op = 0; op <= 30_000; op++) doubles.isDouble('c1', call(op));
  expect(doubles.isDouble('c1', call(30_000))).toBe(true);
  expect(doubles.isDouble('c1', call(20_001))).toBe(true);
  expect(doubles.isDouble('c1', call(19_000))).toBe(false);
});

test('whatever a number or a name is instead, it is news at first and doubled then', () => {
  const doubles = new Doubles();
  const odd = { toString: undefined };
  const request = { kind: 'cancel', job: odd } as unknown as ApiRequest;
  const strange = { ...call(1, request), op: odd as unknown as number };
  expect(doubles.isDouble('c1', strange)).toBe(false);
  expect(doubles.isDouble('c1', strange)).toBe(true);
  expect(inShort(null as unknown as ApiRequest)).toBe('     ');
});
