import type { Problem } from '../lib/outcome.ts';
import { type FindFault, findFault } from './faults.ts';
import { LONGEST_US } from './kinds/info.ts';
import { FAULT_KINDS, type FaultKind, type Plan, type PlannedFault } from './plan.ts';

/** True for kinds that act on links, and so may have a peer. */
export const isNetworkFault = (kind: FaultKind): boolean => findFault(kind)?.hasPeer === true;

/**
 * Everything wrong with the numbers of a plan: ids that repeat, times before the run, unknown,
 * missing and impossible parameters. Paths begin at the plan (`faults.1.params.lossPpm`); empty
 * means sound. Kinds are looked up with `find`, where there are others than the built-in ones.
 */
export function planProblems(plan: Plan<string>, find: FindFault = findFault): readonly Problem[] {
  const seen = new Set<string>();
  return plan.faults.flatMap((fault, i) => {
    const found = [...timeProblems(fault), ...paramProblems(fault, find)];
    if (seen.has(fault.id)) found.push({ path: 'id', problem: `'${fault.id}' names two faults` });
    seen.add(fault.id);
    if (fault.peer !== undefined && find(fault.kind)?.hasPeer !== true) {
      found.push({ path: 'peer', problem: `a ${fault.kind} has no peer`, hint: 'leave it out' });
    }
    return found.map((p) => ({ ...p, path: `faults.${i}.${p.path}` }));
  });
}

function timeProblems({ start, durationUs }: PlannedFault<string>): Problem[] {
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

function paramProblems({ kind, params }: PlannedFault<string>, find: FindFault): Problem[] {
  const info = find(kind);
  // A plan may come from a file: whatever its type says, the kind may be unknown.
  if (info === undefined) {
    const problem = `there is no kind of fault '${kind}'`;
    return [{ path: 'kind', problem, hint: `one of ${FAULT_KINDS.join(', ')}` }];
  }
  const known = Object.keys(info.params);
  const hint = known.length === 0 ? `a ${kind} has none` : `known: ${known.join(', ')}`;
  const found: Problem[] = Object.keys(params)
    .filter((name) => info.params[name] === undefined)
    .map((name) => ({ path: `params.${name}`, problem: `a ${kind} has no '${name}'`, hint }));
  for (const [name, rule] of Object.entries(info.params)) {
    const path = `params.${name}`;
    const value = params[name];
    if (value === undefined) {
      if (rule.otherwise === undefined) found.push({ path, problem: `a ${kind} needs '${name}'` });
    } else if (!(value >= rule.low && value <= rule.high)) {
      found.push({ path, problem: `${value} is not within ${rule.low} to ${rule.high}` });
    } else if (!Number.isInteger(value) && rule.fractional !== true) {
      found.push({ path, problem: `${value} is not a whole number` });
    }
  }
  return found;
}
