/**
 * Every design takes the real expressions through changes of clock, with and without crashes of who
 * leads: each due tick, by croner's list, is run exactly once, or skipped with a recorded reason.
 *
 * Here each design goes through the time around one change in each zone, under every expression
 * that fires at most once a minute, with crashes. `npm run hunt` takes them through the weeks
 * around every change, with and without crashes, under all that fire at most hourly: an hour's
 * work.
 */
import { describe, expect, test } from 'vitest';
import { runSeed } from '../../src/explore/run.ts';
import type { Fact, TickId } from '../../src/history/fact.ts';
import { DAY, HOUR, MINUTE, SECOND, type WallUs } from '../../src/lib/units.ts';
import { DESIGNS } from '../../src/scenario/registry.ts';
import { formatInstant } from '../../src/scenario/values.ts';
import { readCron } from '../../src/scheduler/schedule/cron.ts';
import { at, cronData, cronOf, rulesOf } from '../scheduler/schedule/support.ts';
import { brokenOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

const ZONES = ['America/New_York', 'Australia/Lord_Howe', 'Asia/Amman', 'Pacific/Apia'];
/** Apia and Amman still changed their clocks in it. */
const YEAR = { start: at('2019-01-01T00:00:00Z'), end: at('2020-01-01T00:00:00Z') };
const IS_HUNT = process.env['HUNT'] === '1';

const text = cronData('real-expressions.txt');
const REAL = (text ?? '').split('\n').filter((line) => line !== '');
const USABLE = REAL.filter((line) => readCron(line).kind === 'ok');

const perDay = (expression: string): number => {
  const { seconds, minutes, hours } = cronOf(expression);
  return seconds.length * minutes.length * hours.length;
};

interface Course {
  readonly zone: string;
  readonly changeUs: WallUs;
  /** So long before and after the change. */
  readonly aroundUs: number;
  readonly perDayMax: number;
  readonly crashes: boolean;
}

const changesOf = (zone: string): readonly WallUs[] =>
  rulesOf(zone)
    .transitions.map(({ atS }) => (atS * SECOND) as WallUs)
    .filter((us) => us >= YEAR.start && us < YEAR.end);

/** Every zone has one that goes forward and one that goes back: they take turns here. */
const SHORT: readonly Course[] = ZONES.map((zone, index) => {
  const changes = changesOf(zone);
  const changeUs = changes[index % changes.length] as WallUs;
  return { zone, changeUs, aroundUs: 10 * MINUTE, perDayMax: 1_440, crashes: true };
});

const WEEKS: readonly Course[] = ZONES.flatMap((zone) =>
  changesOf(zone).flatMap((changeUs) =>
    [true, false].map((crashes) => {
      return { zone, changeUs, aroundUs: 7 * DAY, perDayMax: 24, crashes };
    }),
  ),
);

/** Those who lead crash in the minutes around the change, or who does most where nobody leads. */
function faultsOf({ crashes, aroundUs }: Course): string {
  if (!crashes) return 'faults: []';
  const atS = (offsetUs: number) => `${Math.round((aroundUs + offsetUs) / SECOND)}s`;
  const crash = (offsetUs: number, forS: number) =>
    `  - {kind: crash, target: last-dispatcher, at: ${atS(offsetUs)}, for: ${forS}s}`;
  return ['faults:', crash(-5 * MINUTE, 30), crash(-10 * SECOND, 45)].join('\n');
}

function scenarioFor(course: Course) {
  const { zone, changeUs, aroundUs, perDayMax } = course;
  const expressions = USABLE.filter((line) => perDay(line) <= perDayMax);
  const schedules = expressions.map((cron, n) => {
    return `    - ${JSON.stringify({ name: `s${n}`, cron, zone })}`;
  });
  const warmUpUs = 10 * SECOND;
  return scenarioOf(`
cluster: {workers: 2, slots: 64, startsAt: '${formatInstant(changeUs - aroundUs)}'}
workload:
  clients: 1
  arrivals: {rate: 0}
  run: 20ms
  fail: 0%
  misfire: {late: all, window: 1m, catchUp: 1000}
  schedules:
${schedules.join('\n')}
${faultsOf(course)}
phases: {warmUp: 10s, chaos: ${Math.round((2 * aroundUs - warmUpUs) / SECOND)}s}
`);
}

const keyOf = ({ schedule, nominalUs }: TickId): string => `${schedule}@${nominalUs}`;

/** Due ticks, and how each was resolved: bodies that began, by attempt, and skips with reasons. */
function followed(design: string, course: Course) {
  const prepared = preparedOf(scenarioFor(course), design);
  const due = new Set<string>();
  const ran = new Map<string, Set<number>>();
  const skipped = new Set<string>();
  const onFact = (fact: Fact): void => {
    if (fact.kind === 'tick-due') due.add(keyOf(fact.tick));
    if (fact.kind === 'audited-skip' && fact.reason !== '') skipped.add(keyOf(fact.tick));
    if (fact.kind !== 'body-ended' || fact.tick === undefined) return;
    const key = keyOf(fact.tick);
    const attempts = ran.get(key) ?? new Set();
    if (fact.how === 'succeeded') ran.set(key, attempts.add(fact.token.attempt));
  };
  const run = IS_HUNT ? runSeed : runTwice;
  const result = run(prepared, '1', { onFact });
  return { due, ran, skipped, broken: brokenOf(result) };
}

const DESIGN_NAMES = DESIGNS.map(({ name }) => name);
const COURSES = IS_HUNT ? WEEKS : SHORT;
const title = ({ zone, changeUs, aroundUs, crashes }: Course): string =>
  `${zone}, ${aroundUs / HOUR} h around ${formatInstant(changeUs)}${crashes ? ', crashes' : ''}`;

describe.skipIf(USABLE.length === 0)(
  'real expressions (skipped where ../shared/data/cron is absent)',
  () => {
    describe.each(COURSES.map((course) => [title(course), course] as const))('%s', (_, course) => {
      test.each(DESIGN_NAMES)(
        '%s runs each due tick once, or says why not',
        (design) => {
          const { due, ran, skipped, broken } = followed(design, course);
          expect(due.size).toBeGreaterThan(50);
          expect(broken).toEqual({});
          const unresolved = [...due].filter((key) => !ran.has(key) && !skipped.has(key));
          const both = [...due].filter((key) => ran.has(key) && skipped.has(key));
          const twice = [...ran].filter(([, attempts]) => attempts.size > 1).map(([key]) => key);
          const undue = [...ran.keys()].filter((key) => !due.has(key));
          expect({ unresolved, both, twice, undue }).toEqual({
            unresolved: [],
            both: [],
            twice: [],
            undue: [],
          });
        },
        600_000,
      );
    });
  },
);
