/**
 * spec-change (S17): what starts after an acknowledged edit obeys it.
 *
 * Checks, of schedules: from the answer of a pause, a delete or a put on, until an edit with a
 * greater revision is asked for, no tick begins whose nominal time is more than ε after that
 * answer; after a put only those may that were due under its revision. Of queues: from the answer
 * of a pause on, until a resume with a greater revision is asked for, no attempt of a job of the
 * queue is granted.
 *
 * When a grant was decided is its scheduler's word, and it counts only where a body with that token
 * began; where nobody said, a job that was asked for after the pause and began before the resume
 * was certainly granted in between. An edit whose answer was no, or lost, and one beside which a
 * newer one was asked for, promises nothing.
 *
 * Does not check: ticks due before the answer, which may have been decided by then, as late as they
 * begin; what a resume brings back, which is for `never-early` and `on-time`; limits of queues,
 * which are for `limits`; ticks and triggered jobs whose schedule was put with different queues.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { jobRowsFor } from '../history/job-rows.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { type Decisions, decisionsFor } from './decisions.ts';
import { FirstBreak, HELD, secondsText, vacuous } from './first-break.ts';
import { JobQueues } from './job-queues.ts';

export const specChange: Claim = {
  id: 'spec-change',
  modality: 'always',
  sentence: 'What is decided after an edit of a schedule or queue was answered ok obeys it.',
  limits: 'Ticks due before the answer, and jobs granted before, may still begin.',
  excusedBy: ['wall-error', 'zone-rules', 'store-durable', 'single-copy'],
  judge: (context) => new SpecChange(context),
};

type Answered = FactOf<'answered'>;
type Began = FactOf<'body-began'>;

/** Edits of one schedule or queue. */
interface Edited {
  newestRevision: number;
  /** The newest edit, from its answer until a newer one is asked for. */
  inForce: Answered | undefined;
  /** Of a queue: when it was certainly paused. */
  readonly pauses: { readonly pause: Answered; toUs: number }[];
}

class SpecChange implements Judge {
  readonly listens;
  readonly onFact;
  readonly #epsilonUs: number;
  readonly #decisions: Decisions;
  readonly #breaks = new FirstBreak();
  readonly #jobs: JobQueues;
  readonly #schedules = new Map<string, Edited>();
  readonly #queues = new Map<string, Edited>();
  /** Revisions under which ticks were due. */
  readonly #due = new TickMap<readonly number[]>();
  /** Begun under a put, and not known to be due under it: the clocks of schedulers may be ahead. */
  readonly #undue = new TickMap<{ readonly put: Answered; readonly fact: Began }>();
  #startWallUs: number | undefined;
  #lastUs = 0;
  #edits = 0;

  constructor(context: ClaimContext) {
    this.#epsilonUs = context.epsilonUs;
    this.#decisions = decisionsFor(context);
    this.#jobs = new JobQueues(jobRowsFor(context));
    const fold = foldOf({
      'run-began': ({ startWallUs }) => {
        this.#startWallUs = startWallUs;
      },
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#answered(fact),
      'tick-due': ({ tick, revision, at }) => {
        this.#lastUs = at;
        this.#due.set(tick, [...(this.#due.get(tick) ?? []), revision]);
      },
      'body-began': (fact) => {
        this.#lastUs = fact.at;
        if (fact.tick !== undefined) this.#tickBegan(fact, fact.tick);
        if (this.#queues.size > 0) this.#judgeQueue(fact);
      },
      testified: (fact) => this.#decisions.onTestified(fact),
      phase: ({ at }) => {
        this.#lastUs = at;
      },
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    for (const { put, fact } of this.#undue.values()) {
      const tick = fact.tick as TickId;
      const revision = put.request.kind === 'put-schedule' ? put.request.revision : 0;
      if (this.#due.get(tick)?.includes(revision) === true) continue;
      // Whether one that began early, when the run ended, would have been due is not on record.
      if (tick.nominalUs - (this.#startWallUs ?? 0) > this.#lastUs) continue;
      const what = `tick ${tickText(tick)} began, and is none of revision ${revision}`;
      this.#breaks.add([put, fact], `${what}, put by ${secondsText(put.at)}`);
    }
    return this.#breaks.or(() =>
      this.#edits === 0 ? vacuous('no edit of a schedule or queue was answered ok') : HELD,
    );
  }

  #asked(fact: FactOf<'asked'>): void {
    const { request, at } = fact;
    this.#jobs.onAsked(fact);
    if (request.kind === 'put-schedule' || request.kind === 'edit-schedule') {
      const edited = editedOf(this.#schedules, request.schedule);
      if (request.revision <= edited.newestRevision) return;
      edited.newestRevision = request.revision;
      edited.inForce = undefined;
    } else if (request.kind === 'edit-queue' && request.edit === 'resume') {
      const edited = editedOf(this.#queues, request.queue);
      edited.newestRevision = Math.max(edited.newestRevision, request.revision);
      const last = edited.pauses.at(-1);
      if (last !== undefined && revisionOf(last.pause) < request.revision) {
        last.toUs = Math.min(last.toUs, at);
      }
    }
  }

  #answered(fact: Answered): void {
    const { request, answer } = fact;
    if (answer.kind !== 'ok') return;
    if (request.kind === 'put-schedule' || request.kind === 'edit-schedule') {
      const edited = editedOf(this.#schedules, request.schedule);
      if (edited.newestRevision !== request.revision) return;
      if (request.kind === 'edit-schedule' || request.revision > 1) this.#edits++;
      const isResume = request.kind === 'edit-schedule' && request.edit === 'resume';
      edited.inForce ??= isResume ? undefined : fact;
    } else if (request.kind === 'edit-queue' && request.edit === 'pause') {
      const edited = editedOf(this.#queues, request.queue);
      if (edited.newestRevision > request.revision) return;
      this.#edits++;
      edited.pauses.push({ pause: fact, toUs: Number.POSITIVE_INFINITY });
    }
  }

  #tickBegan(fact: Began, tick: TickId): void {
    const edit = this.#schedules.get(tick.schedule)?.inForce;
    if (edit === undefined || this.#startWallUs === undefined) return;
    const dueUs = tick.nominalUs - this.#startWallUs;
    if (dueUs <= edit.at + this.#epsilonUs) return;
    if (edit.request.kind === 'put-schedule') {
      if (!this.#undue.has(tick)) this.#undue.set(tick, { put: edit, fact });
      return;
    }
    const how = edit.request.kind === 'edit-schedule' ? edit.request.edit : '';
    const when = `, though a ${how} was answered at ${secondsText(edit.at)}`;
    this.#breaks.add([edit, fact], `tick ${tickText(tick)} began${when}`);
  }

  #judgeQueue(fact: Began): void {
    const name = this.#jobs.of(fact);
    const edited = name === undefined ? undefined : this.#queues.get(name);
    if (edited === undefined || edited.pauses.length === 0) return;
    const atUs = this.#decisions.atUs(fact.job, fact.token);
    const [afterUs, beforeUs] = [atUs ?? this.#jobs.askedUs(fact.job), atUs ?? fact.at];
    const found = edited.pauses.find(({ pause, toUs }) => pause.at < afterUs && beforeUs < toUs);
    if (found === undefined) return;
    const when = `after the pause of queue ${name} at ${secondsText(found.pause.at)}`;
    this.#breaks.add([found.pause, fact], `job ${fact.job} was granted ${when}, and began`);
  }
}

function editedOf(all: Map<string, Edited>, name: string): Edited {
  let edited = all.get(name);
  if (edited === undefined) {
    edited = { newestRevision: Number.NEGATIVE_INFINITY, inForce: undefined, pauses: [] };
    all.set(name, edited);
  }
  return edited;
}

const revisionOf = ({ request }: Answered): number =>
  'revision' in request ? request.revision : 0;
