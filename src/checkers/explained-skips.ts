/**
 * explained-skips (S18): a tick that did not run has a recorded reason.
 *
 * Checks: each promised due tick either began, or the complete audit lists it as skipped with a
 * reason that is not empty, or lists an instance of it (cancelled, dead, or still to run: the state
 * says why it did not begin).
 *
 * Does not check: ticks that fell due so shortly before the audit that there was no time to decide
 * them (for those before heal, the bound of the preset counts from heal; jitter, and the spacing of
 * late ticks, come on top); whether the reason is true; ticks of a version of a schedule whose put
 * had not been answered ok by then, or beside which another edit was asked for before there had
 * been time to decide.
 */
import type { FactOf } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, unknown, vacuous } from './first-break.ts';
import { Promises } from './promises.ts';
import { SchedulePuts } from './schedule-puts.ts';

export const explainedSkips: Claim = {
  id: 'explained-skips',
  modality: 'always',
  sentence: 'Every due tick that did not run has a recorded reason.',
  limits: 'Whether the reason is true or justified is not judged.',
  // By a clock that is ahead, ticks soon after an edit were due before it: nobody decides them.
  excusedBy: ['wall-error', 'store-durable', 'single-copy', 'zone-rules'],
  judge: (context) => new ExplainedSkips(context),
};

interface Tick {
  /** Once for each version of the schedule that has it. */
  readonly dues: FactOf<'tick-due'>[];
  isExplained: boolean;
}

class ExplainedSkips implements Judge {
  readonly listens;
  readonly onFact;
  readonly #context: ClaimContext;
  readonly #promises: Promises;
  readonly #puts = new SchedulePuts();
  readonly #audit = new AuditWatch();
  readonly #breaks = new FirstBreak();
  readonly #ticks = new TickMap<Tick>();
  #healUs = 0;
  #auditUs = Number.POSITIVE_INFINITY;

  constructor(context: ClaimContext) {
    this.#context = context;
    this.#promises = new Promises(context.epsilonUs);
    const fold = foldOf({
      asked: (fact) => {
        this.#promises.onAsked(fact);
        this.#puts.onAsked(fact);
      },
      answered: (fact) => this.#promises.onAnswered(fact),
      'tick-due': (fact) => {
        this.#tick(fact.tick).dues.push(fact);
      },
      'body-began': ({ tick }) => {
        if (tick !== undefined) this.#tick(tick).isExplained = true;
      },
      'audited-job': ({ tick }) => {
        if (tick !== undefined) this.#tick(tick).isExplained = true;
      },
      'audited-skip': (fact) => this.#skipped(fact),
      phase: (fact) => this.#phase(fact),
      'audit-ended': (fact) => this.#audit.onEnded(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const { complete } = this.#audit;
    let judged = 0;
    let unclear = 0;
    for (const { dues, isExplained } of this.#ticks.values()) {
      const due = dues.find((one) => this.#isJudged(one));
      if (due === undefined) continue;
      judged++;
      if (isExplained) continue;
      unclear++;
      if (complete === undefined) break;
      const summary = `tick ${tickText(due.tick)} did not run, and no reason is recorded`;
      this.#breaks.add([due, complete], summary);
    }
    return this.#breaks.or(() => {
      if (unclear > 0) return unknown(this.#audit.gap);
      return judged === 0 ? vacuous('no tick was due in time to be decided') : HELD;
    });
  }

  #tick(tick: FactOf<'tick-due'>['tick']): Tick {
    return this.#ticks.getOrMake(tick, () => ({ dues: [], isExplained: false }));
  }

  #skipped(fact: FactOf<'audited-skip'>): void {
    this.#tick(fact.tick).isExplained = true;
    if (fact.reason !== '') return;
    this.#breaks.add([fact], `tick ${tickText(fact.tick)} is listed as skipped without a reason`);
  }

  #phase(fact: FactOf<'phase'>): void {
    this.#audit.onPhase(fact);
    if (fact.phase === 'heal') this.#healUs = fact.at;
    if (fact.phase === 'audit' || fact.phase === 'end') {
      this.#auditUs = Math.min(this.#auditUs, fact.at);
    }
  }

  #isJudged(due: FactOf<'tick-due'>): boolean {
    const settledByUs = this.#settledByUs(due);
    return settledByUs <= this.#auditUs && this.#promises.isPromised(due, settledByUs);
  }

  /** When the tick must have been decided: the storm may have kept everybody from it. */
  #settledByUs({ at, tick }: FactOf<'tick-due'>): number {
    const { recoverBoundUs, onTimeBoundUs } = this.#context;
    const catchUpUs = this.#puts.catchUpUs(tick.schedule);
    return Math.max(at, this.#healUs + recoverBoundUs) + catchUpUs + onTimeBoundUs;
  }
}
