/**
 * Known answers of other projects' test suites (Cronos, robfig/cron, gorhill/cronexpr, croner,
 * cron-parser) for our own cron evaluation, under one policy: at a gap run at its end, at an
 * overlap run in the first pass, expressions with a wildcard hour unaffected.
 *
 * The rule that picks the cases: all 785 of them, but those for which a reason is listed below. A
 * reason looks at the case alone (its expression, its dialect, the answer that it states), never at
 * what we answer, and comes with the number of cases that it leaves out. `SYNTAX` (80 cases) is
 * what this dialect refuses, by its message; `DAYS` (88) are day rules that are not ours (both day
 * fields restricted: we take either, as Vixie cron does); `CLOCKS` (35) are other policies for a
 * change of clock. The other 582 must come out right, to the second; a case has one reason or none.
 */
import { describe, expect, it } from 'vitest';
import { type CronExpression, parseCron } from '../../src/scheduler/schedule/cron.ts';
import { compileCron, type DstPolicy } from '../../src/scheduler/schedule/cron-next.ts';
import type { ZoneRules } from '../../src/scheduler/schedule/zone-rules.ts';
import { offsetAtS } from '../../src/scheduler/schedule/zone-time.ts';
import { at, cronData, iso, rulesOf } from '../scheduler/schedule/support.ts';

const POLICY: DstPolicy = { gap: 'run-at-end', overlap: 'first' };

interface Known {
  readonly id: number;
  readonly expr: string;
  readonly tz: string;
  readonly from: string;
  /** The answer may be `from` itself. */
  readonly inclusive: boolean;
  /** Null: `from` must not be an answer. */
  readonly next: readonly string[] | null;
  readonly never?: boolean;
  readonly semantics: string;
}

const text = cronData('known-answers.json');
const KNOWN: readonly Known[] = text === undefined ? [] : JSON.parse(text).cases;

const zones = new Map<string, ZoneRules>();
function zoneOf(name: string): ZoneRules {
  const rules = zones.get(name) ?? rulesOf(name);
  zones.set(name, rules);
  return rules;
}

/** What this dialect does not have, and how many cases need it. */
const SYNTAX: readonly (readonly [what: string, refusal: RegExp, cases: number])[] = [
  ['a range that wraps around (Cronos): dialects differ, so it is refused', /^reversed range/, 69],
  ['a year, the seventh field (gorhill)', /year field is not supported/, 9],
  ['a weekday written in full (gorhill)', /^cannot read "friday"/, 2],
];

/** A case that can be read, and what the reasons look at. */
interface Read {
  readonly known: Known;
  readonly cron: CronExpression;
  /** The answers that it states, in UTC seconds. */
  readonly statedS: readonly number[];
  readonly rules: ZoneRules;
}

const words = ({ cron }: Read) => cron.text.split(/\s+/);
const isBare = (word: string | undefined) => word === '*' || word === '?';
const isBoth = (read: Read) => !isBare(words(read).at(-3)) && !isBare(words(read).at(-1));

const DAYS: readonly (readonly [what: string, is: (read: Read) => boolean, cases: number])[] = [
  [
    'both day fields restricted: Cronos wants both to match',
    (read) => read.known.semantics === 'cronos' && read.cron.isEitherDay,
    79,
  ],
  [
    'a stepped star: robfig takes it for a restriction, and with the other field for "either"',
    (read) => read.known.semantics.startsWith('robfig') && isBoth(read) && !read.cron.isEitherDay,
    9,
  ],
];

/** The local time of an instant is one that the expression asks for. */
function isAskedFor({ cron, rules }: Read, atS: number): boolean {
  const timeS = (((atS + offsetAtS(rules, atS)) % 86_400) + 86_400) % 86_400;
  const [hour, minute, second] = [
    Math.floor(timeS / 3_600),
    Math.floor(timeS / 60) % 60,
    timeS % 60,
  ];
  return (
    cron.hours.includes(hour) && cron.minutes.includes(minute) && cron.seconds.includes(second)
  );
}

const isGapEnd = ({ rules }: Read, atS: number) =>
  offsetAtS(rules, atS) > offsetAtS(rules, atS - 1);

/** The instant repeats a local time that has been before. */
const isSecondPass = ({ rules }: Read, atS: number) =>
  rules.transitions.some(({ atS: changeS, offsetS }) => {
    const fallS = offsetAtS(rules, changeS - 1) - offsetS;
    return changeS <= atS && atS < changeS + fallS;
  });

const states = (read: Read, is: (read: Read, atS: number) => boolean) =>
  read.statedS.some((atS) => is(read, atS));

const CLOCKS: typeof DAYS = [
  [
    'a wildcard hour: Cronos moves it out of a gap, too; we leave wildcards alone',
    (read) =>
      read.cron.isHourWildcard && states(read, (r, atS) => isGapEnd(r, atS) && !isAskedFor(r, atS)),
    4,
  ],
  [
    'croner (of old) and cron-parser move a lost time by the width of the gap, not to its end',
    (read) => states(read, (r, atS) => !isGapEnd(r, atS) && !isAskedFor(r, atS)),
    6,
  ],
  [
    'Cronos takes any range or step in hours, minutes or seconds for elapsed time: both passes',
    (read) =>
      read.known.semantics === 'cronos' &&
      !read.cron.isHourWildcard &&
      words(read)
        .slice(0, -3)
        .some((word) => /[-/*]/.test(word)) &&
      states(read, isSecondPass),
    23,
  ],
  [
    'robfig runs a fixed hour in both passes',
    (read) =>
      read.known.semantics.startsWith('robfig') &&
      !read.cron.isHourWildcard &&
      states(read, isSecondPass),
    1,
  ],
  [
    'Cronos, asked for an answer from the end of a gap on, has forgotten what it moved there',
    (read) => {
      const fromS = Date.parse(read.known.from) / 1_000;
      const isForgotten = (r: Read, atS: number) => atS > fromS && isAskedFor(r, atS);
      const isAtEnd = isGapEnd(read, fromS) && !isAskedFor(read, fromS);
      return read.known.inclusive && isAtEnd && states(read, isForgotten);
    },
    1,
  ],
];

/** The first instants of a case as text, as many as it states (one when it states none). */
function answers({ known, cron, rules }: Read, policy: DstPolicy): readonly string[] {
  const next = compileCron(cron, rules, policy);
  const fromS = Date.parse(known.from) / 1_000;
  let atS = known.inclusive ? Math.ceil(fromS) - 1 : Math.floor(fromS);
  const found: string[] = [];
  for (let n = 0; n < Math.max(1, known.next?.length ?? 0); n++) {
    atS = next(atS);
    found.push(atS === Number.POSITIVE_INFINITY ? 'never' : iso(atS * 1e6));
  }
  return found;
}

function isRight(read: Read, policy: DstPolicy = POLICY): boolean {
  const { known } = read;
  const found = answers(read, policy);
  if (known.next === null) return found[0] !== iso(at(known.from));
  const stated = known.never === true ? ['never'] : known.next.map((each) => iso(at(each)));
  return JSON.stringify(found) === JSON.stringify(stated);
}

describe.skipIf(text === undefined)(
  'known answers of other projects (skipped where ../shared/data/cron is absent)',
  () => {
    const refusals: string[] = [];
    const reads: Read[] = [];
    for (const known of KNOWN) {
      const parsed = parseCron(known.expr);
      if (parsed.kind === 'failed') refusals.push(parsed.error.reason);
      else {
        const statedS = (known.next ?? []).map((each) => Date.parse(each) / 1_000);
        reads.push({ known, cron: parsed.value, statedS, rules: zoneOf(known.tz) });
      }
    }

    it('an expression that is refused is refused for syntax that other dialects have', () => {
      const unexplained = refusals.filter(
        (why) => !SYNTAX.some(([, message]) => message.test(why)),
      );
      expect(unexplained).toEqual([]);
      for (const [what, message, count] of SYNTAX) {
        expect(refusals.filter((why) => message.test(why)).length, what).toBe(count);
      }
    });

    const reasons = [...DAYS, ...CLOCKS];
    it.each(reasons)('left out: %s', (_, is, count) => {
      const left = reads.filter(is);
      expect(left.length).toBe(count);
      // Were they right, there would be no reason to leave them out.
      expect(left.filter((read) => isRight(read)).length).toBeLessThan(left.length);
    });

    it('all others are right', () => {
      const common = reads.filter((read) => !reasons.some(([, is]) => is(read)));
      const wrong = common.filter((read) => !isRight(read));
      expect(wrong.map((read) => ({ ...read.known, found: answers(read, POLICY) }))).toEqual([]);
      expect(common.length).toBe(582);
      // Nothing is lost on the way, and nothing left out twice.
      const left = reasons.reduce((sum, [, is]) => sum + reads.filter(is).length, 0);
      expect(common.length + left + refusals.length).toBe(KNOWN.length);
    });

    it('robfig is right under its own policies, stepped stars apart: skip, both passes', () => {
      const [, steppedStar] = DAYS;
      const cases = reads.filter(({ known }) => known.semantics.startsWith('robfig'));
      const own = cases.filter((read) => !steppedStar?.[1](read));
      expect(own.filter((read) => !isRight(read, { gap: 'skip', overlap: 'both' }))).toEqual([]);
      expect(own.length).toBe(36);
    });
  },
);

const invalid = cronData('known-invalid.json');

describe.skipIf(invalid === undefined)(
  'expressions that other parsers refuse (skipped where ../shared/data/cron is absent)',
  () => {
    it('are refused here, every one', () => {
      const { cases } = JSON.parse(invalid ?? '') as { cases: { expr: string }[] };
      const accepted = cases.filter(({ expr }) => parseCron(expr).kind === 'ok');
      expect(accepted.map(({ expr }) => expr)).toEqual([]);
      expect(cases.length).toBe(335);
    });
  },
);
