/**
 * What a client keeps of its jobs for schedulers that keep nothing: how many attempts of each it
 * has granted. A scheduler that dies takes what it knew with it; the client goes on with the
 * attempt after the one that it had granted there, which may have run. So no number is granted
 * twice, and no more of them than the job may have, whoever dies, as long as the client lives.
 */
import { keepLatest } from '../lib/oldest.ts';
import type { Random } from '../lib/random.ts';
import type { Grant, JobSpec } from './api.ts';
import { backoffUs } from './job/job.ts';

/** Jobs remembered; the oldest are forgotten, and would be begun anew. */
const REMEMBERED = 100_000;
/** Whoever has not answered so often, when asked again, is taken for gone. */
const SILENCES_MAX = 2;

interface Spent {
  attempts: number;
  /** When the first was granted. */
  readonly sinceUs: number;
  isOver: boolean;
}

/** A grant in force: one life of one member is to make this attempt. */
export interface Care {
  readonly member: string;
  readonly grant: Grant;
  /** Times that it was asked since it last gave a sign of life. */
  silences: number;
}

export class Grants {
  readonly #byJob = new Map<string, Spent>();

  /** The next attempt for this life of a member; undefined where none is left. */
  next(job: string, spec: JobSpec, life: number, nowUs: number): Grant | undefined {
    if (!this.hasNext(job, spec)) return undefined;
    let spent = this.#byJob.get(job);
    if (spent === undefined) this.#byJob.set(job, (spent = newSpent(nowUs)));
    keepLatest(this.#byJob, REMEMBERED);
    spent.attempts += 1;
    const delayUs = Math.max(0, Math.ceil(spec.delayUs - (nowUs - spent.sinceUs)));
    return { life, attempt: spent.attempts, delayUs };
  }

  hasNext(job: string, spec: JobSpec): boolean {
    const spent = this.#byJob.get(job);
    return spent === undefined || (!spent.isOver && spent.attempts < attemptsMax(spec));
  }

  /** Its end was heard of. */
  over(job: string): void {
    const spent = this.#byJob.get(job);
    if (spent !== undefined) spent.isOver = true;
  }

  /** How long to wait before the next attempt, as the submit asks. */
  waitUs(job: string, { retry }: JobSpec, random: Random): number {
    const attempts = this.#byJob.get(job)?.attempts ?? 0;
    if (attempts === 0) return 0;
    return backoffUs(retry, attempts, (retry.jitterPpm ?? 0) > 0 ? random.float() : 0);
  }
}

export const isSilent = ({ silences }: Care): boolean => silences >= SILENCES_MAX;

const newSpent = (sinceUs: number): Spent => ({ attempts: 0, sinceUs, isOver: false });

const attemptsMax = ({ delivery, retry }: JobSpec): number =>
  delivery === 'at-most-once' ? 1 : retry.maxAttempts;
