/** When runs say nothing: no fault bit, nothing happened that a claim could be judged by. */
import { PROFILES } from '../faults/profiles.ts';
import type { ClaimRow, FaultCoverage } from '../report/document.ts';
import type { Prepared } from '../scenario/prepare.ts';

export interface Emptiness {
  readonly prepared: Prepared;
  readonly claims: Readonly<Record<string, ClaimRow>>;
  readonly coverage: readonly FaultCoverage[];
  /** Faults over all runs that never changed anything. */
  readonly unbitten: number;
}

/** Why the invocation is inconclusive, in words; empty when it is not. */
export function inconclusiveReasons(seen: Emptiness): readonly string[] {
  return [...unbittenFaults(seen), ...unknownClaims(seen), ...missingSights(seen)];
}

/**
 * Given plans must bite with every fault; drawn ones with every kind somewhere in the invocation.
 */
function unbittenFaults({ prepared, coverage, unbitten }: Emptiness): string[] {
  if (prepared.loaded.scenario.faults.kind === 'given') {
    return unbitten === 0 ? [] : [`${unbitten} of the given faults changed nothing, over all runs`];
  }
  return coverage
    .filter(({ drawn, bitten }) => drawn > 0 && bitten === 0)
    .map(({ kind, drawn }) => `no ${kind} changed anything (${drawn} drawn)`);
}

function unknownClaims({ claims }: Emptiness): string[] {
  return Object.entries(claims)
    .filter(([, { promised, unknown }]) => promised && unknown > 0)
    .map(([id, { unknown }]) => `${id} could not be judged in ${unknown} runs`);
}

/** `sometimes` claims that this storm and workload must have shown at least once. */
function missingSights({ prepared, claims }: Emptiness): string[] {
  const { scenario } = prepared.loaded;
  const wanted: string[] = [];
  if (scenario.workload.arrivals.perSecond > 0 || prepared.traceJobs.length > 0) {
    wanted.push('sometimes-job-completed');
  }
  if (prepared.due.length > 0) wanted.push('sometimes-tick-run');
  if (mustFailOver(prepared)) wanted.push(...prepared.design.expects);
  return wanted
    .filter((id) => claims[id] !== undefined && claims[id].held === 0)
    .map((id) => `${id} was never seen`);
}

/** A profile that always strikes who leads must have made somebody else lead, somewhere. */
function mustFailOver({ loaded }: Prepared): boolean {
  const { faults } = loaded.scenario;
  if (faults.kind === 'given' || faults.intensity <= 0) return false;
  const profile = PROFILES.find(({ name }) => name === faults.profile);
  return profile?.always.some(({ kind }) => kind === 'crash' || kind === 'pause') ?? false;
}
