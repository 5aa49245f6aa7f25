/** Scenarios for properties: any that the text form can say, odd ones more often than a person. */
import fc from 'fast-check';
import { FAULTS } from '../../src/faults/faults.ts';
import type { PlannedFault } from '../../src/faults/plan.ts';
import { PROFILES } from '../../src/faults/profiles.ts';
import { wallUs } from '../../src/lib/units.ts';
import {
  type FaultsPart,
  HEALS,
  type Scenario,
  type ScheduleEntry,
  type Workload,
} from '../../src/scenario/scenario.ts';
import { formatInstant } from '../../src/scenario/values.ts';
import { workProblems } from '../../src/scenario/work-problems.ts';
import type { MisfirePolicy } from '../../src/scheduler/api.ts';
import { EDIT_KINDS, type QueueDemand } from '../../src/workload/demand.ts';
import { anyParams, anyStart, anyTarget } from './plan-arbitraries.ts';

const DAY_US = 86_400_000_000;
/** Round spans and any span: both occur, and print in different units. */
const span = (minUs: number, maxUs: number) =>
  fc.oneof(
    fc.integer({ min: minUs, max: maxUs }),
    fc.integer({ min: Math.ceil(minUs / 1e6), max: Math.floor(maxUs / 1e6) }).map((s) => s * 1e6),
  );
const sharePpm = fc.oneof(
  fc.integer({ min: 0, max: 1_000_000 }),
  fc.integer({ min: 0, max: 100 }).map((percent) => percent * 10_000),
);
const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
const sentence = fc
  .oneof(fc.string({ minLength: 1, maxLength: 60 }), fc.string({ minLength: 1, unit: 'grapheme' }))
  // Bytes that are no text are refused when read, and so no scenario holds them.
  .filter((s) => !/[\p{Cc}\p{Cs}\ufffd]/u.test(s));
const instantUs = fc.integer({ min: 0, max: 200 * 365 * DAY_US });
const perSecond = fc.oneof(
  fc.double({ min: 0, max: 1_000_000, noNaN: true }).map((rate) => rate + 0),
  fc.integer({ min: 0, max: 10_000 }),
  fc.integer({ min: 1, max: 3_000 }).map((count) => count / 60),
);
const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
const gap = fc.constantFrom('skip' as const, 'run-at-end' as const);
const overlap = fc.constantFrom('first' as const, 'both' as const);

const timing = fc.oneof(
  fc.record({
    kind: fc.constant('cron' as const),
    expression: fc.constantFrom('* * * * *', '@daily', '*/5 9-17 * * mon-fri', '0 0 1,15 * 3'),
    zone,
    gap,
    overlap,
  }),
  fc.record({
    kind: fc.constant('interval' as const),
    everyUs: span(1_000_000, 7 * DAY_US),
    anchorUs: instantUs.map(wallUs),
  }),
);
/** Spread over an hour at most, or a run would have to be longer for it. */
const misfire = fc.record(
  {
    late: fc.constantFrom('skip' as const, 'once' as const, 'all' as const),
    windowUs: span(0, DAY_US),
    catchUpMax: fc.nat(1_000),
    spacingUs: span(1, 3_000_000),
  },
  { requiredKeys: ['late', 'windowUs', 'catchUpMax'] },
) as fc.Arbitrary<MisfirePolicy>;

const schedules: fc.Arbitrary<readonly ScheduleEntry[]> = fc.uniqueArray(
  fc
    .record(
      {
        name: word,
        timing,
        misfire,
        overlap: fc.constantFrom('allow', 'forbid', 'replace', 'buffer'),
        bufferMax: fc.integer({ min: 1, max: 100 }),
        jitterUs: span(0, 3_600_000_000),
        startUs: fc.integer({ min: 0, max: 1e15 }).map(wallUs),
        endUs: fc.integer({ min: 1e15 + 1, max: 2e15 }).map(wallUs),
      },
      { requiredKeys: ['name', 'timing'] },
    )
    .map(({ bufferMax, ...entry }) =>
      bufferMax === undefined || entry.overlap !== 'buffer' ? entry : { ...entry, bufferMax },
    ) as fc.Arbitrary<ScheduleEntry>,
  { maxLength: 4, selector: (entry) => entry.name },
);

const some = fc.integer({ min: 1, max: 1_000_000 });
const queue = fc
  .record(
    {
      name: word,
      sharePpm: fc.integer({ min: 0, max: 30 }).map((percent) => percent * 10_000),
      keys: some,
      concurrency: some,
      perKey: some,
      rate: fc.record({
        perSecond: fc.oneof(fc.integer({ min: 1, max: 9_000 }), fc.double({ min: 1e-6, max: 1e6 })),
        burst: some,
      }),
    },
    { requiredKeys: ['name', 'sharePpm'] },
  )
  .map(({ perKey, ...rest }) =>
    perKey === undefined || rest.keys === undefined ? rest : { ...rest, perKey },
  )
  .filter(({ name }) => name !== 'default') as fc.Arbitrary<QueueDemand>;

/** What a workload need not have; it may not fit the rest of it yet. */
const extras = fc.record(
  {
    instantPpm: sharePpm,
    runNowPpm: sharePpm,
    retriesPpm: sharePpm,
    hostilePpm: sharePpm,
    silentPpm: sharePpm,
    zombiePpm: sharePpm,
    heartbeatUs: span(1_000_000, DAY_US),
    retainUs: span(3_600_000_000, DAY_US),
    priorities: fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 4 }),
    queues: fc.uniqueArray(queue, { minLength: 1, maxLength: 3, selector: (one) => one.name }),
    tags: fc.uniqueArray(
      fc.record({ tag: word, sharePpm, workers: fc.integer({ min: 1, max: 10_000 }) }),
      { minLength: 1, maxLength: 3, selector: (one) => one.tag },
    ),
    unique: fc.record({ sharePpm, keys: some }),
    families: fc.record({
      sharePpm,
      children: fc.integer({ min: 1, max: 50 }),
      depth: fc.integer({ min: 1, max: 10 }),
      onFailed: fc.constantFrom('cancel', 'run', 'drawn'),
    }),
    resources: fc.array(fc.record({ sharePpm, cpu: some, memory: some }), {
      minLength: 1,
      maxLength: 3,
    }),
    gangs: fc.record({ sharePpm, parts: fc.integer({ min: 2, max: 1_000 }) }),
    edits: fc.record({
      sharePpm,
      each: fc.integer({ min: 1, max: 1_000 }),
      kinds: fc.shuffledSubarray([...EDIT_KINDS], { minLength: 1 }),
      forUsMax: span(1_000, DAY_US),
    }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<Scenario['workload']>>;

/** Without what the text form refuses because of something else in the scenario. */
function fitting(scenario: Scenario): Scenario {
  const bad = workProblems(scenario).map(({ path }) => String(path[1]));
  if (bad.length === 0) return scenario;
  const entries = Object.entries(scenario.workload).filter(
    ([key]) => !bad.includes(key.replace(/Ppm$|Us$/, '')),
  );
  // What rested on something that is gone may be wrong now.
  return fitting({ ...scenario, workload: Object.fromEntries(entries) as unknown as Workload });
}

const target = anyTarget(word);

const fault: fc.Arbitrary<PlannedFault> = fc.constantFrom(...FAULTS).chain(
  ({ kind, hasPeer }) =>
    fc.record(
      {
        id: word,
        kind: fc.constant(kind),
        target,
        ...(hasPeer === true ? { peer: target } : {}),
        start: anyStart(span(0, DAY_US)),
        durationUs: span(0, DAY_US),
        params: anyParams(kind),
      },
      { requiredKeys: ['id', 'kind', 'target', 'start', 'durationUs', 'params'] },
    ) as fc.Arbitrary<PlannedFault>,
);
const faults: fc.Arbitrary<FaultsPart> = fc.oneof(
  fc.record({
    kind: fc.constant('drawn' as const),
    profile: fc.constantFrom(...PROFILES.map((p) => p.name)),
    intensity: fc.double({ min: 0, max: 100, noNaN: true }).map((x) => x + 0),
  }),
  fc.record({
    kind: fc.constant('given' as const),
    faults: fc.uniqueArray(fault, { maxLength: 5, selector: (f) => f.id }),
  }),
);

const cluster: fc.Arbitrary<Scenario['cluster']> = fc
  .record({
    members: fc.integer({ min: 1, max: 101 }),
    workers: fc.integer({ min: 1, max: 10_000 }),
    slots: fc.integer({ min: 1, max: 10_000 }),
    beatUs: span(1_000, DAY_US),
    startsAt: instantUs.map(formatInstant),
    latencyMinUs: span(0, DAY_US),
    extraUs: span(0, DAY_US),
    ratePpmMax: fc.integer({ min: 0, max: 500_000 }),
    wallErrorUsMax: span(0, DAY_US),
    cpu: fc.option(fc.integer({ min: 1, max: 1_000 })),
    resources: fc.option(fc.record({ cpu: some, memory: some })),
    ntp: fc.option(fc.record({ pollUs: span(1_000_000, DAY_US), errorUs: span(0, DAY_US / 24) })),
  })
  .map(({ extraUs, ntp, cpu, resources, ...rest }) => ({
    ...rest,
    latencyMaxUs: rest.latencyMinUs + extraUs,
    ...(ntp === null ? {} : { ntp }),
    ...(cpu === null ? {} : { cpu }),
    ...(resources === null ? {} : { resources }),
  }));

const scale = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
const base = fc.record(
  {
    clients: fc.integer({ min: 1, max: 1_000 }),
    arrivals: fc.record({ kind: fc.constantFrom('poisson' as const, 'fixed' as const), perSecond }),
    delayedPpm: sharePpm,
    delayUsMax: span(0, DAY_US),
    statusPpm: sharePpm,
    cancelPpm: sharePpm,
    runUsMean: span(0, DAY_US),
    failPpm: sharePpm,
    sinks: fc.shuffledSubarray(['none', 'token', 'key'] as const, { minLength: 1 }),
    delivery: fc.constantFrom('at-least-once' as const, 'at-most-once' as const),
    retry: fc.record(
      {
        maxAttempts: fc.integer({ min: 1, max: 1_000 }),
        backoff: fc.constantFrom('fixed' as const, 'exponential' as const),
        baseUs: span(0, DAY_US),
        maxUs: span(0, DAY_US),
        jitterPpm: sharePpm,
      },
      { requiredKeys: ['maxAttempts', 'backoff', 'baseUs', 'maxUs'] },
    ),
    timeoutUs: span(1_000, DAY_US),
    clientTimeoutUs: span(1_000, DAY_US),
    schedules,
    misfire,
    crontab: fc.record({ file: sentence, zone, gap, overlap }),
    trace: fc.record({
      file: sentence,
      timeScale: scale,
      sizeScale: scale,
      jobsMax: fc.integer({ min: 1, max: 1_000_000 }),
    }),
  },
  {
    requiredKeys: [
      'clients',
      'arrivals',
      'delayedPpm',
      'delayUsMax',
      'statusPpm',
      'cancelPpm',
      'runUsMean',
      'failPpm',
      'sinks',
      'delivery',
      'retry',
      'timeoutUs',
      'clientTimeoutUs',
      'schedules',
      'misfire',
    ],
  },
) as fc.Arbitrary<Scenario['workload']>;
const workload = fc
  .tuple(base, fc.oneof(fc.constant({}), extras))
  .map(([plain, more]) => ({ ...plain, ...more }));

/** All of a scenario but what is said to break. */
const unbroken: fc.Arbitrary<Omit<Scenario, 'breaks'>> = fc.record({
  apiVersion: fc.constant('seaworthy/v1' as const),
  name: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
  why: sentence,
  designs: fc.array(fc.constantFrom('single', 'lease', 'lease:river+fencing=off', 'lease~late'), {
    minLength: 1,
    maxLength: 4,
  }),
  seeds: fc.integer({ min: 1, max: 1_000_000 }),
  cluster,
  workload,
  faults,
  phases: fc.record({
    warmUpUs: span(0, DAY_US),
    chaosUs: span(0, DAY_US),
    heal: fc.constantFrom(...HEALS),
  }),
  claims: fc.record({
    epsilonUs: span(0, 3_600_000_000),
    only: fc.subarray(['no-loss', 'tick-once', 'cancel']),
  }),
  slo: fc.uniqueArray(
    fc.record({
      metric: fc.constantFrom('apiSuccess', 'goodput', 'failover'),
      op: fc.constantFrom('>=' as const, '<=' as const),
      value: fc
        .double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
        .map((x) => x + 0),
    }),
    { selector: (s) => s.metric },
  ),
});

/** Any scenario that a text can say; only one of its designs can be said to break. */
export const scenarios: fc.Arbitrary<Scenario> = unbroken.chain((scenario) =>
  fc
    .record({
      selection: fc.constantFrom(...scenario.designs),
      whats: fc.subarray(['no-loss', 'tick-once', 'goodput']),
    })
    .map(({ selection, whats }) =>
      fitting({ ...scenario, breaks: whats.length === 0 ? {} : { [selection]: whats } }),
    ),
);
