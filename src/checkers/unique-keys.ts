import type { FactOf, Request } from '../history/fact.ts';
import type { FirstBreak } from './first-break.ts';

type Submit = Extract<Request, { readonly kind: 'submit' }>;

/**
 * Of each unique key the job that is certainly open: it was accepted, and nothing was seen that may
 * have ended it. Two of them at a time are a break of `limits`.
 */
export class UniqueKeys {
  readonly #breaks: FirstBreak;
  /** Jobs with their keys; undefined once the job may have ended. */
  readonly #keys = new Map<string, string | undefined>();
  /** By key, the answer that accepted its job. */
  readonly #open = new Map<string, FactOf<'answered'> & { readonly request: Submit }>();
  #count = 0;

  constructor(breaks: FirstBreak) {
    this.#breaks = breaks;
  }

  /** How many jobs with a key were accepted and certainly open. */
  get count(): number {
    return this.#count;
  }

  has(job: string): boolean {
    return this.#keys.get(job) !== undefined;
  }

  onSubmit({ job, uniqueKey, parents }: Submit): void {
    if (uniqueKey === undefined || parents !== undefined || this.#keys.has(job)) return;
    this.#keys.set(job, uniqueKey);
  }

  onAnswered(fact: FactOf<'answered'>): void {
    const { request, answer } = fact;
    if (request.kind !== 'submit' || answer.kind !== 'ok') return;
    const key = this.#keys.get(request.job);
    if (key === undefined) return;
    const isOpen =
      answer.state === undefined || answer.state === 'waiting' || answer.state === 'running';
    if (!isOpen) return this.mayBeOver(request.job);
    const other = this.#open.get(key);
    if (other === undefined) {
      this.#count++;
      this.#open.set(key, fact as FactOf<'answered'> & { readonly request: Submit });
    } else if (other.request.job !== request.job) {
      const jobs = `${other.request.job} and ${request.job}`;
      this.#breaks.add([other, fact], `${jobs} are open at a time, with the unique key ${key}`);
    }
  }

  mayBeOver(job: string): void {
    if (this.#keys.size === 0) return;
    const key = this.#keys.get(job);
    if (key === undefined) return;
    this.#keys.set(job, undefined);
    if (this.#open.get(key)?.request.job === job) this.#open.delete(key);
  }
}
