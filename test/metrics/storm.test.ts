import { expect, test } from 'vitest';
import * as f from '../support/facts.ts';
import { measure } from '../support/measure.ts';

test('faults that bit are drawn from when they began, and every one is counted', () => {
  const cut = { id: 'f2', kind: 'partition', whom: ['worker-1'] };
  const facts = [
    f.fault(0, 'drawn'),
    f.fault(0, 'drawn', cut),
    f.fault(0, 'drawn', { id: 'f3' }),
    f.fault(5, 'armed', cut),
    f.fault(6, 'armed'),
    f.fault(6, 'bitten'),
    f.fault(7, 'bitten', cut),
    f.fault(8, 'armed', { id: 'f3' }),
    f.fault(9, 'ended'),
    f.fault(9, 'ended', { id: 'f3' }),
    f.phase(20, 'end'),
  ];
  const { faults, coverage } = measure(facts);
  expect(faults).toEqual([
    { id: 'f2', kind: 'partition', fromUs: f.at(5), untilUs: f.at(20), whom: ['worker-1'] },
    { id: 'f1', kind: 'crash', fromUs: f.at(6), untilUs: f.at(9), whom: ['scheduler-1'] },
  ]);
  expect(coverage).toEqual([
    { kind: 'crash', drawn: 2, armed: 2, bitten: 1 },
    { kind: 'partition', drawn: 1, armed: 1, bitten: 1 },
  ]);
});
