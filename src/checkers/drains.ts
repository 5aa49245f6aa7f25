/**
 * drains (L9): after the storm, under normal load, the backlog drains.
 *
 * In a metastable collapse the cause is gone and the load is normal, and yet the backlog stays or
 * grows, for what is done for it is in vain. One job that starves is no collapse, and a backlog
 * that is worked off slowly is none either, so this claim counts. The backlog at a time is all
 * work that is ready by then and has not begun: plain jobs (see `plain-jobs.ts`), and instances of
 * ticks of schedules that neither space, spread, buffer nor refuse them and that nobody edits. By
 * Little's law, where work begins within `startBoundUs` of being ready, no more can wait than
 * became ready within the last `startBoundUs`: that much is normal. Checks, from the heal plus the
 * bound of the preset on, in which what the storm piled up is worked off:
 *   - at the end of arrivals the backlog is normal, or at least smaller than at the beginning;
 *   - `startBoundUs` after the beginning, or at the end of arrivals where that is later, the
 *     backlog is normal, if the audit begins no earlier.
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

/** How much waited at a time. */
class Backlog {
  readonly at: number;
  readonly #normalFromUs: number;
  waiting = 0;
  /** Of these may in truth be over. */
  unclear = 0;
  /** So many may wait when all is well. */
  normal = 0;

  constructor(at: number, startBoundUs: number) {
    this.at = at;
    this.#normalFromUs = at - startBoundUs;
  }

  count(readyUs: number, beganUs: number, isUnclear: boolean): void {
    if (readyUs > this.at) return;
    if (readyUs > this.#normalFromUs) this.normal++;
    if (beganUs <= this.at) return;
    this.waiting++;
    if (isUnclear) this.unclear++;
  }
}

class Drains implements Judge {
  readonly listens;
  readonly onFact;
  readonly #startBoundUs: number;
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
    this.#startBoundUs = context.startBoundUs;
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
    const times = [fromUs, endUs, Math.max(endUs, fromUs + this.#startBoundUs)];
    const [before, end, after] = this.#backlogs(times) as [Backlog, Backlog, Backlog];
    const hasGrown = (least: number, most: number) =>
      end.at > fromUs && least > end.normal && least >= most;
    const remains = (least: number) => after.at <= untilUs && least > after.normal;
    const breaks = new FirstBreak();
    if (hasGrown(end.waiting - end.unclear, before.waiting)) {
      const since = `${before.waiting} jobs waited at ${secondsText(fromUs)}`;
      breaks.add([heal, audit], `${since} and ${waitingText(end)}`, end.at);
    }
    if (remains(after.waiting - after.unclear)) {
      breaks.add([heal, audit], waitingText(after), after.at);
    }
    const isUnclear =
      hasGrown(end.waiting, before.waiting - before.unclear) || remains(after.waiting);
    return breaks.or(() => {
      if (isUnclear) return unknown(this.#audit.gap);
      return before.waiting + after.normal === 0 ? vacuous('no work was ready after heal') : HELD;
    });
  }

  #asked(fact: FactOf<'asked'>): void {
    const { at, request } = fact;
    this.#jobs.onAsked(fact);
    switch (request.kind) {
      case 'submit':
        if (this.#aftermath.audit === undefined) this.#lastAskUs = at;
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

  #backlogs(times: readonly number[]): readonly Backlog[] {
    const backlogs = times.map((at) => new Backlog(at, this.#startBoundUs));
    const isWhole = this.#audit.complete !== undefined;
    for (const { readyUs, beganUs, listed } of this.#jobs.all()) {
      const hasBegun = beganUs !== NEVER;
      // Over without having begun; or lost, which is another claim's business.
      if (!hasBegun && (listed === 'over' || (listed === 'not' && isWhole))) continue;
      const isUnclear = !hasBegun && listed === 'not';
      for (const backlog of backlogs) backlog.count(readyUs, beganUs, isUnclear);
    }
    this.#tickDueUs.forEach((dueUs, index) => {
      const beganUs = this.#tickBeganUs[index] as number;
      for (const backlog of backlogs) backlog.count(dueUs, beganUs, false);
    });
    return backlogs;
  }
}

const waitingText = ({ at, waiting, normal }: Backlog): string =>
  `${waiting} wait at ${secondsText(at)}, where ${normal} would be normal`;
