import { expect, test } from 'vitest';
import type { Fact } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';
import { measure } from '../support/measure.ts';

const storm = [f.phase(0, 'warm-up'), f.phase(10, 'chaos'), f.phase(50, 'heal')];
const commit = (s: number, decided: number, conflicts: number): Fact =>
  f.testified(s, 'scheduler-1', { kind: 'committed', decided, conflicts });
const measured = (facts: readonly Fact[]) => {
  const { metrics } = measure([...storm, ...facts].sort((a, b) => a.at - b.at));
  return [metrics['commitConflicts']?.value, metrics['decisionsWasted']?.value];
};

test('commits of the storm that met a conflict, and what was thrown away for what was kept', () => {
  const facts = [commit(5, 9, 9), commit(20, 4, 0), commit(30, 4, 2), commit(60, 9, 9)];
  expect(measured(facts)).toEqual([1 / 2, 2 / 6]);
});

test('nobody decides on copies, or nothing was kept', () => {
  expect(measured([])).toEqual([undefined, undefined]);
  expect(measured([commit(20, 3, 3)])).toEqual([1, undefined]);
});
