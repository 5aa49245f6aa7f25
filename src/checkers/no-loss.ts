/**
 * no-loss (S1): what was accepted is never forgotten.
 *
 * Checks: every submit answered ok is listed by the complete audit, in whatever state; a job whose
 * cancel was answered ok is listed as cancelled; every schedule whose put or edit was answered ok,
 * and that nobody asked to delete since, is listed, and not with an older revision.
 *
 * Does not check: submits whose answer was `fail` or `unknown`, which promise nothing; jobs that
 * may have been forgotten, as their submit asked (`retainUs`), and triggered jobs, whose schedule
 * may have asked for that; whether the state listed is right, which is for `completes`,
 * `terminal-absorbs` and `linearizable-api`; schedules where the audit lists none at all. Answers
 * that arrive while the audit reads are left out: the page may be older than the acceptance.
 */
import type { FactOf } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor, RowBits, RowValues } from '../history/job-rows.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, unknown, vacuous } from './first-break.ts';
import { KnownSchedules } from './known-schedules.ts';
import { Retained } from './retained.ts';

export const noLoss: Claim = {
  id: 'no-loss',
  modality: 'always',
  sentence: 'Every job and schedule that was accepted is still known when the run is over.',
  limits:
    'Submits that failed or timed out promise nothing; the state listed is judged by other claims.',
  excusedBy: ['store-durable', 'single-copy'],
  judge: (context) => new NoLoss(context),
};

/** What is known of a promised job. */
const PROMISED = 1;
const LISTED = 2;

class NoLoss implements Judge {
  readonly listens;
  readonly onFact;
  readonly #breaks = new FirstBreak();
  readonly #audit = new AuditWatch();
  readonly #rows: JobRows;
  readonly #jobs = new RowBits();
  /** The answer that promised it; dropped when the job succeeds, which is when it is best known. */
  readonly #answers = new RowValues<FactOf<'answered'>>();
  readonly #cancelled = new Map<string, FactOf<'answered'>>();
  readonly #schedules = new KnownSchedules(this.#breaks);
  readonly #retained: Retained;
  #promised = 0;
  #unlisted = 0;

  constructor(context: ClaimContext) {
    this.#rows = jobRowsFor(context);
    this.#retained = new Retained(context.epsilonUs);
    const fold = foldOf({
      asked: (fact) => {
        this.#retained.onAsked(fact);
        this.#schedules.onAsked(fact);
      },
      answered: (fact) => this.#answered(fact),
      'body-ended': ({ job, how }) => {
        if (how !== 'succeeded') return;
        const row = this.#rows.row(job);
        if (this.#answers.get(row) !== undefined) this.#answers.set(row, undefined);
      },
      'audited-job': (fact) => this.#audited(fact),
      'audited-schedule': (fact) => {
        this.#audit.begin();
        this.#schedules.onListed(fact);
      },
      phase: (fact) => this.#audit.onPhase(fact),
      'audit-ended': (fact) => this.#audit.onEnded(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const ended = this.#audit.complete;
    if (this.#promised === 0 && !this.#schedules.isJudged) {
      return vacuous('no submit was answered ok');
    }
    if (ended !== undefined && this.#unlisted > 0) this.#findLost(ended);
    if (ended !== undefined) this.#schedules.findLost(ended);
    return this.#breaks.or(() => (ended === undefined ? unknown(this.#audit.gap) : HELD));
  }

  #answered(fact: FactOf<'answered'>): void {
    const { request, answer } = fact;
    if (answer.kind !== 'ok' || this.#audit.began) return;
    this.#schedules.onAccepted(fact);
    if (request.kind === 'cancel' && saysCancelled(fact)) this.#cancelled.set(request.job, fact);
    else if (request.kind !== 'submit') return;
    const row = this.#rows.row(request.job);
    if (this.#jobs.get(row) === 0) {
      this.#promised++;
      this.#unlisted++;
    }
    this.#jobs.set(row, PROMISED);
    this.#answers.set(row, fact);
  }

  #audited(fact: FactOf<'audited-job'>): void {
    this.#audit.begin();
    const row = this.#rows.row(fact.job);
    if (this.#jobs.get(row) === PROMISED) {
      this.#jobs.set(row, PROMISED | LISTED);
      this.#unlisted--;
    }
    const ack = fact.state === 'cancelled' ? undefined : this.#cancelled.get(fact.job);
    if (ack === undefined || this.#retained.mayBeGone(fact.job, fact.at)) return;
    const when = secondsText(ack.at);
    this.#breaks.add([ack, fact], `job ${fact.job}, cancelled at ${when}, is ${fact.state}`);
  }

  /** The first in order of rows would depend on who else uses them; the first by name does not. */
  #findLost(ended: FactOf<'audit-ended'>): void {
    let lost: string | undefined;
    for (const job of this.#rows.jobs()) {
      if (this.#jobs.get(this.#rows.row(job)) !== PROMISED) continue;
      if (this.#retained.mayBeGone(job, ended.at)) continue;
      if (lost === undefined || job < lost) lost = job;
    }
    if (lost === undefined) return;
    const answer = this.#answers.get(this.#rows.row(lost));
    const when = answer === undefined ? 'ran to success' : `accepted at ${secondsText(answer.at)}`;
    const facts = answer === undefined ? ([ended] as const) : ([answer, ended] as const);
    this.#breaks.add(facts, `job ${lost}, ${when}, is not in the complete audit`);
  }
}

/** A cancel answered with another final state came too late, and says so. */
const saysCancelled = ({ answer }: FactOf<'answered'>): boolean =>
  answer.kind === 'ok' && (answer.state === undefined || answer.state === 'cancelled');
