/**
 * linearizable-api (S14): clients hear of each job and each schedule as if there were one copy.
 *
 * Checks, per job, what submit, cancel, status, retry, trigger and run-now were answered, and per
 * schedule, what puts, edits and schedule-status were; and at last what the audit lists of them.
 * The answers must fit some order in which each request has one moment between ask and answer
 * (`linearize.ts`). A job may move between those moments as jobs do (`job-register.ts`): it waits
 * and runs, its attempts never go down, it comes to an end and stays there, in the same way. A
 * schedule changes by edits alone, to greater revisions (`schedule-register.ts`). What was asked
 * and answered `unknown` may take effect at any later time, or never; what was refused never did.
 * The search begins anew whenever nothing about the job is open, from the states found so far.
 *
 * Does not check: order between different jobs or schedules; refusals, but for reasons that say
 * what the job is (unknown, already ended, known with another spec) or that a schedule is unknown;
 * whether a job was cancelled with its parents, was forgotten in time, or was replaced rightly: it
 * may be so whenever it has parents, is to be forgotten, or is a schedule's; schedules that no
 * client of this run put; queues, whose state nobody can ask for. Answers given while the audit
 * reads are left out. A key with more possible orders than the budget is not judged, and then the
 * verdict is unknown; one broken key is enough for a verdict of broken.
 */
import type { Answer, FactOf, Request } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor, RowNumbers } from '../history/job-rows.ts';
import { ApiKey, type Unfit } from './api-key.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, unknown, vacuous } from './first-break.ts';
import {
  ABSENT,
  CREATE,
  type JobAt,
  type JobMove,
  type JobNature,
  type JobOp,
  jobOf,
  jobRegister,
  jobText,
  packedJob,
} from './job-register.ts';
import type { SearchBudget } from './linear-search.ts';
import type { Register } from './linearize.ts';
import {
  NEVER_PUT,
  SCHEDULE_REGISTER,
  type ScheduleAt,
  type ScheduleEdit,
  ScheduleEdits,
  type ScheduleOp,
  scheduleText,
} from './schedule-register.ts';

export const linearizableApi: Claim = {
  id: 'linearizable-api',
  modality: 'always',
  sentence: 'What clients are told of a job or schedule fits one order of what they asked.',
  limits:
    'Each job and each schedule by itself; most refusals, and answers while the audit reads, are ' +
    'left out.',
  excusedBy: ['rate-error', 'suspend', 'store-durable', 'single-copy'],
  judge: (context) => new LinearizableApi(context),
};

/** For what happens to one key between two moments in which nothing about it is open. */
const BUDGET: SearchBudget = { steps: 50_000, states: 4_000 };

/** How much of the order before a break its summary tells. */
const ORDER_TOLD = 6;

type Answered = FactOf<'answered'>;
type Listed = FactOf<'audited-job'> | FactOf<'audited-schedule'>;

interface Job {
  readonly key: ApiKey<JobAt, JobOp, JobMove>;
  /** It was submitted or triggered; otherwise it may be the instance of a tick. */
  isMade: boolean;
  hasParents: boolean;
  mayBeForgotten: boolean;
}

interface Schedule {
  readonly key: ApiKey<ScheduleAt, ScheduleOp, ScheduleEdit>;
  /** Undefined where it was asked about before it was put: it may have been there. */
  readonly isPut: boolean;
}

const NOT_PACKED = -1;

/** Of jobs that were submitted by themselves and are kept. */
const PLAIN: JobNature = { comesUp: false, isCancelled: false, isForgotten: false };
const MADE: readonly JobMove[] = [CREATE];

class LinearizableApi implements Judge {
  readonly listens;
  readonly onFact;
  readonly #breaks = new FirstBreak();
  readonly #audit = new AuditWatch();
  readonly #rows: JobRows;
  readonly #jobs = new Map<string, Job>();
  /** Plain jobs of which nothing was asked but the submit, and nothing answered. */
  readonly #fresh = new Map<string, FactOf<'asked'>>();
  /** Jobs that were submitted and of which nothing is open: most. */
  readonly #packed = new RowNumbers(NOT_PACKED);
  readonly #schedules = new Map<string, Schedule>();
  #heard = 0;
  #givenUp = 0;
  /** Of the first key that was given up. */
  #excess = '';

  constructor(context: ClaimContext) {
    this.#rows = jobRowsFor(context);
    const fold = foldOf({
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#answered(fact),
      phase: (fact) => this.#audit.onPhase(fact),
      'audited-job': (fact) => this.#auditedJob(fact),
      'audited-schedule': (fact) => this.#auditedSchedule(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    for (const [name, job] of this.#jobs) this.#settleJob(name, job);
    for (const [name, schedule] of this.#schedules) this.#settleSchedule(name, schedule);
    return this.#breaks.or(() => {
      if (this.#givenUp > 0) {
        const many =
          this.#givenUp === 1 ? '1 job or schedule' : `${this.#givenUp} jobs or schedules`;
        return unknown(`too many orders of ${many}: ${this.#excess}`);
      }
      return this.#heard === 0 ? vacuous('no client was told anything') : HELD;
    });
  }

  #asked(fact: FactOf<'asked'>): void {
    const { request } = fact;
    if ('job' in request) return this.#jobAsked(request.job, fact);
    if (!('schedule' in request)) return;
    let schedule = this.#schedules.get(request.schedule);
    if (schedule === undefined) {
      const edits = new ScheduleEdits();
      const opOf = (asked: Request, answer: Answer) => ({ edit: edits.of(asked), answer });
      const key = new ApiKey<ScheduleAt, ScheduleOp, ScheduleEdit>(opOf, [NEVER_PUT], []);
      schedule = { key, isPut: request.kind === 'put-schedule' };
      this.#schedules.set(request.schedule, schedule);
    }
    if (schedule.isPut) schedule.key.asked(fact);
  }

  #jobAsked(name: string, fact: FactOf<'asked'>): void {
    const { request } = fact;
    if (this.#isFresh(name, request)) {
      this.#fresh.set(name, fact);
      return;
    }
    const job = this.#job(name);
    job.key.asked(fact);
    if (request.kind === 'trigger') {
      job.isMade = job.hasParents = job.mayBeForgotten = true;
    } else if (request.kind === 'submit') {
      job.isMade = true;
      if (request.parents !== undefined) job.hasParents = true;
      if (request.retainUs !== undefined) job.mayBeForgotten = true;
    }
  }

  #isFresh(name: string, request: Request): boolean {
    if (request.kind !== 'submit') return false;
    if (request.parents !== undefined || request.retainUs !== undefined) return false;
    if (this.#jobs.has(name) || this.#fresh.has(name)) return false;
    return this.#packed.get(this.#rows.row(name)) === NOT_PACKED;
  }

  /** The job as it is kept while anything about it is open. */
  #job(name: string): Job {
    const known = this.#jobs.get(name);
    if (known !== undefined) return known;
    const fresh = this.#fresh.get(name);
    const packed = this.#packed.get(this.#rows.row(name));
    const isPacked = packed !== NOT_PACKED;
    const key = new ApiKey<JobAt, JobOp, JobMove>(
      jobOpOf,
      [isPacked ? jobOf(packed) : ABSENT],
      isPacked ? [CREATE] : [],
    );
    const isMade = isPacked || fresh !== undefined;
    const job = { key, isMade, hasParents: false, mayBeForgotten: false };
    this.#jobs.set(name, job);
    if (fresh === undefined) return job;
    this.#fresh.delete(name);
    key.asked(fresh);
    return job;
  }

  #answered(fact: Answered): void {
    const { request } = fact;
    const isHeard = !this.#audit.began;
    const isOfKey = 'job' in request || 'schedule' in request;
    if (isHeard && fact.answer.kind === 'ok' && isOfKey) this.#heard++;
    if ('job' in request) {
      const fresh = this.#fresh.get(request.job);
      if (fresh !== undefined && this.#settleFresh(request.job, fresh, fact)) return;
      const job = fresh === undefined ? this.#jobs.get(request.job) : this.#job(request.job);
      job?.key.answered(fact, isHeard);
      if (job?.key.isQuiet === true) this.#settleJob(request.job, job);
    } else if ('schedule' in request) {
      const schedule = this.#schedules.get(request.schedule);
      schedule?.key.answered(fact, isHeard);
      if (schedule?.key.isQuiet === true) this.#settleSchedule(request.schedule, schedule);
    }
  }

  /** The first answer, to the only request: as {@link #settleJob} would, in short. */
  #settleFresh(name: string, { op }: FactOf<'asked'>, fact: Answered): boolean {
    const { request, answer } = fact;
    if (op !== fact.op || answer.kind !== 'ok' || this.#audit.began) return false;
    const [state, other] = jobRegister(PLAIN).reach(ABSENT, jobOpOf(request, answer), MADE) ?? [];
    if (state === undefined || other !== undefined) return false;
    this.#fresh.delete(name);
    this.#packed.set(this.#rows.row(name), packedJob(state));
    return true;
  }

  #settleJob(name: string, job: Job): void {
    if (job.key.isGivenUp) return;
    const unfit = job.key.settle(jobRegister(natureOf(job)), BUDGET);
    this.#told(`job ${name}`, unfit, job.key, jobText);
    const { states, moves, isGivenUp } = job.key;
    const isPlain = job.isMade && !job.hasParents && !job.mayBeForgotten;
    const [state] = states;
    if (isGivenUp || !isPlain || states.length !== 1 || state === undefined) return;
    if (moves.length !== 1 || moves[0] !== CREATE) return;
    this.#packed.set(this.#rows.row(name), packedJob(state));
    this.#jobs.delete(name);
  }

  #settleSchedule(name: string, { key }: Schedule): void {
    if (key.isGivenUp) return;
    const unfit = key.settle(SCHEDULE_REGISTER, BUDGET);
    this.#told(`schedule ${name}`, unfit, key, scheduleText);
  }

  #told<S, O extends object, M>(
    what: string,
    unfit: Unfit | undefined,
    { excess, states }: ApiKey<S, O, M>,
    textOf: (state: S) => string,
  ): void {
    if (excess !== undefined) this.#giveUp(what, excess);
    if (unfit === undefined) return;
    const last = unfit.facts[unfit.facts.length - 1] as Answered;
    const told = `${last.request.kind} of ${what}, asked at ${secondsText(last.askedAt)}`;
    const was = states.map(textOf).join(' or ');
    const summary =
      `${told}, was told ${answerText(last.answer)}: that fits no order, for it was ${was}` +
      orderText(unfit.order);
    this.#breaks.add(unfit.facts, summary);
  }

  #giveUp(what: string, excess: string): void {
    if (this.#givenUp === 0) this.#excess = `${excess} for ${what}`;
    this.#givenUp++;
  }

  /** The audit reads what is, so what it lists fits too. */
  #auditedJob(fact: FactOf<'audited-job'>): void {
    this.#audit.begin();
    const isOpen = this.#jobs.has(fact.job) || this.#fresh.has(fact.job);
    const packed = isOpen ? NOT_PACKED : this.#packed.get(this.#rows.row(fact.job));
    const isPacked = packed !== NOT_PACKED;
    if (!isOpen && !isPacked) return;
    const { state, attempts } = fact;
    const answer: Answer = { kind: 'ok', state, attempts };
    const op: JobOp = { kind: 'status', attempts: 0, answer };
    if (isPacked && jobRegister(PLAIN).reach(jobOf(packed), op, MADE)?.length === 1) return;
    const job = this.#job(fact.job);
    this.#settleJob(fact.job, job);
    this.#listed(`job ${fact.job}`, job.key, jobRegister(natureOf(job)), op, fact);
  }

  #auditedSchedule(fact: FactOf<'audited-schedule'>): void {
    this.#audit.begin();
    const schedule = this.#schedules.get(fact.schedule);
    if (schedule === undefined || !schedule.isPut) return;
    this.#settleSchedule(fact.schedule, schedule);
    const { revision, standing } = fact;
    const answer: Answer = { kind: 'ok', revision, standing };
    const op: ScheduleOp = { edit: undefined, answer };
    this.#listed(`schedule ${fact.schedule}`, schedule.key, SCHEDULE_REGISTER, op, fact);
  }

  #listed<S, O extends { readonly answer: Answer }, M>(
    what: string,
    key: ApiKey<S, O, M>,
    register: Register<S, O, M>,
    op: O,
    fact: Listed,
  ): void {
    if (key.isGivenUp) return;
    const fits = key.fits(register, op, BUDGET);
    if (key.excess !== undefined) this.#giveUp(what, key.excess);
    if (fits) return;
    const facts = key.last === undefined ? ([fact] as const) : ([key.last, fact] as const);
    const listed = `${what} is listed as ${answerText(op.answer)}`;
    this.#breaks.add(facts, `${listed}: that fits nothing that clients were told`);
  }
}

const natureOf = ({ isMade, hasParents, mayBeForgotten }: Job): JobNature => ({
  comesUp: !isMade,
  isCancelled: hasParents || !isMade,
  isForgotten: mayBeForgotten || !isMade,
});

const jobOpOf = (request: Request, answer: Answer): JobOp => ({
  kind: request.kind,
  attempts: request.kind === 'retry' ? request.attempts : 0,
  answer,
});

function answerText(answer: Answer): string {
  if (answer.kind !== 'ok') return answer.kind === 'fail' ? `"${answer.reason}"` : 'nothing';
  const { state, attempts, revision, standing } = answer;
  const parts = [
    state ?? standing ?? 'ok',
    attempts === undefined ? '' : `${attempts} attempts`,
    revision === undefined ? '' : `revision ${revision}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** The end of the longest prefix that fits, in words. */
function orderText(order: readonly Answered[]): string {
  if (order.length === 0) return '';
  const told = order
    .slice(-ORDER_TOLD)
    .map(({ request, answer }) => `${request.kind} (${answerText(answer)})`);
  const hidden = order.length > ORDER_TOLD ? '… ' : '';
  return `, and then fit, in this order, ${hidden}${told.join(', ')}`;
}
