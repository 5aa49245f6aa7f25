import { infoOf } from '../../faults/faults.ts';
import {
  ANCHORS,
  type Plan,
  type PlannedFault,
  ROLES_AT_MOMENT,
  type Start,
} from '../../faults/plan.ts';
import { planProblems } from '../../faults/plan-problems.ts';
import { intBetween, pick, type Random } from '../../lib/random.ts';
import { SECOND } from '../../lib/units.ts';

/** What a change may make use of. */
export interface Material {
  readonly random: Random;
  /** Faults of another plan, which may come to this one. */
  readonly others: readonly PlannedFault[];
  /** Faults begin before this. */
  readonly untilUs: number;
}

type Change = (faults: readonly PlannedFault[], material: Material) => readonly PlannedFault[];

const NTH_MAX = 40;
const FACTORS = [0.25, 0.5, 0.9, 1.1, 2, 4];

/** A plan with one to three changes; every plan that comes out is sound. */
export function mutated(plan: Plan, material: Material): Plan {
  let faults = plan.faults;
  for (let left = 1 + material.random.below(3); left > 0; left--) {
    const next = named(pick(material.random, CHANGES)(faults, material));
    // Two halves of different plans may ask for what no plan may say.
    if (planProblems({ faults: next }).length === 0) faults = next;
  }
  return { faults };
}

/** Ids tell faults of one plan apart, and no more. */
const named = (faults: readonly PlannedFault[]): readonly PlannedFault[] =>
  faults.map((fault, i) => ({ ...fault, id: `m${i + 1}-${fault.kind}` }));

const added: Change = (faults, { random, others }) =>
  others.length === 0 ? faults : [...faults, pick(random, others)];

const dropped: Change = (faults, { random }) => {
  const at = random.below(Math.max(1, faults.length));
  return faults.filter((_, i) => i !== at);
};

/** Changes one fault, whichever. */
const one =
  (change: (fault: PlannedFault, material: Material) => PlannedFault): Change =>
  (faults, material) => {
    if (faults.length === 0) return faults;
    const at = material.random.below(faults.length);
    return faults.map((fault, i) => (i === at ? change(fault, material) : fault));
  };

const moved = one((fault, { random, untilUs }) => {
  const { start } = fault;
  if (start.kind === 'anchor') {
    const nth = Math.max(1, start.nth + pick(random, [-5, -1, 1, 5]));
    return { ...fault, start: { ...start, nth } };
  }
  const byUs = pick(random, [-10, -2, -0.2, 0.2, 2, 10]) * SECOND;
  const atUs = Math.min(Math.max(0, start.atUs + byUs), untilUs);
  return { ...fault, start: { kind: 'at', atUs } };
});

/** Waits for a fact instead of a time, or for another one. */
const anchored = one((fault, { random }) => {
  const nth = intBetween(random, 1, NTH_MAX);
  const start: Start = { kind: 'anchor', after: pick(random, ANCHORS), nth, delayUs: 0 };
  return { ...fault, start };
});

const aimedAnew = one((fault, { random }) => {
  return { ...fault, target: { by: 'role', role: pick(random, ROLES_AT_MOMENT) } };
});

const stretched = one((fault, { random }) => {
  return { ...fault, durationUs: Math.round(fault.durationUs * pick(random, FACTORS)) };
});

const turned = one((fault, { random }) => {
  const names = Object.keys(fault.params);
  if (names.length === 0) return fault;
  const name = pick(random, names);
  const { low, high, fractional } = infoOf(fault.kind).params[name] ?? { low: 0, high: 0 };
  const wanted = (fault.params[name] ?? 0) * pick(random, FACTORS);
  const within = Math.min(Math.max(wanted, low), high);
  const value = fractional === true ? within : Math.round(within);
  return { ...fault, params: { ...fault.params, [name]: value } };
});

/** Begins when another one does: what happens together is what nobody has thought of. */
const together: Change = (faults, { random }) => {
  if (faults.length < 2) return faults;
  const [from, to] = [random.below(faults.length), random.below(faults.length)];
  const start = (faults[from] as PlannedFault).start;
  return faults.map((fault, i) => (i === to ? { ...fault, start } : fault));
};

const CHANGES: readonly Change[] = [
  added,
  dropped,
  moved,
  anchored,
  aimedAnew,
  stretched,
  turned,
  together,
];
