/**
 * The real expressions through a year with both changes of clock, in four zones whose clocks are
 * awkward each in its own way: whenever the decider looks, however late, however often it is
 * restarted or dies before its answer is kept, every due tick is decided exactly once and in order,
 * run or skipped with the reason that the misfire policy gives.
 *
 * The list of due ticks is croner's (src/scenario/due-ticks.ts says where its dialect is bent to
 * ours, and why); which of them run is counted here from that list, by looking at it as a whole.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND, type WallUs, wallUs } from '../../src/lib/units.ts';
import { dueTicks } from '../../src/scenario/due-ticks.ts';
import type { MisfirePolicy, ScheduleSpec } from '../../src/scheduler/api.ts';
import { readCron } from '../../src/scheduler/schedule/cron.ts';
import { type Decided, decideTicks, type TickReason } from '../../src/scheduler/schedule/decide.ts';
import {
  at,
  type CronTiming,
  compiled,
  cronData,
  cronOf,
  cronTiming,
  iso,
  rulesOf,
  specOf,
} from '../scheduler/schedule/support.ts';

/** Apia and Amman still changed their clocks in it. */
const YEAR = { start: at('2019-01-01T00:00:00Z'), end: at('2020-01-01T00:00:00Z') };
const ZONES = ['America/New_York', 'Australia/Lord_Howe', 'Asia/Amman', 'Pacific/Apia'];
const RULES = new Map(ZONES.map((zone) => [zone, rulesOf(zone)]));

type Span = typeof YEAR;
type Clock = Pick<CronTiming, 'gap' | 'overlap'>;
const CLOCKS: readonly Clock[] = [
  { gap: 'run-at-end', overlap: 'first' },
  { gap: 'skip', overlap: 'both' },
  { gap: 'run-at-end', overlap: 'both' },
  { gap: 'skip', overlap: 'first' },
];

const text = cronData('real-expressions.txt');
const REAL = (text ?? '').split('\n').filter((line) => line !== '');
const USABLE = REAL.filter((line) => readCron(line).kind === 'ok');

/**
 * What is left out of the 334, and why: none for lack of syntax. Kubernetes ships two that never
 * fire, for jobs that are started by hand; here a schedule that would be silent for ever is refused
 * when it is made, so that whoever mistyped a day learns of it. One is a slip in a real crontab
 * that no dialect reads. And what runs at boot has no times at all.
 */
const LEFT_OUT: Readonly<Record<string, string>> = {
  '0 0 30 2 *': 'never fires: no month it names has such a day',
  '0 0 31 2 *': 'never fires: no month it names has such a day',
  '0 30 * * *': '30 is outside 0-23',
  '@reboot': '@reboot runs when a machine boots: it has no times',
};

const perDay = (expression: string): number => {
  const { seconds, minutes, hours } = cronOf(expression);
  return seconds.length * minutes.length * hours.length;
};
/** A tick every few seconds: millions a year, and nothing new in most of them. */
const isDense = (expression: string) => perDay(expression) > 1_440;

const changesOf = (zone: string, { start, end }: Span): readonly WallUs[] =>
  (RULES.get(zone)?.transitions ?? [])
    .map(({ atS }) => wallUs(atS * SECOND))
    .filter((us) => us >= start && us < end);

const around = (us: WallUs, spanUs: number): Span => ({
  start: wallUs(us - spanUs),
  end: wallUs(us + spanUs),
});

/** One look at a schedule. */
interface Look {
  readonly nowUs: WallUs;
  /** Ticks decided at a time; the decider asks again until none is left that is due. */
  readonly limit: number;
  /** The decider dies before the answer is kept: whoever comes next starts from the old cursor. */
  readonly isLost: boolean;
}

interface Case {
  readonly expression: string;
  readonly zone: string;
  readonly clock: Clock;
  readonly misfire: MisfirePolicy;
  readonly span: Span;
}

/** How many of the newest late ticks a policy lets run, and what it calls it. */
function lateRule({ late, catchUpMax }: MisfirePolicy) {
  if (late === 'skip') return { keep: 0, run: 'late', skip: 'skipped-late' };
  if (late === 'once') return { keep: 1, run: 'late-once', skip: 'superseded-by-once' };
  return { keep: catchUpMax, run: 'late-all', skip: 'over-catch-up' };
}

/** Follows a decider through the list of due ticks, and throws at the first decision amiss. */
class Follower {
  readonly due: readonly WallUs[];
  readonly #misfire: MisfirePolicy;
  /** Those before it are decided. */
  decided = 0;
  readonly reasons = new Set<string>();

  constructor(due: readonly WallUs[], misfire: MisfirePolicy) {
    this.due = due;
    this.#misfire = misfire;
  }

  /** First tick not before an instant, from those not decided yet. */
  #indexOf(us: number): number {
    let [low, high] = [this.decided, this.due.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.due[middle] as number) < us) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What one answer should have been; it counts only when it is kept. */
  check({ nowUs, limit, isLost }: Look, answer: Decided): void {
    const { keep, run, skip } = lateRule(this.#misfire);
    const dueEnd = this.#indexOf(nowUs + 1);
    const lateEnd = Math.min(dueEnd, this.#indexOf(nowUs - this.#misfire.windowUs));
    const count = Math.min(limit, dueEnd - this.decided);
    const isAmiss = (n: number) => {
      const index = this.decided + n;
      const decision = answer.decisions[n];
      const isLate = index < lateEnd;
      const runs = !isLate || index >= lateEnd - keep;
      return (
        decision?.nominalUs !== this.due[index] ||
        decision?.action !== (runs ? 'run' : 'skip') ||
        decision?.reason !== (isLate ? (runs ? run : skip) : 'on-time')
      );
    };
    for (let n = 0; n < count; n++) if (isAmiss(n)) throw this.#problem(nowUs, answer, n);
    const next = this.due[this.decided + count];
    const isDone = answer.decisions.length === count && answer.nextDueUs === next;
    if (!isDone || answer.more !== this.decided + count < dueEnd) {
      throw this.#problem(nowUs, answer, count);
    }
    if (isLost) return;
    this.decided += count;
    for (const { reason } of answer.decisions) this.reasons.add(reason);
  }

  #problem(nowUs: WallUs, answer: Decided, n: number): Error {
    const expected = this.due[this.decided + n];
    const tick = expected === undefined ? 'none' : iso(expected);
    return new Error(
      `at ${iso(nowUs)} tick ${n} (${tick}): ${JSON.stringify(answer.decisions[n])}`,
    );
  }
}

/** Every look at the schedule, the last one after its end; all due ticks are decided by then. */
function follow(each: Case, looks: Iterable<Look>): Follower {
  const { expression, zone, clock, misfire, span } = each;
  const rules = RULES.get(zone) ?? rulesOf(zone);
  const timing = cronTiming(expression, zone, clock.gap, clock.overlap);
  const spec: ScheduleSpec = specOf(timing, misfire, { startUs: span.start, endUs: span.end });
  const follower = new Follower(dueTicks(timing, span.start, span.end), misfire);
  let cursor = wallUs(span.start - 1);
  let timingOfMember = compiled(timing, rules);
  for (const look of looks) {
    for (let more = true; more; ) {
      const answer = decideTicks(spec, timingOfMember, cursor, look.nowUs, look.limit);
      follower.check(look, answer);
      if (look.isLost) {
        // Whoever is next has just started.
        timingOfMember = compiled(timing, rules);
        break;
      }
      cursor = answer.cursorUs;
      more = answer.more;
    }
  }
  expect(follower.decided, `${expression} in ${zone}: ticks decided`).toBe(follower.due.length);
  return follower;
}

/** Numbers from 0 to 1 that look random: the same for the same text. */
function numbers(seed: string): () => number {
  let state = [...seed].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, 7);
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Looks from seconds to weeks apart; now and then the clock has gone back, or a look is lost. */
function* looksIn({ start, end }: Span, random: () => number, limitMin: number): Iterable<Look> {
  let nowUs: number = start;
  while (nowUs < end) {
    nowUs += SECOND * (30 * 86_400) ** random();
    const setBackUs = random() < 0.1 ? DAY * random() : 0;
    const limit = limitMin + Math.floor(10 ** (4 * random()));
    const isLost = random() < 0.1;
    yield { nowUs: wallUs(Math.floor(nowUs - setBackUs)), limit, isLost };
  }
  yield { nowUs: wallUs(end + HOUR), limit: 1_000_000, isLost: false };
}

const REASONS: readonly TickReason[] = [
  'late-all',
  'late-once',
  'on-time',
  'over-catch-up',
  'skipped-late',
  'superseded-by-once',
];

const WINDOWS_US = [0, MINUTE, HOUR, 3 * DAY];
const misfireBy = (random: () => number): MisfirePolicy => ({
  late: (['skip', 'once', 'all'] as const)[Math.floor(3 * random())] ?? 'all',
  windowUs: WINDOWS_US[Math.floor(4 * random())] ?? 0,
  catchUpMax: Math.floor(30 * random()),
});

describe.skipIf(text === undefined)(
  'real expressions (skipped where ../shared/data/cron is absent)',
  () => {
    it('four of them are refused, each for its reason; the others are followed', () => {
      const refused = REAL.flatMap((line) => {
        const read = readCron(line);
        return read.kind === 'failed' ? [[line, read.error.reason]] : [];
      });
      expect(refused).toEqual(Object.entries(LEFT_OUT));
      expect(REAL).toHaveLength(334);
      expect(USABLE.filter(isDense)).toEqual(['0/10 * * * * ?', '0/5 * * * * ?']);
    });

    it.each(ZONES)('a year in %s: every due tick is decided once', (zone) => {
      const changes = changesOf(zone, YEAR);
      expect(changes).toHaveLength(2);
      let ticks = 0;
      const reasons = new Set<string>();
      for (const [n, expression] of USABLE.entries()) {
        const random = numbers(`${expression} in ${zone}`);
        const clock = CLOCKS[n % 4] ?? CLOCKS[0];
        // The dense ones for a day or two before and after each change.
        const days = 15_000 / perDay(expression);
        const spans = isDense(expression) ? changes.map((us) => around(us, days * DAY)) : [YEAR];
        for (const span of spans) {
          const each = {
            expression,
            zone,
            clock: clock as Clock,
            misfire: misfireBy(random),
            span,
          };
          const followed = follow(each, looksIn(span, random, 500));
          ticks += followed.due.length;
          for (const reason of followed.reasons) reasons.add(reason);
        }
      }
      expect(ticks).toBeGreaterThan(1_100_000);
      // Nothing of what can become of a tick was left out.
      expect([...reasons].sort()).toEqual(REASONS);
    });

    it('whatever the looks, the limits and the policy, around a change', () => {
      const looks = fc.array(
        fc.record({
          nowUs: fc.integer({ min: 0, max: 8 * DAY }),
          limit: fc.integer({ min: 1, max: 200 }),
          isLost: fc.boolean(),
        }),
        { maxLength: 12 },
      );
      const misfire = fc.record<MisfirePolicy>({
        late: fc.constantFrom('skip', 'once', 'all'),
        windowUs: fc.oneof(fc.constantFrom(...WINDOWS_US), fc.integer({ min: 0, max: 2 * DAY })),
        catchUpMax: fc.integer({ min: 0, max: 20 }),
      });
      const cases = fc.record({
        expression: fc.constantFrom(...USABLE.filter((line) => !isDense(line))),
        zone: fc.constantFrom(...ZONES),
        clock: fc.constantFrom(...CLOCKS),
        misfire,
        change: fc.integer({ min: 0, max: 1 }),
      });
      fc.assert(
        fc.property(cases, looks, ({ change, ...each }, drawn) => {
          const span = around(changesOf(each.zone, YEAR)[change] ?? YEAR.start, 4 * DAY);
          const last = { nowUs: 9 * DAY, limit: 10_000, isLost: false };
          const placed = [...drawn, last].map((look) => ({
            ...look,
            nowUs: wallUs(span.start + look.nowUs),
          }));
          follow({ ...each, span }, placed);
        }),
        { numRuns: 300 },
      );
    });
  },
);
