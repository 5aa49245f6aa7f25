import { failed, type Outcome, ok, type Problem } from '../../lib/outcome.ts';
import { MUTANTS } from '../../mutants/mutants.ts';
import { partsWith } from '../../scenario/entries/entry.ts';
import { selectDesign } from '../../scenario/registry.ts';
import { parseSelection, type Selection } from '../../scenario/selection.ts';
import { LEASE_PARTS } from '../../scheduler/designs/lease/lease.ts';
import type { StepElector } from '../../scheduler/parts/elector.ts';
import { clientGo } from '../../scheduler/parts/elector-client-go.ts';
import type { Bound } from './bounds.ts';
import { Cluster } from './cluster.ts';
import { type SearchResult, search } from './search.ts';

/** What came of one check: a bound is walked, whole or up to what is bad. */
export interface Check {
  readonly bound: Bound;
  readonly result: SearchResult<readonly number[]>;
}

/** Walks the election by this step within a bound. */
export function checkElection(step: StepElector, bound: Bound, hasSymmetry = true): Check {
  const election = clientGo(bound.config, step);
  const leadsIn = ({ elector }: { readonly elector: { readonly isLeader: boolean } }): boolean =>
    elector.isLeader;
  const cluster = new Cluster({ election, leadsIn }, bound, hasSymmetry);
  return { bound, result: search(cluster, { statesMax: bound.statesMax }) };
}

export interface Checkable {
  readonly name: string;
  readonly step: StepElector;
}

/** The election of a selection; nothing is said about what the model has no part of. */
export function checkable(text: string): Outcome<Checkable, readonly Problem[]> {
  const selected = selectDesign(text);
  if (selected.kind === 'failed') return selected;
  const parsed = parseSelection(text);
  if (parsed.kind === 'failed') return parsed;
  const problems = beyondModel(parsed.value);
  if (problems.length > 0) return failed(problems);
  const { stepElector } = partsWith(LEASE_PARTS, parsed.value.mutant);
  return ok({ name: selected.value.name, step: stepElector });
}

function beyondModel({ design, preset, options, mutant }: Selection): readonly Problem[] {
  const refuse = (problem: string, hint: string): readonly Problem[] => [
    { path: '', problem, hint },
  ];
  if (design !== 'lease' || (preset !== undefined && preset !== 'client-go')) {
    const name = preset === undefined ? design : `${design}:${preset}`;
    const why = 'locks and sessions that outlive a call are not in its store';
    return refuse(`the model has no part of ${name}: ${why}`, 'lease, or lease:client-go');
  }
  if (options['replica'] === 'async') {
    return refuse('the store of the model keeps what it committed', 'leave out replica=async');
  }
  if (mutant === undefined || WALKED_MUTANTS.includes(mutant)) return [];
  const hint = `the election is changed by ${WALKED_MUTANTS.join(', ')}`;
  return refuse(`'${mutant}' changes a part that is not in the model`, hint);
}

/** Mutants of the step that the model walks. */
export const WALKED_MUTANTS: readonly string[] = MUTANTS.filter(
  ({ parts }) => 'stepElector' in parts,
).map(({ name }) => name);
