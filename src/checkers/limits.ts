/**
 * limits (S13): a queue and a unique key allow what they allow, and no more.
 *
 * Checks, of every queue that was put, from the answer of the put until the next put of the queue
 * is asked for:
 *   - no more attempts hold grants than `concurrency`, and of jobs with one key no more than
 *     `perKey`. A grant lasts from the beginning of its body to its end (or that of its machine);
 *     it ends as well when the scheduler testifies that it gave the attempt up, when a client asks
 *     to cancel the job, when a later attempt of the job begins, and when its time limit is over,
 *     for then its worker gives it up by itself. A zombie that runs on beside its successor is thus
 *     no break: nobody can rule it out. The limit counts where the last of these grants was decided
 *     under it: what ran before it was lowered may go on;
 *   - grants are decided no faster than the token bucket `rate` lets them, give or take what the
 *     wall clocks of two members may differ by;
 * and of jobs with the same unique key no two are certainly open at a time: both were answered ok,
 * and of neither has an attempt ended or been given up, nor a cancel been asked.
 *
 * When a grant was decided is its scheduler's word (`dispatched`), and it counts only where a body
 * with that token began. Where nobody said, it was decided after the job was asked for.
 *
 * Does not check: grants whose body never began, which count for the scheduler and leave no
 * evidence; attempts that began before the first put of any queue; ticks and triggered jobs whose
 * schedule was put with different queues, and their keys, which are not on record; the rate of
 * grants that nobody testified; unique keys of jobs with parents, which may be cancelled with them.
 */
import type { FactOf, QueueLimits } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor, RowNumbers } from '../history/job-rows.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { type Decisions, decisionsFor } from './decisions.ts';
import { FirstBreak, HELD, secondsText, vacuous } from './first-break.ts';
import { JobQueues } from './job-queues.ts';
import { type Live, LiveAttempts } from './live-attempts.ts';
import { firstOverflowUs } from './token-bucket.ts';
import { UniqueKeys } from './unique-keys.ts';

export const limits: Claim = {
  id: 'limits',
  modality: 'always',
  sentence: 'Grants never exceed the concurrency, rate and unique keys that were asked for.',
  limits:
    'A body whose attempt was given up or cancelled no longer counts, nor a launch that never ' +
    'began. Limits count from the answer of their put on.',
  excusedBy: ['wall-error', 'store-durable', 'single-copy'],
  judge: (context) => new Limits(context),
};

/** A time in which certain limits of a queue are in force. */
interface Span {
  readonly put: FactOf<'answered'>;
  readonly limits: QueueLimits;
  /** Infinity until the next put is asked for. */
  toUs: number;
  /** When grants that took effect were decided; kept where the rate is limited. */
  readonly decidedUs: number[];
}

interface Queue {
  newestRevision: number;
  readonly spans: Span[];
  readonly live: Set<Live<Grant>>;
  readonly byKey: Map<string, Set<Live<Grant>>>;
}

/** The decision lies between the two; they are the same where it was testified. */
interface Grant {
  readonly afterUs: number;
  readonly beforeUs: number;
  readonly queue: Queue | undefined;
  readonly key: string | undefined;
  /** Its worker may have given it up by then: its own time limit is over. */
  readonly overdueUs: number;
}

class Limits implements Judge {
  readonly listens;
  readonly onFact;
  readonly #slackUs: number;
  readonly #decisions: Decisions;
  readonly #breaks = new FirstBreak();
  readonly #jobs: JobQueues;
  readonly #unique = new UniqueKeys(this.#breaks);
  readonly #keys = new Map<string, string>();
  readonly #rows: JobRows;
  /** By job: how long an attempt may take at most, or be silent; 0 where nobody said. */
  readonly #limitUs = new RowNumbers(0);
  readonly #ratePpmMax: number;
  readonly #queues = new Map<string, Queue>();
  readonly #live = new LiveAttempts<Grant>((live) => this.#over(live));
  #limited = 0;

  constructor(context: ClaimContext) {
    this.#slackUs = 2 * context.epsilonUs;
    this.#decisions = decisionsFor(context);
    this.#ratePpmMax = context.ratePpmMax;
    this.#rows = jobRowsFor(context);
    this.#jobs = new JobQueues(this.#rows);
    const fold = foldOf({
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#answered(fact),
      'body-began': (fact) => this.#began(fact),
      'body-ended': (fact) => {
        this.#live.onEnded(fact);
        this.#unique.mayBeOver(fact.job);
      },
      machine: (fact) => this.#live.onMachine(fact),
      testified: (fact) => {
        this.#decisions.onTestified(fact);
        this.#live.onTestified(fact);
        if (fact.said.kind === 'attempt-lost') this.#unique.mayBeOver(fact.said.job);
      },
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    for (const [name, queue] of this.#queues) this.#judgeRate(name, queue);
    return this.#breaks.or(() =>
      this.#limited + this.#unique.count === 0
        ? vacuous('no grant was limited, and no unique key was accepted')
        : HELD,
    );
  }

  #asked(fact: FactOf<'asked'>): void {
    const { request } = fact;
    this.#jobs.onAsked(fact);
    if (request.kind === 'cancel') {
      this.#live.onCancelAsked(request.job);
      this.#unique.mayBeOver(request.job);
    } else if (request.kind === 'put-queue')
      this.#putAsked(request.queue, request.revision, fact.at);
    else if (request.kind === 'submit') {
      this.#unique.onSubmit(request);
      if (request.key !== undefined) this.#keys.set(request.job, request.key);
      const { timeoutUs, heartbeatUs = timeoutUs } = request;
      this.#limitUs.set(this.#rows.row(request.job), Math.min(timeoutUs, heartbeatUs));
    }
  }

  #putAsked(name: string, revision: number, at: number): void {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = { newestRevision: revision, spans: [], live: new Set(), byKey: new Map() };
      this.#queues.set(name, queue);
    }
    queue.newestRevision = Math.max(queue.newestRevision, revision);
    const last = queue.spans.at(-1);
    if (last !== undefined) last.toUs = Math.min(last.toUs, at);
  }

  #answered(fact: FactOf<'answered'>): void {
    const { request, answer } = fact;
    if (request.kind === 'submit') return this.#unique.onAnswered(fact);
    if (request.kind !== 'put-queue' || answer.kind !== 'ok') return;
    const queue = this.#queues.get(request.queue);
    // Where a newer one was asked for meanwhile, it may be in force as well.
    if (queue === undefined || queue.newestRevision !== request.revision) return;
    const { limits } = request;
    queue.spans.push({ put: fact, limits, toUs: Number.POSITIVE_INFINITY, decidedUs: [] });
  }

  #began(fact: FactOf<'body-began'>): void {
    const isUnique = this.#unique.has(fact.job);
    if (this.#queues.size === 0 && !isUnique) return;
    const name = this.#jobs.of(fact);
    const queue = name === undefined ? undefined : this.#queues.get(name);
    if (queue === undefined && !isUnique) return;
    const atUs = this.#decisions.atUs(fact.job, fact.token);
    const afterUs = atUs ?? this.#jobs.askedUs(fact.job);
    const key = this.#keys.get(fact.job);
    const overdueUs = this.#overdueUs(fact);
    const grant = { afterUs, beforeUs: atUs ?? fact.at, queue, key, overdueUs };
    const live = this.#live.begin(fact, grant);
    if (live === undefined || queue === undefined) return;
    queue.live.add(live);
    const sameKey = key === undefined ? undefined : keySet(queue, key);
    sameKey?.add(live);
    this.#judge(name as string, queue, sameKey);
    this.#keepDecision(queue, atUs);
  }

  /** A worker's clock may run fast. */
  #overdueUs({ at, job }: FactOf<'body-began'>): number {
    const limitUs = this.#limitUs.get(this.#rows.row(job));
    return limitUs === 0 ? Number.POSITIVE_INFINITY : at + limitUs * (1 - this.#ratePpmMax / 1e6);
  }

  /** All of these hold grants: whoever decided the last of them had to count the others. */
  #judge(name: string, queue: Queue, sameKey: ReadonlySet<Live<Grant>> | undefined): void {
    const span = queue.spans.at(-1);
    if (span === undefined) return;
    const { concurrency, perKey } = span.limits;
    if (concurrency !== undefined || (perKey !== undefined && sameKey !== undefined))
      this.#limited++;
    if (concurrency !== undefined) this.#judgeSet(span, queue.live, concurrency, `queue ${name}`);
    if (perKey !== undefined && sameKey !== undefined) {
      this.#judgeSet(span, sameKey, perKey, `one key of queue ${name}`);
    }
  }

  #judgeSet(span: Span, held: ReadonlySet<Live<Grant>>, max: number, what: string): void {
    if (held.size <= max) return;
    const nowUs = Math.max(...[...held].map(({ fact }) => fact.at));
    const all = [...held].filter(({ of }) => of.overdueUs > nowUs);
    if (all.length <= max) return;
    const lastAfterUs = Math.max(...all.map(({ of }) => of.afterUs));
    const lastBeforeUs = Math.max(...all.map(({ of }) => of.beforeUs));
    if (lastAfterUs <= span.put.at || lastBeforeUs >= span.toUs) return;
    const facts = all.map(({ fact }) => fact);
    this.#breaks.add(
      [span.put, ...facts],
      `${all.length} attempts of ${what} run, where ${max} may`,
    );
  }

  #keepDecision({ spans }: Queue, atUs: number | undefined): void {
    if (atUs === undefined) return;
    const span = spans.findLast(({ put, toUs }) => put.at < atUs && atUs < toUs);
    if (span?.limits.rate === undefined) return;
    this.#limited++;
    span.decidedUs.push(atUs);
  }

  #judgeRate(name: string, { spans }: Queue): void {
    for (const { put, limits, decidedUs } of spans) {
      if (limits.rate === undefined) continue;
      const inOrder = Float64Array.from(decidedUs).sort();
      const at = firstOverflowUs([...inOrder], limits.rate, this.#slackUs);
      if (at === undefined) continue;
      const { starts, perUs } = limits.rate;
      const rate = `${starts} per ${secondsText(perUs)}`;
      this.#breaks.add([put], `queue ${name} starts faster at ${secondsText(at)} than ${rate}`, at);
    }
  }

  #over(live: Live<Grant>): void {
    const { queue, key } = live.of;
    this.#unique.mayBeOver(live.fact.job);
    queue?.live.delete(live);
    if (key !== undefined) queue?.byKey.get(key)?.delete(live);
  }
}

function keySet({ byKey }: Queue, key: string): Set<Live<Grant>> {
  let set = byKey.get(key);
  if (set === undefined) byKey.set(key, (set = new Set()));
  return set;
}
