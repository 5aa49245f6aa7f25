/**
 * The workload in the text form of a scenario: who asks for jobs, when, and what the jobs do. Keys
 * without a default ask for nothing where they are left out, and are not printed then.
 */
import { z } from 'zod';
import { EDIT_KINDS } from '../workload/demand.ts';
import {
  count,
  fraction,
  gap,
  HOUR_US,
  instant,
  overlap,
  path,
  rate,
  share,
  span,
  word,
  zone,
} from './text-scalars.ts';

type Refuse = (message: string, key?: string, hint?: string) => void;

/** Problems of a mapping as a whole, each at a key where it belongs to one. */
const refuser =
  (ctx: z.RefinementCtx, input: unknown): Refuse =>
  (message, key, hint) =>
    ctx.addIssue({
      code: 'custom',
      message,
      path: key === undefined ? [] : [key],
      input,
      params: { hint },
    });

const LATE = z
  .enum(['skip', 'once', 'all'])
  .describe('Ticks found late: none runs, the latest runs, all run.');
const lateWindow = () => span('A tick is late after this.');
const catchUp = () => count('With all: at most this many, the newest.', 0, 100_000);
const spacing = () => span('Late ticks that run start this far apart.', { max: HOUR_US });

const ownMisfire = z
  .strictObject({
    late: LATE.optional(),
    window: lateWindow().optional(),
    catchUp: catchUp().optional(),
    spacing: spacing().optional(),
  })
  .describe('Instead of the misfire policy of the workload; what is left out is as there.');

const schedule = z
  .strictObject({
    name: word('Unique among the schedules.'),
    cron: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .describe('Five fields: minute, hour, day of month, month, day of week.'),
    zone: zone.optional(),
    gap: gap.optional(),
    overlap: overlap.optional(),
    every: span('Instead of cron: a tick this often.', { min: 1_000_000 }).optional(),
    from: instant('With every: ticks are at this instant and whole multiples from it.').optional(),
    concurrencyPolicy: z
      .enum(['allow', 'forbid', 'replace', 'buffer'])
      .optional()
      .describe('A tick while an instance is open: runs too, is skipped, takes over, or waits.'),
    bufferMax: count('With buffer: so many wait, 1 when left out.', 1, 100).optional(),
    jitter: span('Every tick starts up to this later, drawn by its name.', {
      max: HOUR_US,
    }).optional(),
    start: instant('No tick before this.').optional(),
    end: instant('No tick from this on.').optional(),
    misfire: ownMisfire.optional(),
  })
  .superRefine((entry, ctx) => {
    const refuse = refuser(ctx, entry);
    if (entry.cron === undefined && entry.every === undefined) refuse('needs cron or every');
    if (entry.cron !== undefined && entry.every !== undefined) refuse('has cron as well', 'every');
    const foreign = entry.every === undefined ? ['from'] : ['zone', 'gap', 'overlap'];
    for (const key of foreign) {
      if (entry[key as 'from' | 'zone'] !== undefined) {
        refuse(entry.every === undefined ? 'goes with every' : 'goes with cron', key);
      }
    }
    if (entry.bufferMax !== undefined && entry.concurrencyPolicy !== 'buffer') {
      refuse('goes with concurrencyPolicy: buffer', 'bufferMax');
    }
    if ((entry.start ?? 0) >= (entry.end ?? Number.POSITIVE_INFINITY)) {
      refuse('is not after start', 'end');
    }
  });

const crontab = z.strictObject({
  file: path('Relative to the scenario file.'),
  zone: zone.prefault('UTC'),
  gap: gap.prefault('run-at-end'),
  overlap: overlap.prefault('first'),
});

const scale = (does: string) =>
  z
    .union([fraction(`${does}.`, 1e-6, 1e9), z.literal('fit')])
    .describe(`${does}; fit: so that the trace fills the run and half of the slots.`);

const trace = z.strictObject({
  file: path('Standard Workload Format, plain or gzipped, relative to the scenario file.'),
  timeScale: scale('Divides the times between submits').prefault(1),
  sizeScale: scale('Divides the run times').prefault(1),
  jobs: count('At most this many jobs, from the start of the file.', 1, 1_000_000).prefault(1_000),
});

const queue = z
  .strictObject({
    name: word('Jobs that no queue of these gets go to `default`, which has no limits.'),
    share: share('Share of the jobs that go there.'),
    keys: count('Its jobs have one of so many keys.', 1, 1_000_000).optional(),
    concurrency: count('So many attempts at a time.', 1, 1_000_000).optional(),
    perKey: count('So many at a time with the same key.', 1, 1_000_000).optional(),
    rate: rate('So many starts in the long run.', { min: 1e-6, max: 1_000_000 }).optional(),
    burst: count(
      'With rate: so many starts at once; those of a second, if left out.',
      1,
      1_000_000,
    ).optional(),
  })
  .superRefine((entry, ctx) => {
    const refuse = refuser(ctx, entry);
    if (entry.name === 'default') {
      refuse('names the queue of all other jobs, which has no limits', 'name');
    }
    if (entry.perKey !== undefined && entry.keys === undefined) {
      refuse('limits jobs by key, and none has one', 'perKey', 'say how many keys there are: keys');
    }
    if (entry.burst !== undefined && entry.rate === undefined) refuse('goes with rate', 'burst');
  });

const edits = z
  .strictObject({
    share: share('Share of the schedules and queues that are edited.').prefault('50%'),
    each: count(
      'Edits of each in the storm; with what takes one back it counts as one.',
      1,
      1_000,
    ).prefault(2),
    kinds: z
      .array(z.enum(EDIT_KINDS))
      .min(1)
      .max(EDIT_KINDS.length)
      .refine((kinds) => new Set(kinds).size === kinds.length, 'names a kind twice')
      .prefault([...EDIT_KINDS])
      .describe('Paused and resumed, put with another timing, deleted and put again, triggered.'),
    for: span('A pause or deletion is taken back within this.', { min: 1_000 }).prefault('10s'),
  })
  .describe('Edits of schedules, and pauses of queues, during the storm.');

const families = z
  .strictObject({
    share: share('Share of the jobs that arrive which are the first of a family.'),
    children: count('So many wait for the first, each the head of a row.', 1, 50).prefault(3),
    depth: count('So long is every row; a last job waits for the ends of all.', 1, 10).prefault(1),
    onFailed: z
      .enum(['cancel', 'run', 'drawn'])
      .prefault('cancel')
      .describe('What becomes of a job whose parent did not succeed; drawn: one or the other.'),
  })
  .describe('Jobs that depend on others.');

const tag = z.strictObject({
  tag: word('What only some workers have.'),
  share: share('Share of the jobs that only run where it is.'),
  workers: count('The first so many workers have it.', 1, 10_000),
});

const resource = z.strictObject({
  share: share('Share of the jobs whose parts take up so much.'),
  cpu: count('Thousandths of a core.', 0, 1_000_000_000),
  memory: count('Megabytes.', 0, 1_000_000_000),
});

const gangs = z
  .strictObject({
    share: share('Share of the jobs with so many parts.'),
    parts: count('Each on a worker of its own; they start together.', 2, 1_000),
  })
  .describe('Jobs of several parts that are placed together or not at all.');

const unique = z
  .strictObject({
    share: share('Share of the jobs with such a key.'),
    keys: count('It is one of so many.', 1, 1_000_000).prefault(20),
  })
  .describe('While a job with a key is open, no other one with the same is accepted.');

export const workload = z
  .strictObject({
    clients: count('Machines that submit jobs and edit schedules.', 1, 1_000).prefault(2),
    arrivals: z
      .strictObject({
        kind: z.enum(['poisson', 'fixed']).prefault('poisson').describe('Random or even gaps.'),
        rate: rate('All clients together; 0 submits nothing.', { max: 1_000_000 }).prefault('2/s'),
      })
      .prefault({})
      .describe('Open loop: submits do not wait for answers.'),
    delayed: z
      .strictObject({
        share: share('Share of submits that ask for a delay.').prefault('0%'),
        max: span('Delays are drawn up to this.').prefault('10s'),
        at: share('Share of these that say an instant instead.').optional(),
        runNow: share('Share of these that are told to run now, while they wait.').optional(),
      })
      .prefault({}),
    status: share('Share of jobs asked about some time after the submit.').prefault('10%'),
    cancel: share('Share of jobs cancelled some time after the submit.').prefault('2%'),
    retries: share('Share of jobs that are told to be tried anew, should they be dead.').optional(),
    hostile: share('Requests of nonsense, to be refused, as a share of the jobs.').optional(),
    run: span('Run time of a body: exponential with this mean.').prefault('500ms'),
    fail: share('Share of attempts that fail.').prefault('2%'),
    silent: share('Share of attempts that stop giving signs of life.').optional(),
    zombie: share('Share of attempts that go on when told to stop.').optional(),
    heartbeat: span('An attempt without a sign of life for so long is stopped.', {
      min: 1_000_000,
    }).optional(),
    retain: span('A job may be forgotten so long after its end.', {
      min: 3_600_000_000,
    }).optional(),
    priorities: z
      .array(z.int().min(-1_000).max(1_000))
      .min(1)
      .max(100)
      .optional()
      .describe('Every job gets one of these by its id; greater ones first.'),
    queues: z.array(queue).min(1).max(100).optional().describe('Queues with limits.'),
    tags: z.array(tag).min(1).max(20).optional().describe('Jobs for some workers only.'),
    unique: unique.optional(),
    families: families.optional(),
    resources: z
      .array(resource)
      .min(1)
      .max(20)
      .optional()
      .describe('What jobs take up besides a slot; all others take up nothing.'),
    gangs: gangs.optional(),
    sinks: z
      .array(z.enum(['none', 'token', 'key']))
      .min(1)
      .max(3)
      .refine((sinks) => new Set(sinks).size === sinks.length, 'names a sink twice')
      .prefault(['token', 'key'])
      .describe('How the effect ledger guards against repeats; every job gets one by its id.'),
    delivery: z
      .enum(['at-least-once', 'at-most-once'])
      .prefault('at-least-once')
      .describe('Whether a lost attempt is run again.'),
    retry: z
      .strictObject({
        attempts: count('Attempts in all, the first included.', 1, 1_000).prefault(8),
        backoff: z.enum(['fixed', 'exponential']).prefault('exponential'),
        base: span('Wait after the first failed attempt.').prefault('500ms'),
        max: span('The longest wait.').prefault('10s'),
        jitter: share('Every wait is longer by up to this share of it.').optional(),
      })
      .prefault({})
      .describe('What happens after an attempt that failed or was lost.'),
    timeout: span('An attempt older than this is stopped.', { min: 1_000 }).prefault('20s'),
    clientTimeout: span('A client gives an operation up after this.', { min: 1_000 }).prefault(
      '4s',
    ),
    schedules: z.array(schedule).max(10_000).prefault([]).describe('Ticks: cron or every.'),
    misfire: z
      .strictObject({
        late: LATE.prefault('once'),
        window: lateWindow().prefault('30s'),
        catchUp: catchUp().prefault(10),
        spacing: spacing().optional(),
      })
      .prefault({})
      .describe('What happens to ticks that nobody was there to run.'),
    edits: edits.optional(),
    crontab: z
      .union([path('A crontab file, relative to the scenario file.'), crontab])
      .optional()
      .describe('Schedules from a crontab file.'),
    trace: z
      .union([path('A trace file, relative to the scenario file.'), trace])
      .optional()
      .describe('Jobs from a recorded trace instead of arrivals.'),
  })
  .prefault({})
  .describe('Who asks for jobs, when, and what the jobs do.');
