import { expect, test } from 'vitest';
import { type Emptiness, inconclusiveReasons } from '../../src/explore/emptiness.ts';
import type { ClaimRow, FaultCoverage } from '../../src/report/document.ts';
import { preparedOf, scenarioOf } from '../support/runs.ts';

const row = (changes: Partial<ClaimRow>): ClaimRow => ({
  ...{ promised: true, reason: '', held: 0, broken: 0, excused: 0, unknown: 0, vacuous: 0 },
  ...changes,
});

const kindRow = (kind: string, drawn: number, bitten: number): FaultCoverage => ({
  ...{ kind, drawn, notApplicable: 0, armed: drawn, bitten, bites: [] },
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
  coverage: [kindRow('crash', 4, 1), kindRow('loss', 0, 0)],
};

const reasons = (changes: Partial<Emptiness>) => inconclusiveReasons({ ...SOUND, ...changes });
const claims = (changes: Readonly<Record<string, ClaimRow>>) =>
  reasons({ claims: { ...SOUND.claims, ...changes } });

test('an invocation in which everything was seen once is not empty', () => {
  expect(inconclusiveReasons(SOUND)).toEqual([]);
});

test('a kind of fault that was drawn has to bite somewhere', () => {
  const coverage = [kindRow('pause', 7, 0)];
  expect(reasons({ coverage })).toEqual([expect.stringMatching(/^no pause .*7 drawn/)]);
});

test('what a design is immune to need not bite it', () => {
  const { design } = SOUND.prepared;
  const prepared = { ...SOUND.prepared, design: { ...design, immuneTo: { pause: 'never waits' } } };
  expect(reasons({ prepared, coverage: [kindRow('pause', 7, 0)] })).toEqual([]);
  expect(reasons({ prepared, coverage: [kindRow('loss', 7, 0)] })).toHaveLength(1);
});

test('of a given plan every fault has to bite, and a sum over kinds does not do', () => {
  const prepared = preparedOf(
    scenarioOf('faults: [{kind: crash, target: leader, at: 20s, for: 5s}]'),
    'lease',
  );
  const coverage = [kindRow('crash', 4, 3), kindRow('loss', 4, 4)];
  expect(reasons({ prepared, coverage })).toEqual([
    expect.stringMatching(/^crash .* 1 of the 4 times/),
  ]);
  expect(reasons({ prepared, coverage: [] })).toEqual([]);
  const noStore = { ...kindRow('lock-stall', 4, 0), notApplicable: 4, armed: 0 };
  expect(reasons({ prepared, coverage: [noStore] })).toEqual([]);
});

test('a kind that this design has nobody for is not waited for', () => {
  const noStore = { ...kindRow('lock-stall', 7, 0), notApplicable: 7, armed: 0 };
  expect(reasons({ coverage: [noStore] })).toEqual([]);
  const someStore = { ...noStore, notApplicable: 6, armed: 1 };
  expect(reasons({ coverage: [someStore] })).toEqual([expect.stringMatching(/^no lock-stall/)]);
});

test('of everything each promised claim must be judged in 95 % of the seeds', () => {
  const prepared = preparedOf(scenarioOf('faults: {profile: everything}'), 'lease');
  const judged = (changes: Partial<ClaimRow>) =>
    reasons({ prepared, claims: { ...SOUND.claims, 'no-loss': row(changes) } });
  expect(judged({ held: 94, broken: 1, excused: 3, unknown: 1, vacuous: 1 })).toEqual([]);
  expect(judged({ held: 94, excused: 6 })).toEqual(['no-loss was judged in only 94 of 100 seeds']);
  expect(judged({ promised: false, held: 1, excused: 9 })).toEqual([]);
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
