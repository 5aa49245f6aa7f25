import type { JobSpec } from '../api.ts';

/** What is wrong with a request: the field, and why. */
export interface SpecProblem {
  readonly field: string;
  readonly reason: string;
}

const ID_LENGTH_MAX = 200;
const SPAN_US_MAX = 10 * 366 * 86_400 * 1_000_000;

/** Refuses what the scheduler could not keep; the first field that is wrong is named. */
export function checkJob(id: string, spec: JobSpec): SpecProblem | undefined {
  return checkId('job', id) ?? checkSpec(spec);
}

export function checkId(field: string, id: string): SpecProblem | undefined {
  if (typeof id !== 'string' || id.length === 0) return { field, reason: 'must not be empty' };
  if (id.length > ID_LENGTH_MAX)
    return { field, reason: `longer than ${ID_LENGTH_MAX} characters` };
  return undefined;
}

/** What came over the wire may lack anything: fields are looked at before they are trusted. */
export function checkSpec(spec: JobSpec): SpecProblem | undefined {
  const { retry } = spec;
  if (retry === null || typeof retry !== 'object') return { field: 'retry', reason: 'is missing' };
  return (
    span('delayUs', spec.delayUs, 0) ??
    span('timeoutUs', spec.timeoutUs, 1) ??
    span('retry.baseUs', retry.baseUs, 0) ??
    span('retry.maxUs', retry.maxUs, 0) ??
    attempts(retry.maxAttempts) ??
    oneOf('retry.backoff', retry.backoff, ['fixed', 'exponential']) ??
    oneOf('delivery', spec.delivery, ['at-least-once', 'at-most-once']) ??
    oneOf('sink', spec.sink, ['none', 'token', 'key'])
  );
}

function oneOf(field: string, got: string, known: readonly string[]): SpecProblem | undefined {
  return known.includes(got) ? undefined : { field, reason: `must be one of ${known.join(', ')}` };
}

function span(field: string, us: number, min: number): SpecProblem | undefined {
  if (Number.isInteger(us) && us >= min && us <= SPAN_US_MAX) return undefined;
  return { field, reason: `must be whole microseconds from ${min} to ${SPAN_US_MAX}, not ${us}` };
}

function attempts(count: number): SpecProblem | undefined {
  if (Number.isInteger(count) && count >= 1 && count <= 1_000) return undefined;
  return { field: 'retry.maxAttempts', reason: `must be from 1 to 1000, not ${count}` };
}
