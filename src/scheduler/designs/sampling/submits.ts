/**
 * Submits, of which a member keeps nothing that outlives it. A submit is answered when its job has
 * ended, and not before: an acceptance would promise what nobody could keep. Until then the client
 * is told that somebody waits; it grants the attempts (see `scheduler/care.ts`), and when a member
 * dies, or falls silent, it grants the next one to another. So a job completes while its client
 * lives and asks, and no attempt of it is made twice, whatever gets lost.
 *
 *     submit ──► address ──► submit, attempt 1 ──► pending … ──► ok, how it ended
 *                                                        └──► attempt-ended ──► … attempt 2
 */
import { isTerminal } from '../../../history/fact.ts';
import { keepLatest } from '../../../lib/oldest.ts';
import type { WallUs } from '../../../lib/units.ts';
import type { ApiAnswer, ApiCall, ApiRequest, ApiResult, Grant } from '../../api.ts';
import { checkJob } from '../../job/check-spec.ts';
import { type JobRecord, newJob } from '../../job/job.ts';
import type { DeskOut, Office } from '../../parts/api-desk.ts';
import { isSame, refused } from '../../parts/edits.ts';
import type { SamplingParts } from './parts.ts';

/** Jobs whose attempts are remembered; an older copy of a grant would be taken for a new one. */
const REMEMBERED = 100_000;

type Submit = Extract<ApiRequest, { readonly kind: 'submit' }>;

/** Who waits to hear how a job ends. */
interface Waiter {
  readonly from: string;
  readonly op: number;
}

interface Granted {
  readonly attempt: number;
  /** It came to an end that was told; the client had no reason to go on. */
  isOver: boolean;
}

/** What a submit takes of whoever makes the attempts. */
export interface Maker extends Office {
  abandon(job: JobRecord, out: DeskOut): void;
}

export class Submits {
  readonly #life: number;
  readonly #parts: Pick<SamplingParts, 'isMeant'>;
  readonly #granted = new Map<string, Granted>();
  readonly #waiters = new Map<string, Waiter[]>();

  constructor(life: number, parts: Pick<SamplingParts, 'isMeant'>) {
    this.#life = life;
    this.#parts = parts;
  }

  isGranted(job: string): boolean {
    return this.#granted.has(job);
  }

  onSubmit(maker: Maker, from: string, call: ApiCall, out: DeskOut): void {
    const { op, request, grant } = call;
    const result = this.#answer(maker, request as Submit, grant, { from, op }, out);
    if (result !== undefined) answer(from, op, result, out);
  }

  /** Undefined where the grant is an old one, whose answer nobody waits for any more. */
  #answer(
    maker: Maker,
    { job, spec }: Submit,
    grant: Grant | undefined,
    waiter: Waiter,
    out: DeskOut,
  ): ApiResult | undefined {
    const problem = checkJob(job, spec);
    if (problem !== undefined) return { kind: 'error', ...problem };
    if (spec.parents !== undefined) return refused('parents', 'how other jobs ended is not kept');
    if (spec.uniqueKey !== undefined) return refused('uniqueKey', 'nobody knows all open jobs');
    if (grant === undefined || !this.#parts.isMeant(grant, this.#life)) {
      return { kind: 'address', life: this.#life };
    }
    const { attempt } = grant;
    if (!isAttempt(attempt) || attempt > spec.retry.maxAttempts) {
      return refused('attempt', `${attempt} of ${spec.retry.maxAttempts}`);
    }
    const before = this.#granted.get(job);
    const known = maker.book.jobs.get(job);
    if (known !== undefined && !isSame(known.spec, spec)) {
      return refused('job', 'this id was used with another spec');
    }
    if (before !== undefined && attempt < before.attempt) return undefined;
    if (before?.attempt === attempt) return this.#again(job, known, before, waiter);
    if (known !== undefined) maker.abandon(known, out);
    this.#begin(maker, job, spec, grant, waiter, out);
    return { kind: 'pending', attempt };
  }

  /** The same grant again: how far is it? */
  #again(
    job: string,
    known: JobRecord | undefined,
    { attempt, isOver }: Granted,
    waiter: Waiter,
  ): ApiResult | undefined {
    if (known === undefined) return isOver ? undefined : { kind: 'attempt-ended', attempt };
    if (isTerminal(known.state)) return told(known);
    this.#await(job, waiter);
    return { kind: 'pending', attempt };
  }

  #begin(
    maker: Maker,
    job: string,
    spec: Submit['spec'],
    { attempt, delayUs }: Grant,
    waiter: Waiter,
    out: DeskOut,
  ): void {
    this.#granted.delete(job);
    this.#granted.set(job, { attempt, isOver: false });
    keepLatest(this.#granted, REMEMBERED);
    const dueUs = Math.max(maker.wallUs() + Math.max(0, delayUs), spec.atUs ?? 0) as WallUs;
    const record = { ...newJob(job, spec, dueUs), attempt: attempt - 1 };
    maker.change({ kind: 'job', job: record }, out);
    maker.enqueue(record);
    this.#await(job, waiter);
  }

  #await(job: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(job) ?? [];
    if (waiters.some(({ from, op }) => from === waiter.from && op === waiter.op)) return;
    this.#waiters.set(job, [...waiters, waiter]);
  }

  /** The job has ended, and everybody who waits for that is told. */
  ended(job: JobRecord, out: DeskOut): void {
    const granted = this.#granted.get(job.id);
    if (granted !== undefined) granted.isOver = true;
    this.#tell(job.id, told(job), out);
  }

  attemptEnded(job: string, attempt: number, out: DeskOut): void {
    this.#tell(job, { kind: 'attempt-ended', attempt }, out);
  }

  #tell(job: string, result: ApiResult, out: DeskOut): void {
    for (const { from, op } of this.#waiters.get(job) ?? []) answer(from, op, result, out);
    this.#waiters.delete(job);
  }
}

const isAttempt = (attempt: unknown): attempt is number =>
  Number.isInteger(attempt) && Number(attempt) >= 1;

const told = ({ state, attempt: attempts }: JobRecord): ApiResult => ({
  kind: 'ok',
  state,
  attempts,
});

const answer = (to: string, op: number, result: ApiResult, out: DeskOut): void =>
  out.send<ApiAnswer>(to, { kind: 'api-answer', v: 1, op, result });
