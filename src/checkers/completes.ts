/**
 * completes (L1): whatever was accepted comes to an end.
 *
 * Checks: every job whose submit was answered ok, and every instance of a due tick, stands in a
 * terminal state in the final audit. That holds for all that was ready before quiescence began,
 * which lasts as long as the design says it needs, and for what became ready later if it still had
 * time: the bound within which dispatch resumes, and twice the time limit of an attempt. A job that
 * was accepted and that the complete audit does not list has not ended either.
 *
 * A child becomes ready when its parents have come to an end; a dead job that a client asked to
 * retry does so anew; a tick does when it is due, and jitter and the spacing of late ticks have
 * passed.
 *
 * A design that keeps no jobs is judged by what its clients hear (`answered-ends.ts`).
 *
 * Does not check: how a job ended (that is not for the scheduler to say); ticks without an
 * instance, which are for `explained-skips`; how long it took; jobs and ticks of queues that
 * clients put or paused, which may be held back for good; jobs that may have been forgotten, as
 * their submit asked; triggered jobs, whose time limit is not on record.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { isTerminal } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor, RowNumbers } from '../history/job-rows.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import { AnsweredEnds } from './answered-ends.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, unknown, vacuous } from './first-break.ts';
import { HeldQueues } from './held-queues.ts';
import { JobQueues } from './job-queues.ts';
import { Retained } from './retained.ts';

export const completes: Claim = {
  id: 'completes',
  modality: 'eventually',
  sentence: 'Every accepted job and every instance of a due tick ends.',
  limits: 'Work that became ready shortly before the audit is not judged, nor how a job ended.',
  excusedBy: ['store-durable', 'disk-damage', 'single-copy'],
  judge: (context) =>
    context.answersAtEnd === true ? new AnsweredEnds(context) : new Completes(context),
};

const NEVER = Number.POSITIVE_INFINITY;
/** Parents of parents are followed so far. */
const DEPTH_MAX = 20;

interface Times {
  readonly readyUs: number;
  readonly settledUs: number;
}

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
  readonly #retained: Retained;
  readonly #queues: JobQueues;
  readonly #held = new HeldQueues();
  readonly #parents = new Map<string, readonly string[]>();
  /** When a retry of the job was last asked for. */
  readonly #retriedUs = new Map<string, number>();
  #startWallUs = 0;
  #quietUs = NEVER;
  #auditUs = NEVER;
  #judged = 0;

  constructor(context: ClaimContext) {
    this.#recoverBoundUs = context.recoverBoundUs;
    this.#retained = new Retained(context.epsilonUs);
    this.#rows = jobRowsFor(context);
    this.#queues = new JobQueues(this.#rows);
    const fold = foldOf({
      'run-began': ({ startWallUs }) => {
        this.#startWallUs = startWallUs;
      },
      asked: (fact) => this.#asked(fact),
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

  #asked(fact: FactOf<'asked'>): void {
    const { request, at } = fact;
    this.#retained.onAsked(fact);
    this.#queues.onAsked(fact);
    this.#held.onAsked(fact);
    if (request.kind === 'retry') this.#retriedUs.set(request.job, at);
  }

  #answered({ request, answer, askedAt }: FactOf<'answered'>): void {
    if (request.kind !== 'submit' || answer.kind !== 'ok' || this.#audit.began) return;
    const row = this.#rows.row(request.job);
    const { job, parents = [], delayUs, atUs, timeoutUs } = request;
    if (parents.length > 0) this.#parents.set(job, parents);
    const instantUs = atUs === undefined ? 0 : atUs - this.#startWallUs;
    const afterUs = parents.map((parent) => this.#settled.get(this.#rows.row(parent)));
    const readyUs = Math.max(askedAt + delayUs, instantUs, ...afterUs);
    this.#ready.set(row, readyUs);
    this.#settled.set(row, readyUs + Math.max(this.#recoverBoundUs, 2 * timeoutUs));
  }

  #phase(fact: FactOf<'phase'>): void {
    if (fact.phase === 'quiescence') this.#quietUs = fact.at;
    if (fact.phase === 'audit') this.#auditUs = fact.at;
    this.#audit.onPhase(fact);
  }

  #audited(fact: FactOf<'audited-job'>): void {
    this.#audit.begin();
    const row = this.#rows.row(fact.job);
    const { readyUs, settledUs } = this.#times(fact, row);
    this.#ready.set(row, NEVER);
    if (!this.#isJudged(readyUs, settledUs) || this.#isLeftOut(fact, fact.at)) return;
    this.#judged++;
    if (!isTerminal(fact.state)) this.#breaks.add([fact], stillOpen(fact, fact.tick, readyUs));
  }

  #times({ job, tick }: FactOf<'audited-job'>, row: number): Times {
    const dueUs = tick === undefined ? undefined : this.#due.get(tick);
    let readyUs = this.#ready.get(row);
    let settledUs = this.#settled.get(row);
    if (tick !== undefined && dueUs !== undefined) {
      readyUs = dueUs + this.#queues.schedules.catchUpUs(tick.schedule);
      settledUs = readyUs + this.#recoverBoundUs;
    }
    const againUs = Math.max(readyUs, this.#retriedUs.get(job) ?? 0);
    return { readyUs: againUs, settledUs: settledUs + againUs - readyUs };
  }

  #isJudged(readyUs: number, settledUs: number): boolean {
    return readyUs !== NEVER && (readyUs <= this.#quietUs || settledUs <= this.#auditUs);
  }

  /** Held back itself, or behind a parent that is; or it may be gone. */
  #isLeftOut(
    one: { readonly job: string; readonly tick?: TickId },
    at: number,
    depth = 0,
  ): boolean {
    if (this.#held.mayHold(this.#queues.of(one))) return true;
    if (depth === 0 && this.#retained.mayBeGone(one.job, at)) return true;
    const parents = this.#parents.get(one.job) ?? [];
    return depth > DEPTH_MAX || parents.some((job) => this.#isLeftOut({ job }, at, depth + 1));
  }

  /** Accepted jobs not listed: how many, and the first of them by name. */
  #missing(): { readonly count: number; readonly first: string } {
    let count = 0;
    let first = '';
    for (const job of this.#rows.jobs()) {
      const row = this.#rows.row(job);
      if (!this.#isJudged(this.#ready.get(row), this.#settled.get(row))) continue;
      if (this.#isLeftOut({ job }, this.#auditUs)) continue;
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
