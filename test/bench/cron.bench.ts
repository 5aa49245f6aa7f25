/**
 * Evaluations of "when next" per second, ours against croner, in New York with its changes of
 * clock. Both walk from tick to tick, and take turns: rates depend on the machine and its mood, so
 * what counts is the ratio, the median over the turns. Floors: 200,000 a second, and 14 times
 * croner (which did some 14,000 on the machine that the first floor was set on).
 */
import { Cron } from 'croner';
import { afterAll, bench, describe } from 'vitest';
import { compileCron } from '../../src/scheduler/schedule/cron-next.ts';
import { cronOf, rulesOf } from '../scheduler/schedule/support.ts';
import { medianOf } from '../support/median.ts';

const EXPRESSIONS = [
  '*/5 * * * *',
  '*/10 * * * * *',
  '30 2 * * *',
  '0 9 * * 1-5',
  '15 3 1 */3 *',
  '0 0 1 1 *',
  '0 0 L-3 * *',
  '0 12 15W * 5#3',
  // The rarest that croner finds in reasonable time.
  '0 0 29 2 *',
];
const ZONE = 'America/New_York';
const RULES = rulesOf(ZONE);
const FROM_S = Date.UTC(2015, 0, 1) / 1_000;
const UNTIL_S = Date.UTC(2026, 0, 1) / 1_000;
const STEPS = 20_000;
const CRONER_STEPS = 300;
const TURNS = 11;
const RATE_FLOOR = 200_000;
const RATIO_FLOOR = 14;

/** Walks from tick to tick, from the start again whenever the end is reached. */
function ours(text: string): (steps: number) => number {
  const next = compileCron(cronOf(text), RULES, { gap: 'run-at-end', overlap: 'first' });
  return (steps) => {
    let atS = FROM_S;
    for (let n = 0; n < steps; n++) {
      atS = next(atS);
      if (atS >= UNTIL_S) atS = FROM_S;
    }
    return atS;
  };
}

/** Croner has no `L-3`: the last day itself stands in for it. */
function croners(text: string): (steps: number) => number {
  const cron = new Cron(text.replace('L-3', 'L'), { timezone: ZONE, paused: true });
  return (steps) => {
    let at = new Date(FROM_S * 1_000);
    for (let n = 0; n < steps; n++) {
      at = cron.nextRun(at) ?? new Date(FROM_S * 1_000);
      if (at.getTime() >= UNTIL_S * 1_000) at = new Date(FROM_S * 1_000);
    }
    return at.getTime();
  };
}

const PAIRS = EXPRESSIONS.map((text) => ({ text, ours: ours(text), croners: croners(text) }));

describe('next tick of a cron expression', () => {
  for (const each of PAIRS) {
    bench(`${each.text} (${STEPS} steps)`, () => void each.ours(STEPS), { time: 100 });
  }
});

function rateOf(work: (steps: number) => number, steps: number): number {
  const began = performance.now();
  work(steps);
  return (steps / (performance.now() - began)) * 1_000;
}

afterAll(() => {
  for (const each of PAIRS) {
    const turns = Array.from({ length: TURNS }, () => ({
      ours: rateOf(each.ours, STEPS),
      croner: rateOf(each.croners, CRONER_STEPS),
    }));
    const rate = medianOf(turns.map((turn) => turn.ours));
    const ratio = medianOf(turns.map((turn) => turn.ours / turn.croner));
    const isBelow = rate < RATE_FLOOR || ratio < RATIO_FLOOR;
    console.log(
      `${each.text.padEnd(16)} ${Math.round(rate / 1_000)} k/s, ` +
        `croner ${(medianOf(turns.map((turn) => turn.croner)) / 1_000).toFixed(1)} k/s, ` +
        `ratio ${ratio.toFixed(0)} (floors ${RATE_FLOOR / 1_000} k/s, ${RATIO_FLOOR})` +
        `${isBelow ? ' BELOW THE FLOOR' : ''}`,
    );
  }
});
