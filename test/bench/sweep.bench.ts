/**
 * Runs per second of the showcase under one design on one processor and on two, in turns, after the
 * processes of the pool have warmed up. Floor: 1.7 times as many on two. A process is more than one
 * thread: collector and compiler work beside the runs, on whatever processor is free. So the one
 * processor is one to which a process is confined with all its threads (`taskset`). Beside it, what
 * a second process adds to one that may use both, and what two processors of this machine are worth
 * where nothing is shared, not even memory: loops of integer work.
 */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, bench, describe } from 'vitest';
import { Pool } from '../../src/explore/sweep/pool.ts';
import { medianOf } from '../support/median.ts';
import { bundled } from '../support/runs.ts';

const WARM_UP_RUNS = 80;
const RUNS = 24;
const ROUNDS = 16;
const LOOP =
  'let x = 1; for (let i = 0; i < 6e8; i++) { x ^= x << 13; x ^= x >>> 17; x ^= x << 5; }';

const pool = new Pool(2, {
  loaded: bundled('storms/showcase'),
  designs: ['lease'],
  isTwice: false,
});
const rates = { confined: [] as number[], free: [] as number[], two: [] as number[] };
const ratios = { processors: [] as number[], processes: [] as number[], loops: [] as number[] };
let seed = 0;

async function carryOut(process: number, runs: number): Promise<void> {
  for (let left = runs; left > 0; left--) {
    seed += 1;
    await pool.run(process, { seed: String(seed), designAt: 0, isFirst: false });
  }
}

const loop = (): Promise<unknown> => promisify(execFile)(process.execPath, ['-e', LOOP]);

async function secondsOf(...work: readonly Promise<unknown>[]): Promise<number> {
  const began = performance.now();
  await Promise.all(work);
  return (performance.now() - began) / 1_000;
}

/** Lets the processes of the pool, with all their threads, run on these processors only. */
function confine(processors: string): void {
  const children = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'pool-process']);
  for (const pid of children.toString().trim().split('\n')) {
    execFileSync('taskset', ['-a', '-p', '-c', processors, pid]);
  }
}

async function round(turn: number): Promise<void> {
  const processor = turn % 2;
  confine(String(processor));
  const confined = RUNS / (await secondsOf(carryOut(processor, RUNS)));
  confine('0,1');
  const free = RUNS / (await secondsOf(carryOut(processor, RUNS)));
  const two = (2 * RUNS) / (await secondsOf(carryOut(0, RUNS), carryOut(1, RUNS)));
  rates.confined.push(confined);
  rates.free.push(free);
  rates.two.push(two);
  ratios.processors.push(two / confined);
  ratios.processes.push(two / free);
  ratios.loops.push((2 * (await secondsOf(loop()))) / (await secondsOf(loop(), loop())));
}

beforeAll(async () => {
  await secondsOf(carryOut(0, WARM_UP_RUNS), carryOut(1, WARM_UP_RUNS));
}, 120_000);

const canConfine = ['taskset', 'pgrep'].every((it) => spawnSync(it, ['-V']).status === 0);

// Skipped where there is no taskset or pgrep: nothing else confines a process that is running.
describe.skipIf(!canConfine)('runs of the showcase under one design (by taskset)', () => {
  let turn = 0;
  bench('one processor, then two', () => round(turn++), {
    ...{ iterations: ROUNDS, time: 0, warmupIterations: 0, warmupTime: 0 },
  });
});

afterAll(async () => {
  await pool.end();
  if (rates.two.length === 0) return console.log('no taskset or pgrep here: nothing was measured');
  const [confined, free, two] = [rates.confined, rates.free, rates.two].map(medianOf);
  const { processors, processes, loops } = ratios;
  const ratio = medianOf(processors);
  const said = ratio < 1.7 ? ' BELOW THE FLOOR' : '';
  console.log(`runs/s on one processor ${confined?.toFixed(1)}, on two ${two?.toFixed(1)}`);
  console.log(`${ratio.toFixed(2)} times as many (median of ${ROUNDS}; floor 1.7)${said}`);
  console.log(`one process that may use both: ${free?.toFixed(1)} runs/s;`);
  console.log(`${medianOf(processes).toFixed(2)} times as many with a second one beside it`);
  console.log(`${medianOf(loops).toFixed(2)} times as many where nothing is shared`);
});
