/**
 * completes (L1): whatever was accepted comes to an end.
 *
 * Checks: every job whose submit was answered ok, and every instance of a due tick, stands in a
 * terminal state in the final audit. That holds for all that was ready before quiescence began,
 * which lasts as long as the design says it needs, and for what became ready later if it still had
 * time: the bound within which dispatch resumes, and twice the time limit of an attempt. A job that
 * was accepted and that the complete audit does not list has not ended either.
 *
 * Does not check: how a job ended (that is not for the scheduler to say); ticks without an
 * instance, which are for `explained-skips`; how long it took.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { isTerminal } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor, RowNumbers } from '../history/job-rows.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, unknown, vacuous } from './first-break.ts';

export const completes: Claim = {
  id: 'completes',
  modality: 'eventually',
  sentence: 'Every accepted job and every instance of a due tick ends.',
  limits: 'Work that became ready shortly before the audit is not judged, nor how a job ended.',
  excusedBy: ['store-durable', 'disk-damage', 'single-copy'],
  judge: (context) => new Completes(context),
};

const NEVER = Number.POSITIVE_INFINITY;

class Completes implements Judge {
  readonly listens;
  readonly onFact;
  readonly #recoverBoundUs: number;
  readonly #breaks = new FirstBreak();
  readonly #audit = new AuditWatch();
  readonly #rows: JobRows;
  /** Of accepted jobs not yet listed: when ready, and until when there had to be time. */
  readonly #ready = new RowNumbers(NEVER);
  readonly #settled = new RowNumbers(NEVER);
  readonly #due = new TickMap<number>();
  #quietUs = NEVER;
  #auditUs = NEVER;
  #judged = 0;

  constructor(context: ClaimContext) {
    this.#recoverBoundUs = context.recoverBoundUs;
    this.#rows = jobRowsFor(context);
    const fold = foldOf({
      answered: (fact) => this.#answered(fact),
      'tick-due': ({ at, tick }) => this.#due.set(tick, at),
      phase: (fact) => this.#phase(fact),
      'audited-job': (fact) => this.#audited(fact),
      'audit-ended': (fact) => this.#audit.onEnded(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const ended = this.#audit.complete;
    const { count, first } = this.#missing();
    if (ended !== undefined && count > 0) {
      const when = secondsText(this.#ready.get(this.#rows.row(first)));
      this.#breaks.add([ended], `job ${first}, ready at ${when}, is not in the complete audit`);
    }
    return this.#breaks.or(() => {
      if (ended === undefined && (count > 0 || this.#due.size > 0)) return unknown(this.#audit.gap);
      return this.#judged + count === 0 ? vacuous('nothing was accepted and no tick ran') : HELD;
    });
  }

  #answered({ request, answer, askedAt }: FactOf<'answered'>): void {
    if (request.kind !== 'submit' || answer.kind !== 'ok' || this.#audit.began) return;
    const row = this.#rows.row(request.job);
    const readyUs = askedAt + request.delayUs;
    this.#ready.set(row, readyUs);
    this.#settled.set(row, readyUs + Math.max(this.#recoverBoundUs, 2 * request.timeoutUs));
  }

  #phase(fact: FactOf<'phase'>): void {
    if (fact.phase === 'quiescence') this.#quietUs = fact.at;
    if (fact.phase === 'audit') this.#auditUs = fact.at;
    this.#audit.onPhase(fact);
  }

  #audited(fact: FactOf<'audited-job'>): void {
    this.#audit.begin();
    const row = this.#rows.row(fact.job);
    const dueUs = fact.tick === undefined ? undefined : this.#due.get(fact.tick);
    const readyUs = dueUs ?? this.#ready.get(row);
    const settledUs = dueUs === undefined ? this.#settled.get(row) : dueUs + this.#recoverBoundUs;
    this.#ready.set(row, NEVER);
    if (!this.#isJudged(readyUs, settledUs)) return;
    this.#judged++;
    if (!isTerminal(fact.state)) this.#breaks.add([fact], stillOpen(fact, fact.tick, readyUs));
  }

  #isJudged(readyUs: number, settledUs: number): boolean {
    return readyUs !== NEVER && (readyUs <= this.#quietUs || settledUs <= this.#auditUs);
  }

  /** Accepted jobs not listed: how many, and the first of them by name. */
  #missing(): { readonly count: number; readonly first: string } {
    let count = 0;
    let first = '';
    for (const job of this.#rows.jobs()) {
      const row = this.#rows.row(job);
      if (!this.#isJudged(this.#ready.get(row), this.#settled.get(row))) continue;
      count++;
      if (count === 1 || job < first) first = job;
    }
    return { count, first };
  }
}

function stillOpen(fact: FactOf<'audited-job'>, tick: TickId | undefined, readyUs: number): string {
  const what = tick === undefined ? `job ${fact.job}` : `the instance of tick ${tickText(tick)}`;
  return `${what}, ready at ${secondsText(readyUs)}, is still ${fact.state}`;
}
