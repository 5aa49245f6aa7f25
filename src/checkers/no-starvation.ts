/**
 * no-starvation (L4): after the storm no job that is ready waits for ever while others run.
 *
 * Checks: each plain job begins within `startBoundUs` of being ready, or of the heal plus the bound
 * of the preset where it was ready before. A launch that was lost in the storm costs a job a wait
 * between attempts: one that was ready before has twice the longest of these in addition, for waits
 * may be drawn longer than was asked. A job that the audit lists as over without having begun was
 * given up, and waits no longer.
 *
 * A job is plain when nothing holds it back: its submit was answered ok, with neither key nor
 * unique key, tags nor parents; no client asks to cancel it, or to limit or pause its queue.
 * Priorities hold nothing back for good under a load that leaves room.
 *
 * Does not check: all other jobs, for which facts do not tell since when nothing held them back;
 * ticks, which are for `on-time`; later attempts; jobs whose time is not over at the audit; jobs
 * that the complete audit does not list, which are lost and not starved (`no-loss`).
 */
import type { FactOf } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { humanDuration } from '../lib/units.ts';
import { Aftermath } from './aftermath.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, unknown, vacuous } from './first-break.ts';
import { type PlainJob, PlainJobs } from './plain-jobs.ts';

export const noStarvation: Claim = {
  id: 'no-starvation',
  modality: 'eventually',
  sentence: 'After heal every job that is ready, and that nothing holds back, begins in time.',
  limits:
    'Jobs with keys, tags or parents, in limited or paused queues, or asked to be cancelled are ' +
    'not judged, nor are ticks and later attempts.',
  excusedBy: ['wall-error', 'store-durable', 'disk-damage', 'single-copy'],
  judge: (context) => new NoStarvation(context),
};

class NoStarvation implements Judge {
  readonly listens;
  readonly onFact;
  readonly #startBoundUs: number;
  readonly #aftermath: Aftermath;
  readonly #audit = new AuditWatch();
  readonly #jobs: PlainJobs;
  /** First bodies that may have begun too late, and jobs that the audit found waiting, by job. */
  readonly #late = new Map<string, FactOf<'body-began'> | FactOf<'audited-job'>>();

  constructor(context: ClaimContext) {
    this.#startBoundUs = context.startBoundUs;
    this.#aftermath = new Aftermath(context.recoverBoundUs);
    this.#jobs = new PlainJobs(context);
    const fold = foldOf({
      'run-began': (fact) => this.#jobs.onRunBegan(fact),
      asked: (fact) => this.#jobs.onAsked(fact),
      answered: (fact) => this.#jobs.onAnswered(fact),
      'body-began': (fact) => {
        const isFirst = this.#jobs.onBegan(fact);
        const earliestUs = this.#aftermath.fromUs + this.#startBoundUs;
        if (isFirst && fact.at > earliestUs) this.#late.set(fact.job, fact);
      },
      phase: (fact) => {
        this.#aftermath.onPhase(fact);
        this.#audit.onPhase(fact);
      },
      'audited-job': (fact) => {
        if (this.#jobs.onAudited(fact)) this.#late.set(fact.job, fact);
      },
      'audit-ended': (fact) => this.#audit.onEnded(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const { heal, untilUs } = this.#aftermath;
    if (heal === undefined) return vacuous('the run had no heal');
    const breaks = new FirstBreak();
    let judged = 0;
    let unclear = 0;
    for (const plain of this.#jobs.all()) {
      const deadlineUs = this.#deadlineUs(plain);
      if (plain.beganUs < heal.at || deadlineUs > untilUs) continue;
      judged++;
      if (plain.beganUs <= deadlineUs) continue;
      const fact = this.#late.get(plain.job);
      if (fact !== undefined) breaks.add([heal, fact], starvedText(plain, fact), deadlineUs);
      else if (plain.listed === 'not' && this.#audit.complete === undefined) unclear++;
    }
    return breaks.or(() => {
      if (unclear > 0) return unknown(this.#audit.gap);
      return judged === 0 ? vacuous('no job had to begin after heal') : HELD;
    });
  }

  #deadlineUs({ readyUs }: PlainJob): number {
    const { fromUs } = this.#aftermath;
    if (readyUs >= fromUs) return readyUs + this.#startBoundUs;
    return fromUs + this.#startBoundUs + 2 * this.#jobs.backoffUsMax;
  }
}

function starvedText(
  { job, readyUs }: PlainJob,
  fact: FactOf<'body-began'> | FactOf<'audited-job'>,
): string {
  const since = `job ${job}, ready at ${secondsText(readyUs)},`;
  if (fact.kind === 'audited-job') return `${since} is ${fact.state} and has not begun`;
  return `${since} began ${humanDuration(fact.at - readyUs)} later`;
}
