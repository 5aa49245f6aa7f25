/** Faults of the workload in whole runs: what they do, and that nothing of them stays. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlannedFault, Target, WorkloadKind } from '../../src/faults/plan.ts';
import { WORKLOAD_KINDS } from '../../src/faults/plan.ts';
import type { Fact, FactKind, FactOf } from '../../src/history/fact.ts';
import { ALL_KINDS } from '../../src/history/history.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { assembleRun } from '../../src/scenario/assemble.ts';
import type { Prepared } from '../../src/scenario/prepare.ts';
import type { ApiCall } from '../../src/scheduler/api.ts';
import { brokenOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

const SCENARIO = scenarioOf(`
cluster: {members: 3, workers: 3, slots: 3}
workload:
  clients: 2
  arrivals: {rate: 2/s}
  status: 20%
  cancel: 5%
  run: 300ms
  timeout: 5s
  retry: {attempts: 3, base: 300ms, max: 2s}
  schedules: [{name: every-5s, every: 5s}]
phases: {warmUp: 5s, chaos: 30s}
`);
const HEAL_US = 35 * SECOND;
const LONGEST_S = 30;

const client = (index: number): Target => ({ by: 'index', role: 'client', index });
const all = (role: 'client' | 'worker'): Target => ({ by: 'share', role, share: 'all' });

/** From 10 s on for 10 s, on everybody it can hit, unless told otherwise. */
const fault = (
  kind: WorkloadKind,
  params: Record<string, number>,
  more: Partial<PlannedFault> = {},
): PlannedFault => ({
  id: kind,
  kind,
  target: all(kind === 'poison-job' || kind === 'long-job' ? 'worker' : 'client'),
  start: { kind: 'at', atUs: 10 * SECOND },
  durationUs: 10 * SECOND,
  params,
  ...more,
});

const preparedFor = (faults: readonly PlannedFault[], design = 'lease'): Prepared =>
  preparedOf({ ...SCENARIO, faults: { kind: 'given', faults } }, design);

/** Runs a seed twice under these faults: no promise breaks, and these are the facts. */
function factsUnder(faults: readonly PlannedFault[], design = 'lease') {
  const facts: Fact[] = [];
  const run = runTwice(preparedFor(faults, design), '1', { onFact: (fact) => facts.push(fact) });
  expect(brokenOf(run), JSON.stringify(faults)).toEqual({});
  const of = <K extends FactKind>(kind: K): readonly FactOf<K>[] =>
    facts.filter((fact): fact is FactOf<K> => fact.kind === kind);
  const events = (id: string) => of('fault').filter((f) => f.fault === id);
  const bitten = (id: string): boolean => events(id).some(({ event }) => event === 'bitten');
  const verdict = (claim: string) => run.verdicts.get(claim)?.kind;
  return { of, bitten, verdict };
}

const submitsOf = (asked: readonly FactOf<'asked'>[], prefix: string) =>
  asked.filter(({ request }) => request.kind === 'submit' && request.job.startsWith(prefix));

describe.each(['single', 'lease'])('%s', (design) => {
  test('a burst adds jobs while it lasts, and each of them ends', () => {
    const burst = fault('burst', { perSecond: 20 }, { target: client(0) });
    const { of, bitten, verdict } = factsUnder([burst], design);
    const submits = submitsOf(of('asked'), 'burst-client-1-');
    expect(submits.length).toBeGreaterThan(140);
    expect(submits.length).toBeLessThan(260);
    for (const { at, client: who } of submits) {
      expect(who).toBe('client-1');
      expect(at).toBeGreaterThanOrEqual(10 * SECOND);
      expect(at).toBeLessThanOrEqual(20 * SECOND);
    }
    const numbers = of('asked').map(({ op }) => op);
    expect(new Set(numbers).size).toBe(numbers.length);
    const answered = new Set(of('answered').map(({ op }) => op));
    expect(numbers.filter((op) => !answered.has(op))).toEqual([]);
    expect(bitten('burst')).toBe(true);
    expect(verdict('completes')).toBe('held');
    expect(verdict('recovers')).toBe('held');
  });

  test('a herd begins at one moment', () => {
    const params = { jobs: 9, dueUs: 6 * SECOND };
    const { of, verdict } = factsUnder([fault('herd', params, { target: client(1) })], design);
    const began = of('body-began').filter(({ job }) => job.startsWith('herd-client-2-'));
    const firsts = began.filter(({ token }) => token.attempt === 1).map(({ at }) => at);
    expect(firsts.length).toBeGreaterThanOrEqual(6);
    expect(Math.min(...firsts)).toBeGreaterThan(16 * SECOND - 20 * MS);
    expect(Math.max(...firsts)).toBeLessThan(16.5 * SECOND);
    expect(verdict('completes')).toBe('held');
  });

  test('poison takes workers down in every attempt, and ends dead', () => {
    const poison = fault('poison-job', { poisonPpm: 200_000 }, { durationUs: 24 * SECOND });
    const { of, bitten, verdict } = factsUnder([poison], design);
    expect(bitten('poison-job')).toBe(true);
    const downs = of('machine').filter(({ state }) => state === 'down');
    expect(downs.length).toBeGreaterThan(3);
    for (const { role, why, at } of downs) {
      expect(role).toBe('worker');
      expect(why).toMatch(/ took the program down$/);
      expect(at).toBeLessThan(34 * SECOND);
    }
    const jobOf = ({ why }: { readonly why: string }) => why.replace(/ took .*/, '');
    const killers = new Set(downs.map(jobOf));
    const dead = of('audited-job').filter(({ job, state }) => killers.has(job) && state === 'dead');
    expect(dead.length).toBeGreaterThan(0);
    for (const { attempts } of dead) expect(attempts).toBe(3);
    expect(verdict('retry-policy')).toBe('held');
    expect(verdict('completes')).toBe('held');
  });

  test('a job that never seems to end is stopped at its timeout, and dies of it', () => {
    const long = fault('long-job', { factor: 1_000_000 });
    const { of, bitten, verdict } = factsUnder([long], design);
    expect(bitten('long-job')).toBe(true);
    const during = of('body-began').filter(({ at }) => at > 10 * SECOND && at < 20 * SECOND);
    const stopped = of('body-ended').filter(({ how }) => how === 'stopped');
    expect(during.length).toBeGreaterThan(8);
    expect(stopped.length).toBeGreaterThanOrEqual(during.length / 2);
    for (const { at } of stopped) expect(at).toBeLessThan(26 * SECOND);
    expect(verdict('retry-policy')).toBe('held');
    expect(verdict('recovers')).toBe('held');
  });
});

test('a worker that was replaced under a new name can be poisoned too', () => {
  const worker: Target = { by: 'index', role: 'worker', index: 0 };
  const replaced: PlannedFault = {
    ...fault('poison-job', {}, { target: worker, durationUs: 2 * SECOND }),
    id: 'replaced',
    kind: 'replace',
    start: { kind: 'at', atUs: 6 * SECOND },
  };
  const poison = fault('poison-job', { poisonPpm: 1_000_000 });
  const { of } = factsUnder([replaced, poison]);
  const downs = of('machine').filter(({ state, why }) => state === 'down' && why !== 'replaced');
  expect(new Set(downs.map(({ machine }) => machine)).size).toBe(3);
  expect(new Set(downs.map(({ machine }) => machine))).not.toContain('worker-1');
});

test('in a retry storm a request is sent many times and carried out once', () => {
  const silence: PlannedFault = {
    ...fault('retry-storm', {}),
    id: 'silence',
    kind: 'loss',
    params: { lossPpm: 800_000 },
    peer: { by: 'share', role: 'scheduler', share: 'all' },
  };
  const storm = fault('retry-storm', { everyUs: 20 * MS });
  const prepared = preparedFor([silence, storm]);
  const facts: Fact[] = [];
  const fold = { listens: ALL_KINDS, onFact: (fact: Fact) => void facts.push(fact) };
  const run = assembleRun(prepared, { seed: '1', folds: [fold] });
  const copies = new Map<number, number>();
  run.sim.network.onDelivered((_, __, message) => {
    if (message.kind !== 'api' || run.sim.now > HEAL_US) return;
    const { op } = message as ApiCall;
    copies.set(op, (copies.get(op) ?? 0) + 1);
  });
  run.execute();
  const most = Math.max(...copies.values());
  expect(most).toBeGreaterThan(10);
  const asked = facts.filter((fact) => fact.kind === 'asked').map(({ op }) => op);
  expect(new Set(asked).size).toBe(asked.length);
  const { verdict, bitten } = factsUnder([silence, storm]);
  expect(bitten('retry-storm')).toBe(true);
  for (const claim of ['no-loss', 'retry-policy', 'single-effect', 'completes', 'recovers']) {
    expect(verdict(claim), claim).toBe('held');
  }
});

test('whatever a burst asks for, no more is added than can be worked off', () => {
  const drawn = preparedOf(
    { ...SCENARIO, faults: { kind: 'drawn', profile: 'workload', intensity: 1 } },
    'lease',
  );
  const { addedJobsMax } = drawn.timeline;
  expect(addedJobsMax).toBeGreaterThan(50);
  const flood = { durationUs: 3_600 * SECOND, target: client(0) };
  const faults = [
    fault('burst', { perSecond: 100_000 }, flood),
    fault('herd', { jobs: 100_000, dueUs: 3_600 * SECOND }, { ...flood, target: client(1) }),
  ];
  const jobs = new Set<string>();
  const run = runTwice(drawn, '1', {
    plan: { faults },
    onFact: (fact) => {
      if (fact.kind !== 'asked' || fact.request.kind !== 'submit') return;
      if (!fact.request.job.startsWith('j-')) jobs.add(fact.request.job);
    },
  });
  expect(jobs.size).toBe(addedJobsMax);
  expect(brokenOf(run)).toEqual({});
  expect(run.verdicts.get('completes')?.kind).toBe('held');
});

const anyParams: Readonly<Record<WorkloadKind, fc.Arbitrary<Record<string, number>>>> = {
  burst: fc.record({ perSecond: fc.integer({ min: 1, max: 40 }) }),
  herd: fc.record({
    jobs: fc.integer({ min: 1, max: 60 }),
    dueUs: fc.nat(40).map((s) => s * SECOND),
  }),
  'poison-job': fc.record({ poisonPpm: fc.nat(1_000_000) }),
  'long-job': fc.record({ factor: fc.oneof(fc.constant(1), fc.double({ min: 1, max: 1e6 })) }),
  'retry-storm': fc.record({ everyUs: fc.integer({ min: 5 * MS, max: 2 * SECOND }) }),
};
const anyTarget = fc.oneof(
  fc.constantFrom(all('client'), all('worker')),
  fc.constantFrom<Target>({ by: 'share', role: 'any', share: 'all' }, { by: 'rack', index: 0 }),
  fc.nat(3).map(client),
  fc.nat(3).map((index): Target => ({ by: 'index', role: 'worker', index })),
);
const anyFault = fc.constantFrom(...WORKLOAD_KINDS).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    params: anyParams[kind],
    target: anyTarget,
    start: fc.integer({ min: 5, max: 34 }).map((s) => ({ kind: 'at' as const, atUs: s * SECOND })),
    durationUs: fc.nat(LONGEST_S).map((s) => s * SECOND),
  }),
);

test('whatever these faults do together, promises hold and nothing goes on after the heal', () => {
  fc.assert(
    fc.property(
      fc.array(anyFault, { maxLength: 6 }),
      fc.constantFrom('single', 'lease'),
      (drawn, design) => {
        const faults = drawn.map((one, i): PlannedFault => ({ id: `f${i}`, ...one }));
        const { of, verdict } = factsUnder(faults, design);
        const late = of('machine').filter(({ at, state }) => state === 'down' && at > HEAL_US);
        expect(late).toEqual([]);
        expect(submitsOf(of('asked'), 'f').filter(({ at }) => at > HEAL_US)).toEqual([]);
        expect(verdict('completes')).toBe('held');
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);
