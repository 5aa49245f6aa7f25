import { assert } from '../lib/assert.ts';

/**
 * Whom to ask: the member believed to lead. It changes its mind on answers, on redirects and on
 * silence, and never knows for sure. A design without a leader answers from every member, and then
 * the first guess simply stays. A member that it was not told of is one that has taken another's
 * place: it is known from when somebody names it.
 */
export class LeaderBelief {
  readonly #members: string[];
  #believed: string;

  constructor(members: readonly string[], first: string) {
    assert(members.includes(first), () => `${first} is not one of ${members.join(', ')}`);
    this.#members = [...members];
    this.#believed = first;
  }

  get believed(): string {
    return this.#believed;
  }

  /** This member answered as one that may. */
  answered(member: string): void {
    if (this.#members.includes(member)) this.#believed = member;
  }

  /** `from` does not lead and says who does, if it knows: whom to ask next, and whether by name. */
  redirected(from: string, leader: string | undefined): { member: string; named: boolean } {
    if (leader !== undefined && leader !== from) {
      if (!this.#members.includes(leader)) this.#members.push(leader);
      this.#believed = leader;
      return { member: leader, named: true };
    }
    return { member: this.silent(from), named: false };
  }

  /**
   * `member` did not answer: whom to ask next. Where the belief has moved on meanwhile, that; else
   * the next member in turn, which becomes the belief.
   */
  silent(member: string): string {
    if (this.#believed === member) {
      const next = (this.#members.indexOf(member) + 1) % this.#members.length;
      this.#believed = this.#members[next] as string;
    }
    return this.#believed;
  }
}
