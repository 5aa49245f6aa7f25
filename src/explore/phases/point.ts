/**
 * What a design is worth at one point: safe, unsafe, unavailable, or not known. Judged by the truth
 * alone: whether a claim is promised, and whether an assumption had failed, is not asked for, as
 * how far one can go is just what is to be found out.
 */
import { CLAIMS } from '../../checkers/claims.ts';
import type { PlannedFault } from '../../faults/plan.ts';
import { createRng } from '../../kernel/rng.ts';
import type { PhaseCell } from '../../report/document.ts';
import { planOf } from '../../scenario/assemble.ts';
import type { Prepared } from '../../scenario/prepare.ts';
import { type RunResult, runSeed } from '../run.ts';

/** To be available, so many of the jobs that became ready in the storm must begin in time. */
export const AVAILABLE_SHARE = 0.5;

export interface Seen {
  readonly verdict: PhaseCell['verdict'];
  /** What broke first, or was missed. */
  readonly claim?: string;
  /** Every claim that broke, of whatever kind, and `dispatchWithin` where too few began in time. */
  readonly broken: readonly string[];
}

const MODALITY = new Map(CLAIMS.map(({ id, modality }) => [id, modality]));

/** One run of a seed, with faults beside those of the scenario. */
export function runPoint(
  prepared: Prepared,
  seed: string,
  faults: readonly PlannedFault[],
): RunResult {
  const drawn = planOf(prepared.loaded.scenario, createRng(seed));
  const plan = { faults: [...drawn.faults, ...faults] };
  return runSeed(prepared, seed, { plan, withoutExcuses: true });
}

/** What that run shows. */
export function seenIn({ verdicts, numbers }: RunResult): Seen {
  const entries = [...verdicts];
  const brokenOf = (modality: string): string[] =>
    entries
      .flatMap(([id, verdict]) =>
        verdict.kind === 'broken' && MODALITY.get(id) === modality ? [{ id, at: verdict.at }] : [],
      )
      .sort((a, b) => a.at - b.at)
      .map(({ id }) => id);
  const [unsafe, late] = [brokenOf('always'), brokenOf('eventually')];
  const inTime = numbers.metrics['dispatchWithin']?.value;
  const missed = inTime !== undefined && inTime < AVAILABLE_SHARE ? ['dispatchWithin'] : [];
  const broken = [...unsafe, ...late, ...missed];
  if (unsafe[0] !== undefined) return { verdict: 'unsafe', claim: unsafe[0], broken };
  if (late[0] !== undefined) return { verdict: 'unavailable', claim: late[0], broken };
  if (missed[0] !== undefined) return { verdict: 'unavailable', claim: missed[0], broken };
  return { verdict: inTime === undefined ? 'unknown' : 'safe', broken };
}

/** The worse of what seeds show counts, for a point that is unsafe for some seed is unsafe. */
const WORST_FIRST = ['unsafe', 'unavailable', 'unknown', 'safe'] as const;

/** Seeds put together: the worst that was seen, and in what share of them it was. */
export function worstOf(seen: readonly Seen[]): Omit<PhaseCell, 'x' | 'y'> {
  const verdict = WORST_FIRST.find((it) => seen.some((one) => one.verdict === it)) ?? 'unknown';
  const those = seen.filter((one) => one.verdict === verdict);
  const claim = those.find((one) => one.claim !== undefined)?.claim;
  const share = seen.length === 0 ? 0 : those.length / seen.length;
  return { verdict, share, ...(claim === undefined ? {} : { claim }) };
}
