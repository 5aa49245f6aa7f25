/**
 * Nonsense: requests as broken or hostile clients send them. Each is to be answered with an error
 * that names a field, changes nothing and kills nobody. A scheduler sees what was sent; judges are
 * told something near to it that has the shape of a request, and that it was nonsense.
 */
import type { Request } from '../history/fact.ts';
import { chancePpm, hashedRandom, pick } from '../lib/random.ts';
import { MS, SECOND, wallUs } from '../lib/units.ts';
import type { ApiRequest, JobSpec, ScheduleSpec, Timing } from '../scheduler/api.ts';
import type { Demand } from './demand.ts';
import { evidenceOf } from './evidence.ts';
import { type JobToPlan, jobLane } from './plan-job.ts';
import type { PlannedOp } from './workload.ts';

/** What nonsense is made from: a job that arrives, and a name that nothing else has. */
interface Ground {
  readonly job: string;
  readonly spec: JobSpec;
  readonly name: string;
}

interface Sent {
  /** As it goes over the wire; nothing says that it is a request. */
  readonly request: unknown;
  readonly meant: Request;
}

export interface Nonsense {
  readonly kind: string;
  /** It uses the id of the job that it goes with again, so it is asked after that job's submit. */
  readonly reuses?: true;
  readonly make: (ground: Ground) => Sent;
}

/** A sound request with something wrong in it; judges are told the sound one. */
const submit =
  (wrong: (spec: JobSpec) => unknown) =>
  ({ name: job, spec }: Ground): Sent => ({
    request: { kind: 'submit', job, spec: wrong(spec) },
    meant: evidenceOf({ kind: 'submit', job, spec }),
  });

/** The same where what is wrong has the right shape, so that judges can be told. */
const frankly = (make: (ground: Ground) => ApiRequest) => (ground: Ground) => {
  const request = make(ground);
  return { request, meant: evidenceOf(request) };
};

const schedule =
  (wrong: (spec: ScheduleSpec) => unknown) =>
  ({ name, spec: job }: Ground): Sent => {
    const spec: ScheduleSpec = { ...BOUNDS, timing: EVERY_MINUTE, misfire: MISFIRE, job };
    return {
      request: { kind: 'put-schedule', schedule: name, spec: wrong(spec) },
      meant: evidenceOf({ kind: 'put-schedule', schedule: name, spec }),
    };
  };

const EVERY_MINUTE: Timing = {
  kind: 'cron',
  expression: '* * * * *',
  zone: 'UTC',
  gap: 'skip',
  overlap: 'first',
};
const MISFIRE = { late: 'skip', windowUs: SECOND, catchUpMax: 0 } as const;
const BOUNDS = { startUs: wallUs(0), endUs: wallUs(2 ** 52) } as const;

const MEGABYTE = 'x'.repeat(2 ** 20);
const LONG_ID = 'i'.repeat(1_000);
/** What every object has, in a language where tables are objects. */
const INHERITED = '__proto__';

const without =
  (key: keyof JobSpec) =>
  (spec: JobSpec): unknown =>
    Object.fromEntries(Object.entries(spec).filter(([name]) => name !== key));

/** Every kind of nonsense, by what is wrong with it. */
export const NONSENSE: readonly Nonsense[] = [
  { kind: 'no spec', make: submit(() => null) },
  { kind: 'no retry policy', make: submit(without('retry')) },
  { kind: 'no timeout', make: submit(without('timeoutUs')) },
  { kind: 'a delay in words', make: submit((spec) => ({ ...spec, delayUs: 'soon' })) },
  { kind: 'a timeout below zero', make: submit((spec) => ({ ...spec, timeoutUs: -1 })) },
  {
    kind: 'half an attempt',
    make: submit((spec) => ({ ...spec, retry: { ...spec.retry, maxAttempts: 2.5 } })),
  },
  { kind: 'no such delivery', make: submit((spec) => ({ ...spec, delivery: 'exactly-once' })) },
  { kind: 'no such sink', make: submit((spec) => ({ ...spec, sink: ['token'] })) },
  { kind: 'priority beyond bounds', make: submit((spec) => ({ ...spec, priority: 1e9 })) },
  { kind: 'a tag for a list', make: submit((spec) => ({ ...spec, tags: 'gpu' })) },
  { kind: 'a queue of nothing', make: submit((spec) => ({ ...spec, queue: null })) },
  {
    kind: 'a heartbeat of no time',
    make: submit((spec) => ({ ...spec, heartbeatUs: Number.NaN })),
  },
  { kind: 'a megabyte', make: submit((spec) => ({ ...spec, payload: MEGABYTE })) },
  {
    kind: 'its own parent',
    make: frankly(({ name, spec }) => ({
      kind: 'submit',
      job: name,
      spec: { ...spec, parents: [name] },
    })),
  },
  {
    kind: 'an unknown parent',
    make: frankly(({ name, spec }) => ({
      kind: 'submit',
      job: name,
      spec: { ...spec, parents: [`${name}-parent`] },
    })),
  },
  { kind: 'an empty id', make: frankly(({ spec }) => ({ kind: 'submit', job: '', spec })) },
  { kind: 'a long id', make: frankly(({ spec }) => ({ kind: 'submit', job: LONG_ID, spec })) },
  {
    kind: 'an id used again',
    reuses: true,
    make: frankly(({ job, spec }) => ({
      kind: 'submit',
      job,
      spec: { ...spec, timeoutUs: spec.timeoutUs + SECOND },
    })),
  },
  { kind: 'an inherited id', make: frankly(() => ({ kind: 'status', job: INHERITED })) },
  { kind: 'another inherited id', make: frankly(() => ({ kind: 'cancel', job: 'constructor' })) },
  {
    kind: 'attempts in words',
    make: ({ name: job }) => ({
      request: { kind: 'retry', job, attempts: 'all' },
      meant: { kind: 'retry', job, attempts: 1 },
    }),
  },
  {
    kind: 'no such request',
    make: ({ name: job }) => ({
      request: { kind: 'drop', job },
      meant: { kind: 'cancel', job },
    }),
  },
  {
    kind: 'no such zone',
    make: schedule((spec) => ({ ...spec, timing: { ...spec.timing, zone: 'Europe/Atlantis' } })),
  },
  {
    kind: 'a day that never comes',
    make: schedule((spec) => ({ ...spec, timing: { ...spec.timing, expression: '0 0 31 2 *' } })),
  },
  { kind: 'no timing', make: schedule(({ timing: _, ...spec }) => spec) },
  { kind: 'no misfire policy', make: schedule(({ misfire: _, ...spec }) => spec) },
  { kind: 'an end before the start', make: schedule((spec) => ({ ...spec, endUs: -1 })) },
  { kind: 'ticks of no job', make: schedule((spec) => ({ ...spec, job: {} })) },
  {
    kind: 'a revision below zero',
    make: frankly(({ name }) => ({
      kind: 'edit-schedule',
      edit: 'pause',
      schedule: name,
      revision: -1,
    })),
  },
  {
    kind: 'an inherited schedule',
    make: frankly(() => ({ kind: 'schedule-status', schedule: INHERITED })),
  },
  {
    kind: 'a trigger of nothing',
    make: frankly(({ name }) => ({ kind: 'trigger', schedule: name, job: `${name}-run` })),
  },
  {
    kind: 'a queue of none at a time',
    make: frankly(({ name }) => ({
      kind: 'put-queue',
      queue: name,
      spec: { concurrency: -1 },
      revision: 1,
    })),
  },
  {
    kind: 'a queue without a revision',
    make: ({ name: queue }) => ({
      request: { kind: 'put-queue', queue, spec: {}, revision: 'latest' },
      meant: { kind: 'put-queue', queue, revision: 1, limits: {} },
    }),
  },
];

/** Where jobs may be forgotten, an id may be used again one day. */
const WITHOUT_REUSE = NONSENSE.filter(({ reuses }) => reuses !== true);

/** The nonsense that goes with a job, if any does. */
export function drawNonsense(
  { hostilePpm, retainUs }: Demand,
  seed: string,
  job: string,
): Nonsense | undefined {
  if (hostilePpm === undefined) return undefined;
  const random = hashedRandom(seed, job, 'nonsense');
  if (!chancePpm(random, hostilePpm)) return undefined;
  return pick(random, retainUs === undefined ? NONSENSE : WITHOUT_REUSE);
}

const ASK_AFTER_US = 100 * MS;

/** Adds the request, some time after the submit of the job that it goes with. */
export function planNonsense(ops: PlannedOp[], planned: JobToPlan, nonsense: Nonsense): void {
  const { seed, job, spec, client, endUs } = planned;
  const random = hashedRandom(seed, job, 'nonsense at');
  const atUs = planned.atUs + ASK_AFTER_US + Math.floor(random.float() * SECOND);
  if (atUs >= endUs) return;
  const { request, meant } = nonsense.make({ job, spec, name: `hostile-${job}` });
  const op = { atUs, client, request: request as ApiRequest, meant };
  ops.push(nonsense.reuses === true ? { ...op, lane: jobLane(job), onlyAfterOk: true } : op);
}
