import { assert } from '../lib/assert.ts';

/**
 * Freezes plain data to its depths, so that a program that changes a message it sent, or one it was
 * handed, throws at that place. Refuses what would not survive a wire or a disk: functions,
 * symbols, bigints, and objects of a class. Slow; for tests and searches, not for measurements.
 */
export function freezePlain<T>(value: T): T {
  if (value === null || typeof value !== 'object') {
    const type = typeof value;
    const isPlain = type !== 'function' && type !== 'symbol' && type !== 'bigint';
    assert(isPlain, () => `not plain data: a ${type} in a message or record`);
    return value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = Array.isArray(value) || prototype === Object.prototype || prototype === null;
  assert(isPlain, () => `not plain data: an object of ${value.constructor.name}`);
  Object.freeze(value);
  for (const part of Object.values(value)) freezePlain(part);
  return value;
}
