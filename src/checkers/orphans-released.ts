/**
 * orphans-released (L5): an attempt whose body is no more is not kept running.
 *
 * A body is no more when it has ended, or its machine went down, or stands still and does not go on
 * again. Then its report may be lost with it, and whoever is in charge has to find out. Checks:
 * from the rescue bound of the preset after that moment on, or after the heal plus the bound of the
 * preset where that is later, nobody who asks is told that this attempt runs, neither a client nor
 * the audit. So the job is over, waits, or has another attempt.
 *
 * Does not check: what became of the job (`completes`); bodies cut off by the end of a copy of a
 * worker, and on a worker that had one, for facts do not tell on which of the two a body was;
 * jobs that nobody asked about, which the audit alone asks of all.
 */
import type { FactOf } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor, RowBits, RowNumbers } from '../history/job-rows.ts';
import { Aftermath } from './aftermath.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, unknown, vacuous } from './first-break.ts';
import { type Told, toldByAnswer, toldByAudit } from './told-jobs.ts';
import { originalOf } from './worker-health.ts';

export const orphansReleased: Claim = {
  id: 'orphans-released',
  modality: 'eventually',
  sentence: 'After heal an attempt whose body is gone is not kept running beyond the bound.',
  limits:
    'What becomes of the job is not judged, nor are workers of which two copies were started.',
  excusedBy: ['store-durable', 'disk-damage', 'single-copy'],
  judge: (context) => new OrphansReleased(context),
};

const NEVER = Number.POSITIVE_INFINITY;

class OrphansReleased implements Judge {
  readonly listens;
  readonly onFact;
  readonly #rescueBoundUs: number;
  readonly #breaks = new FirstBreak();
  readonly #aftermath: Aftermath;
  readonly #rows: JobRows;
  /** The attempt that began last, and when its body was no more. */
  readonly #attempt = new RowBits();
  readonly #goneUs = new RowNumbers(NEVER);
  /** Bodies under way, by job. */
  readonly #open = new Map<string, FactOf<'body-began'>>();
  /** Facts that cut bodies off, by job. */
  readonly #cut = new Map<string, FactOf<'machine'>>();
  readonly #standing = new Map<string, FactOf<'machine'>>();
  readonly #doubled = new Set<string>();
  #began = 0;
  #judged = 0;

  constructor(context: ClaimContext) {
    this.#rescueBoundUs = context.rescueBoundUs;
    this.#rows = jobRowsFor(context);
    this.#aftermath = new Aftermath(context.recoverBoundUs);
    const fold = foldOf({
      answered: (fact) => this.#told(toldByAnswer(fact)),
      'body-began': (fact) => this.#onBegan(fact),
      'body-ended': (fact) => this.#onEnded(fact),
      machine: (fact) => this.#onMachine(fact),
      fault: ({ event, faultKind, whom }) => {
        if (event !== 'armed' || faultKind !== 'second-copy') return;
        for (const name of whom) this.#doubled.add(originalOf(name));
      },
      phase: (fact) => this.#aftermath.onPhase(fact),
      'audited-job': (fact) => this.#told(toldByAudit(fact, this.#aftermath)),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    return this.#breaks.or(() => {
      if (this.#judged > 0) return HELD;
      if (this.#began === 0) return vacuous('no body began');
      if (this.#aftermath.heal === undefined) return vacuous('the run had no heal');
      return unknown('nobody was told of an attempt whose body was gone for so long');
    });
  }

  #onBegan(fact: FactOf<'body-began'>): void {
    const row = this.#rows.row(fact.job);
    this.#began++;
    this.#attempt.set(row, fact.token.attempt);
    this.#goneUs.set(row, NEVER);
    this.#open.set(fact.job, fact);
    if (this.#cut.size > 0) this.#cut.delete(fact.job);
  }

  #onEnded({ at, job, token }: FactOf<'body-ended'>): void {
    const open = this.#open.get(job);
    // A body given up ends late: the job has another attempt by then, whose body is under way.
    if (open === undefined || open.token.attempt !== token.attempt) return;
    this.#open.delete(job);
    this.#goneUs.set(this.#rows.row(job), at);
  }

  #onMachine(fact: FactOf<'machine'>): void {
    const { machine, role, state, at } = fact;
    if (role !== 'worker') return;
    if (state === 'paused') this.#standing.set(machine, fact);
    else this.#standing.delete(machine);
    if (state !== 'down' || this.#doubled.has(machine)) return;
    for (const [job, { worker }] of this.#open) {
      if (worker !== machine) continue;
      this.#open.delete(job);
      this.#cut.set(job, fact);
      this.#goneUs.set(this.#rows.row(job), at);
    }
  }

  #told(told: Told | undefined): void {
    if (told === undefined) return;
    const { fact, job, state, attempts, asOfUs } = told;
    const row = this.#rows.row(job);
    const attempt = this.#attempt.get(row);
    if (attempt === 0 || attempts < attempt) return;
    const halt = this.#haltOf(job);
    const goneUs = halt?.at ?? this.#goneUs.get(row);
    if (asOfUs <= Math.max(goneUs, this.#aftermath.fromUs) + this.#rescueBoundUs) return;
    this.#judged++;
    if (state !== 'running' || attempts !== attempt) return;
    const cut = halt ?? this.#cut.get(job);
    const what = `attempt ${attempt} of job ${job}, whose body was gone at ${secondsText(goneUs)},`;
    this.#breaks.add(cut === undefined ? [fact] : [cut, fact], `${what} is said to run`);
  }

  /** The worker of a body under way stands still: since when. */
  #haltOf(job: string): FactOf<'machine'> | undefined {
    const worker = this.#standing.size === 0 ? undefined : this.#open.get(job)?.worker;
    if (worker === undefined || this.#doubled.has(worker)) return undefined;
    return this.#standing.get(worker);
  }
}
