import type { FactOf } from '../history/fact.ts';
import { isTerminal } from '../history/fact.ts';
import { type JobRows, jobRowsFor, RowBits, RowNumbers } from '../history/job-rows.ts';
import type { ClaimContext } from './checker.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** Bits of a row; the number of its queue is above them. */
const CANCEL_ASKED = 1;
const LISTED_OVER = 2;
const LISTED_OPEN = 4;
const QUEUE_SHIFT = 3;

/** A job that nothing holds back but that its time has not come, or that nobody is free for it. */
export interface PlainJob {
  readonly job: string;
  readonly readyUs: number;
  /** Infinity where no body of it began. */
  readonly beganUs: number;
  /** What the audit lists; a job that is over without having begun waits no longer. */
  readonly listed: 'open' | 'over' | 'not';
}

/**
 * Accepted jobs that nothing holds back: their submit was answered ok, has neither key nor unique
 * key, tags nor parents, and names a queue that no client of this run limits or pauses; and no
 * client asks to cancel them. Keeps a few bytes per job.
 */
export class PlainJobs {
  readonly #epsilonUs: number;
  readonly #rows: JobRows;
  readonly #readyUs = new RowNumbers(NEVER);
  readonly #beganUs = new RowNumbers(NEVER);
  readonly #bits = new RowBits();
  readonly #queues = new Map<string, number>();
  /** Numbers of queues that may hold jobs back. */
  readonly #holding = new Set<number>();
  #startWallUs = 0;
  #backoffUsMax = 0;

  constructor(context: ClaimContext) {
    this.#epsilonUs = context.epsilonUs;
    this.#rows = jobRowsFor(context);
  }

  /** The longest wait between attempts that any of them may have been asked to make. */
  get backoffUsMax(): number {
    return this.#backoffUsMax;
  }

  onRunBegan({ startWallUs }: FactOf<'run-began'>): void {
    this.#startWallUs = startWallUs;
  }

  onAsked({ request }: FactOf<'asked'>): void {
    switch (request.kind) {
      case 'cancel':
        return this.#mark(this.#rows.row(request.job), CANCEL_ASKED);
      case 'put-queue':
        if (Object.keys(request.limits).length > 0) this.#holding.add(this.#queue(request.queue));
        return;
      case 'edit-queue':
        this.#holding.add(this.#queue(request.queue));
        return;
      default:
        return;
    }
  }

  onAnswered({ at, request, answer }: FactOf<'answered'>): void {
    if (request.kind !== 'submit' || answer.kind !== 'ok' || !isPlain(request)) return;
    const row = this.#rows.row(request.job);
    // Its delay counts from the acceptance, which was before the answer.
    const fromUs = Math.max(at + request.delayUs, (request.atUs ?? 0) - this.#startWallUs);
    const readyUs = Math.min(this.#readyUs.get(row), fromUs + this.#epsilonUs);
    this.#readyUs.set(row, readyUs);
    this.#backoffUsMax = Math.max(this.#backoffUsMax, request.backoffMaxUs);
    this.#mark(row, this.#queue(request.queue) << QUEUE_SHIFT);
  }

  /** True for the first body of a job. */
  onBegan({ at, job }: FactOf<'body-began'>): boolean {
    const row = this.#rows.row(job);
    if (this.#beganUs.get(row) !== NEVER) return false;
    this.#beganUs.set(row, at);
    return true;
  }

  /** True for a job that was found open and has not begun. */
  onAudited({ job, state }: FactOf<'audited-job'>): boolean {
    const row = this.#rows.row(job);
    this.#mark(row, isTerminal(state) ? LISTED_OVER : LISTED_OPEN);
    return !isTerminal(state) && this.#beganUs.get(row) === NEVER;
  }

  /** In order of rows; asked when the run is over, for a queue may come to hold jobs back late. */
  *all(): Iterable<PlainJob> {
    let row = -1;
    for (const job of this.#rows.jobs()) {
      const readyUs = this.#readyUs.get(++row);
      const bits = this.#bits.get(row);
      const isHeld = (bits & CANCEL_ASKED) !== 0 || this.#holding.has(bits >> QUEUE_SHIFT);
      if (readyUs === NEVER || isHeld) continue;
      const isOver = (bits & LISTED_OVER) !== 0;
      const listed = isOver ? 'over' : (bits & LISTED_OPEN) !== 0 ? 'open' : 'not';
      yield { job, readyUs, beganUs: this.#beganUs.get(row), listed };
    }
  }

  #queue(name: string): number {
    let queue = this.#queues.get(name);
    if (queue === undefined) this.#queues.set(name, (queue = this.#queues.size));
    return queue;
  }

  #mark(row: number, bits: number): void {
    this.#bits.set(row, this.#bits.get(row) | bits);
  }
}

function isPlain(request: Extract<FactOf<'asked'>['request'], { readonly kind: 'submit' }>) {
  const { key, uniqueKey, tags = [], parents = [] } = request;
  return key === undefined && uniqueKey === undefined && tags.length + parents.length === 0;
}
