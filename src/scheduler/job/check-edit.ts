import type { QueueSpec } from '../api.ts';
import { isRecord, known, type SpecProblem, span, whole } from './check-spec.ts';

const LIMIT_MAX = 1_000_000;
const FIELDS: Readonly<Record<keyof QueueSpec, true>> = {
  concurrency: true,
  perKey: true,
  rate: true,
};
const RATE_FIELDS: Readonly<Record<keyof NonNullable<QueueSpec['rate']>, true>> = {
  starts: true,
  perUs: true,
};

/** Refuses limits that mean nothing; the first field that is wrong is named. */
export function checkQueue(spec: QueueSpec): SpecProblem | undefined {
  if (!isRecord(spec)) return { field: 'spec', reason: 'is missing' };
  const { concurrency, perKey, rate } = spec;
  return (
    known('', spec, FIELDS) ??
    (concurrency === undefined ? undefined : whole('concurrency', concurrency, 0, LIMIT_MAX)) ??
    (perKey === undefined ? undefined : whole('perKey', perKey, 1, LIMIT_MAX)) ??
    (rate === undefined ? undefined : checkRate(rate))
  );
}

function checkRate(rate: NonNullable<QueueSpec['rate']>): SpecProblem | undefined {
  if (!isRecord(rate)) return { field: 'rate', reason: 'is no rate' };
  return (
    known('rate.', rate, RATE_FIELDS) ??
    whole('rate.starts', rate.starts, 1, LIMIT_MAX) ??
    span('rate.perUs', rate.perUs, 1)
  );
}

/** Edits are counted from 1. */
export const checkRevision = (revision: number): SpecProblem | undefined =>
  whole('revision', revision, 1, Number.MAX_SAFE_INTEGER);
