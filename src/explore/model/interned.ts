import { required } from '../../lib/assert.ts';
import { stableJson } from '../../lib/stable-json.ts';

/** Members are called m0, m1, …; a life of one m0#1, m0#2, …: so they are known within any text. */
export const lifeName = (member: number, life: number): string => `m${member}#${life}`;
const NAME = /"m(\d)#/g;
const VERSION = /"version":(\d+)/g;
/** The version of the row as it is, whatever it was written as; what was before is smaller. */
export const CURRENT = 100;

/**
 * Plain data as small numbers: the same data has the same number. Data are told apart by their
 * JSON, whatever the order of their fields.
 */
export class Interned<T> {
  readonly #ids = new Map<string, number>();
  /** Made of its text when it is first asked for. */
  readonly #values: (T | undefined)[] = [];
  readonly #texts: string[] = [];
  /** By permutation: the number of what a value becomes. */
  readonly #moved: number[][] = [];
  /** By how far the row has gone on since its version was the current one: 0 or 1. */
  readonly #renumbered: [number[], number[]] = [[], []];
  readonly #permutations: readonly (readonly number[])[];

  constructor(permutations: readonly (readonly number[])[]) {
    this.#permutations = permutations;
    for (const _ of permutations) this.#moved.push([]);
  }

  id(value: T): number {
    return this.#idOf(stableJson(value), value);
  }

  value(id: number): T {
    const known = this.#values[id];
    if (known !== undefined) return known;
    const value = JSON.parse(this.#text(id)) as T;
    this.#values[id] = value;
    return value;
  }

  /** The number of the same value with every name of a member replaced. */
  moved(id: number, permutation: number): number {
    const known = this.#moved[permutation]?.[id];
    if (known !== undefined) return known;
    const to = required(this.#permutations[permutation], 'a permutation');
    const text = this.#text(id);
    const other = text.replaceAll(NAME, (_, name: string) => `"m${to[Number(name)]}#`);
    const moved = this.#idOf(other, undefined);
    required(this.#moved[permutation], 'a permutation')[id] = moved;
    return moved;
  }

  /**
   * The same value with `version` called the current one, and older ones counted from 1. Nobody
   * compares versions but for being the same, and old ones not with those that others know: so
   * renewals do not make states that are new.
   */
  renumbered(id: number, version: number): number {
    const memo = version === CURRENT + 1 ? this.#renumbered[1] : this.#renumbered[0];
    const known = memo[id];
    if (known !== undefined) return known;
    const text = this.#text(id);
    const found = new Set<number>();
    for (const [, each] of text.matchAll(VERSION)) found.add(Number(each));
    const old = [...found].filter((each) => each !== 0 && each !== version).sort((a, b) => a - b);
    const named = (each: number): number => {
      if (each === 0) return 0;
      return each === version ? CURRENT : old.indexOf(each) + 1;
    };
    const other = text.replaceAll(VERSION, (_, each: string) => `"version":${named(Number(each))}`);
    memo[id] = this.#idOf(other, undefined);
    return memo[id];
  }

  #text(id: number): string {
    return required(this.#texts[id], `value ${id}`);
  }

  #idOf(text: string, value: T | undefined): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.#texts.length;
    this.#ids.set(text, id);
    this.#texts.push(text);
    this.#values.push(value);
    return id;
  }
}
