import { hashedRandom } from '../../../lib/random.ts';
import type { MonotonicUs } from '../../../lib/units.ts';

/** For so long a member is taken to be away that has left a job lying. */
const AWAY_US = 15_000_000;

/**
 * Every ready job is some member's to place, drawn by its id, so that members do not all decide on
 * the same one. It is no more than a custom: any member may place any job, and does where one was
 * left lying; the commit finds out when two do.
 */
export class Shares {
  readonly #self: string;
  readonly #members: readonly string[];
  readonly #awayUntilUs = new Map<string, number>();

  constructor(self: string, members: readonly string[]) {
    this.#self = self;
    this.#members = members;
  }

  /** Whose job it is, as far as this member knows who is there. */
  ownerOf(job: string, nowUs: MonotonicUs): string {
    const present = this.#members.filter(
      (member) => member === this.#self || (this.#awayUntilUs.get(member) ?? 0) <= nowUs,
    );
    const owner = present[hashedRandom('owner', job).below(Math.max(present.length, 1))];
    return owner ?? this.#self;
  }

  isMine(job: string, nowUs: MonotonicUs): boolean {
    return this.ownerOf(job, nowUs) === this.#self;
  }

  /**
   * Placed here, though there was room for long as far as this member saw: whose they were is away.
   * All owners are found first, for with one of them away the others' jobs are shared out anew.
   */
  tookOver(jobs: readonly string[], nowUs: MonotonicUs): void {
    for (const owner of new Set(jobs.map((job) => this.ownerOf(job, nowUs)))) {
      if (owner !== this.#self) this.#awayUntilUs.set(owner, nowUs + AWAY_US);
    }
  }
}
