/**
 * What is known of optimistic concurrency, against this very code: the chance that two decisions on
 * copies of the same state are in each other's way, and what longer decisions, coarser checks and
 * commits of all or nothing cost (Schwarzkopf et al., Omega, 2013, whose shapes these are).
 */
import { expect, test } from 'vitest';
import { createRng } from '../../src/kernel/rng.ts';
import { wallUs } from '../../src/lib/units.ts';
import type { JobSpec } from '../../src/scheduler/api.ts';
import { OMEGA } from '../../src/scheduler/designs/optimistic/presets.ts';
import { type JobRecord, newJob, stepJob } from '../../src/scheduler/job/job.ts';
import { findObstacle } from '../../src/scheduler/parts/limits.ts';
import { type Cell, cellOf } from '../../src/scheduler/parts/optimistic/cell.ts';
import { checkDecision } from '../../src/scheduler/parts/optimistic/check.ts';
import {
  choosePlaces,
  type Decision,
  decide,
} from '../../src/scheduler/parts/optimistic/decide.ts';
import { preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 0,
  retry: { maxAttempts: 1, backoff: 'fixed', baseUs: 0, maxUs: 0 },
  timeoutUs: 1_000_000,
  delivery: 'at-least-once',
  sink: 'none',
};

/** So many workers with one slot each, and what runs on them. */
const cellsWith = (count: number, running: readonly JobRecord[] = []): readonly Cell[] =>
  Array.from({ length: count }, (_, at) => {
    const worker = `worker-${at + 1}`;
    const here = running.filter(
      ({ run }) => run?.worker === worker || run?.parts?.some((part) => part.worker === worker),
    );
    return cellOf({ kind: 'cell', worker, incarnation: 1, slots: 1, tags: [] }, 1, here);
  });

function launched(job: JobRecord, { placements }: Decision): JobRecord {
  const [first, ...parts] = placements[0]?.places ?? [];
  if (first === undefined) throw new Error(`${job.id} was not placed`);
  return stepJob(job, { kind: 'launch', epoch: 1, ...first, parts }).job;
}

/** Two schedulers, each with a job of k parts, on copies of the same m free slots. */
function isInConflict(m: number, k: number, random: ReturnType<typeof createRng>): boolean {
  const [mine, others] = ['a', 'b'].map((id) => newJob(id, { ...SPEC, gang: k }, wallUs(0)));
  const decided = [mine, others].map((job) =>
    decide(
      { cells: cellsWith(m), ready: [job as JobRecord], running: [], queues: new Map() },
      {
        habits: OMEGA.habits,
        choosePlaces,
        findObstacle,
        random: random.stream(job?.id ?? ''),
        nowUs: wallUs(0),
        isMine: () => true,
      },
    ),
  ) as [Decision, Decision];
  const first = launched(others as JobRecord, decided[1]);
  const truth = {
    cells: new Map(cellsWith(m, [first]).map((cell) => [cell.place.worker, cell] as const)),
    ready: new Map([['a', mine as JobRecord]]),
    held: new Set<string>(),
  };
  return checkDecision(decided[0], truth, OMEGA.habits)[0] !== undefined;
}

/** 1 - C(m - k, k) / C(m, k): not all of the second one's slots are among those left. */
function chanceOf(m: number, k: number): number {
  let apart = 1;
  for (let i = 0; i < k; i++) apart *= (m - k - i) / (m - i);
  return 1 - apart;
}

const TRIALS = 20_000;

test.each([
  { m: 20, k: 1 },
  { m: 20, k: 3 },
  { m: 50, k: 5 },
  { m: 100, k: 5 },
  { m: 30, k: 12 },
])('of $m slots two who take $k each meet as often as theory says', ({ m, k }) => {
  const expected = chanceOf(m, k);
  let met = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    if (isInConflict(m, k, createRng(`${m} ${k} ${trial}`))) met++;
  }
  const sigma = Math.sqrt((expected * (1 - expected)) / TRIALS);
  console.log(`m ${m}, k ${k}: ${(met / TRIALS).toFixed(4)}, theory ${expected.toFixed(4)}`);
  expect(Math.abs(met / TRIALS - expected)).toBeLessThanOrEqual(3.3 * sigma);
});

/** Five schedulers, and workers that are busy a good deal of the time. */
const cellAt = (perSecond: number, chaos: string): string => `
cluster: {members: 5, workers: 8, slots: 3, latency: {min: 300us, max: 1ms}}
workload:
  clients: 4
  arrivals: {rate: ${perSecond}/s}
  status: 0%
  cancel: 0%
  run: 1s
  fail: 0%
  sinks: [none]
faults: []
phases: {warmUp: 10s, chaos: ${chaos}}
`;

interface Numbers {
  readonly conflicts: number;
  readonly wasted: number;
}

function numbersOf(selection: string, scenario: string): Numbers {
  const prepared = preparedOf(scenarioOf(scenario), selection);
  const { metrics } = runTwice(prepared, '1').numbers;
  const [conflicts, wasted] = ['commitConflicts', 'decisionsWasted'].map((m) => metrics[m]?.value);
  console.log(`${selection}: ${conflicts} of commits in conflict, ${wasted} wasted per placed`);
  if (conflicts === undefined || wasted === undefined) throw new Error(`${selection}: no commits`);
  return { conflicts, wasted };
}

test('the share of commits that meet a conflict grows with the time that a decision takes', () => {
  const found = ['100ms', '1s', '10s'].map(
    (t) => numbersOf(`optimistic+decision=${t}`, cellAt(9, '2m')).conflicts,
  );
  const [short, middle, long] = found as [number, number, number];
  expect(middle).toBeGreaterThan(short);
  expect(long).toBeGreaterThan(middle);
});

const wastedBy = (selection: string): number =>
  numbersOf(`${selection}+decision=1s`, cellAt(12, '30s')).wasted;

test('fine checks and incremental commits waste least, coarse ones and all or nothing most', () => {
  const best = wastedBy('optimistic+check=fine+commit=incremental');
  const between = [
    wastedBy('optimistic+check=coarse+commit=incremental'),
    wastedBy('optimistic+check=fine+commit=gang'),
  ];
  const worst = wastedBy('optimistic+check=coarse+commit=gang');
  for (const each of between) {
    expect(each).toBeGreaterThan(best);
    expect(worst).toBeGreaterThan(each);
  }
});
