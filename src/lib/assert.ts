/** A rule of this program was broken: a bug here, never bad input and never an expected failure. */
export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

/**
 * Throws {@link InvariantBroken} unless `condition` holds. The message carries the numbers; pass a
 * function where building the text would cost time on a hot path.
 */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new InvariantBroken(typeof message === 'string' ? message : message());
}

/** Ends an exhaustive `switch`: compiles only when every kind was handled. */
export function unreachable(value: never): never {
  throw new InvariantBroken(`unreachable value: ${JSON.stringify(value)}`);
}

/** The value, or a broken invariant naming what was expected to be there. */
export function required<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new InvariantBroken(`missing: ${what}`);
  return value;
}
