import { isVoter, majorityOf, type RaftConfig } from './config.ts';

/** One round of asking for votes, by the configuration that it began under. */
export class Ballot {
  readonly isPre: boolean;
  readonly term: number;
  readonly number: number;
  readonly #self: string;
  readonly #config: RaftConfig;
  #isWon = false;
  readonly #granted = new Set<string>();
  readonly #refused = new Set<string>();

  constructor(
    self: string,
    config: RaftConfig,
    round: { readonly isPre: boolean; readonly term: number; readonly number: number },
  ) {
    const { isPre, term, number } = round;
    this.#self = self;
    this.isPre = isPre;
    this.term = term;
    this.number = number;
    this.#config = config;
  }

  /**
   * True when this vote makes a majority, once. The own vote has to be in it: a member that leads
   * before its term is durable might lead the same term once more after a crash.
   */
  granted(voter: string): boolean {
    if (!isVoter(this.#config, voter) || this.#isWon) return false;
    this.#granted.add(voter);
    const isMajority = this.#granted.size >= majorityOf(this.#config.voters.length);
    this.#isWon = isMajority && this.#granted.has(this.#self);
    return this.#isWon;
  }

  /** True when no majority can come about any more. */
  refused(voter: string): boolean {
    if (!isVoter(this.#config, voter)) return false;
    this.#refused.add(voter);
    const { length } = this.#config.voters;
    return length - this.#refused.size < majorityOf(length);
  }

  snapshot(): unknown {
    const { isPre, term, number } = this;
    const votes = [[...this.#granted].sort(), [...this.#refused].sort(), this.#isWon];
    return { isPre, term, number, votes, config: this.#config };
  }
}
