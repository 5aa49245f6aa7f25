/** Student's t with 31 degrees of freedom, two-sided 99.9 %. */
const T_31 = 3.633;

/** As many runs, each of a seed of its own, as {@link interval999} is made for. */
export const REPLICATIONS = 32;

export interface Interval {
  readonly mean: number;
  /** The interval is the mean plus and minus this. */
  readonly reach: number;
}

/** The mean of independent replications, and the reach of its 99.9 % interval. */
export function interval999(values: readonly number[]): Interval {
  if (values.length !== REPLICATIONS) throw new Error(`${values.length} replications`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1));
  return { mean, reach: (T_31 * deviation) / Math.sqrt(values.length) };
}

/** "3.2 ± 0.01", in four digits. */
export const show = ({ mean, reach }: Interval): string =>
  `${mean.toPrecision(5)} ± ${reach.toPrecision(2)}`;
