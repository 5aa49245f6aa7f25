/**
 * Runs per second with one process of the pool and with two, in turns, after both have warmed up:
 * the showcase under one design. Floor: 1.7 times as many with two, on two processors. Beside it,
 * what two processors of this machine are worth where nothing is shared, not even memory: loops of
 * integer work.
 */
import { execFile } from 'node:child_process';
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
const rates = { one: [] as number[], two: [] as number[], ratio: [] as number[] };
const loops: number[] = [];
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

async function round(turn: number): Promise<void> {
  const one = RUNS / (await secondsOf(carryOut(turn % 2, RUNS)));
  const two = (2 * RUNS) / (await secondsOf(carryOut(0, RUNS), carryOut(1, RUNS)));
  rates.one.push(one);
  rates.two.push(two);
  rates.ratio.push(two / one);
  loops.push((2 * (await secondsOf(loop()))) / (await secondsOf(loop(), loop())));
}

beforeAll(async () => {
  await secondsOf(carryOut(0, WARM_UP_RUNS), carryOut(1, WARM_UP_RUNS));
}, 120_000);

describe('runs of the showcase under one design', () => {
  let turn = 0;
  bench('one process, then two', () => round(turn++), {
    ...{ iterations: ROUNDS, time: 0, warmupIterations: 0, warmupTime: 0 },
  });
});

afterAll(async () => {
  await pool.end();
  const ratio = medianOf(rates.ratio);
  const said = ratio < 1.7 ? ' BELOW THE FLOOR' : '';
  const [one, two] = [medianOf(rates.one), medianOf(rates.two)];
  console.log(`${one.toFixed(1)} runs/s with one process, ${two.toFixed(1)} with two`);
  console.log(`${ratio.toFixed(2)} times as many (median of ${ROUNDS}; floor 1.7)${said}`);
  console.log(`${medianOf(loops).toFixed(2)} times as many where nothing is shared`);
});
