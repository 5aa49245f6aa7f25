/**
 * A found bug as a scenario: its faults are given, the claim is named, and so is who breaks it. It
 * is run with seeds from 1 on like any other, so the case has to break with one of the first.
 */
import { findClaim } from '../checkers/claims.ts';
import type { Plan } from '../faults/plan.ts';
import { required } from '../lib/assert.ts';
import { failed, type Outcome, ok } from '../lib/outcome.ts';
import { type Prepared, prepare } from '../scenario/prepare.ts';
import { selectDesign } from '../scenario/registry.ts';
import type { LoadedScenario, Scenario } from '../scenario/scenario.ts';
import { loadedOf } from './loaded.ts';
import { probe } from './probe.ts';

export interface CaseToSave {
  readonly name: string;
  readonly why: string;
  readonly seed: string;
  readonly plan: Plan;
  readonly claim: string;
  /** From the place of a file beside the old scenario to its place beside the new one. */
  readonly relocate: (file: string) => string;
}

/** So many seeds a scenario of the casebook runs at most. */
const SEEDS_MAX = 10;

/**
 * The scenario; `holds` when the case does not break its claim, `unsteady` when it does so with its
 * own seed only. A mutant is saved beside its design, which keeps the claim.
 */
export function savedCase(
  prepared: Prepared,
  saved: CaseToSave,
): Outcome<LoadedScenario, 'holds' | 'unsteady'> {
  if (!breaks(prepared, saved.seed, saved)) return failed('holds');
  const scenario = scenarioOf(prepared, saved);
  const made = preparedWith(prepared, loadedOf(scenario, prepared.loaded));
  const seeds = Array.from({ length: SEEDS_MAX }, (_, i) => i + 1);
  const first = seeds.find((seed) => breaks(made, String(seed), saved));
  if (first === undefined) return failed('unsteady');
  const designs = [...soundOf(made, first, saved), prepared.design.name];
  const { loaded } = prepared;
  return ok(loadedOf(relocated({ ...scenario, designs, seeds: first }, saved), loaded));
}

function scenarioOf(prepared: Prepared, { name, why, plan, claim }: CaseToSave): Scenario {
  const { scenario } = prepared.loaded;
  const design = prepared.design.name;
  return {
    ...scenario,
    name,
    why,
    designs: [design],
    faults: { kind: 'given', faults: plan.faults },
    claims: { ...scenario.claims, only: [claim] },
    slo: [],
    breaks: { [design]: [claim] },
  };
}

function relocated(scenario: Scenario, { relocate }: CaseToSave): Scenario {
  const { workload } = scenario;
  const { crontab, trace } = workload;
  const files = {
    ...(crontab === undefined ? {} : { crontab: { ...crontab, file: relocate(crontab.file) } }),
    ...(trace === undefined ? {} : { trace: { ...trace, file: relocate(trace.file) } }),
  };
  return { ...scenario, workload: { ...workload, ...files } };
}

function preparedWith({ design }: Prepared, loaded: LoadedScenario): Prepared {
  const prepared = prepare(loaded, design);
  if (prepared.kind === 'ok') return prepared.value;
  throw new Error(JSON.stringify(prepared.error));
}

/** The design that a mutant was made of, when it keeps the claim in all the seeds. */
function soundOf(made: Prepared, seeds: number, saved: CaseToSave): readonly string[] {
  const [base = '', mutant] = made.design.name.split('~');
  const selected = selectDesign(base);
  if (mutant === undefined || selected.kind === 'failed') return [];
  const sound = preparedWith({ ...made, design: selected.value }, made.loaded);
  const isBroken = Array.from({ length: seeds }, (_, i) => String(i + 1)).some((seed) =>
    breaks(sound, seed, saved),
  );
  return isBroken ? [] : [selected.value.name];
}

const breaks = (prepared: Prepared, seed: string, { plan, claim }: CaseToSave): boolean =>
  probe(prepared, {
    seed,
    plan,
    claim: required(findClaim(claim), claim),
    stopsEarly: false,
  }) !== undefined;
