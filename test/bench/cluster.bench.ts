/**
 * Simulated time per wall time of a whole cluster, judged and measured as in a normal run: three
 * members of `lease`, store, ledger and ten workers that beat every 10 s; once idle, once with
 * 1,000 jobs a second. Floors: 40,000 idle, 20 loaded. Both again with rules of the network that
 * are asked about every message and change none: they keep at least 0.8 of the rate. And the same
 * with five members of `raft`, who share what comes within two milliseconds: 3,000 idle, 25 loaded.
 *
 * For comparison without floors: the loaded run of `raft` with nobody who judges or measures, and
 * that of `single`, where one machine decides and nothing is replicated, judged and not. What
 * `raft` does on top of that is more than half of its events.
 */
import { afterAll, bench, describe } from 'vitest';
import { runSeed } from '../../src/explore/run.ts';
import type { Plan, PlannedFault } from '../../src/faults/plan.ts';
import { HOUR, SECOND } from '../../src/lib/units.ts';
import { assembleRun } from '../../src/scenario/assemble.ts';
import type { Prepared } from '../../src/scenario/prepare.ts';
import { medianOf } from '../support/median.ts';
import { preparedOf, scenarioOf } from '../support/runs.ts';

const cluster = (members: number): string => `
cluster: { members: ${members}, workers: 10, slots: 40, beat: 10s }
`;

const IDLE = `
workload: { clients: 1, arrivals: { rate: 0/s } }
phases: { warmUp: 1m, chaos: 10h }
`;

const LOADED = `
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

/** On every link, for the whole run: asked about each message, and never doing anything. */
const idleRule = (kind: PlannedFault['kind'], params: PlannedFault['params']): PlannedFault => ({
  id: kind,
  kind,
  target: { by: 'share', role: 'any', share: 'all' },
  start: { kind: 'at', atUs: 0 },
  durationUs: 100 * HOUR,
  params,
});
const IDLE_RULES: Plan = {
  faults: [
    idleRule('loss', { lossPpm: 0 }),
    idleRule('delay', { delayUs: 0 }),
    idleRule('duplicate', { duplicatePpm: 0 }),
    idleRule('reorder', { reorderPpm: 0, holdUs: 1 }),
    idleRule('corrupt', { corruptPpm: 0 }),
    idleRule('slow-link', { factor: 1 }),
    idleRule('queue-cap', { messages: 1_000_000 }),
  ],
};

interface Row {
  readonly design: string;
  readonly name: string;
  readonly floor: number;
  readonly plan?: Plan;
  /** Nobody judges or measures. */
  readonly isBare: boolean;
  readonly prepared: Prepared;
  readonly simulatedS: number;
  readonly ratios: number[];
}

const MEMBERS: Readonly<Record<string, number>> = { single: 1, raft: 5 };

/** Only the time in which clients ask counts as simulated; the wall time is of the whole run. */
function row(design: string, name: string, text: string, floor: number, plan?: Plan): Row {
  const members = MEMBERS[design] ?? 3;
  const prepared = preparedOf(scenarioOf(cluster(members) + text), design);
  const { askFromUs, askUntilUs } = prepared.timeline;
  const simulatedS = (askUntilUs - askFromUs) / SECOND;
  const base = { design, name, floor, prepared, simulatedS, isBare: false, ratios: [] };
  return plan === undefined ? base : { ...base, plan };
}

const bare = (design: string, name: string, text: string): Row => ({
  ...row(design, name, text, 0),
  isBare: true,
});

function runOnce({ prepared, plan, isBare }: Row): void {
  if (isBare) assembleRun(prepared, { seed: 'bench', folds: [] }).execute();
  else runSeed(prepared, 'bench', plan === undefined ? {} : { plan });
}

const ROWS = [
  row('lease', 'idle', IDLE, 40_000),
  row('lease', 'idle, idle rules', IDLE, 0, IDLE_RULES),
  row('lease', '1,000 jobs/s', LOADED, 20),
  row('lease', '1,000 jobs/s, idle rules', LOADED, 0, IDLE_RULES),
  row('raft', 'idle', IDLE, 3_000),
  row('raft', '1,000 jobs/s', LOADED, 25),
  bare('raft', '1,000 jobs/s, not judged', LOADED),
  row('single', '1,000 jobs/s', LOADED, 0),
  bare('single', '1,000 jobs/s, not judged', LOADED),
];

for (const each of ROWS) {
  describe(`${each.design}, ${each.name}, ${each.simulatedS} simulated seconds`, () => {
    bench(
      'run',
      () => {
        const began = performance.now();
        runOnce(each);
        each.ratios.push(each.simulatedS / ((performance.now() - began) / 1_000));
      },
      { time: 3_000, iterations: 3, warmupTime: 0, warmupIterations: 1 },
    );
  });
}

afterAll(() => {
  for (const [place, each] of ROWS.entries()) {
    if (each.ratios.length === 0) continue;
    const median = medianOf(each.ratios);
    const rate = `${median.toFixed(median < 1_000 ? 1 : 0)} simulated seconds per second`;
    console.log(
      `${each.design} ${each.name}: ${rate}${againstFloor(each, ROWS[place - 1], median)}`,
    );
  }
});

function againstFloor(each: Row, before: Row | undefined, median: number): string {
  if (each.plan !== undefined && before !== undefined) {
    const ratio = median / medianOf(before.ratios);
    return ` (${ratio.toFixed(2)} of the rate without, floor 0.8)${ratio < 0.8 ? ' BELOW' : ''}`;
  }
  if (each.floor === 0) return '';
  return ` (floor ${each.floor})${median < each.floor ? ' BELOW THE FLOOR' : ''}`;
}
