/**
 * The designs that can be selected, with their presets and options; what each promises, what it
 * takes for granted, and the bounds that its liveness claims are judged by. A new design is a
 * folder in `scheduler/designs` and an entry in `entries/`.
 */
import type { Outcome, Problem } from '../lib/outcome.ts';
import { failed, ok } from '../lib/outcome.ts';
import type { DesignEntry, SelectedDesign } from './entries/entry.ts';
import { workerPartsWith } from './entries/entry.ts';
import { LEASE } from './entries/lease.ts';
import { OPTIMISTIC } from './entries/optimistic.ts';
import { RAFT } from './entries/raft.ts';
import { STORE_CLAIM, STORE_LOCK } from './entries/rows.ts';
import { SAMPLING } from './entries/sampling.ts';
import { SHARDED } from './entries/sharded.ts';
import { SINGLE } from './entries/single.ts';
import { checkSelection, parseSelection, printSelection } from './selection.ts';

export type { DesignEntry, SelectedDesign } from './entries/entry.ts';

export const DESIGNS: readonly DesignEntry[] = [
  SINGLE,
  LEASE,
  STORE_LOCK,
  STORE_CLAIM,
  RAFT,
  SHARDED,
  SAMPLING,
  OPTIMISTIC,
];

/** Reads a selection and finds the design; every problem at once. */
export function selectDesign(text: string): Outcome<SelectedDesign, readonly Problem[]> {
  const parsed = parseSelection(text);
  if (parsed.kind === 'failed') return parsed;
  const choices = DESIGNS.map(({ name, presets, options, mutants }) => ({
    name,
    presets: presets.map((preset) => preset.name),
    options,
    mutants: mutants.map((mutant) => mutant.name),
  }));
  const problems = checkSelection(parsed.value, choices);
  if (problems.length > 0) return failed(problems);
  const entry = DESIGNS.find(({ name }) => name === parsed.value.design) as DesignEntry;
  const more = entry.check?.(parsed.value) ?? [];
  if (more.length > 0) return failed(more);
  const workerParts = workerPartsWith(parsed.value.mutant);
  return ok({ name: printSelection(parsed.value), workerParts, ...entry.select(parsed.value) });
}
