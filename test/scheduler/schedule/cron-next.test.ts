import { describe, expect, it } from 'vitest';
import type { WallUs } from '../../../src/lib/units.ts';
import { parseCron } from '../../../src/scheduler/schedule/cron.ts';
import { compileCron } from '../../../src/scheduler/schedule/cron-next.ts';
import type { ZoneRules } from '../../../src/scheduler/schedule/zone-rules.ts';
import {
  APIA,
  at,
  type CronTiming,
  compiled,
  cronData,
  cronOf,
  cronTiming,
  iso,
  LORD_HOWE,
  NEW_YORK,
  rulesOf,
  ticksIn,
  UTC,
} from './support.ts';

const SKIP_FIRST = { gap: 'skip', overlap: 'first' } as const;

/** Ticks of an expression from one UTC time to another, as "dd hh:mm" in UTC. */
function ticks(
  expression: string,
  rules: ZoneRules,
  [from, until]: readonly [string, string],
  gap: CronTiming['gap'] = 'skip',
  overlap: CronTiming['overlap'] = 'first',
): string[] {
  const timing = compiled(cronTiming(expression, rules.zone, gap, overlap), rules);
  return ticksIn(timing, at(from), at(until)).map((tick: WallUs) => {
    const text = iso(tick);
    return `${text.slice(8, 10)} ${text.slice(11, 16)}`;
  });
}

describe('in UTC', () => {
  it.each([
    ['0 0 29 2 *', '2024-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
    ['59 23 31 12 *', '2025-12-31T23:59:00Z', '2026-12-31T23:59:00.000Z'],
    ['0 0 13 * 5', '2025-06-01T00:00:00Z', '2025-06-06T00:00:00.000Z'],
    ['0 0 */2 * 1', '2025-06-02T00:00:00Z', '2025-06-09T00:00:00.000Z'],
    ['*/7 * * * *', '2025-06-01T00:56:00Z', '2025-06-01T01:00:00.000Z'],
    ['30 */15 10 * * *', '2025-06-01T10:45:30Z', '2025-06-02T10:00:30.000Z'],
    ['0 0 1 1 *', '1969-06-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ])('%s after %s', (expression, after, expected) => {
    const next = compiled(cronTiming(expression)).nextAfter(at(after));
    expect(next === undefined ? 'never' : iso(next)).toBe(expected);
  });

  it('answers strictly after, to the microsecond', () => {
    const noon = at('2025-06-01T12:00:00Z');
    const timing = compiled(cronTiming('0 12 * * *'));
    expect(timing.nextAfter((noon - 1) as WallUs)).toBe(noon);
    expect(timing.nextAfter(noon)).toBe(at('2025-06-02T12:00:00Z'));
    expect(timing.nextAfter((noon + 1) as WallUs)).toBe(at('2025-06-02T12:00:00Z'));
  });

  it('gives up on what never comes', () => {
    expect(compileCron(cronOf('0 0 30 2 *'), UTC, SKIP_FIRST)(0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('New York springs forward: 02:00 to 03:00 does not exist on 9 March 2025', () => {
  const night = ['2025-03-09T05:00:00Z', '2025-03-10T05:00:00Z'] as const;

  it('a fixed hour in the gap is skipped, or runs once at its end', () => {
    expect(ticks('30 2 * * *', NEW_YORK, night)).toEqual([]);
    expect(ticks('30 2 * * *', NEW_YORK, night, 'run-at-end')).toEqual(['09 07:00']);
    expect(ticks('*/10 2 * * *', NEW_YORK, night, 'run-at-end')).toEqual(['09 07:00']);
  });

  it('a tick at the end of the gap is not doubled by one from inside', () => {
    expect(ticks('0 2,3 * * *', NEW_YORK, night, 'run-at-end')).toEqual(['09 07:00']);
    expect(ticks('0 1-4 * * *', NEW_YORK, night, 'run-at-end')).toEqual([
      '09 06:00',
      '09 07:00',
      '09 08:00',
    ]);
  });

  it('a time just outside the gap is untouched', () => {
    expect(ticks('59 1 * * *', NEW_YORK, night, 'run-at-end')).toEqual(['09 06:59']);
    expect(ticks('0 3 * * *', NEW_YORK, night)).toEqual(['09 07:00']);
  });

  it('a wildcard hour is never shifted: elapsed time', () => {
    const short = ['2025-03-09T06:00:00Z', '2025-03-09T09:00:00Z'] as const;
    expect(ticks('30 * * * *', NEW_YORK, short, 'run-at-end')).toEqual([
      '09 06:30',
      '09 07:30',
      '09 08:30',
    ]);
    // 02:00 is not there, and 04:00 comes an hour early.
    expect(ticks('0 */2 * * *', NEW_YORK, short, 'run-at-end')).toEqual(['09 08:00']);
  });
});

describe('New York falls back: 01:00 to 02:00 comes twice on 2 November 2025', () => {
  const night = ['2025-11-02T04:00:00Z', '2025-11-02T08:00:00Z'] as const;

  it('a fixed hour runs in the first pass, or in both', () => {
    expect(ticks('30 1 * * *', NEW_YORK, night)).toEqual(['02 05:30']);
    expect(ticks('30 1 * * *', NEW_YORK, night, 'skip', 'both')).toEqual(['02 05:30', '02 06:30']);
    expect(ticks('0,30 1,2 * * *', NEW_YORK, night)).toEqual([
      '02 05:00',
      '02 05:30',
      '02 07:00',
      '02 07:30',
    ]);
  });

  it('a wildcard hour runs in both whatever the policy', () => {
    const expected = ['02 04:30', '02 05:30', '02 06:30', '02 07:30'];
    expect(ticks('30 * * * *', NEW_YORK, night, 'skip', 'first')).toEqual(expected);
    expect(ticks('30 */1 * * *', NEW_YORK, night, 'skip', 'first')).toEqual(expected);
  });

  it('asked in the middle of the second pass, the first is over', () => {
    const timing = compiled(cronTiming('45 1 * * *', NEW_YORK.zone), NEW_YORK);
    const next = timing.nextAfter(at('2025-11-02T06:30:00Z')) as WallUs;
    expect(iso(next)).toBe('2025-11-03T06:45:00.000Z');
  });
});

describe('unusual zones', () => {
  it('Lord Howe Island moves by half an hour', () => {
    const spring = ['2025-10-04T14:00:00Z', '2025-10-05T14:00:00Z'] as const;
    expect(ticks('15 2 * * *', LORD_HOWE, spring)).toEqual([]);
    expect(ticks('15 2 * * *', LORD_HOWE, spring, 'run-at-end')).toEqual(['04 15:30']);
    expect(ticks('30 2 * * *', LORD_HOWE, spring)).toEqual(['04 15:30']);
    const autumn = ['2025-04-05T14:00:00Z', '2025-04-05T18:00:00Z'] as const;
    expect(ticks('45 1 * * *', LORD_HOWE, autumn, 'skip', 'both')).toEqual([
      '05 14:45',
      '05 15:15',
    ]);
    expect(ticks('15 1 * * *', LORD_HOWE, autumn, 'skip', 'both')).toEqual(['05 14:15']);
  });

  it('Samoa lost a whole day', () => {
    const around = ['2011-12-29T00:00:00Z', '2012-01-01T00:00:00Z'] as const;
    expect(ticks('0 12 * * *', APIA, around)).toEqual(['29 22:00', '30 22:00', '31 22:00']);
    expect(ticks('0 12 * * *', APIA, around, 'run-at-end')).toEqual([
      '29 22:00',
      '30 10:00',
      '30 22:00',
      '31 22:00',
    ]);
    // 30 December is asked for by date, and it never was.
    expect(ticks('0 12 30 12 *', APIA, around)).toEqual([]);
  });

  it('Troll moves by two hours', () => {
    const night = ['2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z'] as const;
    const troll = rulesOf('Antarctica/Troll');
    expect(ticks('30 1 * * *', troll, night, 'run-at-end')).toEqual(['29 01:00']);
    expect(ticks('30 2 * * *', troll, night, 'run-at-end')).toEqual(['29 01:00']);
    expect(ticks('0 3 * * *', troll, night)).toEqual(['29 01:00']);
  });
});

interface Known {
  readonly id: number;
  readonly expr: string;
  readonly tz: string;
  readonly from: string;
  readonly inclusive: boolean;
  readonly next: readonly string[] | null;
  readonly never?: boolean;
  readonly dst: boolean;
  readonly semantics: string;
}
const known = cronData('known-answers.json');
const KNOWN: readonly Known[] = known === undefined ? [] : JSON.parse(known).cases;

/** The first instants of a case as text, as many as it states (one more when it states none). */
function answers(known: Known, policy: Pick<CronTiming, 'gap' | 'overlap'>): readonly string[] {
  const next = compileCron(cronOf(known.expr), rulesOf(known.tz), policy);
  const fromS = Date.parse(known.from) / 1_000;
  let atS = known.inclusive ? Math.ceil(fromS) - 1 : Math.floor(fromS);
  const found: string[] = [];
  for (let n = 0; n < Math.max(1, known.next?.length ?? 0); n++) {
    atS = next(atS);
    found.push(atS === Number.POSITIVE_INFINITY ? 'never' : iso(atS * 1e6));
  }
  return found;
}

const stated = (known: Known): readonly string[] =>
  known.never === true ? ['never'] : (known.next ?? []).map((text) => iso(at(text)));

/** Why our dialect does not have the expression, in a word; undefined when it has. */
function whyRefused({ expr }: Known): string | undefined {
  const parsed = parseCron(expr);
  if (parsed.kind === 'ok') return undefined;
  return /reversed|not supported|nickname|cannot read/.exec(parsed.error.reason)?.[0] ?? 'other';
}
const days = ({ expr }: Known) => expr.trim().split(/\s+/).slice(-3);
const restricted = (word: string | undefined) => word !== undefined && !/^[*?]$/.test(word);
/**
 * Both day fields say something: Cronos means "and"; robfig looks for a bare star, as Vixie not.
 */
const hasBothDays = (known: Known) => restricted(days(known)[0]) && restricted(days(known)[2]);
/** One value or a star in seconds, minutes and hours: where Cronos draws the line as we do. */
const isSingle = ({ expr }: Known) => {
  const words = expr.trim().split(/\s+/);
  const times = words.slice(0, words.length - 3);
  return /^\d+$/.test(times.at(-1) ?? '')
    ? times.every((word) => /^\d+$/.test(word))
    : times.at(-1) === '*';
};

describe.skipIf(known === undefined)(
  'known answers of other projects (skipped where ../shared/data/cron is absent)',
  () => {
    const plain = KNOWN.filter((one) => whyRefused(one) === undefined);
    const check = (cases: readonly Known[], policy: Pick<CronTiming, 'gap' | 'overlap'>) => {
      for (const one of cases) {
        if (one.next === null)
          expect(answers(one, policy), one.expr).not.toEqual([iso(at(one.from))]);
        else expect({ ...one, got: answers(one, policy) }).toEqual({ ...one, got: stated(one) });
      }
    };

    it('away from daylight saving: all of them, unless both day fields are restricted', () => {
      const cases = plain.filter((one) => !one.dst && !hasBothDays(one));
      check(cases, SKIP_FIRST);
      expect(cases.length).toBe(280);
    });

    it('either day field, where both have plain values (robfig, gorhill)', () => {
      const both = plain.filter((one) => !one.dst && hasBothDays(one));
      const cases = both.filter(
        (one) => one.semantics !== 'cronos' && !/\*/.test(days(one)[0] + (days(one)[2] ?? '')),
      );
      check(cases, SKIP_FIRST);
      expect(cases.length).toBe(2);
    });

    it('Cronos around a change: the end of the gap, and the first pass', () => {
      const cases = plain.filter((one) => one.dst && one.semantics === 'cronos' && isSingle(one));
      check(cases, { gap: 'run-at-end', overlap: 'first' });
      expect(cases.length).toBe(25);
    });

    it('robfig around a change: skip, and both passes', () => {
      const cases = plain.filter((one) => one.dst && one.semantics === 'robfig-v3');
      check(cases, { gap: 'skip', overlap: 'both' });
      expect(cases.length).toBe(15);
    });

    it('what this dialect does not have is refused by name', () => {
      const counts: Record<string, number> = {};
      for (const one of KNOWN) {
        const why = whyRefused(one);
        if (why !== undefined) counts[why] = (counts[why] ?? 0) + 1;
      }
      // "not supported" is L, W and # or a year field; "cannot read" is a weekday written in full.
      expect(counts).toEqual({ 'cannot read': 2, 'not supported': 257, nickname: 2, reversed: 69 });
    });

    it('what every dialect agrees on', () => {
      const cases = plain.filter((one) => one.semantics === 'any');
      check(cases, SKIP_FIRST);
      expect(cases).toHaveLength(3);
    });
  },
);
