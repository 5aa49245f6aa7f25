/** The first runs of each design that broke something become cases that replay on their own. */
import type { Plan } from '../../faults/plan.ts';
import { createRng } from '../../kernel/rng.ts';
import { planOf } from '../../scenario/assemble.ts';
import type { Prepared } from '../../scenario/prepare.ts';
import { printCase } from '../case-file.ts';
import { replay } from '../replay.ts';
import type { Break, SeedRecord } from './record.ts';

export interface BrokenCase {
  readonly seed: string;
  readonly design: string;
  /** The case file, as JSON text. */
  readonly text: string;
  readonly plan: Plan;
  /** The promised claim that broke first; absent when only others broke. */
  readonly promised?: string;
  readonly transcript: string;
}

/** Of each design this many broken cases are written out. */
const CASES_MAX = 3;

/** Remembers which runs become cases; they are run again when the sweep is over. */
export class BrokenCases {
  readonly #found: { readonly prepared: Prepared; readonly record: SeedRecord }[] = [];

  add(prepared: Prepared, record: SeedRecord): void {
    if (record.breaks.length === 0) return;
    const known = this.#found.filter((it) => it.prepared === prepared).length;
    if (known < CASES_MAX) this.#found.push({ prepared, record });
  }

  /** In the order in which they were added. */
  build(): readonly BrokenCase[] {
    return this.#found.map(({ prepared, record }) => caseOf(prepared, record));
  }
}

function caseOf(prepared: Prepared, { seed, fingerprint, breaks }: SeedRecord): BrokenCase {
  const { loaded, design } = prepared;
  const plan = planOf(loaded.scenario, createRng(seed));
  const broken = earliest(breaks) as Break;
  const { claim, atUs, summary } = broken;
  const text = printCase(loaded, {
    ...{ design: design.name, seed, fingerprint, plan },
    broken: { claim, atUs, summary },
  });
  const promised = earliest(breaks.filter((it) => !Object.hasOwn(design.notPromised, it.claim)));
  return {
    ...{ seed, design: design.name, text, plan },
    transcript: `${replay(prepared, seed, plan).lines.join('\n')}\n`,
    ...(promised === undefined ? {} : { promised: promised.claim }),
  };
}

/** Of breaks at the same moment the first in the order of claims. */
const earliest = (breaks: readonly Break[]): Break | undefined =>
  breaks.reduce<Break | undefined>(
    (first, it) => (first === undefined || it.atUs < first.atUs ? it : first),
    undefined,
  );
