/**
 * How often intervals of a mean hold the truth, for README and for the table in
 * `src/metrics/mean-interval.ts`, and how long the one that reports use takes. A report of eight
 * designs with 45 metrics makes 360 of them: at most 10 s in all, whatever the number of seeds.
 */
import { afterAll, bench, describe } from 'vitest';
import { hashedRandom, type Random } from '../../src/lib/random.ts';
import {
  bootstrapBca,
  bootstrapT,
  type Ends,
  meanInterval,
  studentT,
  transformedT,
} from '../../src/metrics/mean-interval.ts';
import { areAlike } from '../../src/metrics/statistics.ts';
import { drawn, holds, LOGNORMAL, SKEWED, share } from '../support/coverage.ts';

const TRIALS = 2_000;
const OPTIONS = { resamples: 400, level: 0.95 };
const METHODS: Readonly<Record<string, (values: number[], random: Random) => Ends | undefined>> = {
  'as reported': (values, random) => meanInterval(values, random, OPTIONS),
  'bootstrap-t': (values, random) => bootstrapT(values, random, OPTIONS),
  'transformed t': (values) => transformedT(values, OPTIONS.level),
  BCa: (values, random) => (areAlike(values) ? undefined : bootstrapBca(values, random, OPTIONS)),
  "Student's t": (values) => studentT(values, OPTIONS.level),
};

function printCoverage(): void {
  for (const count of [300, 30, 10]) {
    for (const [name, method] of Object.entries(METHODS)) {
      const shares = SKEWED.map((it) => {
        const random = hashedRandom('coverage', it.name, count);
        const held = share(TRIALS, () => {
          const ends = method(drawn(it, count, random), random);
          return ends !== undefined && holds(ends, it.mean);
        });
        return `${(100 * held).toFixed(1)} %`;
      });
      console.log(`n = ${count}, ${name}: ${shares.join(', ')}`);
    }
  }
}

describe('the interval of a mean', () => {
  const random = hashedRandom('coverage', 'speed');
  for (const count of [30, 300, 2_000, 10_000]) {
    const values = drawn(LOGNORMAL, count, random);
    bench(`${count} seeds`, () => void meanInterval(values, random), { iterations: 10, time: 0 });
  }
});

afterAll(printCoverage, 600_000);
