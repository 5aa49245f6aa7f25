import type { Host, Message } from '../host/host.ts';
import type { Program, ProgramFactory } from '../host/program.ts';
import { type Effect, NOTHING, nowOnly, type Output } from '../host/step.ts';
import { assert, InvariantBroken, required } from '../lib/assert.ts';
import { SECOND } from '../lib/units.ts';
import type { ListedJob, ListedSchedule, ListedSkip } from '../scheduler/api.ts';
import { type RequestOutcome, SchedulerClient } from '../scheduler/client.ts';
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
  readonly #client: SchedulerClient;

  constructor(host: Host, options: AuditorOptions, progress: Progress) {
    this.#options = options;
    this.#progress = progress;
    const { members, harness } = options;
    const nowUs = () => harness.now();
    this.#client = new SchedulerClient(host, { members, resendUs: RESEND_US, nowUs });
  }

  onStart(): Output {
    const { stage } = this.#progress;
    if (stage === 'ended') return NOTHING;
    return stage === 'before' ? this.#await() : this.#askPage(stage);
  }

  onTimer(tag: string): Output {
    if (tag === 'begin') return this.#await();
    const effects: Effect[] = [];
    const settled = required(this.#client.onTimer(tag, effects), `a timer ${tag}`);
    for (const { outcome } of settled) return this.#settled(outcome);
    return nowOnly(effects);
  }

  onMessage(from: string, message: Message): Output {
    const effects: Effect[] = [];
    // A number is used for one page only, so copies and latecomers are not read twice.
    const settled = this.#client.onMessage(from, message, effects);
    if (settled !== undefined) return this.#settled(settled.outcome);
    return effects.length === 0 ? NOTHING : nowOnly(effects);
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
    return this.#turnTo('list-jobs', '');
  }

  #settled(outcome: RequestOutcome): Output {
    const { stage, after } = this.#progress;
    if (outcome.kind === 'unknown') {
      return this.#end(false, `${stage} was not answered to the end in time`);
    }
    if (outcome.kind === 'refused') {
      return this.#end(false, `${stage} was refused: ${outcome.field}: ${outcome.reason}`);
    }
    const { result } = outcome;
    switch (result.kind) {
      case 'jobs':
        for (const listed of result.jobs) this.#recordJob(listed);
        if (result.next !== undefined) return this.#nextPage(after, result.next);
        return this.#turnTo('list-skips', '');
      case 'skips':
        for (const listed of result.skips) this.#recordSkip(listed);
        if (result.next !== undefined) return this.#nextPage(after, result.next);
        if (this.#options.readsSchedules !== true) return this.#end(true);
        return this.#turnTo('list-schedules', '');
      case 'schedules':
        for (const listed of result.schedules) this.#recordSchedule(listed);
        return result.next === undefined ? this.#end(true) : this.#nextPage(after, result.next);
      case 'ok':
        throw new InvariantBroken(`${stage} was answered with no list`);
    }
  }

  #nextPage(after: string, next: string): Output {
    const { stage } = this.#progress;
    // A cursor that stands still would have the same page read for ever.
    if (next === after) return this.#end(false, `${stage} does not get beyond ${next}`);
    return this.#turnTo(stage as Listing, next);
  }

  #turnTo(stage: Listing, after: string): Output {
    this.#progress.stage = stage;
    this.#progress.after = after;
    this.#progress.op++;
    return this.#askPage(stage);
  }

  #askPage(stage: Listing): Output {
    const { after, op, begunUs } = this.#progress;
    const limit = this.#options.pageLimit ?? PAGE_LIMIT;
    const giveUpUs = begunUs + (this.#options.boundUs ?? BOUND_US);
    const effects: Effect[] = [];
    this.#client.ask(op, { kind: stage, after, limit }, giveUpUs, effects);
    return nowOnly(effects);
  }

  #end(complete: boolean, reason?: string): Output {
    this.#progress.stage = 'ended';
    const { record, now } = this.#options.harness;
    const why = reason === undefined ? undefined : { reason };
    record({ kind: 'audit-ended', at: now(), complete, ...why });
    return NOTHING;
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
