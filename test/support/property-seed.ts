/**
 * Property tests draw from one fixed seed, so that a commit is green or red whoever tests it, and
 * how often. `PROPERTY_SEED=random` (or any number) looks elsewhere; a failure says how to come
 * back.
 */

import type { RunDetails } from 'fast-check';
import * as fc from 'fast-check';
import { expect } from 'vitest';

const asked = process.env.PROPERTY_SEED ?? '1';
const seed = asked === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(asked);
if (!Number.isSafeInteger(seed)) {
  throw new Error(`PROPERTY_SEED is "${asked}": give an integer, or random`);
}

const report = (details: RunDetails<unknown>): void => {
  if (!details.failed) return;
  const { testPath } = expect.getState();
  const file = testPath?.slice(testPath.lastIndexOf('/test/') + 1) ?? 'test';
  const again = `Again: PROPERTY_SEED=${details.seed} npx vitest run ${file}`;
  throw new Error(`${fc.defaultReportMessage(details)}\n${again}`, {
    cause: details.errorInstance,
  });
};

fc.configureGlobal({
  seed,
  reporter: report as <T>(details: RunDetails<T>) => void,
});
