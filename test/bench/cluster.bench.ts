/**
 * Simulated time per wall time of a whole cluster, judged and measured as in a normal run: three
 * members of `lease`, store, ledger and ten workers that beat every 10 s; once idle, once with
 * 1,000 jobs a second. Floors: 40,000 idle, 20 loaded.
 */
import { afterAll, bench, describe } from 'vitest';
import { runSeed } from '../../src/explore/run.ts';
import { required } from '../../src/lib/assert.ts';
import { SECOND } from '../../src/lib/units.ts';
import type { Prepared } from '../../src/scenario/prepare.ts';
import { preparedOf, scenarioOf } from '../support/runs.ts';

const CLUSTER = `
cluster: { members: 3, workers: 10, slots: 40, beat: 10s }
`;

const IDLE = `
${CLUSTER}
workload: { clients: 1, arrivals: { rate: 0/s } }
phases: { warmUp: 1m, chaos: 10h }
`;

const LOADED = `
${CLUSTER}
workload:
  clients: 4
  arrivals: { rate: 1000/s }
  status: 0%
  cancel: 0%
  fail: 0%
  run: 100ms
  timeout: 5s
  clientTimeout: 4s
  retry: { max: 2s }
phases: { warmUp: 5s, chaos: 5s }
`;

interface Row {
  readonly name: string;
  readonly floor: number;
  readonly prepared: Prepared;
  readonly simulatedS: number;
  readonly ratios: number[];
}

/** Only the time in which clients ask counts as simulated; the wall time is of the whole run. */
function row(name: string, text: string, floor: number): Row {
  const prepared = preparedOf(scenarioOf(text), 'lease');
  const { askFromUs, askUntilUs } = prepared.timeline;
  return { name, floor, prepared, simulatedS: (askUntilUs - askFromUs) / SECOND, ratios: [] };
}

const ROWS = [row('idle', IDLE, 40_000), row('1,000 jobs/s', LOADED, 20)];

for (const each of ROWS) {
  describe(`lease, ${each.name}, ${each.simulatedS} simulated seconds`, () => {
    bench(
      'run',
      () => {
        const began = performance.now();
        runSeed(each.prepared, 'bench');
        each.ratios.push(each.simulatedS / ((performance.now() - began) / 1_000));
      },
      { time: 3_000, iterations: 3, warmupTime: 0, warmupIterations: 1 },
    );
  });
}

afterAll(() => {
  for (const { name, floor, ratios } of ROWS) {
    const sorted = [...ratios].sort((a, b) => a - b);
    const median = required(sorted[sorted.length >> 1], `a run of ${name}`);
    console.log(
      `lease ${name}: ${median.toFixed(median < 1_000 ? 1 : 0)} simulated seconds per second ` +
        `(floor ${floor})${median < floor ? ' BELOW THE FLOOR' : ''}`,
    );
  }
});
