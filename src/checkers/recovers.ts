/**
 * recovers (L2): after the storm dispatch resumes, within the bound of the preset.
 *
 * Work is a job that was accepted, was ready, had not begun, and for which nobody had asked a
 * cancel; or a tick that fell due after heal. Its time is when it became work, and not before heal.
 * Checks: no work waits longer than the bound until any body begins after heal.
 *
 * A job may be dead without ever having begun (its launches were lost in the storm), and a tick may
 * be skipped as too late: what was overdue when dispatch resumed counts as work only where the
 * audit shows that it was not dead, cancelled or skipped. Where the audit could not be read to its
 * end and nothing began after heal either, the scheduler has not recovered, whatever the work was.
 *
 * Does not check: that each job begins in time (that is for `completes`, and for metrics); anything
 * after the first body that begins; ticks due before heal, which policy may have skipped.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import { humanDuration } from '../lib/units.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, unknown, vacuous } from './first-break.ts';
import { Promises } from './promises.ts';

export const recovers: Claim = {
  id: 'recovers',
  modality: 'eventually',
  sentence: 'After heal, waiting work does not wait longer than the bound of the preset.',
  limits: 'Only the first body to begin after heal is awaited, not that of every job.',
  excusedBy: ['disk-damage', 'single-copy'],
  judge: (context) => new Recovers(context),
};

/** A submitted job that has not begun; `acceptedUs` is Infinity until its answer was ok. */
interface Waiting {
  readonly readyUs: number;
  acceptedUs: number;
}

/** Work that was overdue when dispatch resumed; `sinceUs` is when it became work. */
interface Overdue {
  readonly what: string;
  readonly sinceUs: number;
}

class Recovers implements Judge {
  readonly listens;
  readonly onFact;
  readonly #boundUs: number;
  readonly #promises: Promises;
  readonly #audit = new AuditWatch();
  readonly #waiting = new Map<string, Waiting>();
  #dueTicks: FactOf<'tick-due'>[] = [];
  /** Ticks that are due and have not begun, and those that began and were not due yet. */
  readonly #openTicks = new TickMap<true>();
  readonly #earlyTicks = new TickMap<true>();
  #heal: FactOf<'phase'> | undefined;
  /** The first body after heal, or the start of the audit where none began before it. */
  #resumed: FactOf<'body-began'> | FactOf<'phase'> | undefined;
  #hadWork = false;
  readonly #overdueJobs = new Map<string, Overdue>();
  readonly #overdueTicks = new TickMap<Overdue>();
  #worst: Overdue | undefined;

  constructor({ recoverBoundUs, epsilonUs }: ClaimContext) {
    this.#boundUs = recoverBoundUs;
    this.#promises = new Promises(epsilonUs);
    const fold = foldOf({
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#answered(fact),
      'body-began': (fact) => this.#began(fact),
      'tick-due': (fact) => this.#tickDue(fact),
      phase: (fact) => this.#phase(fact),
      'audited-job': (fact) => this.#auditedJob(fact),
      'audited-skip': ({ tick }) => this.#overdueTicks.delete(tick),
      'audit-ended': (fact) => this.#audit.onEnded(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const heal = this.#heal;
    if (heal === undefined) return vacuous('the run had no heal');
    if (this.#resumed === undefined) return unknown('the run ended before its audit');
    const { complete } = this.#audit;
    const certain = this.#certain(complete !== undefined);
    if (certain !== undefined) return this.#broken(heal, certain);
    const overdue = this.#overdueJobs.size + this.#overdueTicks.size;
    if (overdue > 0 && complete === undefined) return unknown(this.#audit.gap);
    if (this.#resumed.kind === 'body-began') return HELD;
    if (!this.#hadWork || overdue > 0) return vacuous('there was no work after heal');
    return unknown('the audit began before the bound was over');
  }

  #asked(fact: FactOf<'asked'>): void {
    this.#promises.onAsked(fact);
    const { request } = fact;
    if (this.#resumed !== undefined) return;
    if (request.kind === 'cancel') this.#waiting.delete(request.job);
    if (request.kind !== 'submit') return;
    const readyUs = fact.at + request.delayUs;
    this.#waiting.set(request.job, { readyUs, acceptedUs: Number.POSITIVE_INFINITY });
  }

  #answered(fact: FactOf<'answered'>): void {
    this.#promises.onAnswered(fact);
    if (fact.request.kind !== 'submit' || fact.answer.kind !== 'ok') return;
    const waiting = this.#waiting.get(fact.request.job);
    if (waiting !== undefined) waiting.acceptedUs = Math.min(waiting.acceptedUs, fact.at);
  }

  #began(fact: FactOf<'body-began'>): void {
    if (this.#resumed !== undefined) return;
    if (fact.tick !== undefined) this.#tickBegan(fact.tick);
    if (this.#heal !== undefined) this.#resume(fact);
    else if (fact.tick === undefined) this.#waiting.delete(fact.job);
  }

  /** A clock that is ahead has a tick begin a little before it is due. */
  #tickBegan(tick: TickId): void {
    if (!this.#openTicks.delete(tick)) this.#earlyTicks.set(tick, true);
  }

  #tickDue(fact: FactOf<'tick-due'>): void {
    if (this.#resumed !== undefined || this.#earlyTicks.delete(fact.tick)) return;
    this.#openTicks.set(fact.tick, true);
    if (this.#heal !== undefined) this.#dueTicks.push(fact);
  }

  #phase(fact: FactOf<'phase'>): void {
    this.#audit.onPhase(fact);
    if (fact.phase === 'heal' && this.#heal === undefined) this.#heal = fact;
    const isOver = fact.phase === 'audit' || fact.phase === 'end';
    if (isOver && this.#heal !== undefined && this.#resumed === undefined) this.#resume(fact);
  }

  /** Dispatch resumed, or was not seen to: what had waited too long by then? */
  #resume(fact: FactOf<'body-began'> | FactOf<'phase'>): void {
    this.#resumed = fact;
    const healUs = this.#heal?.at ?? 0;
    for (const [job, { readyUs, acceptedUs }] of this.#waiting) {
      const sinceUs = Math.max(healUs, readyUs, acceptedUs);
      if (sinceUs > fact.at) continue;
      this.#hadWork = true;
      if (sinceUs + this.#boundUs < fact.at)
        this.#overdueJobs.set(job, { what: `job ${job}`, sinceUs });
    }
    for (const due of this.#dueTicks) {
      const { tick, at } = due;
      if (!this.#promises.isPromised(due, fact.at)) continue;
      this.#hadWork = true;
      if (at + this.#boundUs < fact.at)
        this.#overdueTicks.set(tick, { what: `tick ${tickText(tick)}`, sinceUs: at });
    }
    this.#waiting.clear();
    this.#dueTicks = [];
  }

  /** The audit confirms a job as work, or takes a tick off the list. */
  #auditedJob({ job, tick, state }: FactOf<'audited-job'>): void {
    const isOff = state === 'dead' || state === 'cancelled';
    if (tick !== undefined) {
      if (isOff) this.#overdueTicks.delete(tick);
      return;
    }
    const overdue = this.#overdueJobs.get(job);
    if (overdue !== undefined && !isOff) this.#worst = earlier(this.#worst, overdue);
  }

  /** The work that waited longest among what was certainly work. */
  #certain(auditComplete: boolean): Overdue | undefined {
    const neverResumed = !auditComplete && this.#resumed?.kind === 'phase';
    let first = this.#worst;
    if (neverResumed) for (const one of this.#overdueJobs.values()) first = earlier(first, one);
    if (neverResumed || auditComplete)
      for (const one of this.#overdueTicks.values()) first = earlier(first, one);
    return first;
  }

  #broken(heal: FactOf<'phase'>, { what, sinceUs }: Overdue): Verdict {
    const breaks = new FirstBreak();
    const resumed = this.#resumed as FactOf<'body-began'> | FactOf<'phase'>;
    const waited = humanDuration(resumed.at - sinceUs);
    const bound = humanDuration(this.#boundUs);
    const until =
      resumed.kind === 'phase' ? 'and nothing began before the audit' : 'until anything began';
    const summary = `after heal ${what} waited ${waited} (bound ${bound}) ${until}`;
    breaks.add([heal, resumed], summary, sinceUs + this.#boundUs);
    return breaks.or(() => HELD);
  }
}

const earlier = (a: Overdue | undefined, b: Overdue): Overdue =>
  a !== undefined && a.sinceUs <= b.sinceUs ? a : b;
