/**
 * Our own cron evaluation against others that know time zones, in ten zones over twenty years: a
 * sample of expressions and instants, half of them around a change of clock. Where the two differ,
 * a reason must explain it, by the expression and by where the two answers lie; a reason that
 * explains nothing in the sample is one too many.
 *
 * (The list of due ticks also asks croner, but in UTC only, and applies the policies itself: see
 * test/scenario/due-ticks.test.ts. Here croner's own zones and policies are asked.)
 */
import { Cron } from 'croner';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CronExpression, canFire, parseCron } from '../../src/scheduler/schedule/cron.ts';
import { compileCron } from '../../src/scheduler/schedule/cron-next.ts';
import type { ZoneRules } from '../../src/scheduler/schedule/zone-rules.ts';
import { DAY_S, offsetAtS } from '../../src/scheduler/schedule/zone-time.ts';
import { cronOf, iso, rulesOf } from '../scheduler/schedule/support.ts';

/** What they are picked for, beside being places where people live. */
const ZONES: Readonly<Record<string, string>> = {
  'America/New_York': 'the usual hour',
  'Europe/London': 'UTC in winter',
  'Australia/Lord_Howe': 'half an hour',
  'Asia/Amman': 'at midnight; for good in 2022',
  'Pacific/Apia': 'a day left out; for good in 2021',
  'America/Santiago': 'at midnight; the south',
  'America/Sao_Paulo': 'at midnight; given up in 2019',
  'Africa/Casablanca': 'four changes a year, around Ramadan',
  'Antarctica/Troll': 'two hours',
  'America/Nuuk': 'on a Saturday evening; a gap that ends at midnight from 2024 on',
};
const RULES = new Map(Object.keys(ZONES).map((zone) => [zone, rulesOf(zone)]));
const FROM_S = Date.UTC(2010, 0, 1) / 1_000;
/** Yearly ones are answered by the end of what the rules cover. */
const UNTIL_S = Date.UTC(2029, 6, 1) / 1_000;

/** A sample on which two answers differ. */
interface Difference {
  readonly text: string;
  readonly words: readonly string[];
  readonly cron: CronExpression;
  readonly rules: ZoneRules;
  readonly afterS: number;
  /** In UTC seconds; infinite for never. */
  readonly oursS: number;
  readonly theirsS: number;
}

interface Reason {
  readonly why: string;
  readonly explains: (difference: Difference) => boolean;
}

/** Somebody else's evaluation, under policies as near to ours as it offers. */
interface Peer {
  readonly name: string;
  /** First tick after an instant, both in UTC seconds; infinite for never. */
  readonly next: (text: string, zone: string, afterS: number) => number;
  readonly reasons: readonly Reason[];
}

const isStar = (word: string | undefined) => word !== undefined && /^[*?]/.test(word);
/** How far clocks went forward (or back, less than zero) at an instant. */
const stepS = (rules: ZoneRules, atS: number) => offsetAtS(rules, atS) - offsetAtS(rules, atS - 1);
const isGapEnd = (rules: ZoneRules, atS: number) => stepS(rules, atS) > 0;
const isSecondPass = (rules: ZoneRules, atS: number) =>
  rules.transitions.some(
    ({ atS: changeS }) => changeS <= atS && atS < changeS - stepS(rules, changeS),
  );
const isMidnight = (rules: ZoneRules, atS: number) => (atS + offsetAtS(rules, atS)) % DAY_S === 0;
/** A star or a step in minutes or seconds: to croner the whole expression means elapsed time. */
const hasWildMinute = ({ words, cron }: Difference) =>
  !cron.isHourWildcard && words.slice(0, -3).some((word) => /[*?/]/.test(word));

const CRONER: Peer = {
  name: 'croner',
  next(text, zone, afterS) {
    const words = text.split(' ');
    const cron = new Cron(text, {
      timezone: zone,
      paused: true,
      sloppyRanges: true,
      // A stepped star is a star, as in Vixie cron; croner looks for a bare one only.
      domAndDow: isStar(words.at(-3)) || isStar(words.at(-1)),
      // Lists and ranges of hours are times of day.
      fixedTimeRule: 'no-wildcard',
    });
    const next = cron.nextRun(new Date(afterS * 1_000));
    return next === null ? Number.POSITIVE_INFINITY : next.getTime() / 1_000;
  },
  reasons: [
    {
      why: 'a step in minutes or hours is elapsed time to croner: nothing moves out of a gap',
      explains: (d) => hasWildMinute(d) && isGapEnd(d.rules, d.oursS) && d.theirsS > d.oursS,
    },
    {
      why: 'a step in minutes or hours is elapsed time to croner: it runs in both passes',
      explains: (d) => hasWildMinute(d) && isSecondPass(d.rules, d.theirsS) && d.theirsS < d.oursS,
    },
    {
      why: 'a gap that ends at midnight: croner moves nothing to the next day',
      explains: (d) =>
        isGapEnd(d.rules, d.oursS) && isMidnight(d.rules, d.oursS) && d.theirsS > d.oursS,
    },
    {
      why: 'a stepped 7 in the days of the week is no day at all to croner, here it is Sunday',
      explains: (d) => /(^|,)7\//.test(d.words.at(-1) ?? '') && d.theirsS > d.oursS,
    },
  ],
};

/** A field: star, number, list, range or step. Croner refuses steps wider than the field. */
function field(low: number, high: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: low, max: high });
  const step = fc.integer({ min: 2, max: Math.max(2, high >> 1) });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 4, arbitrary: value.map(String) },
    fc.array(value, { minLength: 2, maxLength: 3 }).map(String),
    fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.tuple(fc.oneof(fc.constant('*'), value.map(String)), step).map((x) => x.join('/')),
  );
}
/** The hours in which clocks change, more often than others. */
const hours = fc.constantFrom('0', '1', '2', '3', '22', '23', '1,2', '0-3', '2,14', '1-9');
const star = { weight: 6, arbitrary: fc.constant('*') };
const days = fc.oneof(star, field(1, 31), fc.constantFrom('L', 'LW', '15W', '1W', '1,L'));
const counted = fc.constantFrom('5L', 'SUN#2', 'MON#1,FRI#3', 'sun', 'fri-sun');
const weekdays = fc.oneof(star, field(0, 7), counted);
const months = fc.oneof(star, field(1, 12));
const fiveFields = fc
  .tuple(field(0, 59), fc.oneof(hours, field(0, 23)), days, months, weekdays)
  .map((fields) => fields.join(' '));
const expressions = fc
  .oneof(
    { weight: 4, arbitrary: fiveFields },
    fc.tuple(field(0, 59), fiveFields).map((x) => x.join(' ')),
  )
  .filter((text) => {
    const parsed = parseCron(text);
    return parsed.kind === 'ok' && canFire(parsed.value);
  });

interface Sample {
  readonly text: string;
  readonly zone: string;
  readonly afterS: number;
}

/** Anywhere in twenty years, or within two days of a change of clock. */
const samples: fc.Arbitrary<Sample> = fc
  .record({
    text: expressions,
    zone: fc.constantFrom(...RULES.keys()),
    isNear: fc.boolean(),
    change: fc.nat(1_000),
    offS: fc.integer({ min: -36 * 3_600, max: 12 * 3_600 }),
    anywhereS: fc.integer({ min: FROM_S, max: UNTIL_S }),
  })
  .map(({ text, zone, isNear, change, offS, anywhereS }) => {
    const changes = rulesIn(zone).transitions.filter(({ atS }) => atS < UNTIL_S);
    const changeS = changes[change % changes.length]?.atS ?? anywhereS;
    return { text, zone, afterS: isNear ? changeS + offS : anywhereS };
  });

const rulesIn = (zone: string): ZoneRules => RULES.get(zone) ?? rulesOf(zone);

/** Where the two answers differ; undefined where they agree. */
function differenceOf(peer: Peer, { text, zone, afterS }: Sample): Difference | undefined {
  const cron = cronOf(text);
  const rules = rulesIn(zone);
  const next = compileCron(cron, rules, { gap: 'run-at-end', overlap: 'first' });
  const oursS = next(afterS);
  // Rules end in 2030; what comes later is nobody's business here.
  if (oursS >= UNTIL_S) return undefined;
  const theirsS = peer.next(text, zone, afterS);
  if (oursS === theirsS) return undefined;
  return { text, words: text.split(' '), cron, rules, afterS, oursS, theirsS };
}

const shown = (atS: number) => (Number.isFinite(atS) ? iso(atS * 1e6) : 'never');
const told = ({ text, rules, afterS, oursS, theirsS }: Difference) =>
  `${text} in ${rules.zone} after ${shown(afterS)}: ${shown(oursS)}, not ${shown(theirsS)}`;

const SAMPLES = 3_000;

describe.each([CRONER])('against $name', (peer) => {
  let found: readonly Difference[] = [];
  beforeAll(() => {
    found = fc
      .sample(samples, { seed: 4, numRuns: SAMPLES })
      .map((sample) => differenceOf(peer, sample))
      .filter((difference) => difference !== undefined);
  });

  it('the sample differs only where a reason explains it', () => {
    const unexplained = found.filter((d) => !peer.reasons.some(({ explains }) => explains(d)));
    expect(unexplained.map(told)).toEqual([]);
    // Far more agree than differ, though half of the sample is around changes of clock.
    expect(found.length).toBeLessThan(SAMPLES / 20);
  });

  it.each(peer.reasons)('$why', ({ explains }) => {
    expect(found.filter(explains).length).toBeGreaterThan(0);
  });

  it('no other sample differs without a reason either', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const difference = differenceOf(peer, sample);
        if (difference === undefined) return;
        const isExplained = peer.reasons.some(({ explains }) => explains(difference));
        expect(isExplained, told(difference)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
