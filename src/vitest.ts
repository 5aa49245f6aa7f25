/**
 * vitest: importing this file teaches vitest's `expect` the matchers, and its types. It is the one
 * that needs vitest, which is an optional peer of the package.
 */
import { expect } from 'vitest';
import { matchers, type SeaworthyMatchers } from './testing/matchers.ts';

expect.extend(matchers);

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: the declaration that this merges with says so.
  interface Matchers<T = any> extends SeaworthyMatchers<T> {}
}
