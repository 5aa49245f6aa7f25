/**
 * The whole kernel (queue, dispatch, fingerprint) against an event loop on tinyqueue that does the
 * same work. Rates depend on the machine and its mood, so what counts is the ratio: both take
 * turns, and the ratio printed is the median over the turns. Floors: hold level, gossip 1.5 times.
 */
import { afterAll, bench, describe } from 'vitest';
import {
  gossipOnKernel,
  gossipOnTinyqueue,
  holdOnKernel,
  holdOnTinyqueue,
} from '../kernel/workloads.ts';
import { medianOf } from '../support/median.ts';

const STEPS = 200_000;
const TURNS = 21;
const OPTIONS = { time: 800, warmupTime: 300, warmupIterations: 3 };
const LOADS = [
  { name: 'hold', floor: 1, onKernel: holdOnKernel, onTinyqueue: holdOnTinyqueue },
  { name: 'gossip', floor: 1.5, onKernel: gossipOnKernel, onTinyqueue: gossipOnTinyqueue },
];

for (const { name, onKernel, onTinyqueue } of LOADS) {
  describe(`${name}, ${STEPS} events`, () => {
    bench('kernel', () => void onKernel(STEPS), OPTIONS);
    bench('tinyqueue', () => void onTinyqueue(STEPS), OPTIONS);
  });
}

function elapsedMs(work: (steps: number) => string): number {
  const began = performance.now();
  work(STEPS);
  return performance.now() - began;
}

const rate = (ms: number): string => `${(STEPS / ms / 1_000).toFixed(2)} M/s`;

afterAll(() => {
  for (const { name, floor, onKernel, onTinyqueue } of LOADS) {
    const turns = Array.from({ length: TURNS }, () => ({
      kernel: elapsedMs(onKernel),
      tinyqueue: elapsedMs(onTinyqueue),
    }));
    const ratio = medianOf(turns.map((turn) => turn.tinyqueue / turn.kernel));
    console.log(
      `${name}: kernel ${rate(medianOf(turns.map((turn) => turn.kernel)))}, ` +
        `tinyqueue ${rate(medianOf(turns.map((turn) => turn.tinyqueue)))}, ` +
        `ratio ${ratio.toFixed(2)} (floor ${floor})${ratio < floor ? ' BELOW THE FLOOR' : ''}`,
    );
  }
});
