/**
 * worker: runs attempts of jobs, as many at a time as it has slots.
 *
 *     run ──► body (runUs) ──► effects to the ledger, until answered ──► report, until acknowledged
 *
 * It beats to the member it believes leads, listing what it holds, and turns to the next one when
 * nobody answers. Fenced, it refuses a leader older than it has heard of. What a job does is
 * injected.
 *
 *   worker.ts   the program (this file)
 *   attempt.ts  one attempt that a worker holds
 *   compass.ts  which member to talk to
 */

import type { Token } from '../../history/fact.ts';
import { compareTokens } from '../../history/fact.ts';
import type { DiskOutcome, Host, Message, Recovered } from '../../host/host.ts';
import type { Program } from '../../host/program.ts';
import type { Output } from '../../host/step.ts';
import { NOTHING } from '../../host/step.ts';
import { required } from '../../lib/assert.ts';
import { MS, SECOND } from '../../lib/units.ts';
import type {
  Beat,
  EffectAck,
  EffectRequest,
  Finished,
  JobBody,
  Launch,
  Run,
  SchedulerMessage,
} from '../api.ts';
import { IncarnationCounter } from '../parts/incarnation.ts';
import { Out } from '../parts/out.ts';
import type { Attempt } from './attempt.ts';
import { effectIdOf, jobOfEffectId, newAttempt } from './attempt.ts';
import { Compass } from './compass.ts';

export interface WorkerOptions {
  readonly members: readonly string[];
  readonly ledger: string;
  readonly slots: number;
  readonly beatUs: number;
  readonly body: JobBody;
}

const BEAT_TIMER = 'beat';
const RESEND_TIMER = 'resend';
const RESEND_US = 500 * MS;
/** Until somebody answers, a worker looks for the leader this often, or as often as it beats. */
const SEARCH_US = SECOND;
/** Tokens remembered of attempts that are over, so that a repeated `run` starts nothing. */
const REMEMBERED_MAX = 4_096;

/** The newest attempt of a job that is over here, and what whoever sends it again is told. */
interface Over {
  readonly token: Token;
  readonly how: 'stopped' | 'refused';
}

export const createWorker =
  (options: WorkerOptions) =>
  (host: Host): Program =>
    new Worker(host, options);

class Worker implements Program {
  readonly #host: Host;
  readonly #options: WorkerOptions;
  readonly #counter: IncarnationCounter;
  readonly #compass: Compass;
  readonly #out = new Out();
  readonly #held = new Map<string, Attempt>();
  readonly #over = new Map<string, Over>();
  #incarnation = 0;
  #epoch = 0;
  #running = 0;
  /** Attempts that wait for the ledger or for the scheduler. */
  #pending = 0;

  constructor(host: Host, options: WorkerOptions) {
    this.#host = host;
    this.#options = options;
    this.#counter = new IncarnationCounter(host);
    this.#compass = new Compass(options.members);
  }

  onStart(recovered: Recovered): Output {
    this.#counter.begin(recovered);
    return NOTHING;
  }

  onDisk(token: string, outcome: DiskOutcome): Output {
    if (this.#counter.onDisk(token, outcome) === undefined) return NOTHING;
    this.#incarnation = this.#counter.stamp;
    this.#beat();
    return this.#out.take();
  }

  onMessage(from: string, message: Message): Output {
    if (this.#incarnation > 0) this.#on(from, message as SchedulerMessage);
    return this.#out.take();
  }

  onTimer(tag: string): Output {
    if (tag === BEAT_TIMER) this.#onBeatTimer();
    else if (tag === RESEND_TIMER) this.#resend();
    else this.#onBodyTimer(tag.slice('body:'.length));
    return this.#out.take();
  }

  /** Bodies are stopped and whoever launched them is told, so that nobody waits for a timeout. */
  onStop(): Output {
    for (const { launch, stage } of [...this.#held.values()]) {
      if (stage !== 'body') continue;
      this.#drop(launch.job, 'stopped');
      this.#answerRun(this.#compass.leader, launch, 'stopped');
    }
    this.#out.exitAfterSync('stopped');
    return this.#out.take();
  }

  snapshot(): unknown {
    return { incarnation: this.#incarnation, epoch: this.#epoch, held: [...this.#held.values()] };
  }

  #on(from: string, message: SchedulerMessage): void {
    switch (message.kind) {
      case 'run':
        return this.#onRun(from, message);
      case 'stop':
        return this.#onStop(message.job, message.token);
      case 'finished-ack':
        return this.#onAcknowledged(message.job, message.token);
      case 'effect-ack':
        return this.#onEffect(message);
      case 'beat-ack':
        if (message.newest !== undefined) this.#counter.raise(message.newest);
        return this.#heard(from, message.epoch);
      case 'roll-call':
        this.#heard(from, message.epoch);
        return this.#beat();
      case 'not-leader':
        if (this.#compass.redirect(from, message.leader)) this.#beat();
        return;
      default:
        return;
    }
  }

  #heard(from: string, epoch: number): void {
    if (epoch < this.#epoch) return;
    this.#epoch = epoch;
    this.#compass.heard(from);
  }

  #onRun(from: string, message: Run): void {
    const { launch, epoch } = message;
    if (message.incarnation !== this.#incarnation) return;
    const { job, token } = launch;
    const held = this.#held.get(job)?.launch.token;
    const over = this.#over.get(job);
    if (held !== undefined && compareTokens(held, token) === 0) return;
    // The same launch again: one that is over here is not begun twice, and whoever asks is told.
    if (over !== undefined && compareTokens(over.token, token) === 0) {
      return this.#answerRun(from, launch, over.how);
    }
    // Whether an attempt older than the newest one known here ever began is not remembered, so it
    // is not called refused, which would promise that its body never ran.
    const isOlder = isNewer(held, token) || isNewer(over?.token, token);
    if (launch.fenced && isOlder) return this.#answerRun(from, launch, 'stopped');
    if (launch.fenced && epoch < this.#epoch) return this.#refuse(from, launch);
    if (held !== undefined) this.#drop(job, 'stopped');
    if (this.#running >= this.#options.slots) return this.#refuse(from, launch);
    const plan = this.#options.body.begin(this.#host.self, launch);
    if (plan.outcome === 'exits') return this.#host.exit(`${job} took the program down`);
    this.#start(newAttempt(launch, plan));
  }

  /** The scheduler will launch the job anew: a copy of this launch must not begin later. */
  #refuse(from: string, launch: Launch): void {
    this.#remember(launch, 'refused');
    this.#answerRun(from, launch, 'refused');
  }

  #answerRun(from: string, { job, token }: Launch, how: Over['how']): void {
    this.#out.send<Finished>(from, { kind: 'finished', v: 1, job, token, how });
  }

  #start(attempt: Attempt): void {
    const { job, timeoutUs } = attempt.launch;
    this.#held.set(job, attempt);
    this.#running += 1;
    this.#out.setTimer(`body:${job}`, Math.min(attempt.plan.runUs, timeoutUs));
  }

  #onBodyTimer(job: string): void {
    const attempt = required(this.#held.get(job), `attempt of ${job}`);
    const { plan, launch } = attempt;
    const how = plan.runUs > launch.timeoutUs ? 'stopped' : plan.outcome;
    this.#endBody(attempt, how);
    attempt.how = how;
    attempt.stage = how === 'succeeded' && plan.effects.length > 0 ? 'effects' : 'report';
    this.#pending += 1;
    this.#push(attempt);
    if (this.#pending === 1) this.#out.setTimer(RESEND_TIMER, RESEND_US);
  }

  #endBody(attempt: Attempt, how: 'succeeded' | 'failed' | 'stopped'): void {
    this.#running -= 1;
    this.#options.body.end(this.#host.self, attempt.launch, how);
  }

  /** Sends what an attempt waits for an answer to. */
  #push(attempt: Attempt): void {
    const { launch } = attempt;
    const { job, token, tick, sink, fenced } = launch;
    if (attempt.stage === 'report') {
      const report: Finished = { kind: 'finished', v: 1, job, token, how: attempt.how };
      this.#out.send<Finished>(this.#compass.leader, report);
      return;
    }
    for (const effect of attempt.unanswered) {
      const id = effectIdOf(launch, effect);
      const base = { kind: 'effect', v: 1, id, job, effect, token, sink, fenced } as const;
      const request = tick === undefined ? base : { ...base, tick };
      this.#out.send<EffectRequest>(this.#options.ledger, request);
    }
  }

  #resend(): void {
    for (const attempt of this.#held.values()) {
      if (attempt.stage === 'body') continue;
      // One try may simply be under way: only what has waited a whole period is sent again.
      if (attempt.isStale) this.#push(attempt);
      attempt.isStale = true;
    }
    if (this.#pending > 0) this.#out.setTimer(RESEND_TIMER, RESEND_US);
  }

  #onEffect(answer: EffectAck): void {
    const attempt = this.#held.get(jobOfEffectId(answer.id));
    if (attempt?.stage !== 'effects') return;
    const effect = attempt.unanswered.find(
      (name) => effectIdOf(attempt.launch, name) === answer.id,
    );
    if (effect === undefined) return;
    attempt.unanswered = attempt.unanswered.filter((name) => name !== effect);
    // A key that was there already is an effect that is done; a refused token is a newer attempt's.
    if (!answer.accepted && attempt.launch.sink === 'token') attempt.how = 'stopped';
    if (attempt.unanswered.length > 0) return;
    attempt.stage = 'report';
    attempt.isStale = false;
    this.#push(attempt);
  }

  #onAcknowledged(job: string, token: Token): void {
    const attempt = this.#held.get(job);
    if (attempt?.stage !== 'report') return;
    if (compareTokens(attempt.launch.token, token) === 0) this.#forget(attempt);
  }

  #onStop(job: string, token: Token): void {
    const attempt = this.#held.get(job);
    if (attempt === undefined || compareTokens(attempt.launch.token, token) !== 0) return;
    this.#drop(job, 'stopped');
  }

  /** Gives an attempt up in whatever stage it is. */
  #drop(job: string, how: 'stopped'): void {
    const attempt = required(this.#held.get(job), `attempt of ${job}`);
    if (attempt.stage === 'body') {
      this.#out.cancelTimer(`body:${job}`);
      this.#endBody(attempt, how);
      this.#pending += 1;
    }
    this.#forget(attempt);
  }

  #forget({ launch }: Attempt): void {
    this.#pending -= 1;
    this.#held.delete(launch.job);
    this.#remember(launch, 'stopped');
  }

  #remember({ job, token }: Launch, how: Over['how']): void {
    if (isNewer(this.#over.get(job)?.token, token)) return;
    this.#over.delete(job);
    this.#over.set(job, { token, how });
    if (this.#over.size <= REMEMBERED_MAX) return;
    for (const oldest of this.#over.keys()) {
      this.#over.delete(oldest);
      return;
    }
  }

  /** Nobody answered the last beat: the next member may know better. */
  #onBeatTimer(): void {
    if (!this.#compass.isAnswered) this.#compass.turn();
    this.#beat();
  }

  #beat(): void {
    const holding = [...this.#held.values()].map(({ launch: { job, token } }) => ({ job, token }));
    const { slots: capacity, beatUs } = this.#options;
    const incarnation = this.#incarnation;
    const epoch = this.#epoch;
    const beat: Beat = { kind: 'beat', v: 1, incarnation, epoch, capacity, holding };
    const wasAnswered = this.#compass.isAnswered;
    this.#compass.asked();
    this.#out.send<Beat>(this.#compass.leader, beat);
    this.#out.setTimer(BEAT_TIMER, wasAnswered ? beatUs : Math.min(SEARCH_US, beatUs));
  }
}

const isNewer = (known: Token | undefined, token: Token): boolean =>
  known !== undefined && compareTokens(known, token) > 0;
