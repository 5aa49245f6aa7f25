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

/** Tells which ticks of later versions of schedules count: those due after their put. */
class Versions {
  readonly #epsilonUs: number;
  readonly #tell: (tick: TickId) => void;
  /** By schedule: the greatest revision that was put, and ticks of those that were not yet. */
  readonly #newest = new Map<string, number>();
  readonly #ahead = new Map<string, FactOf<'tick-due'>[]>();

  constructor(epsilonUs: number, tell: (tick: TickId) => void) {
    this.#epsilonUs = epsilonUs;
    this.#tell = tell;
  }

  onDue(fact: FactOf<'tick-due'>): void {
    const { tick, revision } = fact;
    if (revision <= (this.#newest.get(tick.schedule) ?? 1)) return this.#tell(tick);
    const ahead = this.#ahead.get(tick.schedule);
    if (ahead === undefined) this.#ahead.set(tick.schedule, [fact]);
    else ahead.push(fact);
  }

  /** Whoever decides may have a clock that is behind: what was due shortly before counts. */
  onPut({ schedule, revision }: Put, at: number): void {
    this.#newest.set(schedule, Math.max(revision, this.#newest.get(schedule) ?? 1));
    const ahead = this.#ahead.get(schedule) ?? [];
    for (const fact of ahead) {
      const isTimely = fact.at >= at - this.#epsilonUs;
      if (fact.revision === revision && isTimely) this.#tell(fact.tick);
    }
    const left = ahead.filter((fact) => fact.revision > revision);
    this.#ahead.set(schedule, left);
  }
}

function judge({ epsilonUs }: ClaimContext): Judge {
  const breaks = new FirstBreak();
  // Of delayed jobs; undefined once begun: a second ask of the same job must not restart its delay.
  const asked = new Map<string, FactOf<'asked'> | undefined>();
  const due = new TickMap<true>();
  const undue = new TickMap<FactOf<'body-began'>>();
  let startWallUs: number | undefined;
  let lastUs = 0;
  let began = 0;

  const onTick = (fact: FactOf<'body-began'>): void => {
    const tick = fact.tick!;
    if (due.has(tick)) return;
    if (!undue.has(tick)) undue.set(tick, fact);
    if (startWallUs === undefined) return;
    const earlyUs = tick.nominalUs - startWallUs - fact.at;
    if (earlyUs <= epsilonUs) return;
    breaks.add([fact], `tick ${tickText(tick)} began ${humanDuration(earlyUs)} before it was due`);
  };

  const versions = new Versions(epsilonUs, (tick) => {
    due.set(tick, true);
    undue.delete(tick);
  });

  return judgeOf(
    {
      'run-began': (fact) => {
        startWallUs = fact.startWallUs;
      },
      asked: (fact) => {
        const { request } = fact;
        if (request.kind === 'put-schedule') return versions.onPut(request, fact.at);
        if (request.kind === 'run-now') asked.set(request.job, undefined);
        if (request.kind !== 'submit') return;
        if (request.delayUs === 0 && request.atUs === undefined) return;
        if (!asked.has(request.job)) asked.set(request.job, fact);
      },
      'tick-due': (fact) => {
        lastUs = fact.at;
        versions.onDue(fact);
      },
      'body-began': (fact) => {
        began++;
        lastUs = fact.at;
        if (fact.tick !== undefined) return onTick(fact);
        const ask = asked.get(fact.job);
        if (ask === undefined) return;
        asked.set(fact.job, undefined);
        const earlyUs = dueUs(ask, startWallUs) - fact.at;
        if (earlyUs <= epsilonUs) return;
        const what =
          earlyUs === ask.at + delayUsOf(ask) - fact.at ? 'its delay was over' : 'its time';
        const summary = `job ${fact.job} began ${humanDuration(earlyUs)} before ${what}`;
        breaks.add([ask, fact], summary);
      },
      phase: ({ at }) => {
        lastUs = at;
      },
    },
    () => {
      for (const fact of undue.values()) {
        const tick = fact.tick!;
        if (startWallUs !== undefined && tick.nominalUs - startWallUs > lastUs) continue;
        breaks.add([fact], `tick ${tickText(tick)} began, and was never due`);
      }
      return breaks.or(() => (began === 0 ? vacuous('nothing began') : HELD));
    },
  );
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
