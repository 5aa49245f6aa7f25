/**
 * Others that evaluate cron expressions in time zones, and why they answer other than we do. A
 * reason is exact: it says which answer of theirs it explains, as a rule that is computed from the
 * expression and the rules of the zone, and no other answer.
 *
 *   croner        elapsed time or time of day, by whether the minutes are fixed
 *   cron-parser   steps hour by hour from the instant that it is asked at, and keeps in mind only
 *                 what it passed on the way
 */
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import type { CronExpression } from '../../src/scheduler/schedule/cron.ts';
import { compileCron, type DstPolicy } from '../../src/scheduler/schedule/cron-next.ts';
import type { ZoneRules } from '../../src/scheduler/schedule/zone-rules.ts';
import { DAY_S, offsetAtS } from '../../src/scheduler/schedule/zone-time.ts';

/** What both peers come nearest to: a lost time is made up for, a repeated one counts once. */
export const OUR_POLICY: DstPolicy = { gap: 'run-at-end', overlap: 'first' };
const SKIP: DstPolicy = { gap: 'skip', overlap: 'first' };
const BOTH: DstPolicy = { gap: 'run-at-end', overlap: 'both' };

/** A sample on which two answers differ. Instants are UTC seconds, infinite for never. */
export interface Difference {
  readonly text: string;
  readonly words: readonly string[];
  readonly cron: CronExpression;
  readonly rules: ZoneRules;
  readonly afterS: number;
  readonly oursS: number;
  /** The expression as the peer reads it, and what we would answer to that. */
  readonly read: CronExpression;
  readonly readS: number;
  /** An instant, or the message with which it was refused. */
  readonly theirs: number | string;
}

/** A sample for which a reason is needed: expression, zone, instant. */
type Example = readonly [text: string, zone: string, after: string];

export interface Reason {
  readonly why: string;
  readonly example: Example;
  readonly explains: (difference: Difference) => boolean;
}

/** What a peer takes an expression for; undefined where it reads it as we do. */
export interface Reading {
  readonly why: string;
  readonly example: Example;
  readonly read: (cron: CronExpression, words: readonly string[]) => CronExpression | undefined;
}

/** Somebody else's evaluation, under policies as near to ours as it offers. */
export interface Peer {
  readonly name: string;
  /** First tick after an instant, infinite for never; a message where it is refused. */
  readonly next: (text: string, zone: string, afterS: number) => number | string;
  readonly readings: readonly Reading[];
  readonly reasons: readonly Reason[];
}

const HOUR_S = 3_600;
const isStar = (word: string | undefined) => word !== undefined && /^[*?]/.test(word);
const isBare = (word: string | undefined) => word === '*' || word === '?';

const localS = (rules: ZoneRules, atS: number) => atS + offsetAtS(rules, atS);
const dayOf = (rules: ZoneRules, atS: number) => Math.floor(localS(rules, atS) / DAY_S);
const hourOf = (rules: ZoneRules, atS: number) =>
  Math.floor((localS(rules, atS) - dayOf(rules, atS) * DAY_S) / HOUR_S);
const isMidnight = (rules: ZoneRules, atS: number) => localS(rules, atS) % DAY_S === 0;

/** How far clocks went forward (or back, less than zero) at an instant. */
const stepS = (rules: ZoneRules, atS: number) => offsetAtS(rules, atS) - offsetAtS(rules, atS - 1);
/** The first gap that ends after an instant, by its end; NaN for none. */
const gapAfter = (rules: ZoneRules, afterS: number) =>
  rules.transitions.find(({ atS }) => atS > afterS && stepS(rules, atS) > 0)?.atS ?? Number.NaN;
/** The first overlap whose second pass ends after an instant, by its start; NaN for none. */
const overlapAfter = (rules: ZoneRules, afterS: number) =>
  rules.transitions.find(({ atS }) => stepS(rules, atS) < 0 && atS - stepS(rules, atS) > afterS)
    ?.atS ?? Number.NaN;
const isSecondPass = (rules: ZoneRules, atS: number) => overlapAfter(rules, atS) <= atS;

/** What we would answer to an expression, under some policy. */
const answerS = (d: Difference, policy: DstPolicy, cron = d.read, afterS = d.afterS) =>
  compileCron(cron, d.rules, policy)(afterS);

/** A star or a step in minutes or seconds: to croner the whole expression means elapsed time. */
const isElapsed = ({ words, cron }: Difference) =>
  !cron.isHourWildcard && words.slice(0, -3).some((word) => /[*?/]/.test(word));
const elapsedS = (d: Difference) => answerS(d, OUR_POLICY, { ...d.read, isHourWildcard: true });

export const CRONER: Peer = {
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
  readings: [
    {
      why: 'a stepped 7 in the days of the week is no day at all to croner, here it is Sunday',
      example: ['0 0 * * 1,7/2', 'Europe/Dublin', '2024-06-01T00:00:00Z'],
      read(cron, words) {
        const items = words.at(-1)?.split(',') ?? [];
        const others = items.filter((item) => !/^7\//.test(item));
        if (others.length === items.length) return undefined;
        const isSunday = others.some((item) => /^(0|7|sun)$/i.test(item));
        return { ...cron, weekdays: cron.weekdays.filter((day) => day !== 0 || isSunday) };
      },
    },
  ],
  reasons: [
    {
      why: 'a step in minutes or hours is elapsed time to croner: nothing moves out of a gap',
      example: ['*/20 2 * * *', 'America/New_York', '2024-03-10T05:00:00Z'],
      explains: (d) => isElapsed(d) && stepS(d.rules, d.readS) > 0 && d.theirs === elapsedS(d),
    },
    {
      why: 'a step in minutes or hours is elapsed time to croner: it runs in both passes',
      example: ['*/20 1 * * *', 'America/New_York', '2024-11-03T05:50:00Z'],
      explains: (d) =>
        isElapsed(d) && d.theirs === elapsedS(d) && isSecondPass(d.rules, elapsedS(d)),
    },
    {
      why: 'a gap that ends at midnight: croner moves nothing to the next day',
      example: ['30 23 * * *', 'America/Nuuk', '2024-03-30T12:00:00Z'],
      explains: (d) =>
        stepS(d.rules, d.readS) > 0 &&
        isMidnight(d.rules, d.readS) &&
        d.theirs === answerS(d, SKIP),
    },
  ],
};

const asFixed = (cron: CronExpression): CronExpression => ({ ...cron, isHourWildcard: false });
const asWildcard = (cron: CronExpression): CronExpression => ({ ...cron, isHourWildcard: true });
/** The minutes and seconds that are asked for, in one hour of the day. */
const inHour = (cron: CronExpression, hour: number) => asWildcard({ ...cron, hours: [hour % 24] });

/** What stands in for a lost hour: its minutes, in the hour in which the gap ends. */
function landingS(d: Difference): number {
  const endS = gapAfter(d.rules, d.afterS);
  const landing = hourOf(d.rules, endS);
  const lost = Math.ceil(stepS(d.rules, endS) / HOUR_S);
  const isAsked = d.read.hours.some(
    (hour) => (landing - hour + 24) % 24 <= lost && hour !== landing,
  );
  return isAsked ? answerS(d, OUR_POLICY, inHour(d.read, landing), endS - 1) : Number.NaN;
}

/** A gap of half an hour is entered by the first minute asked for; a lost one is moved by it. */
function enteredS(d: Difference): number {
  const endS = gapAfter(d.rules, d.afterS);
  const widthS = stepS(d.rules, endS);
  const firstS = (d.read.minutes[0] ?? 0) * 60;
  if (widthS >= HOUR_S) return Number.NaN;
  return answerS(d, SKIP, d.read, endS + (firstS < widthS ? firstS : firstS - widthS) - 1);
}

/**
 * An hour's step towards a gap of half an hour, from the second half of the hour before: the hour
 * cut in half is missed, and the one after it stands in for it.
 */
function leapS(d: Difference): number {
  const endS = gapAfter(d.rules, d.afterS);
  const widthS = stepS(d.rules, endS);
  const isHourBefore = d.afterS >= endS - HOUR_S;
  const fromS = isHourBefore ? d.afterS : endS - HOUR_S + (d.read.minutes[0] ?? 0) * 60;
  if (widthS >= HOUR_S || fromS < endS - widthS) return Number.NaN;
  const missed = hourOf(d.rules, endS);
  const hours = d.read.hours.includes(missed) ? [...d.read.hours, missed + 1] : d.read.hours;
  return answerS(d, SKIP, asWildcard({ ...d.read, hours }), endS + HOUR_S - widthS - 1);
}

/** Local time a day later is lost in a gap that ends at midnight: that day is stepped over. */
function stepOverS(d: Difference): number {
  const endS = gapAfter(d.rules, d.afterS);
  const tomorrowS = localS(d.rules, d.afterS) + DAY_S;
  const isLost =
    isMidnight(d.rules, endS) &&
    tomorrowS < localS(d.rules, endS) &&
    tomorrowS >= localS(d.rules, endS - 1);
  return isLost ? answerS(d, SKIP, d.read, endS - 1) : Number.NaN;
}

/** The day of an overlap at midnight is entered by the second of its two midnights. */
function lateMidnightS(d: Difference): number {
  const changeS = overlapAfter(d.rules, d.afterS);
  const isEntered =
    isMidnight(d.rules, changeS) && dayOf(d.rules, d.afterS) < dayOf(d.rules, changeS);
  return isEntered ? answerS(d, OUR_POLICY, asWildcard(d.read), changeS - 1) : Number.NaN;
}

const widthOfOverlapS = (d: Difference) => -stepS(d.rules, overlapAfter(d.rules, d.afterS));
const widthOfGapS = (d: Difference) => stepS(d.rules, gapAfter(d.rules, d.afterS));
/**
 * Half an hour is about to be repeated, and the instant lies in the first half of the hour that it
 * ends: a step of an hour reaches the second pass, and the start of that hour is the one of the
 * first pass, so that the step goes back in time.
 */
function isBeforeStepBack(d: Difference): boolean {
  const changeS = overlapAfter(d.rules, d.afterS);
  const widthS = widthOfOverlapS(d);
  return widthS < HOUR_S && d.afterS >= changeS - HOUR_S && d.afterS < changeS - widthS;
}

const stepBackS = (d: Difference) =>
  isBeforeStepBack(d)
    ? answerS(d, OUR_POLICY, d.read, overlapAfter(d.rules, d.afterS) - HOUR_S - 1)
    : Number.NaN;

/** That step is taken again and again: then, or on the way to an answer later that day. */
function isStuck(d: Difference): boolean {
  const changeS = overlapAfter(d.rules, d.afterS);
  const isOnTheWay = d.afterS < changeS && dayOf(d.rules, changeS) === dayOf(d.rules, d.readS);
  return isBeforeStepBack(d) || (isOnTheWay && widthOfOverlapS(d) < HOUR_S);
}

const refusedBy = (d: Difference, message: RegExp) =>
  typeof d.theirs === 'string' && message.test(d.theirs);

export const CRON_PARSER: Peer = {
  name: 'cron-parser',
  next(text, zone, afterS) {
    try {
      const currentDate = new Date(afterS * 1_000);
      return CronExpressionParser.parse(text, { currentDate, tz: zone }).next().getTime() / 1_000;
    } catch (error) {
      return String(error);
    }
  },
  readings: [
    {
      why: 'a stepped star is a restriction: with another in the other day field, either will do',
      example: ['0 12 */2 * MON', 'Europe/Dublin', '2024-06-03T12:00:00Z'],
      read(cron, words) {
        const isEitherDay = !isBare(words.at(-3)) && !isBare(words.at(-1));
        return isEitherDay === cron.isEitherDay ? undefined : { ...cron, isEitherDay };
      },
    },
    {
      why: 'the days of the week end with 7: a step from a weekday on may reach that Sunday',
      example: ['0 12 * * 1/2', 'Europe/Dublin', '2024-06-01T00:00:00Z'],
      read(cron, words) {
        const isReached = (words.at(-1) ?? '').split(',').some((item) => {
          const [, from, step] = /^([1-6])\/(\d+)$/.exec(item) ?? [];
          return from !== undefined && (7 - Number(from)) % Number(step) === 0;
        });
        if (!isReached || cron.weekdays.includes(0)) return undefined;
        return { ...cron, weekdays: [0, ...cron.weekdays] };
      },
    },
    {
      why: 'every hour, however it is written, is a wildcard: elapsed time',
      example: ['30 0-23 * * *', 'America/New_York', '2024-11-03T05:40:00Z'],
      read(cron) {
        const isEveryHour = cron.hours.length === 24 && !cron.isHourWildcard;
        return isEveryHour ? asWildcard(cron) : undefined;
      },
    },
  ],
  reasons: [
    {
      why: 'refused: W',
      example: ['0 0 15W * *', 'Europe/Dublin', '2024-06-01T00:00:00Z'],
      explains: (d) => /W/.test(d.words.at(-3) ?? '') && refusedBy(d, /Invalid characters/),
    },
    {
      why: 'refused: a list in which # occurs',
      example: ['0 0 * * MON#1,FRI#3', 'Europe/Dublin', '2024-06-01T00:00:00Z'],
      explains: (d) =>
        /#.*,|,.*#/.test(d.words.at(-1) ?? '') && refusedBy(d, /`#` and `,`.*incompatible/),
    },
    {
      why: 'refused: a week that ends on a Sunday by name',
      example: ['0 0 * * fri-sun', 'Europe/Dublin', '2024-06-01T00:00:00Z'],
      explains: (d) => d.words.at(-1) === 'fri-sun' && refusedBy(d, /Invalid range: 5-0/),
    },
    {
      why: 'refused: a value named twice',
      example: ['0 1,1 * * *', 'Europe/Dublin', '2024-06-01T00:00:00Z'],
      explains: (d) =>
        refusedBy(d, /duplicate values/) &&
        d.words.some((word) => /(^|,)(\d+),(.*,)?\2(,|$)/.test(word.replace(/7/g, '0'))),
    },
    {
      why: 'a lost hour is made up for by its minutes in the hour in which the gap ends',
      example: ['30 2 * * *', 'America/New_York', '2024-03-10T05:00:00Z'],
      explains: (d) => !d.read.isHourWildcard && d.theirs === landingS(d),
    },
    {
      why: 'the same for a stepped star of hours, which we leave alone',
      example: ['30 */2 * * *', 'America/New_York', '2024-03-10T06:00:00Z'],
      explains: (d) =>
        d.read.isHourWildcard && d.read.hours.length < 24 && d.theirs === landingS(d),
    },
    {
      why: 'a gap of half an hour: nothing is made up for',
      example: ['15 2 * * *', 'Australia/Lord_Howe', '2025-10-04T12:00:00Z'],
      explains: (d) => widthOfGapS(d) < HOUR_S && d.theirs === answerS(d, SKIP),
    },
    {
      why: 'a gap of half an hour: a lost minute is tried half an hour later, and hides the others',
      example: ['10,35 2 * * *', 'Australia/Lord_Howe', '2025-10-04T12:00:00Z'],
      explains: (d) => d.theirs === enteredS(d),
    },
    {
      why: 'a gap of half an hour: asked in the hour before, it steps over the half that is left',
      example: ['45 * * * *', 'Australia/Lord_Howe', '2025-10-04T15:20:00Z'],
      explains: (d) => d.theirs === leapS(d),
    },
    {
      why: 'a gap that ends at midnight: nothing is moved to the next day',
      example: ['30 23 * * *', 'America/Nuuk', '2024-03-30T12:00:00Z'],
      explains: (d) =>
        isMidnight(d.rules, gapAfter(d.rules, d.afterS)) && d.theirs === answerS(d, SKIP),
    },
    {
      why: 'a gap that ends at midnight: asked a day before it, a step of a day misses that day',
      example: ['0 0 * * *', 'America/Nuuk', '2028-03-25T01:30:00Z'],
      explains: (d) => d.theirs === stepOverS(d),
    },
    {
      why: 'asked in the second pass: it has not seen the first, and runs',
      example: ['30 1 * * *', 'America/New_York', '2024-11-03T06:10:00Z'],
      explains: (d) => isSecondPass(d.rules, d.afterS) && d.theirs === answerS(d, BOTH),
    },
    {
      why: 'an overlap of other than an hour: both passes',
      example: ['30 2 * * *', 'Antarctica/Troll', '2025-10-26T00:40:00Z'],
      explains: (d) => widthOfOverlapS(d) !== HOUR_S && d.theirs === answerS(d, BOTH),
    },
    {
      why: 'an overlap at midnight: the second pass only, for the day begins with it',
      example: ['30 0 * * *', 'Asia/Amman', '2021-10-28T12:00:00Z'],
      explains: (d) => d.theirs === lateMidnightS(d),
    },
    {
      why: 'a stepped star of hours is a time of day: the first pass only',
      example: ['30 */2 * * *', 'Africa/Casablanca', '2025-02-23T01:40:00Z'],
      explains: (d) =>
        d.read.isHourWildcard &&
        d.read.hours.length < 24 &&
        d.theirs === answerS(d, OUR_POLICY, asFixed(d.read)),
    },
    {
      why: 'an overlap of half an hour: a step of an hour misses the second pass',
      example: ['45 * * * *', 'Australia/Lord_Howe', '2025-04-05T14:50:00Z'],
      explains: (d) =>
        d.read.isHourWildcard &&
        widthOfOverlapS(d) < HOUR_S &&
        d.theirs === answerS(d, OUR_POLICY, asFixed(d.read)),
    },
    {
      why: 'an overlap of half an hour: the answer lies before the instant that was asked about',
      example: ['2 * * * *', 'Australia/Lord_Howe', '2025-04-05T14:10:00Z'],
      explains: (d) => d.theirs === stepBackS(d),
    },
    {
      why: 'an overlap of half an hour: earlier that day it goes round in circles and gives up',
      example: ['0 12 * * *', 'Australia/Lord_Howe', '2025-04-05T13:30:00Z'],
      explains: (d) => refusedBy(d, /loop limit exceeded/) && isStuck(d),
    },
  ],
};
