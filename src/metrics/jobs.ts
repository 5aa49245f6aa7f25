import type { FactOf, JobState } from '../history/fact.ts';
import { type JobRows, RowBits, RowNumbers } from '../history/job-rows.ts';
import type { Tally } from './throughput.ts';

/** Bits of what is known of a job. */
const CANCELLED = 1;
const SUCCEEDED = 2;
const CREDITED = 4;
const NO_SINK = 8;
const DEAD = 16;
const SUBMITTED = 32;
/** Others may hold it back for as long as they like. */
const HELD = 64;
/** Nonsense, to be refused. */
const HOSTILE = 128;
/** The state that the audit listed, from this bit on; 0 when it listed none. */
const AUDITED_SHIFT = 8;
const AUDITED_CODES: readonly (JobState | undefined)[] = [
  undefined,
  'waiting',
  'running',
  'succeeded',
  'dead',
  'cancelled',
];

/**
 * What a job came to, as the outside world sees it: done; accepted and not over yet; accepted, and
 * over without having been done; never accepted.
 */
export type Fate = 'done' | 'open' | 'over' | 'lost';

export type FinalState = 'completed' | 'cancelled' | 'dead' | 'open';

/**
 * What is known of every submitted job, a row of five numbers each: runs have hundreds of
 * thousands, and a late fact of a finished job must still find its row. Times are true
 * microseconds, -1 for never.
 */
export class JobBook {
  readonly #rows: JobRows;
  readonly #readyUs = new RowNumbers(-1);
  readonly #acceptedUs = new RowNumbers(-1);
  readonly #beganUs = new RowNumbers(-1);
  readonly #doneUs = new RowNumbers(-1);
  readonly #flags = new RowBits();
  readonly #tally: Tally;
  /** Queues that somebody put; others have no limits. */
  readonly #limited = new Set<string>();
  /** Schedules whose jobs ask nothing of the ledger. */
  readonly #withoutSink = new Set<string>();
  #startWallUs = 0;

  constructor(rows: JobRows, tally: Tally) {
    this.#rows = rows;
    this.#tally = tally;
  }

  onRunBegan({ startWallUs }: FactOf<'run-began'>): void {
    this.#startWallUs = startWallUs;
  }

  onDue({ tick, sink }: FactOf<'tick-due'>): void {
    if (sink === 'none') this.#withoutSink.add(tick.schedule);
  }

  onAsked({ at, request, hostile }: FactOf<'asked'>): void {
    const nature = hostile === true ? HOSTILE : 0;
    switch (request.kind) {
      case 'submit': {
        const isHeld = request.parents !== undefined || this.#limited.has(request.queue);
        const sink = request.sink === 'none' ? NO_SINK : 0;
        const saidUs = request.atUs === undefined ? 0 : request.atUs - this.#startWallUs;
        const readyUs = Math.max(at + request.delayUs, saidUs);
        return this.#add(request.job, readyUs, nature | sink | (isHeld ? HELD : 0));
      }
      case 'trigger': {
        const sink = this.#withoutSink.has(request.schedule) ? NO_SINK : 0;
        return this.#add(request.job, at, nature | sink);
      }
      case 'put-queue':
        this.#limited.add(request.queue);
    }
  }

  #add(job: string, readyUs: number, flags: number): void {
    const row = this.#rows.row(job);
    if (this.#flags.get(row) !== 0) return;
    this.#readyUs.set(row, readyUs);
    this.#flags.set(row, SUBMITTED | flags);
  }

  onAnswered({ at, request, answer, askedAt }: FactOf<'answered'>): void {
    if (answer.kind !== 'ok' || !('job' in request)) return;
    const row = this.#rows.row(request.job);
    if (this.#flags.get(row) === 0) return;
    const isAccepted = request.kind === 'submit' || request.kind === 'trigger';
    if (isAccepted && this.#acceptedUs.get(row) === -1) this.#acceptedUs.set(row, at);
    if (request.kind === 'run-now') {
      this.#readyUs.set(row, Math.min(this.#readyUs.get(row), askedAt));
    }
    const told = answer.state ?? (request.kind === 'cancel' ? 'cancelled' : undefined);
    if (told === 'cancelled') this.#mark(row, CANCELLED);
    else if (told === 'dead') this.#mark(row, DEAD);
    else if (told === 'succeeded') this.#mark(row, SUCCEEDED);
  }

  onBegan({ at, job }: FactOf<'body-began'>): void {
    const row = this.#rows.row(job);
    if (this.#flags.get(row) !== 0 && this.#beganUs.get(row) === -1) this.#beganUs.set(row, at);
  }

  onEnded({ at, job, how }: FactOf<'body-ended'>): void {
    if (how !== 'succeeded') return;
    const row = this.#rows.row(job);
    const flags = this.#flags.get(row);
    if (flags === 0) return;
    this.#tally.succeeded(at, (flags & SUCCEEDED) !== 0);
    this.#mark(row, SUCCEEDED);
    if ((flags & NO_SINK) !== 0) this.#credit(row, at);
  }

  onEffect({ at, job, accepted }: FactOf<'effect-arrived'>): void {
    if (!accepted) return;
    const row = this.#rows.row(job);
    if (this.#flags.get(row) !== 0) this.#credit(row, at);
  }

  onAudited({ job, state }: FactOf<'audited-job'>): void {
    const row = this.#rows.row(job);
    const flags = this.#flags.get(row);
    if (flags === 0) return;
    const known = flags & ((1 << AUDITED_SHIFT) - 1);
    this.#flags.set(row, known | (AUDITED_CODES.indexOf(state) << AUDITED_SHIFT));
  }

  /**
   * Every accepted job that was to begin: when it was ready, when it was accepted, and when it
   * first began (-1 for never). Left out are those that were cancelled and never began, and those
   * that others may have held back.
   */
  eachDispatch(visit: (readyUs: number, acceptedUs: number, beganUs: number) => void): void {
    for (let row = 0; row < this.#acceptedUs.length; row++) {
      const acceptedUs = this.#acceptedUs.get(row);
      const beganUs = this.#beganUs.get(row);
      if (acceptedUs === -1 || (this.#flags.get(row) & HELD) !== 0) continue;
      if (beganUs === -1 && this.#isCancelled(row)) continue;
      visit(this.#readyUs.get(row), acceptedUs, beganUs);
    }
  }

  /**
   * Every job that was to be done: its row, when it was ready, when it was done (-1 for never), and
   * what it came to. Left out is nonsense, and what others may have held back.
   */
  eachAsked(visit: (row: number, readyUs: number, doneUs: number, fate: Fate) => void): void {
    for (let row = 0; row < this.#readyUs.length; row++) {
      const flags = this.#flags.get(row);
      if (flags === 0 || (flags & (HELD | HOSTILE)) !== 0) continue;
      visit(row, this.#readyUs.get(row), this.#doneUs.get(row), this.#fateOf(row));
    }
  }

  #fateOf(row: number): Fate {
    if (this.#doneUs.get(row) !== -1) return 'done';
    if (this.#acceptedUs.get(row) === -1) return 'lost';
    return this.#finalState(row) === 'open' ? 'open' : 'over';
  }

  /** How many accepted jobs came to which end. */
  finalStates(): Record<FinalState, number> {
    const counts = { completed: 0, cancelled: 0, dead: 0, open: 0 };
    for (let row = 0; row < this.#acceptedUs.length; row++) {
      if (this.#acceptedUs.get(row) !== -1) counts[this.#finalState(row)]++;
    }
    return counts;
  }

  /** By the audit; where that did not list the job, by what else was seen of it. */
  #finalState(row: number): FinalState {
    const flags = this.#flags.get(row);
    const audited = AUDITED_CODES[flags >> AUDITED_SHIFT];
    if (audited === 'succeeded') return 'completed';
    if (audited === 'dead' || audited === 'cancelled') return audited;
    if (audited !== undefined) return 'open';
    if ((flags & CANCELLED) !== 0) return 'cancelled';
    if ((flags & (SUCCEEDED | CREDITED)) !== 0) return 'completed';
    return (flags & DEAD) !== 0 ? 'dead' : 'open';
  }

  #isCancelled(row: number): boolean {
    const flags = this.#flags.get(row);
    return (flags & CANCELLED) !== 0 || AUDITED_CODES[flags >> AUDITED_SHIFT] === 'cancelled';
  }

  #credit(row: number, at: number): void {
    if ((this.#flags.get(row) & CREDITED) !== 0) return;
    this.#mark(row, CREDITED);
    this.#doneUs.set(row, at);
    this.#tally.credited(at);
  }

  #mark(row: number, bit: number): void {
    this.#flags.set(row, this.#flags.get(row) | bit);
  }
}
