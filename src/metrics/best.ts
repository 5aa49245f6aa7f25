/**
 * Which designs may be the best: multiple comparisons with the best (Hsu, Annals of Statistics 9,
 * 1981; Edwards and Hsu, JASA 78, 1983, for unequal variances). For each design an interval of how
 * much better it is than the best of the others; all intervals hold together with the level, so
 * that looking for the winner among many designs does not find one by chance.
 *
 * With every design as control in turn, c_i is the quantile of max over j of the studentised error
 * of mean_i − mean_j over the seeds that all designs share, when each seed turns the signs of all
 * its errors together or leaves them (the multiplier bootstrap: Chernozhukov, Chetverikov and Kato,
 * Annals of Statistics 41, 2013). That keeps the correlations between differences, and for a single
 * difference it is about Student's t. Then, with d_ij = mean_i − mean_j and its standard error
 * s_ij, where more is better,
 *
 *   high_i = max(0, min over j of (d_ij + c_i s_ij));   those above 0 may be the best
 *   low_i  = 0 for the only one that may be, else min(0, min over such j of (d_ij − c_j s_ij))
 *
 * These are Hsu's constrained intervals: they say who is best, not by how much it leads. Designs
 * that are ahead of none and behind none in any seed may all be the best.
 */
import { assert } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import type { IntervalOptions } from './mean-interval.ts';
import { areAlike, mean } from './statistics.ts';

export type BestVerdict = 'best' | 'possibly best' | 'not best';

export interface AgainstBest {
  /** Mean minus the mean of the best of the others, in the unit of the values. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly verdict: BestVerdict;
}

type Resampling = Pick<IntervalOptions, 'resamples' | 'level'>;
const DEFAULTS: Resampling = { resamples: 1_000, level: 0.95 };
/** More seeds are put together into means of as many groups, which scatter as their seeds do. */
const GROUPS_MAX = 500;

/**
 * For each design, given its values by seed, the same seeds for all. At least two designs and two
 * seeds.
 */
export function againstBest(
  designs: readonly (readonly number[])[],
  better: 'higher' | 'lower',
  random: Random,
  options: Partial<Resampling> = {},
): readonly AgainstBest[] {
  const count = designs[0]?.length ?? 0;
  assert(designs.length >= 2 && count >= 2, () => `${designs.length} designs, ${count} seeds`);
  assert(
    designs.every((values) => values.length === count),
    'seeds that not all designs met',
  );
  const sign = better === 'higher' ? 1 : -1;
  const rows = designs.map((values) => grouped(values.map((value) => sign * value)));
  const errors = new Errors(rows);
  const critical = errors.criticalValues(random, { ...DEFAULTS, ...options });
  const table = intervals(errors, critical);
  return table.map(({ difference, low, high, verdict }) => {
    const [from, to] = sign === 1 ? [low, high] : [-high, -low];
    // No minus zero where ends are turned round.
    return { difference: sign * difference + 0, low: from + 0, high: to + 0, verdict };
  });
}

/** Means of groups of equal size; seeds beyond the last whole group stand in the last. */
function grouped(values: readonly number[]): readonly number[] {
  if (values.length <= GROUPS_MAX) return values;
  return Array.from({ length: GROUPS_MAX }, (_, i) => {
    const from = Math.floor((i * values.length) / GROUPS_MAX);
    return mean(values.slice(from, Math.floor(((i + 1) * values.length) / GROUPS_MAX)));
  });
}

/** Differences of every two designs, and their standard errors. */
class Errors {
  readonly designs: number;
  readonly #count: number;
  /** [i][j]: row i minus row j, seed by seed, less its mean. */
  readonly #centered: readonly (readonly Float64Array[])[];
  readonly #differences: readonly (readonly number[])[];
  readonly #errors: readonly (readonly number[])[];

  constructor(rows: readonly (readonly number[])[]) {
    this.designs = rows.length;
    this.#count = (rows[0] as readonly number[]).length;
    const apart = rows.map((a) => rows.map((b) => a.map((value, i) => value - (b[i] as number))));
    this.#differences = apart.map((row) => row.map(mean));
    this.#centered = apart.map((row) =>
      row.map((each) => {
        const center = mean(each);
        return Float64Array.from(each, (value) => (areAlike(each) ? 0 : value - center));
      }),
    );
    this.#errors = this.#centered.map((row) => row.map((each) => errorOf(each)));
  }

  difference(i: number, j: number): number {
    return this.#differences[i]?.[j] as number;
  }

  error(i: number, j: number): number {
    return this.#errors[i]?.[j] as number;
  }

  /** For every design as control, the quantile of the largest studentised error. */
  criticalValues(random: Random, { resamples, level }: Resampling): readonly number[] {
    const largest = Array.from({ length: this.designs }, () => new Float64Array(resamples));
    const signs = new Float64Array(this.#count);
    for (let r = 0; r < resamples; r++) {
      for (let n = 0; n < this.#count; n++) signs[n] = random.below(2) === 0 ? -1 : 1;
      for (const [i, most] of this.#largest(signs).entries()) {
        (largest[i] as Float64Array)[r] = most;
      }
    }
    const rank = Math.min(resamples, Math.ceil(level * (resamples + 1))) - 1;
    return largest.map((values) => values.sort()[rank] as number);
  }

  /** For every design, the largest of its studentised errors under these signs. */
  #largest(signs: Float64Array): readonly number[] {
    const most = this.#centered.map(() => Number.NEGATIVE_INFINITY);
    for (let i = 0; i < this.designs; i++) {
      for (let j = i + 1; j < this.designs; j++) {
        const t = studentOf(this.#centered[i]?.[j] as Float64Array, signs, this.error(i, j));
        most[i] = Math.max(most[i] as number, t);
        most[j] = Math.max(most[j] as number, -t);
      }
    }
    return most;
  }
}

/** Standard error of the mean of values that are centred already. */
function errorOf(centered: Float64Array): number {
  const count = centered.length;
  const squares = centered.reduce((sum, value) => sum + value * value, 0);
  return Math.sqrt(squares / (count - 1) / count);
}

/** How far the mean is off under these signs, by its own error then. */
function studentOf(centered: Float64Array, signs: Float64Array, errorOfAll: number): number {
  if (errorOfAll === 0) return 0;
  const count = signs.length;
  let sum = 0;
  for (let n = 0; n < count; n++) sum += (centered[n] as number) * (signs[n] as number);
  const center = sum / count;
  const square = errorOfAll * errorOfAll;
  // Errors of one size with all signs alike leave no spread.
  return center / Math.sqrt(Math.max(square - (center * center) / (count - 1), 1e-6 * square));
}

function intervals(errors: Errors, critical: readonly number[]): readonly AgainstBest[] {
  const all = Array.from({ length: errors.designs }, (_, i) => i);
  const othersOf = (i: number): readonly number[] => all.filter((j) => j !== i);
  const leastOf = (js: readonly number[], of: (j: number) => number): number =>
    js.reduce((least, j) => Math.min(least, of(j)), Number.POSITIVE_INFINITY);
  const highs = all.map((i) => {
    const reach = critical[i] as number;
    return Math.max(
      0,
      leastOf(othersOf(i), (j) => errors.difference(i, j) + reach * errors.error(i, j)),
    );
  });
  const leads = all.map((i) => leastOf(othersOf(i), (j) => errors.difference(i, j)));
  const candidates = all.filter((i) => (highs[i] as number) > 0 || (leads[i] as number) >= 0);
  return all.map((i): AgainstBest => {
    const difference = leads[i] as number;
    const high = highs[i] as number;
    const isOnly = candidates.length === 1 && candidates[0] === i;
    const rivals = candidates.filter((j) => j !== i);
    const low = isOnly
      ? 0
      : Math.min(
          0,
          leastOf(
            rivals,
            (j) => errors.difference(i, j) - (critical[j] as number) * errors.error(i, j),
          ),
        );
    const verdict = isOnly ? 'best' : candidates.includes(i) ? 'possibly best' : 'not best';
    return { difference, low, high, verdict };
  });
}
