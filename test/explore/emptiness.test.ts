import { expect, test } from 'vitest';
import { type Emptiness, inconclusiveReasons } from '../../src/explore/emptiness.ts';
import type { ClaimRow } from '../../src/report/document.ts';
import { preparedOf, scenarioOf } from '../support/runs.ts';

const row = (changes: Partial<ClaimRow>): ClaimRow => ({
  ...{ promised: true, reason: '', held: 0, broken: 0, excused: 0, unknown: 0, vacuous: 0 },
  ...changes,
});

const SEEN = { promised: false, held: 2 };
const SOUND: Emptiness = {
  prepared: preparedOf(
    scenarioOf(`
workload: {arrivals: {rate: 1/s}, schedules: [{name: beat, every: 5s}]}
faults: {profile: showcase}
`),
    'lease',
  ),
  claims: {
    'no-loss': row({ held: 2 }),
    'sometimes-job-completed': row(SEEN),
    'sometimes-tick-run': row(SEEN),
    'sometimes-failover': row(SEEN),
    'sometimes-lease-expired': row(SEEN),
  },
  coverage: [
    { kind: 'crash', drawn: 4, armed: 4, bitten: 1 },
    { kind: 'loss', drawn: 0, armed: 0, bitten: 0 },
  ],
  unbitten: 3,
};

const reasons = (changes: Partial<Emptiness>) => inconclusiveReasons({ ...SOUND, ...changes });
const claims = (changes: Readonly<Record<string, ClaimRow>>) =>
  reasons({ claims: { ...SOUND.claims, ...changes } });

test('an invocation in which everything was seen once is not empty', () => {
  expect(inconclusiveReasons(SOUND)).toEqual([]);
});

test('a kind of fault that was drawn has to bite somewhere', () => {
  const coverage = [{ kind: 'pause', drawn: 7, armed: 7, bitten: 0 }];
  expect(reasons({ coverage })).toEqual([expect.stringMatching(/^no pause .*7 drawn/)]);
});

test('of a given plan every fault has to bite, and a sum over kinds does not do', () => {
  const prepared = preparedOf(
    scenarioOf('faults: [{kind: crash, target: leader, at: 20s, for: 5s}]'),
    'lease',
  );
  const coverage = [{ kind: 'crash', drawn: 4, armed: 4, bitten: 3 }];
  expect(reasons({ prepared, coverage, unbitten: 1 })).toEqual([
    expect.stringMatching(/^1 .*given/),
  ]);
  expect(reasons({ prepared, coverage: [], unbitten: 0 })).toEqual([]);
});

test('a promised claim that could not be judged is a reason; another is none', () => {
  expect(claims({ 'no-loss': row({ held: 1, unknown: 2 }) })).toEqual([
    expect.stringMatching(/^no-loss .*2/),
  ]);
  expect(claims({ cancel: row({ promised: false, unknown: 2 }) })).toEqual([]);
});

test.each([
  'sometimes-job-completed',
  'sometimes-tick-run',
  'sometimes-failover',
  'sometimes-lease-expired',
])('%s has to be seen', (id) => {
  expect(claims({ [id]: row({ promised: false, vacuous: 2 }) })).toEqual([
    expect.stringContaining(id),
  ]);
});

test('nobody waits for what the scenario does not ask for', () => {
  const prepared = preparedOf(scenarioOf('workload: {arrivals: {rate: 0/s}}'), 'lease');
  const never = row({ promised: false, vacuous: 2 });
  const none = Object.fromEntries(Object.keys(SOUND.claims).map((id) => [id, never]));
  expect(reasons({ prepared, claims: none })).toEqual([]);
});

test('a claim that the scenario does not judge is not waited for', () => {
  expect(reasons({ claims: { 'no-loss': row({ held: 2 }) } })).toEqual([]);
});
