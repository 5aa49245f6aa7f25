/** When runs say nothing: no fault bit, nothing happened that a claim could be judged by. */
import { PROFILES, type Profile } from '../faults/profiles.ts';
import type { ClaimRow, FaultCoverage } from '../report/document.ts';
import type { Prepared } from '../scenario/prepare.ts';

export interface Emptiness {
  readonly prepared: Prepared;
  readonly claims: Readonly<Record<string, ClaimRow>>;
  readonly coverage: readonly FaultCoverage[];
}

/** Why the invocation is inconclusive, in words; empty when it is not. */
export function inconclusiveReasons(seen: Emptiness): readonly string[] {
  return [...unbittenFaults(seen), ...unjudgedClaims(seen), ...missingSights(seen)];
}

/**
 * Given plans must bite with every fault; drawn ones with every kind somewhere in the invocation.
 * A fault aimed at what the design does not have is not asked for, nor one that it is immune to.
 */
function unbittenFaults({ prepared, coverage }: Emptiness): string[] {
  if (prepared.loaded.scenario.faults.kind === 'given') {
    return coverage
      .map(({ kind, drawn, notApplicable, bitten }) => ({
        kind,
        tried: drawn - notApplicable,
        bitten,
      }))
      .filter(({ tried, bitten }) => bitten < tried)
      .map(
        ({ kind, tried, bitten }) =>
          `${kind} changed nothing in ${tried - bitten} of the ${tried} times that it was given`,
      );
  }
  return coverage
    .filter(({ drawn, notApplicable, bitten }) => drawn > notApplicable && bitten === 0)
    .filter(({ kind }) => prepared.design.immuneTo?.[kind] === undefined)
    .map(({ kind, drawn }) => `no ${kind} changed anything (${drawn} drawn)`);
}

/**
 * Every promised claim can be judged in every run; under a profile that says in what share of the
 * seeds each must be judged, in so many.
 */
function unjudgedClaims({ prepared, claims }: Emptiness): string[] {
  const promised = Object.entries(claims).filter(([, row]) => row.promised);
  const share = profileOf(prepared)?.judgedShareMin;
  if (share === undefined) {
    return promised
      .filter(([, { unknown }]) => unknown > 0)
      .map(([id, { unknown }]) => `${id} could not be judged in ${unknown} runs`);
  }
  return promised.flatMap(([id, { held, broken, excused, unknown, vacuous }]) => {
    const judged = held + broken;
    const seeds = judged + excused + unknown + vacuous;
    return judged < share * seeds ? [`${id} was judged in only ${judged} of ${seeds} seeds`] : [];
  });
}

/** The profile that draws the faults; nothing where they are given, or none are drawn. */
function profileOf({ loaded }: Prepared): Profile | undefined {
  const { faults } = loaded.scenario;
  if (faults.kind === 'given' || faults.intensity <= 0) return undefined;
  return PROFILES.find(({ name }) => name === faults.profile);
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
const mustFailOver = (prepared: Prepared): boolean =>
  profileOf(prepared)?.always.some(({ kind }) => kind === 'crash' || kind === 'pause') ?? false;
