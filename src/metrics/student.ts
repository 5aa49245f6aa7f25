import { assert } from '../lib/assert.ts';
import { normalQuantile } from './normal.ts';

/**
 * The value that Student's t with `freedom` degrees of freedom stays below with chance `p`: exact
 * for one and two degrees, else the expansion of Hill (CACM algorithm 396, 1970), which agrees with
 * tables in six digits.
 */
export function studentQuantile(p: number, freedom: number): number {
  assert(p > 0 && p < 1 && freedom >= 1, () => `chance ${p}, ${freedom} degrees of freedom`);
  if (p === 0.5) return 0;
  const tails = 2 * Math.min(p, 1 - p);
  return Math.sign(p - 0.5) * twoTailed(tails, freedom);
}

function twoTailed(tails: number, n: number): number {
  if (n === 1) return 1 / Math.tan((tails * Math.PI) / 2);
  if (n === 2) return Math.sqrt(2 / (tails * (2 - tails)) - 2);
  const a = 1 / (n - 0.5);
  const b = 48 / (a * a);
  const c = (((20_700 * a) / b - 98) * a - 16) * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * n;
  const y = (d * tails) ** (2 / n);
  return Math.sqrt(n * (y > 0.05 + a ? nearNormal(tails, n, { a, b, c, d }) : farOut(y, n, d)));
}

interface Terms {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** Inverse expansion about the normal quantile. */
function nearNormal(tails: number, n: number, { a, b, c, d }: Terms): number {
  const x = normalQuantile(tails / 2);
  const square = x * x;
  const less = n < 5 ? c + 0.3 * (n - 4.5) * (x + 0.6) : c;
  const whole = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + less;
  const sum = ((0.4 * square + 6.3) * square + 36) * square + 94.5;
  const root = ((sum / whole - square - 3) / b + 1) * x;
  return Math.expm1(a * root * root);
}

function farOut(y: number, n: number, d: number): number {
  const inner = 1 / (((n + 6) / (n * y) - 0.089 * d - 0.822) * (n + 2) * 3) + 0.5 / (n + 4);
  return ((inner * y - 1) * (n + 1)) / (n + 2) + 1 / y;
}
