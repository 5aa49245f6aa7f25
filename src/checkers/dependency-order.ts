/**
 * dependency-order (S7): children run after their parents.
 *
 * Checks: when the first or any later body of a submitted job begins, then for each of its parents
 *   - a body of the parent has ended in success; or,
 *   - where the job is to run after failed parents as well (`onFailedParent` run), the parent may
 *     have ended for good.
 * Of an end for good that is no success little is to be seen: a body of the parent ended somehow or
 * went down with its machine, an attempt of it was given up (a launch may be lost without a body),
 * its cancel was asked, or it has parents itself that may have ended without success, for then it
 * may have been cancelled with them. Any of these will do.
 *
 * Does not check: whether an attempt of a parent that failed was its last one; parents of triggered
 * jobs and of ticks, which are not on record; jobs submitted twice with different parents; whether
 * a child is cancelled when a parent fails, for whether a parent failed for good is not seen in
 * time.
 */
import type { FactOf, Request } from '../history/fact.ts';
import { type JobRows, jobRowsFor, RowBits } from '../history/job-rows.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, vacuous } from './first-break.ts';
import { workerOf } from './live-attempts.ts';

export const dependencyOrder: Claim = {
  id: 'dependency-order',
  modality: 'always',
  sentence: 'A job begins only after its parents have succeeded, or ended where that will do.',
  limits:
    'Of a parent that did not succeed any end of an attempt, and a cancel that was asked, counts ' +
    'as its end. Ticks and triggered jobs are not judged.',
  excusedBy: ['store-durable', 'single-copy'],
  judge,
};

type Submit = Extract<Request, { readonly kind: 'submit' }>;
type Asked = FactOf<'asked'> & { readonly request: Submit };

/** What is known of a job. */
const SUCCEEDED = 1;
/** It may have ended otherwise. */
const MAY_BE_OVER = 2;

function judge(context: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const family = new Family(context);
  let judged = 0;
  return judgeOf(
    {
      asked: (fact) => family.onAsked(fact),
      'body-began': (fact) => {
        family.onBegan(fact);
        const asked = family.child(fact.job);
        if (asked === undefined) return;
        judged++;
        const { request } = asked;
        const open = request.parents?.find((parent) => !family.isAfter(parent, request));
        if (open === undefined) return;
        const what = request.onFailedParent === 'run' ? 'ended' : 'succeeded';
        breaks.add([asked, fact], `job ${fact.job} began before its parent ${open} had ${what}`);
      },
      'body-ended': (fact) => family.onEnded(fact),
      machine: (fact) => family.onMachine(fact),
      testified: ({ said }) => {
        if (said.kind === 'attempt-lost') family.mark(said.job, MAY_BE_OVER);
      },
    },
    () => breaks.or(() => (judged === 0 ? vacuous('no job with parents began') : HELD)),
  );
}

/** Which jobs have parents, and what was seen of the end of every job. */
class Family {
  readonly #rows: JobRows;
  readonly #ends = new RowBits();
  /** Jobs with parents; undefined where submits of it differ. */
  readonly #children = new Map<string, Asked | undefined>();
  readonly #running = new Map<string, Set<string>>();

  constructor(context: ClaimContext) {
    this.#rows = jobRowsFor(context);
  }

  /** The submit of a job with parents. */
  child(job: string): Asked | undefined {
    return this.#children.size === 0 ? undefined : this.#children.get(job);
  }

  mark(job: string, bits: number): void {
    const row = this.#rows.row(job);
    this.#ends.set(row, this.#ends.get(row) | bits);
  }

  onAsked(fact: FactOf<'asked'>): void {
    const { request } = fact;
    if (request.kind === 'cancel') this.mark(request.job, MAY_BE_OVER);
    if (request.kind !== 'submit') return;
    const isKnown = this.#children.has(request.job);
    if (!isKnown && request.parents === undefined) return;
    if (!isKnown) this.#children.set(request.job, fact as Asked);
    else if (!isAlike(this.#children.get(request.job)?.request, request)) {
      this.#children.set(request.job, undefined);
    }
  }

  onBegan({ worker, job }: FactOf<'body-began'>): void {
    const here = this.#running.get(worker);
    if (here === undefined) this.#running.set(worker, new Set([job]));
    else here.add(job);
  }

  onEnded({ worker, job, how }: FactOf<'body-ended'>): void {
    this.#running.get(worker)?.delete(job);
    this.mark(job, how === 'succeeded' ? SUCCEEDED : MAY_BE_OVER);
  }

  onMachine({ machine, state }: FactOf<'machine'>): void {
    if (state !== 'down') return;
    for (const job of this.#running.get(workerOf(machine)) ?? []) this.mark(job, MAY_BE_OVER);
  }

  /** Whether a child of this parent may begin. */
  isAfter(parent: string, { onFailedParent }: Submit): boolean {
    const end = this.#endOf(parent);
    if (onFailedParent !== 'run') return (end & SUCCEEDED) !== 0;
    return end !== 0 || this.#mayFail(parent, new Set());
  }

  /**
   * Whether a job may have ended without success, itself or with its parents; it may have succeeded
   * all the same, when a client retried it. Parents are accepted before their children; who says
   * otherwise is not followed for ever.
   */
  #mayFail(job: string, seen: Set<string>): boolean {
    if ((this.#endOf(job) & MAY_BE_OVER) !== 0) return true;
    if (seen.has(job)) return false;
    seen.add(job);
    const parents = this.#children.get(job)?.request.parents ?? [];
    return parents.some((parent) => this.#mayFail(parent, seen));
  }

  #endOf(job: string): number {
    return this.#ends.get(this.#rows.row(job));
  }
}

function isAlike(a: Submit | undefined, b: Submit): boolean {
  if (a === undefined || a.onFailedParent !== b.onFailedParent) return false;
  const [ours, theirs] = [a.parents ?? [], b.parents ?? []];
  return ours.length === theirs.length && ours.every((parent, at) => parent === theirs[at]);
}
