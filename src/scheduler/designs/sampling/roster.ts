import { type Random, shuffled } from '../../../lib/random.ts';

/** A worker that was drawn, and how often. */
export interface Drawn {
  readonly worker: string;
  readonly count: number;
}

/** Some of the workers. */
export type Names = Pick<ReadonlySet<string>, 'has' | 'size'>;

/** Workers by name, and what is known of their tags; nobody knows which of them are alive. */
export class Roster {
  readonly #names: string[];
  readonly #tags = new Map<string, readonly string[]>();
  readonly #known: Set<string>;

  constructor(names: readonly string[]) {
    this.#names = [...names];
    this.#known = new Set(names);
  }

  /** One that takes the place of another is known from when it is first heard of. */
  add(name: string): void {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#names.push(name);
  }

  learn(name: string, tags: readonly string[] | undefined): void {
    this.add(name);
    this.#tags.set(name, tags ?? []);
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /**
   * `wanted` draws among those that may have the tags, none drawn again before all are; `but` is
   * left out, unless nobody else is left.
   */
  draw(
    random: Random,
    wanted: number,
    tags: readonly string[] | undefined,
    but: Names,
  ): readonly Drawn[] {
    if (tags === undefined && but.size === 0 && wanted * 2 < this.#names.length) {
      return this.#drawFew(random, wanted);
    }
    const fitting = this.#names.filter((name) => this.#mayFit(name, tags));
    const left = fitting.filter((name) => !but.has(name));
    const among = shuffled(random, left.length > 0 ? left : fitting);
    if (among.length === 0) return [];
    const each = Math.floor(wanted / among.length);
    const more = wanted % among.length;
    return among.flatMap((worker, at) => {
      const count = each + (at < more ? 1 : 0);
      return count === 0 ? [] : [{ worker, count }];
    });
  }

  /** Whether anybody else may have the tags. */
  hasOther(tags: readonly string[] | undefined, but: Names): boolean {
    return this.#names.some((name) => !but.has(name) && this.#mayFit(name, tags));
  }

  /** Of many few: it takes fewer draws to draw again what was drawn than to shuffle all. */
  #drawFew(random: Random, wanted: number): readonly Drawn[] {
    const drawn = new Set<string>();
    while (drawn.size < wanted) {
      drawn.add(this.#names[random.below(this.#names.length)] as string);
    }
    return [...drawn].map((worker) => ({ worker, count: 1 }));
  }

  #mayFit(name: string, tags: readonly string[] | undefined): boolean {
    const known = this.#tags.get(name);
    if (tags === undefined || known === undefined) return true;
    return tags.every((tag) => known.includes(tag));
  }
}
