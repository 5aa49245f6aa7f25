/**
 * What a larger cluster costs. Per event of the kernel, 10,000 machines cost at most 3 times what
 * 100 cost: the same scheduler, the same jobs, and workers that beat. With MILLION=1 also a run of
 * 1,000 workers and a million jobs, which is to stay within 4 GiB. The collector is in no hurry
 * before it has used what it may, so it has to be told:
 *
 *   MILLION=1 NODE_OPTIONS=--max-old-space-size=3072 npm run bench -- scale -t million
 */
import { afterAll, bench, describe } from 'vitest';
import { runSeed } from '../../src/explore/run.ts';
import { preparedOf, scenarioOf } from '../support/runs.ts';

const DESIGN = 'raft';
const isMillion = process.env['MILLION'] === '1';

const textOf = (workers: number, perSecond: number, seconds: number): string => `
cluster: { members: 3, workers: ${workers}, slots: 4, beat: 10s }
workload:
  clients: 8
  arrivals: { rate: ${perSecond}/s }
  status: 0%
  cancel: 0%
  fail: 0%
  run: 500ms
  timeout: 20s
  clientTimeout: 10s
phases: { warmUp: 10s, chaos: ${seconds}s }
`;

/** Microseconds of wall time per event, by workers; the least of a few runs. */
const costs = new Map<number, number>();

function once(workers: number): void {
  const prepared = preparedOf(scenarioOf(textOf(workers, 20, 10)), DESIGN);
  const began = performance.now();
  const { steps } = runSeed(prepared, 'scale');
  const us = ((performance.now() - began) * 1_000) / steps;
  costs.set(workers, Math.min(us, costs.get(workers) ?? Number.POSITIVE_INFINITY));
}

describe('100 workers and 10,000', () => {
  bench(
    'a run of each',
    () => {
      for (const workers of [100, 10_000]) once(workers);
    },
    { iterations: 3, time: 0, warmupIterations: 0, warmupTime: 0 },
  );
});

describe.skipIf(!isMillion)('a million jobs (skipped where MILLION=1 is not set)', () => {
  let hasRun = false;
  bench(
    'one run',
    () => {
      // Once: the bench would run it first to warm up, and then for its own table.
      if (hasRun) return;
      hasRun = true;
      const prepared = preparedOf(scenarioOf(textOf(1_000, 900, 1_000)), DESIGN);
      const { numbers, steps } = runSeed(prepared, 'million');
      const gib = (process.resourceUsage().maxRSS / 2 ** 20).toFixed(2);
      const { accepted } = numbers.accounts.jobs;
      console.log(`${accepted} jobs in ${steps} events, at most ${gib} GiB (ceiling 4)`);
    },
    { iterations: 1, time: 0, warmupIterations: 0, warmupTime: 0 },
  );
});

afterAll(() => {
  const [few, many] = [100, 10_000].map((workers) => costs.get(workers));
  if (few === undefined || many === undefined) return;
  const ratio = many / few;
  const said = ratio > 3 ? ' ABOVE THE CEILING' : '';
  console.log(`${few.toFixed(1)} us per event with 100 workers, ${many.toFixed(1)} with 10,000`);
  console.log(`${ratio.toFixed(2)} times as much (ceiling 3)${said}`);
});
