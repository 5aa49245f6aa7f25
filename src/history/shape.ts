import type { Problem } from '../lib/outcome.ts';
import type {
  Answer,
  Fact,
  FactOf,
  QueueLimits,
  Request,
  Resources,
  Testimony,
  TickId,
  Token,
} from './fact.ts';

/**
 * Checks that a value read from a text is a fact: every key of every kind. The tables are typed by
 * the facts themselves, so a key added there and forgotten here does not compile.
 */
type Check = (value: unknown, path: string, problems: Problem[]) => void;
type Shape<T> = { readonly [P in Exclude<keyof T, 'kind'>]-?: Check };
type Kinded = { readonly kind: string };
type Variants<U extends Kinded> = {
  readonly [K in U['kind']]: Shape<Extract<U, { readonly kind: K }>>;
};

/** Checks of keys that may be absent. */
const OPTIONAL = new Set<Check>();

function optional(check: Check): Check {
  const wrapped: Check = (value, path, problems) => check(value, path, problems);
  OPTIONAL.add(wrapped);
  return wrapped;
}

function must(what: string, holds: (value: unknown) => boolean): Check {
  return (value, path, problems) => {
    if (holds(value)) return;
    const found = value === undefined ? 'nothing' : JSON.stringify(value);
    problems.push({ path, problem: `${found} where ${what} is expected` });
  };
}

const text = must('a text', (value) => typeof value === 'string');
const flag = must('true or false', (value) => typeof value === 'boolean');
const integer = must('an integer', Number.isSafeInteger);
const number = must('a number', Number.isFinite);
const instant = must('an integer not below 0', (v) => Number.isSafeInteger(v) && Number(v) >= 0);
const oneOf = (...words: readonly string[]): Check =>
  must(`one of ${words.join(', ')}`, (value) => words.includes(value as string));

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const under = (path: string, key: string | number): string =>
  path === '' ? String(key) : `${path}.${key}`;

const listOf =
  (check: Check): Check =>
  (value, path, problems) => {
    if (!Array.isArray(value)) problems.push({ path, problem: 'no list where one is expected' });
    else value.forEach((item, index) => void check(item, under(path, index), problems));
  };

/** An object with these keys and no others. */
function record<T>(shape: { readonly [P in keyof T]-?: Check }): Check {
  const checks = new Map<string, Check>(Object.entries(shape));
  return (value, path, problems) => {
    if (!isObject(value)) {
      problems.push({ path, problem: 'no object where one is expected' });
      return;
    }
    for (const [key, check] of checks) {
      if (key in value || !OPTIONAL.has(check)) check(value[key], under(path, key), problems);
    }
    for (const key of Object.keys(value)) {
      if (checks.has(key)) continue;
      const hint = `known here: ${[...checks.keys()].join(', ')}`;
      problems.push({ path: under(path, key), problem: 'unknown key', hint });
    }
  };
}

/** An object whose `kind` says which keys it has. */
function variants<U extends Kinded>(shapes: Variants<U>): Check {
  const byKind = new Map<unknown, Check>();
  for (const [kind, shape] of Object.entries<object>(shapes)) {
    byKind.set(kind, record({ kind: text, ...shape }));
  }
  const kind = oneOf(...Object.keys(shapes));
  return (value, path, problems) => {
    const check = isObject(value) ? byKind.get(value['kind']) : undefined;
    if (check !== undefined) check(value, path, problems);
    else if (isObject(value)) kind(value['kind'], under(path, 'kind'), problems);
    else problems.push({ path, problem: 'no object where one is expected' });
  };
}

const jobState = oneOf('waiting', 'running', 'succeeded', 'dead', 'cancelled');
const sink = oneOf('none', 'token', 'key');
const delivery = oneOf('at-least-once', 'at-most-once');
const role = oneOf('scheduler', 'store', 'worker', 'client', 'ledger', 'auditor');
const token = record<Token>({ epoch: integer, attempt: integer });
const resources = record<Resources>({ cpu: integer, memory: integer });
const tick = record<TickId>({ schedule: text, nominalUs: integer });

const hostile = optional(must('true', (value) => value === true));
const standing = oneOf('active', 'paused', 'deleted');
const revision = integer;

const request = variants<Request>({
  submit: {
    job: text,
    delayUs: integer,
    atUs: optional(integer),
    maxAttempts: integer,
    backoffUs: integer,
    backoffMaxUs: integer,
    doubles: flag,
    timeoutUs: integer,
    heartbeatUs: optional(integer),
    sink,
    delivery,
    queue: text,
    priority: integer,
    tags: optional(listOf(text)),
    uniqueKey: optional(text),
    key: optional(text),
    parents: optional(listOf(text)),
    onFailedParent: optional(oneOf('cancel', 'run')),
    retainUs: optional(integer),
    resources: optional(resources),
    gang: optional(integer),
  },
  status: { job: text },
  cancel: { job: text },
  retry: { job: text, attempts: integer },
  'run-now': { job: text },
  'put-schedule': {
    schedule: text,
    revision,
    overlap: oneOf('allow', 'forbid', 'replace', 'buffer'),
    late: oneOf('skip', 'once', 'all'),
    windowUs: integer,
    catchUpMax: integer,
    spacingUs: integer,
    jitterUs: integer,
    queue: optional(text),
    retainUs: optional(integer),
  },
  'edit-schedule': { edit: oneOf('pause', 'resume', 'delete'), schedule: text, revision },
  'schedule-status': { schedule: text },
  trigger: { schedule: text, job: text },
  'put-queue': {
    queue: text,
    revision,
    limits: record<QueueLimits>({
      concurrency: optional(integer),
      perKey: optional(integer),
      rate: optional(record<QueueLimits['rate'] & object>({ starts: integer, perUs: integer })),
    }),
  },
  'edit-queue': { edit: oneOf('pause', 'resume'), queue: text, revision },
});

const answer = variants<Answer>({
  ok: {
    state: optional(jobState),
    attempts: optional(integer),
    revision: optional(revision),
    standing: optional(standing),
  },
  fail: { reason: text },
  unknown: {},
});

const said = variants<Testimony>({
  role: { role: oneOf('leader', 'follower', 'loading', 'primary', 'replica'), epoch: integer },
  lease: {
    event: oneOf('acquired', 'renewed', 'expired-seen', 'lost', 'released'),
    epoch: integer,
  },
  dispatched: {
    job: text,
    token,
    worker: text,
    parts: optional(listOf(text)),
    shard: optional(integer),
  },
  committed: { decided: integer, conflicts: integer },
  shard: { event: oneOf('owned', 'lost'), shard: integer, epoch: integer },
  'tick-decided': { tick, action: oneOf('run', 'skip'), reason: text },
  'attempt-lost': { job: text, token, why: text },
  'late-report': { job: text, token },
  note: { text },
});

const evidence = {
  asked: { at: instant, client: text, op: integer, request, hostile },
  answered: { at: instant, client: text, op: integer, request, answer, askedAt: instant, hostile },
  'body-began': { at: instant, worker: text, job: text, tick: optional(tick), token, delivery },
  'body-ended': {
    at: instant,
    worker: text,
    job: text,
    tick: optional(tick),
    token,
    how: oneOf('succeeded', 'failed', 'stopped'),
  },
  'part-began': { at: instant, worker: text, job: text, token, part: integer },
  'part-ended': { at: instant, worker: text, job: text, token, part: integer },
  'effect-arrived': {
    at: instant,
    worker: text,
    job: text,
    tick: optional(tick),
    effect: text,
    token,
    sink,
    fenced: flag,
    accepted: flag,
    repeat: flag,
    reason: optional(text),
  },
  'audited-job': {
    at: instant,
    job: text,
    state: jobState,
    attempts: integer,
    tick: optional(tick),
  },
  'audited-schedule': { at: instant, schedule: text, revision, standing },
  'audited-skip': { at: instant, tick, reason: text },
  'audit-ended': { at: instant, complete: flag, reason: optional(text) },
};

const truth = {
  'run-began': {
    at: instant,
    startWallUs: integer,
    machines: listOf(record<FactOf<'run-began'>['machines'][number]>({ name: text, role })),
  },
  phase: {
    at: instant,
    phase: oneOf('warm-up', 'chaos', 'heal', 'quiescence', 'audit', 'end'),
  },
  machine: {
    at: instant,
    machine: text,
    role,
    state: oneOf('up', 'down', 'paused', 'resumed'),
    incarnation: integer,
    why: text,
  },
  clock: {
    at: instant,
    machine: text,
    ratePpm: number,
    wallErrorUs: number,
    wallRatePpm: optional(number),
  },
  fault: {
    at: instant,
    fault: text,
    faultKind: text,
    event: oneOf('drawn', 'armed', 'bitten', 'ended'),
    whom: listOf(text),
  },
  'tick-due': { at: instant, tick, revision: integer, delivery, sink },
  spent: { at: instant, messages: instant, syncs: instant, transactions: instant },
  'assumption-failed': {
    at: instant,
    assumption: oneOf(
      'rate-error',
      'wall-error',
      'store-durable',
      'disk-damage',
      'single-copy',
      'suspend',
      'zone-rules',
    ),
    machine: text,
    detail: text,
  },
};

const SHAPES: Variants<Fact> = {
  ...evidence,
  ...truth,
  testified: { at: instant, machine: text, said },
};

const fact = variants<Fact>(SHAPES);

/** Everything that is wrong with the value as a fact; empty when it is one. */
export function problemsOfFact(value: unknown): readonly Problem[] {
  const problems: Problem[] = [];
  fact(value, '', problems);
  return problems;
}
