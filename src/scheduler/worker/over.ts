import type { Token } from '../../history/fact.ts';
import { compareTokens } from '../../history/fact.ts';
import { keepLatest } from '../../lib/oldest.ts';
import type { Launch } from '../api.ts';

/** Tokens remembered of attempts that are over, so that a repeated `run` starts nothing. */
const REMEMBERED = 4_096;

/** The newest attempt of a job that is over here, and what whoever sends it again is told. */
export interface Over {
  readonly token: Token;
  readonly how: 'stopped' | 'refused';
}

/** What is over on a worker, of each job the newest; the oldest jobs are forgotten. */
export class OverBook {
  readonly #byJob = new Map<string, Over>();

  get(job: string): Over | undefined {
    return this.#byJob.get(job);
  }

  add({ job, token }: Launch, how: Over['how']): void {
    const known = this.#byJob.get(job);
    if (isNewer(known?.token, token)) return;
    if (known !== undefined) this.#byJob.delete(job);
    this.#byJob.set(job, { token, how });
    keepLatest(this.#byJob, REMEMBERED);
  }
}

/** Whether what is known is newer than this. */
export const isNewer = (known: Token | undefined, token: Token): boolean =>
  known !== undefined && compareTokens(known, token) > 0;
