/**
 * never-early (S5): nothing starts before its time.
 *
 * Checks: the first body of a job begins no earlier than the moment of its submit plus the delay
 * asked for, nor before the instant asked for, less ε; the body of a tick begins no earlier than
 * its nominal time, less ε; and a tick that has begun was due: a nominal time that the schedule
 * does not have is an invention, and so is one that only a later version has, whose put was asked
 * for more than ε after it. All in true time: `startWallUs` of the run says when a nominal time is.
 *
 * Does not check: later attempts of a job, which come after its first (backoff is for
 * `retry-policy`); the delay from acceptance, which is later than the ask and not seen by the
 * client; jobs that a client asked to run now, from that ask on. A job asked for twice counts from
 * the first ask. A tick counts as due whichever version of its schedule it was due under, be it one
 * that was replaced by then (which had to be in force is for `spec-change`). Ticks due after the
 * last fact of the run are left out, for whether they would have been due is not on record.
 */
import type { FactOf, Request, TickId } from '../history/fact.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import { humanDuration } from '../lib/units.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, vacuous } from './first-break.ts';

export const neverEarly: Claim = {
  id: 'never-early',
  modality: 'always',
  sentence: 'No job begins before its delay is over, and no tick before it is due.',
  limits: 'Up to ε early is allowed; jobs that a client asked to run now are not judged.',
  excusedBy: ['wall-error', 'zone-rules'],
  judge,
};

type Put = Extract<Request, { readonly kind: 'put-schedule' }>;

function judge({ epsilonUs }: ClaimContext): Judge {
  const breaks = new FirstBreak();
  // Of delayed jobs; undefined once begun: a second ask of the same job must not restart its delay.
  const asked = new Map<string, FactOf<'asked'> | undefined>();
  const ticks = new DueTicks(epsilonUs, breaks);
  let startWallUs: number | undefined;
  let lastUs = 0;
  let began = 0;

  const onAsked = (fact: FactOf<'asked'>): void => {
    const { request } = fact;
    if (request.kind === 'put-schedule') return ticks.onPut(request, fact.at);
    if (request.kind === 'run-now') asked.set(request.job, undefined);
    if (request.kind !== 'submit') return;
    if (request.delayUs === 0 && request.atUs === undefined) return;
    if (!asked.has(request.job)) asked.set(request.job, fact);
  };

  const onBegan = (fact: FactOf<'body-began'>): void => {
    began++;
    lastUs = fact.at;
    if (fact.tick !== undefined) return ticks.onBegan(fact, fact.tick, startWallUs);
    const ask = asked.get(fact.job);
    if (ask === undefined) return;
    asked.set(fact.job, undefined);
    const earlyUs = dueUs(ask, startWallUs) - fact.at;
    if (earlyUs <= epsilonUs) return;
    const isDelay = earlyUs === ask.at + delayUsOf(ask) - fact.at;
    const what = isDelay ? 'its delay was over' : 'its time';
    const summary = `job ${fact.job} began ${humanDuration(earlyUs)} before ${what}`;
    breaks.add([ask, fact], summary);
  };

  return judgeOf(
    {
      'run-began': (fact) => {
        startWallUs = fact.startWallUs;
      },
      asked: onAsked,
      'tick-due': (fact) => {
        lastUs = fact.at;
        ticks.onDue(fact);
      },
      'body-began': onBegan,
      phase: ({ at }) => {
        lastUs = at;
      },
    },
    () => {
      ticks.findUndue(startWallUs === undefined ? Number.NaN : startWallUs + lastUs);
      return breaks.or(() => (began === 0 ? vacuous('nothing began') : HELD));
    },
  );
}

/** Which ticks were due, and which began before they were. */
class DueTicks {
  readonly #epsilonUs: number;
  readonly #breaks: FirstBreak;
  readonly #due = new TickMap<true>();
  readonly #undue = new TickMap<FactOf<'body-began'>>();
  /** The greatest revision of each schedule that was put, and ticks of those that were not yet. */
  readonly #newest = new Map<string, number>();
  readonly #ahead = new Map<string, FactOf<'tick-due'>[]>();

  constructor(epsilonUs: number, breaks: FirstBreak) {
    this.#epsilonUs = epsilonUs;
    this.#breaks = breaks;
  }

  /** Whoever decides may have a clock that is behind: what was due shortly before counts. */
  onPut({ schedule, revision }: Put, at: number): void {
    this.#newest.set(schedule, Math.max(revision, this.#newest.get(schedule) ?? 1));
    const waiting = this.#ahead.get(schedule) ?? [];
    for (const fact of waiting) {
      const isInTime = fact.at >= at - this.#epsilonUs;
      if (fact.revision === revision && isInTime) this.#isDue(fact.tick);
    }
    const others = waiting.filter((fact) => fact.revision !== revision);
    this.#ahead.set(schedule, others);
  }

  onDue(fact: FactOf<'tick-due'>): void {
    const { tick, revision } = fact;
    if (revision <= (this.#newest.get(tick.schedule) ?? 1)) return this.#isDue(tick);
    const waiting = this.#ahead.get(tick.schedule);
    if (waiting === undefined) this.#ahead.set(tick.schedule, [fact]);
    else waiting.push(fact);
  }

  onBegan(fact: FactOf<'body-began'>, tick: TickId, startWallUs: number | undefined): void {
    if (this.#due.has(tick)) return;
    if (!this.#undue.has(tick)) this.#undue.set(tick, fact);
    if (startWallUs === undefined) return;
    const earlyUs = tick.nominalUs - startWallUs - fact.at;
    if (earlyUs <= this.#epsilonUs) return;
    const early = humanDuration(earlyUs);
    this.#breaks.add([fact], `tick ${tickText(tick)} began ${early} before it was due`);
  }

  /** Whether a tick after the end of the run would have been due is not on record. */
  findUndue(endWallUs: number): void {
    for (const fact of this.#undue.values()) {
      const tick = fact.tick as TickId;
      if (tick.nominalUs > endWallUs) continue;
      this.#breaks.add([fact], `tick ${tickText(tick)} began, and was never due`);
    }
  }

  #isDue(tick: TickId): void {
    this.#due.set(tick, true);
    this.#undue.delete(tick);
  }
}

const delayUsOf = ({ request }: FactOf<'asked'>): number =>
  request.kind === 'submit' ? request.delayUs : 0;

/** When the job may begin, in true time; the instant asked for is known once the run's start is. */
function dueUs(ask: FactOf<'asked'>, startWallUs: number | undefined): number {
  const { request, at } = ask;
  const delayedUs = at + delayUsOf(ask);
  if (request.kind !== 'submit' || request.atUs === undefined || startWallUs === undefined) {
    return delayedUs;
  }
  return Math.max(delayedUs, request.atUs - startWallUs);
}
