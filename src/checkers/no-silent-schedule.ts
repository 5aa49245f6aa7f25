/**
 * no-silent-schedule (L8): no schedule dies in the storm without a word.
 *
 * A tick that is late or lost is for other claims; a schedule is silent when nothing comes of any
 * of its ticks. Checks: of each active schedule that had ticks due after the heal plus the bounds
 * of the preset for recovery and for a tick in time, and still that much before the audit, at least
 * one tick due since then shows a sign: it began, or the audit lists an instance of it, or that it
 * was skipped, with a reason. A schedule is active from the answer to a put or a resume (plus ε)
 * with a greater revision than every pause and delete that was asked, as long as none is asked
 * after.
 *
 * Does not check: whether every tick ran, and when (`on-time`, `explained-skips`); schedules that
 * no client of this run puts; schedules of which a pause or a delete was asked last.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { Aftermath } from './aftermath.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, unknown, vacuous } from './first-break.ts';

export const noSilentSchedule: Claim = {
  id: 'no-silent-schedule',
  modality: 'eventually',
  sentence: 'After heal every active schedule shows what becomes of at least one of its ticks.',
  limits: 'One sign of life is enough; paused and deleted schedules are not judged.',
  excusedBy: ['wall-error', 'store-durable', 'disk-damage', 'single-copy', 'zone-rules'],
  judge: (context) => new NoSilentSchedule(context),
};

const NEVER = Number.POSITIVE_INFINITY;

interface Watched {
  /** Infinity while it is not known to be active. */
  activeUs: number;
  /** The greatest revision with which it was to be paused or deleted. */
  stoppedBy: number;
  /** Ticks due after heal and bounds, in order. */
  readonly due: FactOf<'tick-due'>[];
  /** Of the ticks that showed a sign, when the last was due. */
  signUs: number;
}

class NoSilentSchedule implements Judge {
  readonly listens;
  readonly onFact;
  readonly #context: ClaimContext;
  readonly #aftermath: Aftermath;
  readonly #audit = new AuditWatch();
  readonly #schedules = new Map<string, Watched>();
  #startWallUs = 0;

  constructor(context: ClaimContext) {
    this.#context = context;
    this.#aftermath = new Aftermath(context.recoverBoundUs + context.onTimeBoundUs);
    const fold = foldOf({
      'run-began': ({ startWallUs }) => {
        this.#startWallUs = startWallUs;
      },
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#answered(fact),
      'tick-due': (fact) => {
        if (fact.at >= this.#aftermath.fromUs)
          this.#schedules.get(fact.tick.schedule)?.due.push(fact);
      },
      'body-began': ({ tick }) => this.#sign(tick),
      'audited-job': ({ tick }) => this.#sign(tick),
      'audited-skip': ({ tick, reason }) => {
        if (reason !== '') this.#sign(tick);
      },
      phase: (fact) => {
        this.#aftermath.onPhase(fact);
        this.#audit.onPhase(fact);
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
    for (const [schedule, watched] of this.#schedules) {
      const first = this.#firstJudged(watched);
      if (first === undefined) continue;
      judged++;
      if (watched.signUs >= first.at) continue;
      if (this.#audit.complete === undefined) {
        unclear++;
        continue;
      }
      const since = `schedule ${schedule} is silent since ${secondsText(first.at)}`;
      const deadlineUs = first.at + this.#context.onTimeBoundUs;
      breaks.add([first, this.#audit.complete], `${since}, and active`, deadlineUs);
    }
    return breaks.or(() => {
      if (unclear > 0) return unknown(this.#audit.gap);
      return judged === 0 ? vacuous('no schedule had a tick due after heal and bounds') : HELD;
    });
  }

  #asked({ request }: FactOf<'asked'>): void {
    if (request.kind === 'put-schedule') this.#watch(request.schedule);
    if (request.kind !== 'edit-schedule' || request.edit === 'resume') return;
    const watched = this.#watch(request.schedule);
    watched.activeUs = NEVER;
    watched.stoppedBy = Math.max(watched.stoppedBy, request.revision);
  }

  #answered({ at, request, answer }: FactOf<'answered'>): void {
    const isPut = request.kind === 'put-schedule';
    if (!isPut && (request.kind !== 'edit-schedule' || request.edit !== 'resume')) return;
    const watched = this.#watch(request.schedule);
    if (answer.kind !== 'ok' || request.revision <= watched.stoppedBy) return;
    watched.activeUs = Math.min(watched.activeUs, at + this.#context.epsilonUs);
  }

  #watch(schedule: string): Watched {
    let watched = this.#schedules.get(schedule);
    if (watched === undefined) {
      watched = { activeUs: NEVER, stoppedBy: 0, due: [], signUs: Number.NEGATIVE_INFINITY };
      this.#schedules.set(schedule, watched);
    }
    return watched;
  }

  #sign(tick: TickId | undefined): void {
    const watched = tick === undefined ? undefined : this.#schedules.get(tick.schedule);
    if (tick === undefined || watched === undefined) return;
    watched.signUs = Math.max(watched.signUs, tick.nominalUs - this.#startWallUs);
  }

  /** The first tick that was due while it was active, and that there was time for. */
  #firstJudged({ due, activeUs }: Watched): FactOf<'tick-due'> | undefined {
    const latestUs = this.#aftermath.untilUs - this.#context.onTimeBoundUs;
    const first = due.find(({ at }) => at >= activeUs);
    return first !== undefined && first.at <= latestUs ? first : undefined;
  }
}
