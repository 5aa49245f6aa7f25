/**
 * queue-order (S8): the first claims of a queue go by priority, then by order.
 *
 * Checks: when the first attempt of a job X is decided, no other job Y of the queue is passed over
 * that has never been granted, begins later, and
 *   - has a greater priority, and was ready for longer than `orderSlackUs` before that decision; or
 *   - has the same priority, and was ready more than `orderSlackUs` before X was.
 * A job is ready when it is accepted and due. Y is taken to be ready ε after its submit was
 * answered ok, and X as early as its ask, its delay and ε allow. Whoever claims in batches, or
 * learns of jobs in rounds, needs the slack.
 *
 * When a grant was decided is its scheduler's word. It counts for X only where it was the first
 * word about X, and a body with that token began; any word about Y, even of a deposed member, means
 * that Y was not passed over. So testimony breaks the claim, and its absence leaves it unjudged.
 *
 * Does not check: whether jobs that had to wait for their time were passed over: where many members
 * share a store, whoever looks through it marks them as ready, some time after they were due; jobs
 * that something else holds back or moves: with key, unique key, parents, tags, resources or parts,
 * jobs to be cancelled, run now or retried, ticks and triggered jobs, and all jobs of queues that
 * were paused or resumed; later attempts; a job that never begins, which is for `completes`.
 */
import type { FactOf, Request } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor, RowBits, RowNumbers } from '../history/job-rows.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { type Decisions, decisionsFor } from './decisions.ts';
import { FirstBreak, HELD, secondsText, vacuous } from './first-break.ts';
import { type Claimed, type PassedOver, passedOver } from './passed-over.ts';

export const queueOrder: Claim = {
  id: 'queue-order',
  modality: 'always',
  sentence: 'No job is first granted while one of greater priority, or before it, was ready.',
  limits:
    'Jobs with keys, parents or tags, ticks, and queues that were paused are left out, and jobs ' +
    'with a delay may be passed over; later attempts follow no order.',
  excusedBy: ['wall-error', 'store-durable', 'single-copy'],
  judge: (context) => new QueueOrder(context),
};

type Submit = Extract<Request, { readonly kind: 'submit' }>;

const NONE = -1;
/** What is known of a job. */
const LEFT_OUT = 1;
const BEGAN = 2;
/** The body that began has the token of the first grant. */
const CLAIMED = 4;

class QueueOrder implements Judge {
  readonly listens;
  readonly onFact;
  readonly #context: ClaimContext;
  readonly #rows: JobRows;
  readonly #decisions: Decisions;
  readonly #bits = new RowBits();
  /** Of jobs that count: queue and priority, and when ready, at the earliest and the latest. */
  readonly #queue = new RowNumbers(NONE);
  readonly #priority = new RowNumbers(0);
  readonly #readyAfterUs = new RowNumbers(0);
  readonly #readyByUs = new RowNumbers(Number.POSITIVE_INFINITY);
  readonly #queues = new Map<string, number>();
  readonly #paused = new Set<number>();
  #startWallUs = 0;

  constructor(context: ClaimContext) {
    this.#context = context;
    this.#rows = jobRowsFor(context);
    this.#decisions = decisionsFor(context);
    const fold = foldOf({
      'run-began': ({ startWallUs }) => {
        this.#startWallUs = startWallUs;
      },
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#answered(fact),
      'body-began': (fact) => this.#began(fact),
      testified: (fact) => this.#decisions.onTestified(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const breaks = new FirstBreak();
    const { orderSlackUs } = this.#context;
    let claims = 0;
    for (const jobs of this.#claimed()) {
      claims += jobs.length;
      const found = passedOver(jobs, orderSlackUs);
      if (found !== undefined) this.#broken(breaks, found);
    }
    return breaks.or(() => (claims < 2 ? vacuous('no two jobs of a queue were granted') : HELD));
  }

  #asked({ at, request }: FactOf<'asked'>): void {
    switch (request.kind) {
      case 'submit':
        return this.#submitted(request, at);
      case 'cancel':
      case 'retry':
      case 'run-now':
      case 'trigger':
        return this.#mark(this.#rows.row(request.job), LEFT_OUT);
      case 'edit-queue':
        this.#paused.add(this.#place(request.queue));
        return;
      default:
        return;
    }
  }

  #submitted(request: Submit, at: number): void {
    const row = this.#rows.row(request.job);
    // Asked for again, with what may be another spec: its place is not certain.
    if (this.#queue.get(row) !== NONE || isHeldBack(request)) return this.#mark(row, LEFT_OUT);
    this.#queue.set(row, this.#place(request.queue));
    this.#priority.set(row, request.priority);
    const dueUs = Math.max(at + request.delayUs, this.#dueAtUs(request));
    this.#readyAfterUs.set(row, dueUs - this.#context.epsilonUs);
  }

  #answered({ at, request, answer }: FactOf<'answered'>): void {
    if (request.kind !== 'submit' || answer.kind !== 'ok') return;
    if (request.delayUs > 0 || request.atUs !== undefined) return;
    const row = this.#rows.row(request.job);
    const readyByUs = at + this.#context.epsilonUs;
    this.#readyByUs.set(row, Math.min(this.#readyByUs.get(row), readyByUs));
  }

  #dueAtUs({ atUs }: Submit): number {
    return atUs === undefined ? Number.NEGATIVE_INFINITY : atUs - this.#startWallUs;
  }

  #began({ job, token }: FactOf<'body-began'>): void {
    const row = this.#rows.row(job);
    if (this.#queue.get(row) === NONE || (this.#bits.get(row) & (LEFT_OUT | CLAIMED)) !== 0) return;
    const firstUs = this.#decisions.firstUs(row);
    const isFirst = this.#decisions.atUs(job, token) === firstUs;
    this.#mark(row, isFirst ? BEGAN | CLAIMED : BEGAN);
  }

  /** Jobs that were granted and began, queue by queue. */
  #claimed(): readonly Claimed[][] {
    const queues = Array.from(this.#queues, (): Claimed[] => []);
    for (const job of this.#rows.jobs()) {
      const row = this.#rows.row(job);
      const queue = this.#queue.get(row);
      const bits = this.#bits.get(row);
      const decidedUs = this.#decisions.firstUs(row);
      if (queue === NONE || this.#paused.has(queue) || decidedUs === Number.POSITIVE_INFINITY)
        continue;
      if ((bits & LEFT_OUT) !== 0 || (bits & BEGAN) === 0) continue;
      (queues[queue] as Claimed[]).push({
        job,
        priority: this.#priority.get(row),
        readyAfterUs: this.#readyAfterUs.get(row),
        readyByUs: this.#readyByUs.get(row),
        decidedUs,
        isClaim: (bits & CLAIMED) !== 0,
      });
    }
    return queues;
  }

  #mark(row: number, bits: number): void {
    this.#bits.set(row, this.#bits.get(row) | bits);
  }

  #place(queue: string): number {
    const known = this.#queues.get(queue);
    if (known !== undefined) return known;
    this.#queues.set(queue, this.#queues.size);
    return this.#queues.size - 1;
  }

  #broken(breaks: FirstBreak, { claim, passed }: PassedOver): void {
    const why =
      passed.priority > claim.priority ? `of priority ${passed.priority}` : 'of the same priority';
    const grant = `job ${claim.job} of priority ${claim.priority} was granted`;
    const other = `job ${passed.job} ${why}, ready by ${secondsText(passed.readyByUs)}`;
    const facts = [this.#decisions.first(claim.job), this.#decisions.first(passed.job)] as const;
    breaks.add(facts, `${grant} before ${other}`, claim.decidedUs);
  }
}

const isHeldBack = (submit: Submit): boolean => {
  const { key, uniqueKey, parents, tags, resources, gang } = submit;
  return (key ?? uniqueKey ?? parents ?? tags ?? resources ?? gang) !== undefined;
};
