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
    { kind: 'crash', drawn: 2, armed: 2, bitten: 1, bites: [] },
    { kind: 'partition', drawn: 1, armed: 1, bitten: 1, bites: [] },
  ]);
});

test('whom faults bit: by role, the leader once more, in the phase in which they bit', () => {
  const machines = [
    { name: 'scheduler-1', role: 'scheduler' },
    { name: 'scheduler-2', role: 'scheduler' },
    { name: 'worker-1', role: 'worker' },
    { name: 'worker-2', role: 'worker' },
  ] as const;
  const both = { id: 'f2', whom: ['scheduler-2', 'worker-1', 'worker-2'] };
  const { coverage } = measure([
    f.runBegan(machines),
    f.phase(0, 'warm-up'),
    f.leads(1, 'scheduler-1', 1),
    f.fault(2, 'armed', { id: 'f0' }),
    f.fault(2, 'bitten', { id: 'f0', whom: ['worker-1'] }),
    f.phase(3, 'chaos'),
    f.fault(4, 'armed'),
    // A crash is told first; the leader has ceased to lead when its fault bites.
    f.machine(4, 'scheduler-1', 'down'),
    f.fault(4, 'bitten'),
    f.fault(5, 'bitten', both),
    f.fault(6, 'bitten', { id: 'f3' }),
    f.machine(7, 'worker-3', 'up', { role: 'worker' }),
    f.fault(8, 'bitten', { id: 'f4', whom: ['worker-3'] }),
    f.phase(9, 'end'),
  ]);
  expect(coverage[0]?.bites).toEqual([
    { role: 'worker', phase: 'warm-up', count: 1 },
    { role: 'leader', phase: 'chaos', count: 1 },
    { role: 'scheduler', phase: 'chaos', count: 3 },
    { role: 'worker', phase: 'chaos', count: 2 },
  ]);
});
