/**
 * Attempts that were handed out, until their workers report. A worker beats to one member only; so
 * whoever waits for its report asks it now and then what it holds. Decisions are those of
 * `parts/suspicion.ts`.
 */
import { compareTokens } from '../../../history/fact.ts';
import { type MonotonicUs, SECOND } from '../../../lib/units.ts';
import type { Beat, RollCall, Run } from '../../api.ts';
import type { DeskOut } from '../../parts/api-desk.ts';
import type { Suspicion } from '../../parts/suspicion.ts';

/** Members that sample have no terms: what they send is never older than what others do. */
export const EPOCH = 1;
/** A look this much late means that this very machine was paused or overloaded. */
const LATE_US = 2 * SECOND;

interface Given {
  readonly run: Run;
  readonly worker: string;
  readonly sinceUs: MonotonicUs;
  heardUs: MonotonicUs;
}

export interface Finding {
  readonly job: string;
  readonly what: { readonly kind: 'lost'; readonly why: string } | { readonly kind: 'resend' };
}

export class Watch {
  readonly #suspicion: Suspicion;
  readonly #workerTimeoutUs: number;
  readonly #everyUs: number;
  readonly #byJob = new Map<string, Given>();
  readonly #byWorker = new Map<string, Set<string>>();
  #lookedUs: MonotonicUs;

  constructor(suspicion: Suspicion, workerTimeoutUs: number, everyUs: number, nowUs: MonotonicUs) {
    this.#suspicion = suspicion;
    this.#workerTimeoutUs = workerTimeoutUs;
    this.#everyUs = everyUs;
    this.#lookedUs = nowUs;
  }

  give(worker: string, run: Run, nowUs: MonotonicUs): void {
    const { job } = run.launch;
    this.#byJob.set(job, { run, worker, sinceUs: nowUs, heardUs: nowUs });
    const there = this.#byWorker.get(worker);
    if (there === undefined) this.#byWorker.set(worker, new Set([job]));
    else there.add(job);
  }

  take(job: string): void {
    const given = this.#byJob.get(job);
    if (given === undefined) return;
    this.#byJob.delete(job);
    const there = this.#byWorker.get(given.worker);
    if (there?.delete(job) === true && there.size === 0) this.#byWorker.delete(given.worker);
  }

  runOf(job: string): Run | undefined {
    return this.#byJob.get(job)?.run;
  }

  /** What a worker says it holds, against what it was given. */
  onBeat(from: string, beat: Beat, nowUs: MonotonicUs): readonly Finding[] {
    const there = this.#byWorker.get(from);
    if (there === undefined) return [];
    const holding = new Map(beat.holding.map(({ job, token }) => [job, token]));
    const findings: Finding[] = [];
    for (const job of there) {
      const given = this.#byJob.get(job) as Given;
      const { incarnation, launch } = given.run;
      // A beat of an earlier life, late on its way, has no word on this one.
      if (beat.incarnation < incarnation) continue;
      given.heardUs = nowUs;
      const token = holding.get(job);
      const isHeld = token !== undefined && compareTokens(token, launch.token) === 0;
      const isSameLife = beat.incarnation === incarnation;
      const found = this.#suspicion.atBeat({ isSameLife, isHeld, ageUs: nowUs - given.sinceUs });
      if (found === 'lost') {
        findings.push({ job, what: { kind: 'lost', why: 'worker restarted' } });
      } else if (found === 'resend') findings.push({ job, what: { kind: 'resend' } });
    }
    return findings;
  }

  /** Asks every worker that was given anything, and gives up who is silent or overdue. */
  look(nowUs: MonotonicUs, out: DeskOut): readonly Finding[] {
    const isLate = nowUs - this.#lookedUs - this.#everyUs > LATE_US;
    this.#lookedUs = nowUs;
    for (const worker of this.#byWorker.keys()) {
      out.send<RollCall>(worker, { kind: 'roll-call', v: 1, epoch: EPOCH });
    }
    // Who slept itself has no word on who was silent meanwhile.
    if (isLate) for (const given of this.#byJob.values()) given.heardUs = nowUs;
    const findings: Finding[] = [];
    for (const [job, given] of this.#byJob) {
      const why = isLate ? undefined : this.#overdue(given, nowUs);
      if (why !== undefined) findings.push({ job, what: { kind: 'lost', why } });
    }
    return findings;
  }

  #overdue({ run, sinceUs, heardUs }: Given, nowUs: MonotonicUs): string | undefined {
    return this.#suspicion.atSweep({
      silentUs: nowUs - heardUs,
      workerTimeoutUs: this.#workerTimeoutUs,
      ageUs: nowUs - sinceUs,
      // How long it waits in the queue of its worker counts for nothing.
      timeoutUs: run.queued === true ? Number.POSITIVE_INFINITY : run.launch.timeoutUs,
      stillUs: 0,
      heartbeatUs: undefined,
    });
  }
}
