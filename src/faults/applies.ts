/** Whether a cluster has whom a fault is aimed at. */
import type { MachineRole } from '../history/fact.ts';
import { unreachable } from '../lib/assert.ts';
import { infoOf } from './faults.ts';
import type { AimedRole, PlannedFault, Target } from './plan.ts';

/** The machines of a cluster, as far as aims are concerned. */
export type Cluster = readonly { readonly role: MachineRole }[];

/**
 * False when the fault can never begin in this cluster, because nobody has the role that it is
 * aimed at: a store where the design has none, a follower where there is one member. A name that
 * nobody has, or a kind that cannot hit the role it is aimed at, is its writer's mistake, and does
 * not count as that.
 */
export function isApplicable(fault: PlannedFault, cluster: Cluster): boolean {
  const { roles } = infoOf(fault.kind);
  const aims = fault.peer === undefined ? [fault.target] : [fault.target, fault.peer];
  return aims.every((target) => hasAnybody(target, cluster, roles));
}

function hasAnybody(target: Target, cluster: Cluster, roles: readonly AimedRole[]): boolean {
  const countOf = (...wanted: readonly MachineRole[]): number =>
    cluster.filter(({ role }) => wanted.includes(role)).length;
  const has = (role: AimedRole, least = 1): boolean =>
    !roles.includes(role) || countOf(role) >= least;
  switch (target.by) {
    case 'name':
      return true;
    case 'role':
      if (target.role === 'store-primary') return has('store');
      return has('scheduler', target.role === 'follower' ? 2 : 1);
    case 'index':
      return has(target.role);
    case 'share':
      return target.role === 'any' ? countOf(...roles) > 0 : has(target.role);
    case 'rack':
      return countOf(...roles) > 0;
    default:
      return unreachable(target);
  }
}
