/**
 * drains (L9): after the storm, under normal load, the backlog drains.
 *
 * In a metastable collapse the cause is gone and the load is normal, and yet the backlog stays or
 * grows, for what is done for it is in vain. One job that starves is no collapse, and a backlog
 * that is worked off slowly is none either, so this claim counts. The backlog at a time is all
 * work that is ready by then and has not begun: plain jobs (see `plain-jobs.ts`), and instances of
 * ticks of schedules that neither space, spread, buffer nor refuse them and that nobody edits. By
 * Little's law, where work begins within `startBoundUs` of being ready, no more can wait than
 * became ready within the last `startBoundUs`: that much is normal, and as much as one worker runs
 * at a time besides. Checks, from the heal plus the bound of the preset on, by when what the storm
 * piled up is worked off:
 *   - at the last arrival the backlog is normal, or at least smaller than at the beginning;
 *   - `startBoundUs` after the beginning, or at the last arrival where that is later, the backlog
 *     is normal, if the audit begins no earlier.
 *
 * Does not check: which work waits, or how long (`no-starvation`); retries; ticks decided to be
 * skipped, and those that never became an instance (`explained-skips`); work that is over without
 * having begun. Ticks that have not begun are known from the audit alone: where it is incomplete,
 * the backlog is taken for smaller; but jobs that have not begun count as not known.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { Aftermath } from './aftermath.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, unknown, vacuous } from './first-break.ts';
import { PlainJobs } from './plain-jobs.ts';

export const drains: Claim = {
  id: 'drains',
  modality: 'eventually',
  sentence: 'After heal, under normal load, the backlog is worked off and does not grow.',
  limits:
    'It counts plain jobs and instances of plain schedules that have not begun; single jobs that ' +
    'wait, and retries, are not judged.',
  excusedBy: ['wall-error', 'store-durable', 'disk-damage', 'single-copy'],
  judge: (context) => new Drains(context),
};

const NEVER = Number.POSITIVE_INFINITY;

interface Work {
  readonly readyUs: number;
  /** Infinity where no body of it began. */
  readonly beganUs: number;
  readonly isUnclear: boolean;
}

/** How much waited at a time. */
class Backlog {
  readonly at: number;
  readonly #normalFromUs: number;
  waiting = 0;
  /** Of these certainly waited; the others may have been over. */
  least = 0;
  /** So many may wait when all is well. */
  normal: number;

  constructor(at: number, { startBoundUs, slots }: ClaimContext) {
    this.at = at;
    this.#normalFromUs = at - startBoundUs;
    this.normal = slots;
  }

  count({ readyUs, beganUs, isUnclear }: Work): void {
    if (readyUs > this.at) return;
    if (readyUs > this.#normalFromUs) this.normal++;
    if (beganUs <= this.at) return;
    this.waiting++;
    if (!isUnclear) this.least++;
  }

  /** Neither normal nor smaller than before: for certain, or as far as is known. */
  leastBeyond(before: Backlog): boolean {
    return this.least > this.normal && this.least >= before.waiting;
  }

  mostBeyond(before: Backlog): boolean {
    return this.waiting > this.normal && this.waiting >= before.least;
  }
}

class Drains implements Judge {
  readonly listens;
  readonly onFact;
  readonly #context: ClaimContext;
  readonly #aftermath: Aftermath;
  readonly #audit = new AuditWatch();
  readonly #jobs: PlainJobs;
  /** Of instances of ticks: when due, and when the first body began. */
  readonly #tickDueUs: number[] = [];
  readonly #tickBeganUs: number[] = [];
  /** Schedules by whether their ticks are held back by nothing. */
  readonly #isPlain = new Map<string, boolean>();
  #startWallUs = 0;
  #lastAskUs = Number.NEGATIVE_INFINITY;

  constructor(context: ClaimContext) {
    this.#context = context;
    this.#aftermath = new Aftermath(context.recoverBoundUs);
    this.#jobs = new PlainJobs(context);
    const fold = foldOf({
      'run-began': (fact) => {
        this.#startWallUs = fact.startWallUs;
        this.#jobs.onRunBegan(fact);
      },
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#jobs.onAnswered(fact),
      'body-began': (fact) => {
        if (this.#jobs.onBegan(fact)) this.#tick(fact.tick, fact.at);
      },
      phase: (fact) => {
        this.#aftermath.onPhase(fact);
        this.#audit.onPhase(fact);
      },
      'audited-job': (fact) => {
        if (this.#jobs.onAudited(fact)) this.#tick(fact.tick, NEVER);
      },
      'audit-ended': (fact) => this.#audit.onEnded(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const { heal, audit, fromUs, untilUs } = this.#aftermath;
    if (heal === undefined) return vacuous('the run had no heal');
    if (audit === undefined) return unknown('the run ended before its audit');
    if (fromUs > untilUs) return vacuous('the audit began before the bound was over');
    const endUs = Math.max(this.#lastAskUs, fromUs);
    const afterUs = Math.max(endUs, fromUs + this.#context.startBoundUs);
    const [before, end, after] = [fromUs, endUs, afterUs].map(
      (at) => new Backlog(at, this.#context),
    ) as [Backlog, Backlog, Backlog];
    // Work that became ready before the backlog was looked at for the last time.
    const lastUs = afterUs <= untilUs ? afterUs : endUs > fromUs ? endUs : heal.at;
    let judged = 0;
    for (const work of this.#work()) {
      for (const backlog of [before, end, after]) backlog.count(work);
      if (work.beganUs >= heal.at && work.readyUs <= lastUs) judged++;
    }
    const hasGrown = end.at > fromUs && end.leastBeyond(before);
    const mayHaveGrown = end.at > fromUs && end.mostBeyond(before);
    const breaks = new FirstBreak();
    if (hasGrown) {
      const since = `${before.waiting} jobs waited at ${secondsText(fromUs)}`;
      breaks.add([heal, audit], `${since} and ${waitingText(end)}`, end.at);
    }
    if (after.at <= untilUs && after.least > after.normal) {
      breaks.add([heal, audit], waitingText(after), after.at);
    }
    return breaks.or(() => {
      const mayRemain = after.at <= untilUs && after.waiting > after.normal;
      if (mayHaveGrown || mayRemain) return unknown(this.#audit.gap);
      return judged === 0 ? vacuous('no work was ready after heal') : HELD;
    });
  }

  #asked(fact: FactOf<'asked'>): void {
    const { at, request } = fact;
    this.#jobs.onAsked(fact);
    switch (request.kind) {
      case 'submit':
        // What is asked now counts as ready ε after its answer.
        if (this.#aftermath.audit === undefined) this.#lastAskUs = at + this.#context.epsilonUs;
        return;
      case 'put-schedule':
        if (this.#isPlain.get(request.schedule) !== false) {
          const { overlap, spacingUs, jitterUs } = request;
          const isPlain = overlap === 'allow' && spacingUs + jitterUs === 0;
          this.#isPlain.set(request.schedule, isPlain);
        }
        return;
      case 'edit-schedule':
        this.#isPlain.set(request.schedule, false);
        return;
      default:
        return;
    }
  }

  #tick(tick: TickId | undefined, beganUs: number): void {
    if (tick === undefined || this.#isPlain.get(tick.schedule) !== true) return;
    this.#tickDueUs.push(tick.nominalUs - this.#startWallUs);
    this.#tickBeganUs.push(beganUs);
  }

  /** All work, and what of it may be over without having begun. */
  *#work(): Iterable<Work> {
    const isWhole = this.#audit.complete !== undefined;
    for (const { readyUs, beganUs, listed } of this.#jobs.all()) {
      const hasBegun = beganUs !== NEVER;
      // Over without having begun; or lost, which is another claim's business.
      if (!hasBegun && (listed === 'over' || (listed === 'not' && isWhole))) continue;
      yield { readyUs, beganUs, isUnclear: !hasBegun && listed === 'not' };
    }
    for (const [index, readyUs] of this.#tickDueUs.entries()) {
      yield { readyUs, beganUs: this.#tickBeganUs[index] as number, isUnclear: false };
    }
  }
}

const waitingText = ({ at, waiting, normal }: Backlog): string =>
  `${waiting} wait at ${secondsText(at)}, where ${normal} would be normal`;
