/**
 * worker: runs attempts of jobs, as many at a time as it has slots.
 *
 *     run ──► body (runUs) ──► effects to the ledger, until answered ──► report, until acknowledged
 *               │ stop, timeout, no sign of life, end of the drain
 *               ├──► stopped, and reported where it is the worker that stopped it
 *               └──► a body that ignores it works on: a zombie, in its slot until its end, whose
 *                    effects still go to the ledger, with the old token; nobody is told of it
 *
 * It beats to the member it believes leads, listing what it holds, and turns to the next one when
 * nobody answers; more often while it holds jobs with short heartbeats, whose signs of life it
 * tells. Fenced, it refuses a leader older than it has heard of. Asked to stop it drains: takes
 * nothing new, gives bodies some time to end, and exits when all it held is acknowledged. What a
 * job does is injected.
 *
 * Schedulers that sample workers have it keep a queue of places and attempts besides, and hear the
 * reports of what they handed out themselves.
 *
 *   worker.ts      the program (this file)
 *   attempt.ts     one attempt on a worker, and what is said of it
 *   heartbeats.ts  signs of life, and what ends a body
 *   room.ts        what is left of its processors and memory
 *   over.ts        attempts that are over, so that none begins twice
 *   compass.ts     which member to talk to
 *   reservations.ts  the queue of schedulers that sample workers
 */

import type { Resources, Token } from '../../history/fact.ts';
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
import type { ProbeMessage } from '../probe-api.ts';
import type { Attempt } from './attempt.ts';
import {
  attemptKeyOf,
  attemptKeyOfEffectId,
  effectIdOf,
  effectRequestOf,
  isWorthReporting,
  jobOfAttemptKey,
  newAttempt,
  reportOf,
} from './attempt.ts';
import { Compass } from './compass.ts';
import { endOf, heldOf, soonestTellUs, tellEveryUs } from './heartbeats.ts';
import { isNewer, type Over, OverBook } from './over.ts';
import { Reservations, type Station } from './reservations.ts';
import { hasRoomFor, resourcesTold } from './room.ts';

export interface WorkerOptions {
  readonly members: readonly string[];
  readonly ledger: string;
  readonly slots: number;
  readonly beatUs: number;
  /** What it is good for, told in every beat; which jobs it gets is the scheduler's business. */
  readonly tags?: readonly string[];
  /** What it has for bodies; where absent, only slots count. */
  readonly resources?: Resources;
  /** Asked to stop, it gives bodies under way so long to end; 0 stops them at once. */
  readonly drainUs: number;
  readonly body: JobBody;
}

/** The replaceable decisions: a mutant replaces one. */
export interface WorkerParts {
  /** Attempts that it may hold at a time, besides bodies that it can not get rid of. */
  readonly capacity: (slots: number, zombies: number) => number;
}

export const WORKER_PARTS: WorkerParts = {
  capacity: (slots, zombies) => slots - zombies,
};

const BEAT_TIMER = 'beat';
const TELL_TIMER = 'tell';
const RESEND_TIMER = 'resend';
const DRAIN_TIMER = 'drain';
const BODY_TIMER = 'body:';
const ZOMBIE_TIMER = 'zombie:';
const RESEND_US = 500 * MS;
/** Until somebody answers, a worker looks for the leader this often, or as often as it beats. */
const SEARCH_US = SECOND;

export const createWorker =
  (options: WorkerOptions, parts: WorkerParts = WORKER_PARTS) =>
  (host: Host): Program =>
    new Worker(host, options, parts);

class Worker implements Program, Station {
  readonly #host: Host;
  readonly #options: WorkerOptions;
  readonly #parts: WorkerParts;
  readonly #counter: IncarnationCounter;
  readonly #compass: Compass;
  readonly #out = new Out();
  readonly #held = new Map<string, Attempt>();
  /** Given up, but not ended: by {@link attemptKeyOf}, for a later attempt may be held. */
  readonly #zombies = new Map<string, Attempt>();
  readonly #over = new OverBook();
  readonly #reservations: Reservations;
  #incarnation = 0;
  #epoch = 0;
  /** Bodies at work, and how many of them are those of zombies: each takes a slot. */
  #running = 0;
  #zombiesRunning = 0;
  /** Attempts that wait for the ledger or for the scheduler. */
  #pending = 0;
  /** When it tells signs of life next, besides its beats; Infinity when the timer is not set. */
  #tellUs = Number.POSITIVE_INFINITY;
  #drain: 'not-asked' | 'waits' | 'over' = 'not-asked';

  constructor(host: Host, options: WorkerOptions, parts: WorkerParts) {
    this.#host = host;
    this.#options = options;
    this.#parts = parts;
    this.#counter = new IncarnationCounter(host);
    this.#compass = new Compass(options.members);
    this.#reservations = new Reservations(host, this.#out, options.tags);
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
    if (this.#incarnation > 0) this.#on(from, message as SchedulerMessage | ProbeMessage);
    this.#reservations.serve(this);
    return this.#out.take();
  }

  onTimer(tag: string): Output {
    if (tag === BEAT_TIMER) this.#onBeatTimer();
    else if (tag === TELL_TIMER) this.#onTellTimer();
    else if (tag === RESEND_TIMER) this.#resend();
    else if (tag === DRAIN_TIMER) this.#endDrain();
    else if (tag.startsWith(BODY_TIMER)) this.#onBodyTimer(tag.slice(BODY_TIMER.length));
    else if (!this.#reservations.onTimer(tag)) this.#onZombieTimer(tag.slice(ZOMBIE_TIMER.length));
    this.#reservations.serve(this);
    return this.#out.take();
  }

  /** Bodies get their time to end; from here on nothing new begins, and the scheduler is told. */
  onStop(): Output {
    if (this.#drain !== 'not-asked') return NOTHING;
    this.#drain = 'waits';
    if (this.#incarnation > 0) this.#beat();
    for (const { from, run } of this.#reservations.close()) this.#refuse(from, run.launch);
    if (this.#running === 0 || this.#options.drainUs === 0) this.#endDrain();
    else this.#out.setTimer(DRAIN_TIMER, this.#options.drainUs);
    return this.#out.take();
  }

  snapshot(): unknown {
    return { incarnation: this.#incarnation, epoch: this.#epoch, held: [...this.#held.values()] };
  }

  #on(from: string, message: SchedulerMessage | ProbeMessage): void {
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
        return this.#reservations.onMessage(from, message, this);
    }
  }

  #heard(from: string, epoch: number): void {
    if (epoch < this.#epoch) return;
    this.#epoch = epoch;
    this.#compass.heard(from);
  }

  #onRun(from: string, message: Run): void {
    const { launch, epoch, request, queued } = message;
    if (message.incarnation !== this.#incarnation) return;
    const isAwaited = request === undefined || this.#reservations.answered(from, request);
    const { job, token } = launch;
    const held = this.#held.get(job)?.launch.token;
    const over = this.#over.get(job);
    if (held !== undefined && compareTokens(held, token) === 0) return;
    // The same launch again: one that is over here is not begun twice, and whoever asks is told.
    if (over !== undefined && compareTokens(over.token, token) === 0) {
      return this.#answerRun(from, launch, over.how);
    }
    if (this.#zombies.has(attemptKeyOf(launch))) return this.#answerRun(from, launch, 'stopped');
    // Whether an attempt older than the newest one known here ever began is not remembered, so it
    // is not called refused, which would promise that its body never ran.
    const isOlder = isNewer(held, token) || isNewer(over?.token, token);
    if (launch.fenced && isOlder) return this.#answerRun(from, launch, 'stopped');
    if (launch.fenced && epoch < this.#epoch) return this.#refuse(from, launch);
    // Too late, and never to begin: no answer to this request is waited for again. The same attempt
    // may still come in answer to another one.
    if (!isAwaited) return this.#answerRun(from, launch, 'refused', request);
    if (held !== undefined) this.#drop(job);
    if (this.working + this.#reservations.keptSlots >= this.#capacity) {
      if (request !== undefined) return this.#answerRun(from, launch, 'refused', request);
      if (queued !== true || this.#drain !== 'not-asked') return this.#refuse(from, launch);
      return this.#reservations.bind(from, message);
    }
    const running = [...this.#held.values(), ...this.#zombies.values()];
    if (!hasRoomFor(this.#options.resources, running, launch)) return this.#refuse(from, launch);
    const plan = this.#options.body.begin(this.#host.self, launch);
    if (plan.outcome === 'exits') return this.#host.exit(`${job} took the program down`);
    const attempt = newAttempt(launch, plan, this.#host.monotonicUs());
    if (request !== undefined || queued === true) attempt.home = from;
    this.#start(attempt);
  }

  /** As those see it who wait for a slot. */
  get incarnation(): number {
    return this.#incarnation;
  }

  get working(): number {
    return this.#running - this.#zombiesRunning;
  }

  get room(): number {
    return this.#capacity;
  }

  begin(from: string, run: Run): void {
    this.#onRun(from, run);
  }

  /** The scheduler will launch the job anew: a copy of this launch must not begin later. */
  #refuse(from: string, launch: Launch): void {
    this.#over.add(launch, 'refused');
    this.#answerRun(from, launch, 'refused');
  }

  #answerRun(from: string, { job, token }: Launch, how: Over['how'], request?: number): void {
    const report = { kind: 'finished', v: 1, job, token } as const;
    if (how === 'stopped') return this.#out.send<Finished>(from, { how, ...report });
    const refusal: Finished = { how, incarnation: this.#incarnation, ...report };
    this.#out.send<Finished>(from, request === undefined ? refusal : { request, ...refusal });
  }

  #start(attempt: Attempt): void {
    const { launch, plan } = attempt;
    const { job, heartbeatUs } = launch;
    this.#held.set(job, attempt);
    this.#running += 1;
    this.#out.setTimer(BODY_TIMER + job, endOf(plan, launch).afterUs);
    if (heartbeatUs !== undefined) this.#tellAfter(tellEveryUs(heartbeatUs));
  }

  #onBodyTimer(job: string): void {
    const attempt = required(this.#held.get(job), `attempt of ${job}`);
    const { how, why } = endOf(attempt.plan, attempt.launch);
    if (why !== undefined) return this.#giveUp(attempt, why);
    this.#endBody(attempt, how);
    this.#follow(attempt);
  }

  /** The worker itself stops it, and says so. */
  #giveUp(attempt: Attempt, why: NonNullable<Finished['why']>): void {
    this.#stopBody(attempt);
    attempt.why = why;
    this.#follow(attempt);
  }

  /** Its body has ended: what has to be answered now. */
  #follow(attempt: Attempt): void {
    const hasEffects = attempt.how === 'succeeded' && attempt.unanswered.length > 0;
    attempt.stage = hasEffects ? 'effects' : 'report';
    this.#pending += 1;
    this.#push(attempt);
    if (this.#pending === 1) this.#out.setTimer(RESEND_TIMER, RESEND_US);
  }

  #endBody(attempt: Attempt, how: Attempt['how']): void {
    this.#running -= 1;
    attempt.how = how;
    attempt.endedUs = this.#host.monotonicUs();
    this.#options.body.end(this.#host.self, attempt.launch, how);
  }

  /** As far as a body can be stopped: one that ignores it works on, and is somebody else's. */
  #stopBody(attempt: Attempt): void {
    if (attempt.plan.ignoresStop !== true) return this.#endBody(attempt, 'stopped');
    const { launch, plan, beganUs } = attempt;
    const key = attemptKeyOf(launch);
    const nowUs = this.#host.monotonicUs();
    attempt.how = 'stopped';
    attempt.endedUs = nowUs;
    this.#zombiesRunning += 1;
    this.#zombies.set(key, newAttempt(launch, plan, beganUs));
    this.#out.setTimer(ZOMBIE_TIMER + key, Math.max(0, beganUs + plan.runUs - nowUs));
  }

  #onZombieTimer(key: string): void {
    const zombie = required(this.#zombies.get(key), `zombie ${key}`);
    const { outcome, effects } = zombie.plan;
    this.#zombiesRunning -= 1;
    this.#endBody(zombie, outcome);
    if (outcome === 'succeeded' && effects.length > 0) return this.#follow(zombie);
    this.#zombies.delete(key);
    this.#leaveWhenDrained();
  }

  #isZombie(attempt: Attempt): boolean {
    return this.#zombies.get(attemptKeyOf(attempt.launch)) === attempt;
  }

  /** Sends what an attempt waits for an answer to; of a zombie nothing is reported. */
  #push(attempt: Attempt): void {
    const { launch, stage, unanswered } = attempt;
    if (stage === 'report') {
      if (this.#isZombie(attempt)) return this.#forgetZombie(attempt);
      if (!isWorthReporting(attempt)) return this.#forget(attempt);
      const to = attempt.home ?? this.#compass.leader;
      return this.#out.send<Finished>(to, reportOf(attempt));
    }
    for (const effect of unanswered) {
      this.#out.send<EffectRequest>(this.#options.ledger, effectRequestOf(launch, effect));
    }
  }

  #resend(): void {
    for (const attempt of [...this.#held.values(), ...this.#zombies.values()]) {
      if (attempt.stage === 'body') continue;
      // One try may simply be under way: only what has waited a whole period is sent again.
      if (attempt.isStale) this.#push(attempt);
      attempt.isStale = true;
    }
    if (this.#pending > 0) this.#out.setTimer(RESEND_TIMER, RESEND_US);
  }

  #onEffect(answer: EffectAck): void {
    const attempt = this.#attemptOf(attemptKeyOfEffectId(answer.id));
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

  /** Whose effects those of this key are: not of one to be reported, which waits for none. */
  #attemptOf(key: string): Attempt | undefined {
    const held = this.#held.get(jobOfAttemptKey(key));
    const isIt = held !== undefined && held.stage !== 'report' && attemptKeyOf(held.launch) === key;
    return isIt ? held : this.#zombies.get(key);
  }

  #onAcknowledged(job: string, token: Token): void {
    const attempt = this.#held.get(job);
    if (attempt?.stage !== 'report') return;
    if (compareTokens(attempt.launch.token, token) === 0) this.#forget(attempt);
  }

  #onStop(job: string, token: Token): void {
    const attempt = this.#held.get(job);
    this.#reservations.unbind(job, token);
    if (attempt === undefined || compareTokens(attempt.launch.token, token) !== 0) return;
    this.#drop(job);
  }

  /** Gives an attempt up in whatever stage it is. */
  #drop(job: string): void {
    const attempt = required(this.#held.get(job), `attempt of ${job}`);
    if (attempt.stage === 'body') {
      this.#out.cancelTimer(BODY_TIMER + job);
      this.#stopBody(attempt);
      this.#pending += 1;
    }
    this.#forget(attempt);
  }

  #forget({ launch }: Attempt): void {
    this.#pending -= 1;
    this.#held.delete(launch.job);
    this.#over.add(launch, 'stopped');
    this.#leaveWhenDrained();
  }

  #forgetZombie({ launch }: Attempt): void {
    this.#pending -= 1;
    this.#zombies.delete(attemptKeyOf(launch));
    this.#leaveWhenDrained();
  }

  /** What has not ended by now is stopped; then only answers are waited for. */
  #endDrain(): void {
    this.#drain = 'over';
    for (const attempt of [...this.#held.values()]) {
      if (attempt.stage !== 'body') continue;
      this.#out.cancelTimer(BODY_TIMER + attempt.launch.job);
      this.#giveUp(attempt, 'drain');
    }
    this.#leaveWhenDrained();
  }

  /** Zombies are waited for as long as other bodies: afterwards they end with the process. */
  #leaveWhenDrained(): void {
    if (this.#drain === 'not-asked' || this.#held.size > 0) return;
    if (this.#drain === 'over' || this.#zombies.size === 0) this.#out.exitAfterSync('stopped');
  }

  get #capacity(): number {
    if (this.#drain !== 'not-asked') return 0;
    return this.#parts.capacity(this.#options.slots, this.#zombiesRunning);
  }

  /** Nobody answered the last beat: the next member may know better. */
  #onBeatTimer(): void {
    if (!this.#compass.isAnswered) this.#compass.turn();
    this.#beat();
  }

  #beat(): void {
    const wasAnswered = this.#compass.isAnswered;
    const { beatUs } = this.#options;
    this.#compass.asked();
    this.#out.send<Beat>(this.#compass.leader, this.#beatNow());
    this.#out.setTimer(BEAT_TIMER, wasAnswered ? beatUs : Math.min(SEARCH_US, beatUs));
  }

  #beatNow(): Beat {
    const nowUs = this.#host.monotonicUs();
    const held = [...this.#held.values()].map((attempt) => heldOf(attempt, nowUs));
    const holding = [...held, ...this.#reservations.boundHeld()];
    const { tags, resources } = this.#options;
    return {
      kind: 'beat',
      v: 1,
      incarnation: this.#incarnation,
      epoch: this.#epoch,
      capacity: this.#capacity,
      ...(tags === undefined ? {} : { tags }),
      ...resourcesTold(resources, this.#zombies.values()),
      holding,
    };
  }

  /** Not a question whether anybody leads: whoever is slow to answer is not left for that. */
  #onTellTimer(): void {
    this.#tellUs = Number.POSITIVE_INFINITY;
    const everyUs = soonestTellUs(this.#held.values());
    if (everyUs === undefined) return;
    this.#out.send<Beat>(this.#compass.leader, this.#beatNow());
    this.#tellAfter(everyUs);
  }

  /** Signs of life are told so soon, by a beat of its own where none is due before. */
  #tellAfter(afterUs: number): void {
    const atUs = this.#host.monotonicUs() + afterUs;
    if (afterUs >= this.#options.beatUs || atUs >= this.#tellUs) return;
    this.#tellUs = atUs;
    this.#out.setTimer(TELL_TIMER, afterUs);
  }
}
