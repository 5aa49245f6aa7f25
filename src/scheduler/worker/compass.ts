import { assert } from '../../lib/assert.ts';

const HOPS_MAX = 2;

/**
 * Which member a worker believes to lead, and whether that one answers. A member that it was not
 * configured with is one that has taken another's place: it is known from when it is first named.
 */
export class Compass {
  readonly #members: string[];
  #at = 0;
  #isAnswered = false;
  /** Redirects followed since somebody led or the next member was tried. */
  #hops = 0;

  constructor(members: readonly string[]) {
    assert(members.length > 0, 'no members');
    this.#members = [...members];
  }

  get leader(): string {
    return this.#members[this.#at] as string;
  }

  /** Whether the last question was answered by a leader. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  asked(): void {
    this.#isAnswered = false;
  }

  heard(from: string): void {
    this.#point(from);
    this.#isAnswered = true;
    this.#hops = 0;
  }

  /** Somebody else leads; true when that is worth asking at once. */
  redirect(from: string, leader: string | undefined): boolean {
    if (from !== this.leader || leader === undefined || leader === from) return false;
    // Two members that point at each other would keep a worker running between them.
    if (this.#hops >= HOPS_MAX) return false;
    this.#hops += 1;
    this.#point(leader);
    return true;
  }

  turn(): void {
    this.#at = (this.#at + 1) % this.#members.length;
    this.#hops = 0;
  }

  #point(name: string): void {
    const at = this.#members.indexOf(name);
    this.#at = at >= 0 ? at : this.#members.push(name) - 1;
  }
}
