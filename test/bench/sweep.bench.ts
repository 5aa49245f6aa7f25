/**
 * Seeds per second of a sweep with one thread and with two, taken in turns within one run: so many
 * seconds of the showcase under two designs. Floor: 1.7 times as many with two, on two cores.
 */
import { afterAll, bench, describe } from 'vitest';
import { drive } from '../../src/explore/sweep/drive.ts';
import { Sweep, type SweepRequest } from '../../src/explore/sweep.ts';
import { required } from '../../src/lib/assert.ts';
import { bundled, seedsOf } from '../support/runs.ts';

const SEEDS = 100;
const request: SweepRequest = {
  loaded: bundled('storms/showcase'),
  designs: ['single', 'lease'],
  seeds: seedsOf(SEEDS),
  command: 'a bench',
};
const rates = new Map<number, number[]>([
  [1, []],
  [2, []],
]);

/** Seeds per second, with all that a sweep needs but its report. */
async function rateWith(jobs: number): Promise<number> {
  const whole = new Sweep(request);
  const began = performance.now();
  const { signal } = new AbortController();
  await drive({ request, whole, tasks: [...whole.tasks()], jobs, signal, onReply: () => {} });
  return SEEDS / ((performance.now() - began) / 1_000);
}

describe(`${SEEDS} seeds of the showcase under two designs`, () => {
  bench(
    'one thread, then two',
    async () => {
      for (const [jobs, seen] of rates) seen.push(await rateWith(jobs));
    },
    { iterations: 3, time: 0, warmupIterations: 0, warmupTime: 0 },
  );
});

afterAll(() => {
  const [one, two] = [1, 2].map((jobs) => {
    const sorted = [...required(rates.get(jobs), 'rates')].sort((a, b) => a - b);
    return required(sorted[sorted.length >> 1], 'a median');
  }) as [number, number];
  const ratio = two / one;
  const said = ratio < 1.7 ? ' BELOW THE FLOOR' : '';
  console.log(`${one.toFixed(1)} seeds/s with one thread, ${two.toFixed(1)} with two`);
  console.log(`${ratio.toFixed(2)} times as many (floor 1.7)${said}`);
});
