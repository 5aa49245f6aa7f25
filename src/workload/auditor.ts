import type { Host, Message } from '../host/host.ts';
import type { Program, ProgramFactory } from '../host/program.ts';
import { type Effect, NOTHING, nowOnly, type Output } from '../host/step.ts';
import { assert } from '../lib/assert.ts';
import { pick } from '../lib/random.ts';
import { MS, SECOND } from '../lib/units.ts';
import type {
  ApiAnswer,
  ApiResult,
  ListedJob,
  ListedSchedule,
  ListedSkip,
} from '../scheduler/api.ts';
import { LeaderBelief } from './leader-belief.ts';
import type { Harness } from './workload.ts';

export interface AuditorOptions {
  readonly members: readonly string[];
  readonly harness: Harness;
  /** When the audit begins, since the run's start. */
  readonly beginAfterUs: number;
  /** It reads schedules back, too: where they were edited, what became of them is in question. */
  readonly readsSchedules?: boolean;
  /** It ends incomplete after this; 30 s when not told. */
  readonly boundUs?: number;
  /** Entries asked for at a time; 500 when not told. */
  readonly pageLimit?: number;
}

const BOUND_US = 30 * SECOND;
const PAGE_LIMIT = 500;
/** A page not answered within this is asked for again, from the next member. */
const RESEND_US = SECOND;
/** Waits longer than this are waited for in parts, the first of this share. */
const EARLY_MIN_US = SECOND;
const EARLY_SHARE = 0.99;
const REDIRECT_WAIT_US = 100 * MS;

/** What it asks for, in this order. */
type Listing = 'list-jobs' | 'list-skips' | 'list-schedules';

/** How far the audit is; it outlives a restart, or what was recorded would be recorded twice. */
interface Progress {
  stage: 'before' | Listing | 'ended';
  /** Cursor of the page asked for, and the number of that request. */
  after: string;
  op: number;
  begunUs: number;
}

/**
 * Reads every job and every skipped tick back through the API, and every schedule when told, page
 * by page, and records what it reads. It asks until everything was read or its time is over; then
 * judges know that what it lists is not all there is. It begins by itself at a planned time.
 */
export function createAuditor(options: AuditorOptions): ProgramFactory {
  assert(options.members.length > 0, 'an auditor needs members to ask');
  const progress: Progress = { stage: 'before', after: '', op: 0, begunUs: 0 };
  return (host) => new Auditor(host, options, progress);
}

class Auditor implements Program {
  readonly #options: AuditorOptions;
  readonly #progress: Progress;
  readonly #belief: LeaderBelief;
  #target = '';

  constructor(host: Host, options: AuditorOptions, progress: Progress) {
    this.#options = options;
    this.#progress = progress;
    this.#belief = new LeaderBelief(options.members, pick(host.random, options.members));
  }

  onStart(): Output {
    const { stage, begunUs } = this.#progress;
    if (stage === 'ended') return NOTHING;
    const nowUs = this.#options.harness.now();
    if (stage === 'before') return this.#await();
    const boundUs = this.#options.boundUs ?? BOUND_US;
    const leftUs = Math.max(0, begunUs + boundUs - nowUs);
    const bound: Effect = { kind: 'setTimer', tag: 'bound', afterUs: leftUs };
    return nowOnly([bound, ...this.#askPage(this.#belief.believed)]);
  }

  onTimer(tag: string): Output {
    if (this.#progress.stage === 'ended') return NOTHING;
    switch (tag) {
      case 'begin':
        return this.#await();
      case 'bound':
        return this.#end(false, `${this.#progress.stage} was not answered to the end in time`);
      case 'silence':
        return nowOnly(this.#askPage(this.#belief.silent(this.#target)));
      default:
        return nowOnly(this.#askPage(this.#belief.believed));
    }
  }

  onMessage(from: string, message: Message): Output {
    if (message.kind !== 'api-answer') return NOTHING;
    const { op, result } = message as ApiAnswer;
    const { stage } = this.#progress;
    // A number is used for one page only, so copies and latecomers are not read twice.
    if (op !== this.#progress.op || stage === 'ended' || stage === 'before') return NOTHING;
    return this.#answered(from, result);
  }

  onDisk(): Output {
    return NOTHING;
  }

  snapshot(): unknown {
    return { ...this.#progress };
  }

  /** In a long run its own clock may be minutes off by then: it looks again shortly before. */
  #await(): Output {
    const leftUs = this.#options.beginAfterUs - this.#options.harness.now();
    if (leftUs <= 0) return this.#begin();
    const afterUs = leftUs > EARLY_MIN_US ? Math.floor(leftUs * EARLY_SHARE) : leftUs;
    return nowOnly([{ kind: 'setTimer', tag: 'begin', afterUs }]);
  }

  #begin(): Output {
    this.#progress.begunUs = this.#options.harness.now();
    const afterUs = this.#options.boundUs ?? BOUND_US;
    return nowOnly([{ kind: 'setTimer', tag: 'bound', afterUs }, ...this.#turnTo('list-jobs', '')]);
  }

  #answered(from: string, result: ApiResult): Output {
    const { stage, after } = this.#progress;
    switch (result.kind) {
      case 'redirect':
        if (from !== this.#target) return NOTHING;
        this.#target = this.#belief.redirected(from, result.leader).member;
        return nowOnly([
          { kind: 'setTimer', tag: 'redirect', afterUs: REDIRECT_WAIT_US },
          { kind: 'cancelTimer', tag: 'silence' },
        ]);
      case 'error':
        return this.#end(false, `${stage} was refused: ${result.field}: ${result.reason}`);
      case 'jobs':
        if (stage !== 'list-jobs') return NOTHING;
        this.#belief.answered(from);
        for (const listed of result.jobs) this.#recordJob(listed);
        return result.next === undefined
          ? nowOnly(this.#turnTo('list-skips', ''))
          : this.#nextPage(after, result.next);
      case 'skips':
        if (stage !== 'list-skips') return NOTHING;
        this.#belief.answered(from);
        for (const listed of result.skips) this.#recordSkip(listed);
        if (result.next !== undefined) return this.#nextPage(after, result.next);
        if (this.#options.readsSchedules !== true) return this.#end(true);
        return nowOnly(this.#turnTo('list-schedules', ''));
      case 'schedules':
        if (stage !== 'list-schedules') return NOTHING;
        this.#belief.answered(from);
        for (const listed of result.schedules) this.#recordSchedule(listed);
        return result.next === undefined ? this.#end(true) : this.#nextPage(after, result.next);
      case 'ok':
        return NOTHING;
    }
  }

  #nextPage(after: string, next: string): Output {
    const { stage } = this.#progress;
    // A cursor that stands still would have the same page read for ever.
    if (next === after) return this.#end(false, `${stage} does not get beyond ${next}`);
    return nowOnly(this.#turnTo(stage as Listing, next));
  }

  #turnTo(stage: Listing, after: string): readonly Effect[] {
    this.#progress.stage = stage;
    this.#progress.after = after;
    this.#progress.op++;
    return this.#askPage(this.#belief.believed);
  }

  #askPage(target: string): readonly Effect[] {
    const { stage, after, op } = this.#progress;
    assert(stage !== 'before' && stage !== 'ended', () => `nothing to ask when ${stage}`);
    this.#target = target;
    const limit = this.#options.pageLimit ?? PAGE_LIMIT;
    const message = { kind: 'api', v: 1, op, request: { kind: stage, after, limit } };
    return [
      { kind: 'cancelTimer', tag: 'redirect' },
      { kind: 'setTimer', tag: 'silence', afterUs: RESEND_US },
      { kind: 'send', to: target, message },
    ];
  }

  #end(complete: boolean, reason?: string): Output {
    this.#progress.stage = 'ended';
    const { record, now } = this.#options.harness;
    const why = reason === undefined ? undefined : { reason };
    record({ kind: 'audit-ended', at: now(), complete, ...why });
    const tags = ['bound', 'silence', 'redirect'];
    return nowOnly(tags.map((tag): Effect => ({ kind: 'cancelTimer', tag })));
  }

  #recordJob(listed: ListedJob): void {
    const { record, now } = this.#options.harness;
    const { job, state, attempts } = listed;
    const tick = listed.tick === undefined ? undefined : { tick: listed.tick };
    record({ kind: 'audited-job', at: now(), job, state, attempts, ...tick });
  }

  #recordSchedule({ schedule, revision, standing }: ListedSchedule): void {
    const { record, now } = this.#options.harness;
    record({ kind: 'audited-schedule', at: now(), schedule, revision, standing });
  }

  #recordSkip({ tick, reason }: ListedSkip): void {
    const { record, now } = this.#options.harness;
    record({ kind: 'audited-skip', at: now(), tick, reason });
  }
}
