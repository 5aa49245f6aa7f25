/**
 * Whether shards scale out: the rate that 3, 5, 9 and 15 members carry, by bisection in simulated
 * time, on processors 40 times slower than usual, so that little work is much load. Jobs are spread
 * over 100 queues and one more, by which latency is measured. More members carry more, until the
 * store, of which there is one whatever their number, is the limit: 15 carry at least 1.6 times
 * what 3 do, and no step carries less than nine tenths of the one before. Beside them a hot shard:
 * where all jobs are in one queue they are one owner's work, and 9 members carry no more than 3.
 */
import { afterAll, bench, describe } from 'vitest';
import { loadedOf } from '../../src/explore/loaded.ts';
import { type Saturation, saturation } from '../../src/explore/saturation.ts';
import { SECOND } from '../../src/lib/units.ts';
import { designOf, scenarioOf } from '../support/runs.ts';

const SPREAD = Array.from({ length: 100 }, (_, n) => `{name: q${n}, share: 9900ppm}`).join(', ');

function search(members: number, isSpread: boolean): Saturation {
  const scenario = scenarioOf(`
cluster: {members: ${members}, workers: 12, slots: 200, cpu: 40, clockRate: 0%, wallError: 0s}
workload:
  clients: 12
  arrivals: {rate: 1/s}
  run: 50ms
  status: 0%
  cancel: 0%
  fail: 0%
${isSpread ? `  queues: [${SPREAD}]` : ''}
phases: {warmUp: 5s, chaos: 5s}
`);
  return saturation(loadedOf(scenario), designOf('sharded+shards=64'), {
    seeds: ['1'],
    p99Us: 2 * SECOND,
    lowPerS: 100,
    highPerS: 3_200,
    precision: 0.2,
  });
}

const ROWS = [
  { name: 'spread', isSpread: true, members: [3, 5, 9, 15] },
  { name: 'one queue', isSpread: false, members: [3, 9] },
];
const found = new Map<string, Saturation>();

for (const { name, isSpread, members } of ROWS) {
  describe(`saturation, ${name}`, () => {
    for (const count of members) {
      const key = `${name} ${count}`;
      bench(
        `${count} members`,
        () => void (found.has(key) || found.set(key, search(count, isSpread))),
        { iterations: 1, time: 0, warmupIterations: 0, warmupTime: 0 },
      );
    }
  });
}

afterAll(() => {
  const rate = (key: string): number => found.get(key)?.mean ?? 0;
  for (const { name, members } of ROWS) {
    let before = 0;
    for (const count of members) {
      const now = rate(`${name} ${count}`);
      const limit = found.get(`${name} ${count}`)?.seeds[0]?.limit ?? 'none';
      const growth = now / rate(`${name} ${members[0]}`);
      const falls = now < 0.9 * before ? ' BELOW THE STEP BEFORE' : '';
      const said = `${count} members ${now.toFixed(0)} jobs/s, ${growth.toFixed(2)} times`;
      console.log(`${name}: ${said}, limit ${limit}${falls}`);
      before = now;
    }
  }
  const growth = rate('spread 15') / rate('spread 3');
  const isLow = growth < 1.6 ? ' BELOW THE FLOOR' : '';
  console.log(`15 members carry ${growth.toFixed(2)} times what 3 do (floor 1.6)${isLow}`);
});
