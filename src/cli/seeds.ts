/** Which seeds and which designs a command was asked for. */
import type { Problem } from '../lib/outcome.ts';
import { selectDesign } from '../scenario/registry.ts';
import { shown } from '../scenario/values.ts';

const SEEDS_MAX = 1_000_000;

export interface SeedOptions {
  readonly seed?: string;
  readonly seeds?: string;
}

/** A list, or what is wrong with the options. */
export type Asked =
  | { readonly list: readonly string[] }
  | { readonly problems: readonly Problem[] };

const refuse = (option: string, problem: string, hint?: string): Asked => ({
  problems: [{ path: '', file: option, problem, ...(hint === undefined ? {} : { hint }) }],
});

/** Seeds by `--seed s`, `--seeds n` (1 to n) or `--seeds a..b`; 1 to `count` when not told. */
export function seedsAsked(options: SeedOptions, count: number): Asked {
  const { seed, seeds } = options;
  if (seed !== undefined && seeds !== undefined) {
    return refuse('--seed', 'stands beside --seeds', 'give one of them');
  }
  if (seed !== undefined) {
    // A seed names files, so it may hold nothing that means something in a path.
    if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(seed)) return { list: [seed] };
    return refuse('--seed', `${shown(seed)} is not a seed`, 'letters, digits, "-" and "_"');
  }
  const range = /^(?:(\d{1,9})\.\.)?(\d{1,9})$/.exec(seeds ?? String(count));
  const [first, last] = [Number(range?.[1] ?? '1'), Number(range?.[2])];
  if (range === null || first > last) {
    return refuse('--seeds', `${shown(seeds)} is not a number of seeds`, 'such as 20, or 21..40');
  }
  const wanted = last - first + 1;
  if (wanted > SEEDS_MAX) return refuse('--seeds', `${wanted} seeds are more than ${SEEDS_MAX}`);
  return { list: Array.from({ length: wanted }, (_, i) => String(first + i)) };
}

/** Selections in their canonical text, without repeats; every unknown one is told. */
export function designsAsked(texts: readonly string[], option: string): Asked {
  const problems: Problem[] = [];
  const list = new Set<string>();
  for (const text of texts) {
    const selected = selectDesign(text.trim());
    if (selected.kind === 'ok') list.add(selected.value.name);
    else problems.push(...selected.error.map((each) => ({ ...each, file: option })));
  }
  return problems.length > 0 ? { problems } : { list: [...list] };
}
