/**
 * on-time (L3): in stable periods ticks run when they are due.
 *
 * A period is stable before the first fault begins (once the cluster has had the bound of the
 * preset to come up), and from heal plus that bound until the audit. Checks: each tick that falls
 * due in a stable period, with time left in it for the tolerance, begins within `onTimeBoundUs` of
 * its nominal time in true time, and the jitter of its schedule on top, or the audit lists it as
 * skipped with a reason.
 *
 * Does not check: ticks in the storm (`tickWithin` measures them); ticks of a version of a schedule
 * whose put had not been answered ok by then, or beside which another edit was asked for; ticks of
 * schedules that buffer, which may wait for the one before, and of queues that were put or paused,
 * which may hold them back; whether a skip was justified.
 */
import type { FactOf } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import { humanDuration } from '../lib/units.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, unknown, vacuous } from './first-break.ts';
import { HeldQueues } from './held-queues.ts';
import { Promises } from './promises.ts';
import { SchedulePuts } from './schedule-puts.ts';

export const onTime: Claim = {
  id: 'on-time',
  modality: 'eventually',
  sentence: 'A tick due in a stable period begins within the bound, or is skipped with a reason.',
  limits: 'Ticks due between the first fault and the recovery after heal are only measured.',
  excusedBy: ['wall-error', 'store-durable', 'disk-damage', 'single-copy'],
  judge: (context) => new OnTime(context),
};

interface Watched {
  /** Once for each version of the schedule that has it. */
  readonly dues: FactOf<'tick-due'>[];
  began: FactOf<'body-began'> | undefined;
  /** Has a recorded reason, or was cancelled before it could begin. */
  isResolved: boolean;
}

class OnTime implements Judge {
  readonly listens;
  readonly onFact;
  readonly #context: ClaimContext;
  readonly #promises: Promises;
  readonly #puts = new SchedulePuts();
  readonly #heldQueues = new HeldQueues();
  readonly #audit = new AuditWatch();
  readonly #ticks = new TickMap<Watched>();
  #firstFaultUs = Number.POSITIVE_INFINITY;
  #healUs = Number.POSITIVE_INFINITY;
  #auditUs = Number.POSITIVE_INFINITY;

  constructor(context: ClaimContext) {
    this.#context = context;
    this.#promises = new Promises(context.epsilonUs);
    const fold = foldOf({
      asked: (fact) => {
        this.#promises.onAsked(fact);
        this.#puts.onAsked(fact);
        this.#heldQueues.onAsked(fact);
      },
      answered: (fact) => this.#promises.onAnswered(fact),
      fault: ({ at, event }) => {
        if (event !== 'drawn') this.#firstFaultUs = Math.min(this.#firstFaultUs, at);
      },
      phase: (fact) => this.#phase(fact),
      'tick-due': (fact) => {
        this.#watched(fact).dues.push(fact);
      },
      'body-began': (fact) => this.#began(fact),
      'audited-job': (fact) => this.#audited(fact),
      'audited-skip': (fact) => {
        if (fact.reason !== '') this.#watched(fact).isResolved = true;
      },
      'audit-ended': (fact) => this.#audit.onEnded(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const breaks = new FirstBreak();
    let judged = 0;
    let unclear = 0;
    for (const { dues, began, isResolved } of this.#ticks.values()) {
      const due = dues.find((one) => this.#isJudged(one));
      if (due === undefined) continue;
      judged++;
      const deadlineUs = this.#deadlineUs(due);
      if (began !== undefined && began.at <= deadlineUs) continue;
      // A tick that began cannot have been skipped: its lateness is certain without the audit.
      if (began !== undefined) breaks.add([due, began], lateText(due, began), deadlineUs);
      else if (isResolved) continue;
      else if (this.#audit.complete === undefined) unclear++;
      else breaks.add([due, this.#audit.complete], missingText(due), deadlineUs);
    }
    return breaks.or(() => {
      if (unclear > 0) return unknown(this.#audit.gap);
      return judged === 0 ? vacuous('no tick was due in a stable period') : HELD;
    });
  }

  #watched({ tick }: { readonly tick: FactOf<'tick-due'>['tick'] }): Watched {
    return this.#ticks.getOrMake(tick, () => ({
      dues: [],
      began: undefined,
      isResolved: false,
    }));
  }

  #phase(fact: FactOf<'phase'>): void {
    if (fact.phase === 'heal') this.#healUs = Math.min(this.#healUs, fact.at);
    if (fact.phase === 'audit' || fact.phase === 'end') {
      this.#auditUs = Math.min(this.#auditUs, fact.at);
    }
    this.#audit.onPhase(fact);
  }

  #began(fact: FactOf<'body-began'>): void {
    if (fact.tick === undefined) return;
    const watched = this.#watched({ tick: fact.tick });
    if (watched.began === undefined) watched.began = fact;
  }

  #audited({ tick, state }: FactOf<'audited-job'>): void {
    if (tick !== undefined && state === 'cancelled') this.#watched({ tick }).isResolved = true;
  }

  #isJudged(due: FactOf<'tick-due'>): boolean {
    const { schedule } = due.tick;
    if (this.#puts.mayBuffer(schedule)) return false;
    if (this.#heldQueues.mayHold(this.#puts.queueOf(schedule))) return false;
    const untilUs = this.#deadlineUs(due);
    return this.#isStable(due.at, untilUs) && this.#promises.isPromised(due, untilUs);
  }

  #deadlineUs({ at, tick }: FactOf<'tick-due'>): number {
    return at + this.#puts.jitterUs(tick.schedule) + this.#context.onTimeBoundUs;
  }

  /** Whether all of that time lies in one stable period. */
  #isStable(dueUs: number, untilUs: number): boolean {
    const { recoverBoundUs } = this.#context;
    if (untilUs > this.#auditUs) return false;
    const isBefore =
      dueUs >= recoverBoundUs && untilUs <= Math.min(this.#firstFaultUs, this.#healUs);
    return isBefore || dueUs >= this.#healUs + recoverBoundUs;
  }
}

function lateText(due: FactOf<'tick-due'>, began: FactOf<'body-began'>): string {
  return `tick ${tickText(due.tick)} began ${humanDuration(began.at - due.at)} late`;
}

const missingText = (due: FactOf<'tick-due'>): string =>
  `tick ${tickText(due.tick)} neither began nor is listed as skipped with a reason`;
