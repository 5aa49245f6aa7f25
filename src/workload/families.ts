/**
 * Families: jobs that depend on others. One is the parent of several, rows of jobs follow each, and
 * a last one has the ends of all rows for parents. Whoever builds such a thing asks for the parents
 * first; so each submit follows those of its parents in time. When one of those went unanswered,
 * its children may be refused, as they would be in life.
 */
import { chancePpm, hashedRandom } from '../lib/random.ts';
import { MS } from '../lib/units.ts';
import type { JobSpec } from '../scheduler/api.ts';
import { jobSpec } from './arrivals.ts';
import type { Demand, FamilyDemand } from './demand.ts';
import { type JobToPlan, planJob } from './plan-job.ts';
import type { PlannedOp } from './workload.ts';

/** A child is asked for so long after the last of its parents, plus up to as much again. */
const CHILD_AFTER_US = 300 * MS;

interface Member {
  readonly job: string;
  readonly atUs: number;
}

export const isFamilyRoot = ({ families }: Demand, seed: string, job: string): boolean =>
  families !== undefined && chancePpm(hashedRandom(seed, job, 'family'), families.sharePpm);

/** A refusal because of a key would orphan all the rest of the family. */
export const withoutKey = ({ uniqueKey: _, ...spec }: JobSpec): JobSpec => spec;

/** Adds all of the family but its first job; those that come too late are not asked for. */
export function planFamily(ops: PlannedOp[], root: JobToPlan): void {
  const { job, workload } = root;
  const { families } = workload;
  if (families === undefined) return;
  const rows: Member[] = [];
  for (let child = 1; child <= families.children; child++) {
    let last: Member | undefined = root;
    for (let level = 1; level <= families.depth && last !== undefined; level++) {
      last = planMember(ops, root, families, `${job}.${child}.${level}`, [last]);
    }
    if (last !== undefined) rows.push(last);
  }
  // With a row cut short there is nothing whole to wait for.
  if (rows.length === families.children) planMember(ops, root, families, `${job}.last`, rows);
}

function planMember(
  ops: PlannedOp[],
  root: JobToPlan,
  { onFailed }: FamilyDemand,
  job: string,
  parents: readonly Member[],
): Member | undefined {
  const { workload, seed, endUs } = root;
  const random = hashedRandom(seed, job, 'child');
  const parentsUs = Math.max(...parents.map(({ atUs }) => atUs));
  const atUs = parentsUs + CHILD_AFTER_US + Math.floor(random.float() * CHILD_AFTER_US);
  if (atUs >= endUs) return undefined;
  const runs = onFailed === 'run' || (onFailed === 'drawn' && random.below(2) === 0);
  const spec: JobSpec = {
    ...withoutKey(jobSpec(workload, seed, job)),
    parents: parents.map((parent) => parent.job),
    ...(runs ? { onFailedParent: 'run' } : undefined),
  };
  planJob(ops, { ...root, job, atUs, spec });
  return { job, atUs };
}
