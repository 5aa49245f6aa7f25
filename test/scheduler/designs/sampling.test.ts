/** `sampling` in small clusters: what its members forget, and what they do not. */
import { expect, test } from 'vitest';
import type { Fact } from '../../../src/history/fact.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { preparedOf, runTwice, scenarioOf } from '../../support/runs.ts';

const crashes = (at: string, heal = 'all'): Scenario =>
  scenarioOf(`
cluster: {members: 3, workers: 4, slots: 2}
workload:
  clients: 2
  arrivals: {rate: 4/s}
  run: 400ms
  fail: 10%
  sinks: [key]
  retry: {attempts: 4, max: 1s}
  schedules: [{name: seconds, every: 2s}]
faults:
  - {kind: crash, target: {role: scheduler, share: ${heal}}, at: ${at}, for: 3s}
phases: {warmUp: 8s, chaos: 15s}
`);

/** Verdicts on what it promises, and all facts. */
function run(scenario: Scenario, design: string) {
  const facts: Fact[] = [];
  const prepared = preparedOf(scenario, design);
  const { verdicts } = runTwice(prepared, '1', { onFact: (fact) => facts.push(fact) });
  const { notPromised } = prepared.design;
  const promised = [...verdicts].filter(([claim]) => !Object.hasOwn(notPromised, claim));
  const broken = promised.filter(([, { kind }]) => kind === 'broken').map(([claim]) => claim);
  return { facts, verdicts, broken };
}

test.each(['late-binding', 'batch', 'per-task', 'random'])(
  'every member crashes, schedules go on, and %s keeps its promises',
  (policy) => {
    const { facts, verdicts, broken } = run(crashes('12s'), `sampling+policy=${policy}`);
    expect(broken).toEqual([]);
    for (const claim of ['completes', 'recovers', 'on-time', 'single-effect', 'retry-policy']) {
      expect(verdicts.get(claim)?.kind, claim).toBe('held');
    }
    const ticks = facts.filter((fact) => fact.kind === 'body-began' && fact.tick !== undefined);
    expect(ticks.some(({ at }) => at > 20_000_000)).toBe(true);
  },
);

test('a submit is answered with the end of its job', () => {
  const { facts } = run(crashes('12s', 'one'), 'sampling');
  const states = facts.flatMap((fact) =>
    fact.kind === 'answered' && fact.request.kind === 'submit' && fact.answer.kind === 'ok'
      ? [fact.answer.state]
      : [],
  );
  expect(states.length).toBeGreaterThan(50);
  expect(new Set(states)).toEqual(new Set(['succeeded']));
});

test('without faults each tick begins once, whoever has its schedule', () => {
  const calm = { ...crashes('12s'), faults: { kind: 'given', faults: [] } } as const;
  const { facts, verdicts } = run(calm, 'sampling');
  expect(verdicts.get('tick-once')?.kind).toBe('held');
  const began = facts.filter((fact) => fact.kind === 'body-began' && fact.tick !== undefined);
  expect(began.length).toBeGreaterThan(10);
});
