import type { Resources } from '../../history/fact.ts';
import type { JobSpec, RetryPolicy } from '../api.ts';

/** What is wrong with a request: the field, and why. */
export interface SpecProblem {
  readonly field: string;
  readonly reason: string;
}

const ID_LENGTH_MAX = 200;
const SPAN_US_MAX = 10 * 366 * 86_400 * 1_000_000;
/** Bodies fetch what is larger: whatever is here goes through the log and every replica. */
const PAYLOAD_LENGTH_MAX = 64 * 1024;
const LIST_LENGTH_MAX = 100;
/** They part names from each other where several make one key. */
const CONTROLS = /\p{Cc}/u;
const PRIORITY_MAX = 1_000;
/** Of what is said to be wrong: a name may be of any length, an answer should not. */
const FIELD_LENGTH_MAX = 50;
const HEARTBEAT_US_MIN = 1_000_000;
/** An id that is forgotten sooner could come back as a late copy of its own submit. */
const RETAIN_US_MIN = 3_600 * 1_000_000;

type FieldsOf<T> = Readonly<Record<keyof T, true>>;
const FIELDS: FieldsOf<JobSpec> = {
  ...{ queue: true, delayUs: true, atUs: true, retry: true, timeoutUs: true, heartbeatUs: true },
  ...{ delivery: true, sink: true, priority: true, tags: true, uniqueKey: true, key: true },
  ...{ parents: true, onFailedParent: true, retainUs: true, payload: true },
  ...{ resources: true, gang: true },
};
const RETRY_FIELDS: FieldsOf<RetryPolicy> = {
  ...{ maxAttempts: true, backoff: true, baseUs: true, maxUs: true, jitterPpm: true },
};
const RESOURCE_FIELDS: FieldsOf<Resources> = { cpu: true, memory: true };
const RESOURCE_MAX = 1_000_000_000;
const GANG_MAX = 1_000;
/** Such as the jobs of ticks have: whoever submits one might meet the tick some day. */
const TICK_LIKE = /@-?\d+$/;

/** Refuses what the scheduler could not keep; the first field that is wrong is named. */
export function checkJob(id: string, spec: JobSpec): SpecProblem | undefined {
  return checkId('job', id) ?? notOfTick(id) ?? checkSpec(spec) ?? ownParent(id, spec);
}

const notOfTick = (id: string): SpecProblem | undefined =>
  TICK_LIKE.test(id) ? { field: 'job', reason: 'ends like the id of a tick' } : undefined;

export function checkId(field: string, id: string): SpecProblem | undefined {
  if (typeof id !== 'string' || id.length === 0) return { field, reason: 'must not be empty' };
  if (id.length > ID_LENGTH_MAX)
    return { field, reason: `longer than ${ID_LENGTH_MAX} characters` };
  return CONTROLS.test(id) ? { field, reason: 'holds a control character' } : undefined;
}

/** What came over the wire may lack anything: fields are looked at before they are trusted. */
export function checkSpec(spec: JobSpec): SpecProblem | undefined {
  if (!isRecord(spec)) return { field: 'spec', reason: 'is missing' };
  return (
    known('', spec, FIELDS) ??
    checkId('queue', spec.queue) ??
    checkRetry(spec) ??
    checkNeeded(spec) ??
    checkRest(spec)
  );
}

function checkRetry({ retry }: JobSpec): SpecProblem | undefined {
  if (!isRecord(retry)) return { field: 'retry', reason: 'is missing' };
  const { baseUs, maxUs, maxAttempts, backoff, jitterPpm = 0 } = retry;
  return (
    known('retry.', retry, RETRY_FIELDS) ??
    span('retry.baseUs', baseUs, 0) ??
    span('retry.maxUs', maxUs, 0) ??
    whole('retry.maxAttempts', maxAttempts, 1, 1_000) ??
    oneOf('retry.backoff', backoff, ['fixed', 'exponential']) ??
    whole('retry.jitterPpm', jitterPpm, 0, 1_000_000)
  );
}

function checkNeeded(spec: JobSpec): SpecProblem | undefined {
  return (
    span('delayUs', spec.delayUs, 0) ??
    span('timeoutUs', spec.timeoutUs, 1) ??
    oneOf('delivery', spec.delivery, ['at-least-once', 'at-most-once']) ??
    oneOf('sink', spec.sink, ['none', 'token', 'key'])
  );
}

function checkRest(spec: JobSpec): SpecProblem | undefined {
  const { atUs, heartbeatUs, retainUs, uniqueKey, key, payload } = spec;
  const { priority = 0, tags = [], parents = [], onFailedParent = 'cancel' } = spec;
  return (
    (atUs === undefined ? undefined : whole('atUs', atUs, 0, Number.MAX_SAFE_INTEGER)) ??
    (heartbeatUs === undefined ? undefined : span('heartbeatUs', heartbeatUs, HEARTBEAT_US_MIN)) ??
    (retainUs === undefined ? undefined : span('retainUs', retainUs, RETAIN_US_MIN)) ??
    whole('priority', priority, -PRIORITY_MAX, PRIORITY_MAX) ??
    (uniqueKey === undefined ? undefined : checkId('uniqueKey', uniqueKey)) ??
    (key === undefined ? undefined : checkId('key', key)) ??
    words('tags', tags) ??
    words('parents', parents) ??
    oneOf('onFailedParent', onFailedParent, ['cancel', 'run']) ??
    checkRoom(spec) ??
    checkPayload(payload)
  );
}

function checkRoom({ resources, gang = 1 }: JobSpec): SpecProblem | undefined {
  const wrong = whole('gang', gang, 1, GANG_MAX);
  if (wrong !== undefined || resources === undefined) return wrong;
  if (!isRecord(resources)) return { field: 'resources', reason: 'is no object' };
  return (
    known('resources.', resources, RESOURCE_FIELDS) ??
    whole('resources.cpu', resources.cpu, 0, RESOURCE_MAX) ??
    whole('resources.memory', resources.memory, 0, RESOURCE_MAX)
  );
}

function checkPayload(payload: string | undefined): SpecProblem | undefined {
  if (payload === undefined) return undefined;
  const isText = typeof payload === 'string' && payload.length <= PAYLOAD_LENGTH_MAX;
  const reason = `must be a text of up to ${PAYLOAD_LENGTH_MAX} characters`;
  return isText ? undefined : { field: 'payload', reason };
}

/** Parents are accepted before their children, so this is the only circle that can be asked for. */
const ownParent = (id: string, { parents }: JobSpec): SpecProblem | undefined =>
  parents?.includes(id) === true
    ? { field: 'parents', reason: 'a cycle: it would wait for itself' }
    : undefined;

function words(field: string, list: readonly string[]): SpecProblem | undefined {
  if (!Array.isArray(list) || list.length > LIST_LENGTH_MAX) {
    return { field, reason: `must be a list of up to ${LIST_LENGTH_MAX}` };
  }
  if (list.length > 1 && new Set(list).size < list.length)
    return { field, reason: 'names something twice' };
  for (const word of list) {
    const problem = checkId(field, word);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function oneOf(field: string, got: string, known: readonly string[]): SpecProblem | undefined {
  return known.includes(got) ? undefined : { field, reason: `must be one of ${known.join(', ')}` };
}

/** A plain object: what JSON calls so, and no list. */
export const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What nobody would look at is refused: a word misspelt is a wish that is not met. */
export function known(
  prefix: string,
  value: object,
  fields: Readonly<Record<string, true>>,
): SpecProblem | undefined {
  for (const field in value) {
    if (Object.hasOwn(fields, field) || !Object.hasOwn(value, field)) continue;
    const name = field === '' ? '""' : field.slice(0, FIELD_LENGTH_MAX);
    return { field: `${prefix}${name}`, reason: 'unknown field' };
  }
  return undefined;
}

/** A span of up to ten years. */
export function span(field: string, us: number, min: number): SpecProblem | undefined {
  if (Number.isInteger(us) && us >= min && us <= SPAN_US_MAX) return undefined;
  return {
    field,
    reason: `must be whole microseconds from ${min} to ${SPAN_US_MAX}, not ${text(us)}`,
  };
}

/** A whole number within bounds. */
export function whole(
  field: string,
  count: number,
  min: number,
  max: number,
): SpecProblem | undefined {
  if (Number.isSafeInteger(count) && count >= min && count <= max) return undefined;
  return { field, reason: `must be a whole number from ${min} to ${max}, not ${text(count)}` };
}

/** What stands there may be anything, of any length. */
const text = (value: unknown): string =>
  typeof value === 'number' ? String(value) : `a ${typeof value}`;
