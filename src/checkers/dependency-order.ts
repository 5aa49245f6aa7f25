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
import { jobRowsFor, RowBits } from '../history/job-rows.ts';
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
  const rows = jobRowsFor(context);
  const ends = new RowBits();
  /** Jobs with parents; undefined where submits of it differ. */
  const children = new Map<string, Asked | undefined>();
  const running = new Map<string, Set<string>>();
  let judged = 0;

  const mark = (job: string, bits: number): void => {
    const row = rows.row(job);
    ends.set(row, ends.get(row) | bits);
  };
  /** Parents are accepted before their children; who says otherwise is not followed for ever. */
  const mayBeOver = (job: string, seen: Set<string>): boolean => {
    const known = ends.get(rows.row(job));
    if (known !== 0 || seen.has(job)) return known !== 0;
    seen.add(job);
    const parents = children.get(job)?.request.parents ?? [];
    return parents.some((parent) => {
      const isSuccess = (ends.get(rows.row(parent)) & SUCCEEDED) !== 0;
      return !isSuccess && mayBeOver(parent, seen);
    });
  };
  const isAfter = (parent: string, { onFailedParent }: Submit): boolean =>
    onFailedParent === 'run'
      ? mayBeOver(parent, new Set())
      : (ends.get(rows.row(parent)) & SUCCEEDED) !== 0;

  return judgeOf(
    {
      asked: (fact) => {
        const { request } = fact;
        if (request.kind === 'cancel') mark(request.job, MAY_BE_OVER);
        if (request.kind !== 'submit') return;
        const isKnown = children.has(request.job);
        if (!isKnown && request.parents === undefined) return;
        if (!isKnown) children.set(request.job, fact as Asked);
        else if (!isAlike(children.get(request.job)?.request, request)) {
          children.set(request.job, undefined);
        }
      },
      'body-began': (fact) => {
        const here = running.get(fact.worker);
        if (here === undefined) running.set(fact.worker, new Set([fact.job]));
        else here.add(fact.job);
        if (children.size === 0) return;
        const asked = children.get(fact.job);
        if (asked === undefined) return;
        judged++;
        const { request } = asked;
        const open = request.parents?.find((parent) => !isAfter(parent, request));
        if (open === undefined) return;
        const what = request.onFailedParent === 'run' ? 'ended' : 'succeeded';
        breaks.add([asked, fact], `job ${fact.job} began before its parent ${open} had ${what}`);
      },
      'body-ended': ({ worker, job, how }) => {
        running.get(worker)?.delete(job);
        mark(job, how === 'succeeded' ? SUCCEEDED : MAY_BE_OVER);
      },
      machine: ({ machine, state }) => {
        if (state !== 'down') return;
        for (const job of running.get(workerOf(machine)) ?? []) mark(job, MAY_BE_OVER);
      },
      testified: ({ said }) => {
        if (said.kind === 'attempt-lost') mark(said.job, MAY_BE_OVER);
      },
    },
    () => breaks.or(() => (judged === 0 ? vacuous('no job with parents began') : HELD)),
  );
}

function isAlike(a: Submit | undefined, b: Submit): boolean {
  if (a === undefined || a.onFailedParent !== b.onFailedParent) return false;
  const [ours, theirs] = [a.parents ?? [], b.parents ?? []];
  return ours.length === theirs.length && ours.every((parent, at) => parent === theirs[at]);
}
