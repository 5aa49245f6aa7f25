/**
 * no-silent-schedule (L8): no schedule dies in the storm without a word.
 *
 * A tick that is late or lost is for other claims; a schedule is silent when nothing comes of any
 * of its ticks. Checks: of each active schedule that had ticks due after the heal plus the bounds
 * of the preset for recovery and for a tick in time, and still that much before the audit, at least
 * one tick due since then shows a sign: it began, or the audit lists an instance of it, or that it
 * was skipped, with a reason. The ticks are those of the latest put, which has to have been
 * answered ok. A schedule is active from that answer (plus ε), or from that to a resume, with a
 * greater revision than every pause and delete that was asked, be it later.
 *
 * Does not check: whether every tick ran, and when (`on-time`, `explained-skips`); schedules that
 * no client of this run puts, whose latest put has no answer, or of which a pause or a delete was
 * asked last.
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

/** A put or a resume, by its revision: when it was answered ok, Infinity before. */
type Edits = Map<number, number>;

interface Watched {
  /** Puts that were not refused. */
  readonly puts: Edits;
  readonly resumes: Edits;
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
    if (request.kind === 'put-schedule') {
      const { puts } = this.#watch(request.schedule);
      if (!puts.has(request.revision)) puts.set(request.revision, NEVER);
    } else if (request.kind === 'edit-schedule' && request.edit !== 'resume') {
      const watched = this.#watch(request.schedule);
      watched.stoppedBy = Math.max(watched.stoppedBy, request.revision);
    }
  }

  #answered({ at, request, answer }: FactOf<'answered'>): void {
    const isPut = request.kind === 'put-schedule';
    if (!isPut && (request.kind !== 'edit-schedule' || request.edit !== 'resume')) return;
    const watched = this.#watch(request.schedule);
    const edits = isPut ? watched.puts : watched.resumes;
    const knownUs = edits.get(request.revision) ?? NEVER;
    if (answer.kind === 'ok') edits.set(request.revision, Math.min(knownUs, at));
    // The same revision may have been taken by another edit, and this one be refused for that.
    else if (answer.kind === 'fail' && knownUs === NEVER) edits.delete(request.revision);
  }

  #watch(schedule: string): Watched {
    let watched = this.#schedules.get(schedule);
    if (watched === undefined) {
      const none = Number.NEGATIVE_INFINITY;
      watched = { puts: new Map(), resumes: new Map(), stoppedBy: 0, due: [], signUs: none };
      this.#schedules.set(schedule, watched);
    }
    return watched;
  }

  #sign(tick: TickId | undefined): void {
    const watched = tick === undefined ? undefined : this.#schedules.get(tick.schedule);
    if (tick === undefined || watched === undefined) return;
    watched.signUs = Math.max(watched.signUs, tick.nominalUs - this.#startWallUs);
  }

  /** The first tick of the latest put that was due while active, and that there was time for. */
  #firstJudged(watched: Watched): FactOf<'tick-due'> | undefined {
    const put = Math.max(...watched.puts.keys());
    const fromUs = activeUs(watched, put) + this.#context.epsilonUs;
    const latestUs = this.#aftermath.untilUs - this.#context.onTimeBoundUs;
    const first = watched.due.find(({ at, revision }) => revision === put && at >= fromUs);
    return first !== undefined && first.at <= latestUs ? first : undefined;
  }
}

/** From when on a schedule was certainly as this put says, and active; Infinity for never. */
function activeUs({ puts, resumes, stoppedBy }: Watched, put: number): number {
  const putUs = puts.get(put) ?? NEVER;
  if (put > stoppedBy) return putUs;
  let resumedUs = NEVER;
  for (const [revision, okUs] of resumes) {
    if (revision > stoppedBy) resumedUs = Math.min(resumedUs, okUs);
  }
  return Math.max(putUs, resumedUs);
}
