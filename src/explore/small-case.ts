/** A broken run becomes a small case file, with its story. */
import { findClaim } from '../checkers/claims.ts';
import { required } from '../lib/assert.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { type CaseFile, printCase } from './case-file.ts';
import { retell, type Told } from './retell.ts';
import { type ShrinkRequest, type Shrunk, shrinkCase } from './shrink.ts';

export interface SmallCase extends Told {
  readonly shrunk: Shrunk;
  /** The case file, as JSON text. */
  readonly text: string;
}

export interface SmallCaseRequest extends ShrinkRequest {
  /** Runs that look for the bounds of the counterfactual, besides those of the budget. */
  readonly boundsBudget?: number;
}

/** `undefined` when the run does not break the claim. */
export function smallCase(prepared: Prepared, request: SmallCaseRequest): SmallCase | undefined {
  const shrunk = shrinkCase(prepared, request);
  if (shrunk === undefined) return undefined;
  const { seed, plan } = shrunk;
  const claim = required(findClaim(shrunk.claim), shrunk.claim);
  const told = retell({ prepared: shrunk.prepared, seed, plan, claim }, request.boundsBudget);
  const { story, counterfactual } = required(told, 'a case that breaks its claim');
  const text = caseText(prepared, request, shrunk, { story, counterfactual });
  return { shrunk, story, counterfactual, text };
}

function caseText(
  from: Prepared,
  request: ShrinkRequest,
  shrunk: Shrunk,
  { story, counterfactual }: Told,
): string {
  const { prepared, seed, plan, claim, broken, fingerprint, robust, runs, isCutShort } = shrunk;
  const faults = request.plan?.faults.length ?? plan.faults.length;
  const file: Omit<CaseFile, 'apiVersion' | 'scenario'> = {
    design: prepared.design.name,
    seed,
    fingerprint,
    broken: { claim, atUs: broken.at, summary: broken.summary },
    plan,
    shrunkFrom: { hash: from.loaded.hash, faults, runs, isCutShort },
    robust,
    story,
    counterfactual,
  };
  return printCase(prepared.loaded, file);
}
