import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';
import { measure } from '../support/measure.ts';

const storm = [
  f.phase(0, 'warm-up'),
  f.phase(10, 'chaos'),
  f.phase(50, 'heal'),
  f.phase(100, 'end'),
];
/** A job asked and accepted at `s`; begun, and done, at those seconds if ever. */
const job = (id: string, s: number, beganS?: number, doneS?: number): readonly Fact[] => [
  f.submit(s, id),
  f.accepted(s, id),
  ...(beganS === undefined ? [] : [f.began(beganS, id)]),
  ...(doneS === undefined ? [] : [f.effect(doneS, id)]),
];
const value = (name: string, facts: readonly Fact[]) =>
  measure([...storm, ...facts]).metrics[name]?.value;

describe('backlogDrain', () => {
  // Before the storm one job waits for half of the time.
  const normal = job('warm', 0, 5, 5);

  test('is from the heal until no more wait than before', () => {
    const facts = [...normal, ...job('a', 20, 56, 57), ...job('b', 30, 60, 61)];
    expect(value('backlogDrain', facts)).toBe(6);
    expect(value('backlogUndrained', facts)).toBe(0);
    // Without a warm-up in which anything waited, none may wait.
    expect(value('backlogDrain', facts.slice(4))).toBe(10);
  });

  test('is nothing where the backlog is no longer than before', () => {
    expect(value('backlogDrain', [...normal, ...job('a', 49, 70, 71)])).toBe(0);
  });

  test('has no value where the backlog never drains, which is counted', () => {
    const facts = [...normal, ...job('a', 20), ...job('b', 30)];
    expect(value('backlogDrain', facts)).toBeUndefined();
    expect(value('backlogUndrained', facts)).toBe(1);
  });
});

test('firstJob is the first body after the heal', () => {
  const facts = [...job('a', 20, 30), ...job('b', 40, 53.5), ...job('c', 40, 60)];
  expect(value('firstJob', facts)).toBe(3.5);
  expect(value('firstJob', job('a', 20, 30))).toBeUndefined();
});

describe('areaLost', () => {
  test('is jobs owed times how long, beyond what is normal', () => {
    const late = [...job('a', 20, 24, 25), ...job('b', 40, 58, 60)];
    expect(value('areaLost', late)).toBe(5 + 20);
    // One job at a time is normal then; from 22 to 25 s there are two.
    const warm = job('warm', 0, 9, 10);
    expect(value('areaLost', [...warm, ...late, ...job('c', 22, 29, 30)])).toBe(3);
  });

  test('counts what is open to the end, and what was not accepted while its client waited', () => {
    expect(value('areaLost', job('a', 70))).toBe(30);
    const unknown = f.answered(33, f.submitOf('b'), { kind: 'unknown' }, 30);
    expect(value('areaLost', [f.submit(30, 'b'), unknown])).toBe(3);
  });

  test('jobs that are over are owed no more', () => {
    expect(value('areaLost', [...job('a', 30), f.cancelled(34, 'a', 'cancelled')])).toBe(4);
    const dead = [...job('a', 30, 31), f.ended(32, 'a', 'failed'), f.audited(90, 'a', 'dead')];
    expect(value('areaLost', dead)).toBe(2);
  });
});

test('a run without a heal has no way back', () => {
  const { metrics } = measure([f.phase(0, 'chaos'), f.phase(50, 'end'), ...job('a', 20, 30)]);
  for (const name of ['firstJob', 'backlogDrain', 'backlogUndrained', 'areaLost']) {
    expect(metrics[name]?.value, name).toBeUndefined();
  }
});
