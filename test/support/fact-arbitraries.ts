/**
 * Arbitrary facts, every kind and every optional key, for round trips and for folds that must never
 * throw. Names are short and few, so that facts meet; {@link factsInOrder} is a history in time
 * order.
 */
import fc from 'fast-check';
import type {
  Answer,
  Evidence,
  Fact,
  Request,
  Testified,
  Testimony,
  TickId,
  Token,
  Truth,
} from '../../src/history/fact.ts';
import { virtualUs, wallUs } from '../../src/lib/units.ts';

const at = fc.nat({ max: 3_600_000_000 }).map(virtualUs);
const small = fc.nat({ max: 5 });
const span = fc.nat({ max: 100_000_000 });
const reason = fc.oneof(fc.constantFrom('too late', 'overlap'), fc.string({ unit: 'grapheme' }));
const job = fc.oneof(fc.constantFrom('c1-1', 'c1-2', 'c2-1'), fc.string({ maxLength: 6 }));
const worker = fc.constantFrom('worker-1', 'worker-2', 'worker-3');
const machine = fc.constantFrom('lease-1', 'lease-2', 'store-1', 'worker-1');
const client = fc.constantFrom('client-1', 'client-2');
const sink = fc.constantFrom('none', 'token', 'key');
const delivery = fc.constantFrom('at-least-once', 'at-most-once');
const state = fc.constantFrom('waiting', 'running', 'succeeded', 'dead', 'cancelled');
const role = fc.constantFrom('scheduler', 'store', 'worker', 'client', 'ledger', 'auditor');
const is = <const K extends string>(kind: K): fc.Arbitrary<K> => fc.constant(kind);

const schedule = fc.constantFrom('nightly', 'hourly');

export const token: fc.Arbitrary<Token> = fc.record({ epoch: small, attempt: small });
export const tick: fc.Arbitrary<TickId> = fc.record({
  schedule: fc.constantFrom('nightly', 'hourly'),
  // The years 1717 to 2223, before the epoch too, in whole seconds.
  nominalUs: fc.integer({ min: -8e9, max: 8e9 }).map((seconds) => wallUs(seconds * 1e6)),
});

export const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({
    kind: is('submit'),
    job,
    delayUs: span,
    maxAttempts: small,
    backoffUs: span,
    backoffMaxUs: span,
    doubles: fc.boolean(),
    timeoutUs: span,
    sink,
    delivery,
    queue: fc.constantFrom('default', 'mail'),
    priority: fc.integer({ min: -9, max: 9 }),
  }),
  fc.record({ kind: is('retry'), job, attempts: small }),
  fc.record({ kind: is('run-now'), job }),
  fc.record({ kind: is('trigger'), schedule, job }),
  fc.record({
    kind: is('edit-schedule'),
    edit: fc.constantFrom('pause', 'resume', 'delete'),
    schedule,
    revision: small,
  }),
  fc.record({ kind: is('schedule-status'), schedule }),
  fc.record({
    kind: is('put-queue'),
    queue: fc.constantFrom('default', 'mail'),
    revision: small,
    limits: fc.record(
      { concurrency: small, perKey: small, rate: fc.record({ starts: small, perUs: span }) },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    kind: is('edit-queue'),
    edit: fc.constantFrom('pause', 'resume'),
    queue: fc.constantFrom('default', 'mail'),
    revision: small,
  }),
  fc.record({ kind: is('status'), job }),
  fc.record({ kind: is('cancel'), job }),
  fc.record(
    {
      kind: is('put-schedule'),
      schedule,
      revision: small,
      overlap: fc.constantFrom('allow', 'forbid', 'replace', 'buffer'),
      late: fc.constantFrom('skip', 'once', 'all'),
      windowUs: span,
      catchUpMax: small,
      spacingUs: span,
      jitterUs: span,
      queue: fc.constantFrom('default', 'mail'),
      retainUs: span,
    },
    {
      requiredKeys: [
        'kind',
        'schedule',
        'revision',
        'overlap',
        'late',
        'windowUs',
        'catchUpMax',
        'spacingUs',
        'jitterUs',
      ],
    },
  ),
);

export const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.record(
    {
      kind: is('ok'),
      state,
      attempts: small,
      revision: small,
      standing: fc.constantFrom('active', 'paused', 'deleted'),
    },
    { requiredKeys: ['kind'] },
  ),
  fc.record({ kind: is('fail'), reason }),
  fc.record({ kind: is('unknown') }),
);

export const evidence: fc.Arbitrary<Evidence> = fc.oneof(
  fc.record(
    { kind: is('asked'), at, client, op: span, request, hostile: fc.constant(true as const) },
    { requiredKeys: ['kind', 'at', 'client', 'op', 'request'] },
  ),
  fc.record(
    {
      kind: is('answered'),
      at,
      client,
      op: span,
      request,
      answer,
      askedAt: at,
      hostile: fc.constant(true as const),
    },
    { requiredKeys: ['kind', 'at', 'client', 'op', 'request', 'answer', 'askedAt'] },
  ),
  fc.record(
    { kind: is('body-began'), at, worker, job, tick, token, delivery },
    { requiredKeys: ['kind', 'at', 'worker', 'job', 'token', 'delivery'] },
  ),
  fc.record(
    {
      kind: is('body-ended'),
      at,
      worker,
      job,
      tick,
      token,
      how: fc.constantFrom('succeeded', 'failed', 'stopped'),
    },
    { requiredKeys: ['kind', 'at', 'worker', 'job', 'token', 'how'] },
  ),
  fc.record({ kind: is('part-began'), at, worker, job, token, part: small }),
  fc.record({ kind: is('part-ended'), at, worker, job, token, part: small }),
  arrival(),
  fc.record(
    { kind: is('audited-job'), at, job, state, attempts: small, tick },
    { requiredKeys: ['kind', 'at', 'job', 'state', 'attempts'] },
  ),
  fc.record({
    kind: is('audited-schedule'),
    at,
    schedule,
    revision: small,
    standing: fc.constantFrom('active', 'paused', 'deleted'),
  }),
  fc.record({ kind: is('audited-skip'), at, tick, reason }),
  fc.record(
    { kind: is('audit-ended'), at, complete: fc.boolean(), reason },
    { requiredKeys: ['kind', 'at', 'complete'] },
  ),
);

function arrival(): fc.Arbitrary<Evidence> {
  const keys = {
    kind: is('effect-arrived'),
    at,
    worker,
    job,
    effect: fc.constantFrom('e1', 'e2'),
    token,
    sink,
    fenced: fc.boolean(),
    accepted: fc.boolean(),
    repeat: fc.boolean(),
  };
  const required = Object.keys(keys) as (keyof typeof keys)[];
  return fc.record({ ...keys, tick, reason }, { requiredKeys: required });
}

export const truth: fc.Arbitrary<Truth> = fc.oneof(
  fc.record({
    kind: is('run-began'),
    at,
    startWallUs: fc.integer({ min: 0, max: 4e15 }).map(wallUs),
    machines: fc.array(fc.record({ name: machine, role }), { maxLength: 4 }),
  }),
  fc.record({
    kind: is('phase'),
    at,
    phase: fc.constantFrom('warm-up', 'chaos', 'heal', 'quiescence', 'audit', 'end'),
  }),
  fc.record({
    kind: is('machine'),
    at,
    machine,
    role,
    state: fc.constantFrom('up', 'down', 'paused', 'resumed'),
    incarnation: small,
    why: reason,
  }),
  fc.record({
    kind: is('clock'),
    at,
    machine,
    ratePpm: fc.integer({ min: -500, max: 500 }),
    wallErrorUs: fc.integer({ min: -5_000_000, max: 5_000_000 }),
  }),
  fc.record({
    kind: is('clock'),
    at,
    machine,
    ratePpm: fc.integer({ min: -500, max: 500 }),
    wallErrorUs: fc.integer({ min: -5_000_000, max: 5_000_000 }),
    wallRatePpm: fc.integer({ min: -1_000_000, max: 500_000 }),
  }),
  fc.record({
    kind: is('fault'),
    at,
    fault: fc.constantFrom('f1', 'f2'),
    faultKind: fc.constantFrom('crash', 'partition'),
    event: fc.constantFrom('drawn', 'armed', 'bitten', 'ended'),
    whom: fc.array(machine, { maxLength: 3 }),
  }),
  fc.record({ kind: is('tick-due'), at, tick, revision: small, delivery, sink }),
  fc.record({ kind: is('spent'), at, messages: small, syncs: small, transactions: small }),
  fc.record({
    kind: is('assumption-failed'),
    at,
    assumption: fc.constantFrom(
      'rate-error',
      'wall-error',
      'store-durable',
      'disk-damage',
      'single-copy',
      'suspend',
    ),
    machine,
    detail: reason,
  }),
);

export const testimony: fc.Arbitrary<Testimony> = fc.oneof(
  fc.record({
    kind: is('role'),
    role: fc.constantFrom('leader', 'follower', 'loading'),
    epoch: small,
  }),
  fc.record({
    kind: is('lease'),
    event: fc.constantFrom('acquired', 'renewed', 'expired-seen', 'lost', 'released'),
    epoch: small,
  }),
  fc.record(
    { kind: is('dispatched'), job, token, worker, parts: fc.array(worker, { maxLength: 2 }) },
    { requiredKeys: ['kind', 'job', 'token', 'worker'] },
  ),
  fc.record({ kind: is('committed'), decided: small, conflicts: small }),
  fc.record({ kind: is('tick-decided'), tick, action: fc.constantFrom('run', 'skip'), reason }),
  fc.record({ kind: is('attempt-lost'), job, token, why: reason }),
  fc.record({ kind: is('late-report'), job, token }),
  fc.record({ kind: is('note'), text: reason }),
);

export const testified: fc.Arbitrary<Testified> = fc.record({
  kind: is('testified'),
  at,
  machine,
  said: testimony,
});

export const fact: fc.Arbitrary<Fact> = fc.oneof(
  { weight: 8, arbitrary: evidence },
  { weight: 7, arbitrary: truth },
  { weight: 7, arbitrary: testified },
);

/** A history: facts in the order of time. */
export const factsInOrder: fc.Arbitrary<Fact[]> = fc
  .array(fact, { maxLength: 30 })
  .map((facts) => facts.sort((a, b) => a.at - b.at));
