import type { Problem } from '../lib/outcome.ts';
import { FAULT_KINDS, type FaultKind, type Plan, type PlannedFault } from './plan.ts';

interface ParamRule {
  readonly low: number;
  readonly high: number;
  readonly optional?: true;
}

const PPM = 1_000_000;
/** A year: longer than any run, and far from where microseconds stop being exact. */
const LONGEST_US = 366 * 24 * 3_600 * 1_000_000;
/** A clock that stands still or runs backwards is not a rate error any more. */
const RATE_PPM_MAX = 500_000;

const RULES: Readonly<Record<FaultKind, Readonly<Record<string, ParamRule>>>> = {
  crash: {},
  pause: {},
  partition: {},
  'one-way-partition': { direction: { low: 0, high: 1 } },
  loss: { lossPpm: { low: 0, high: PPM } },
  delay: {
    delayUs: { low: 0, high: LONGEST_US },
    jitterUs: { low: 0, high: LONGEST_US, optional: true },
  },
  duplicate: { duplicatePpm: { low: 0, high: PPM } },
  'clock-rate': { ratePpm: { low: -RATE_PPM_MAX, high: RATE_PPM_MAX } },
  'clock-step': { stepUs: { low: -LONGEST_US, high: LONGEST_US } },
  'slow-cpu': { factor: { low: 1, high: 1_000_000 } },
};
/** May have a fraction; all others count whole units. */
const FRACTIONAL: readonly string[] = ['factor'];
const NETWORK: readonly FaultKind[] = [
  'partition',
  'one-way-partition',
  'loss',
  'delay',
  'duplicate',
];

/** True for kinds that act on links, and so may have a peer. */
export const isNetworkFault = (kind: FaultKind): boolean => NETWORK.includes(kind);

/**
 * Everything wrong with the numbers of a plan: ids that repeat, times before the run, unknown,
 * missing and impossible parameters. Paths begin at the plan (`faults.1.params.lossPpm`); empty
 * means sound.
 */
export function planProblems(plan: Plan): readonly Problem[] {
  const seen = new Set<string>();
  return plan.faults.flatMap((fault, i) => {
    const found = [...timeProblems(fault), ...paramProblems(fault)];
    if (seen.has(fault.id)) found.push({ path: 'id', problem: `'${fault.id}' names two faults` });
    seen.add(fault.id);
    if (fault.peer !== undefined && !isNetworkFault(fault.kind)) {
      found.push({ path: 'peer', problem: `a ${fault.kind} has no peer`, hint: 'leave it out' });
    }
    return found.map((p) => ({ ...p, path: `faults.${i}.${p.path}` }));
  });
}

function timeProblems({ start, durationUs }: PlannedFault): Problem[] {
  const found: Problem[] = [];
  const span = (path: string, us: number): void => {
    if (Number.isSafeInteger(us) && us >= 0 && us <= LONGEST_US) return;
    found.push({ path, problem: `${us} is not a span of whole microseconds up to a year` });
  };
  span('durationUs', durationUs);
  if (start.kind === 'at') {
    span('start.atUs', start.atUs);
  } else {
    span('start.delayUs', start.delayUs);
    if (!Number.isSafeInteger(start.nth) || start.nth < 1) {
      found.push({ path: 'start.nth', problem: `${start.nth} does not count`, hint: 'from 1 on' });
    }
  }
  return found;
}

function paramProblems({ kind, params }: PlannedFault): Problem[] {
  // A plan may come from a file: whatever its type says, the kind may be unknown.
  if (!FAULT_KINDS.includes(kind)) {
    const problem = `there is no kind of fault '${kind}'`;
    return [{ path: 'kind', problem, hint: `one of ${FAULT_KINDS.join(', ')}` }];
  }
  const rules = RULES[kind];
  const known = Object.keys(rules);
  const hint = known.length === 0 ? `a ${kind} has none` : `known: ${known.join(', ')}`;
  const found: Problem[] = Object.keys(params)
    .filter((name) => rules[name] === undefined)
    .map((name) => ({ path: `params.${name}`, problem: `a ${kind} has no '${name}'`, hint }));
  for (const [name, rule] of Object.entries(rules)) {
    const path = `params.${name}`;
    const value = params[name];
    if (value === undefined) {
      if (rule.optional !== true) found.push({ path, problem: `a ${kind} needs '${name}'` });
    } else if (!(value >= rule.low && value <= rule.high)) {
      found.push({ path, problem: `${value} is not within ${rule.low} to ${rule.high}` });
    } else if (!Number.isInteger(value) && !FRACTIONAL.includes(name)) {
      found.push({ path, problem: `${value} is not a whole number` });
    }
  }
  return found;
}
