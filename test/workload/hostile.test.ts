import { expect, test } from 'vitest';
import type { Fact, FactOf } from '../../src/history/fact.ts';
import { problemsOfFact } from '../../src/history/shape.ts';
import { SECOND, virtualUs, wallUs } from '../../src/lib/units.ts';
import type { Demand } from '../../src/workload/demand.ts';
import { NONSENSE } from '../../src/workload/hostile.ts';
import { planWorkload } from '../../src/workload/workload.ts';
import { brokenOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';
import { DEMAND, SPEC, streamsOf } from './fixtures.ts';

const hostileOps = (changes: Partial<Demand>) =>
  planWorkload({
    workload: { ...DEMAND, hostilePpm: 200_000, ...changes },
    rng: streamsOf('7'),
    startUs: 5 * SECOND,
    endUs: 65 * SECOND,
    startWallUs: wallUs(0),
    schedules: [],
  }).filter(({ meant }) => meant !== undefined);

test.each(NONSENSE)('$kind: judges are told something with the shape of a request', (nonsense) => {
  const { request, meant } = nonsense.make({ job: 'j-1', spec: SPEC, name: 'hostile-j-1' });
  expect(request).toBeTypeOf('object');
  const fact: Fact = {
    kind: 'asked',
    at: virtualUs(0),
    client: 'client-1',
    op: 1,
    request: meant,
    hostile: true,
  };
  expect(problemsOfFact(fact)).toEqual([]);
});

test('the share is as asked, and every kind is drawn', () => {
  const ops = hostileOps({});
  // A fifth of about 3000.
  expect(ops.length).toBeGreaterThan(500);
  expect(ops.length).toBeLessThan(700);
  const again = ops.filter(({ onlyAfterOk }) => onlyAfterOk);
  expect(again.length).toBeGreaterThan(5);
  expect(
    new Set(ops.map(({ request }) => JSON.stringify(request).slice(0, 40))).size,
  ).toBeGreaterThan(10);
});

test('where jobs are forgotten no id is used again', () => {
  const ops = hostileOps({ retainUs: SECOND });
  expect(ops.length).toBeGreaterThan(500);
  expect(ops.some(({ onlyAfterOk }) => onlyAfterOk)).toBe(false);
});

test('all nonsense is refused with a field, and kills nobody', () => {
  const scenario = scenarioOf(`
workload: {arrivals: {rate: 8/s}, hostile: 50%, schedules: [{name: beat, every: 5s}]}
phases: {chaos: 30s}
`);
  const answers: FactOf<'answered'>[] = [];
  const downs: Fact[] = [];
  const onFact = (fact: Fact): void => {
    if (fact.kind === 'answered' && fact.hostile === true) answers.push(fact);
    if (fact.kind === 'machine' && fact.state === 'down') downs.push(fact);
  };
  const run = runTwice(preparedOf(scenario, 'single'), '1', { onFact });
  expect(answers.length).toBeGreaterThan(100);
  for (const { answer, request } of answers) {
    const refusal = answer.kind === 'fail' ? answer.reason : answer.kind;
    expect(refusal, request.kind).toMatch(/^[a-z][A-Za-z.]*: ./);
  }
  expect(downs).toEqual([]);
  expect(brokenOf(run)).toEqual({});
  expect(run.numbers.metrics['apiSuccess']?.value).toBe(1);
}, 60_000);
