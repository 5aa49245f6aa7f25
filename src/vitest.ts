/**
 * vitest: importing this file teaches vitest's `expect` the matchers, and its types. It is the one
 * that needs vitest, which is an optional peer of the package.
 */
import { expect } from 'vitest';
import { matchers, type SeaworthyMatchers } from './testing/matchers.ts';

expect.extend(matchers);

declare module 'vitest' {
  interface Matchers<T> extends SeaworthyMatchers<T> {}
}
