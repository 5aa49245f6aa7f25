import type { QueueSpec } from '../api.ts';
import { type SpecProblem, span, whole } from './check-spec.ts';

const LIMIT_MAX = 1_000_000;

/** Refuses limits that mean nothing; the first field that is wrong is named. */
export function checkQueue(spec: QueueSpec): SpecProblem | undefined {
  if (spec === null || typeof spec !== 'object') return { field: 'spec', reason: 'is missing' };
  const { concurrency, perKey, rate } = spec;
  return (
    optionally(concurrency, (n) => whole('concurrency', n, 0, LIMIT_MAX)) ??
    optionally(perKey, (n) => whole('perKey', n, 1, LIMIT_MAX)) ??
    optionally(rate, ({ starts, perUs }) => {
      return whole('rate.starts', starts, 1, LIMIT_MAX) ?? span('rate.perUs', perUs, 1);
    })
  );
}

/** Edits are counted from 1. */
export const checkRevision = (revision: number): SpecProblem | undefined =>
  whole('revision', revision, 1, Number.MAX_SAFE_INTEGER);

const optionally = <T>(
  value: T | undefined,
  check: (value: T) => SpecProblem | undefined,
): SpecProblem | undefined => {
  if (value === undefined) return undefined;
  return value === null ? { field: 'spec', reason: 'holds a null' } : check(value);
};
