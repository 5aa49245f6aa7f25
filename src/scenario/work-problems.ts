/**
 * What does not go together in a workload though each part of it is sound: shares beyond the whole,
 * tags that no worker has, limits that cannot carry what is asked of them.
 */
import { humanDuration, MINUTE } from '../lib/units.ts';
import { NARROW_LOAD_MAX, type Narrow, narrows } from './limits.ts';
import type { Scenario, Workload } from './scenario.ts';
import { spreadUs } from './timeline.ts';
import { formatShare, PPM, shown } from './values.ts';

export interface WorkProblem {
  readonly path: readonly (string | number)[];
  readonly problem: string;
  readonly hint?: string | undefined;
}

/** Everything of the kind, by its place in the scenario. */
export function workProblems(scenario: Scenario): readonly WorkProblem[] {
  const { workload } = scenario;
  const found = [
    ...queueProblems(workload),
    ...tagProblems(scenario),
    ...roomProblems(scenario),
    ...beatProblems(workload),
    ...spreadProblems(workload),
    ...editProblems(workload),
    ...narrows(scenario).flatMap(narrowProblem),
  ];
  return found.map((one) => ({ ...one, path: ['workload', ...one.path] }));
}

function queueProblems({ queues = [] }: Workload): WorkProblem[] {
  const sum = queues.reduce((ppm, { sharePpm }) => ppm + sharePpm, 0);
  const found = repeats(queues.map(({ name }) => name)).map(([name, i]) => {
    return { path: ['queues', i, 'name'], problem: `${shown(name)} names two queues` };
  });
  if (sum <= PPM) return found;
  const problem = `the shares of the queues add up to ${formatShare(sum)}`;
  return [...found, { path: ['queues'], problem }];
}

function tagProblems({ workload, cluster }: Scenario): WorkProblem[] {
  const { tags = [] } = workload;
  const found = repeats(tags.map(({ tag }) => tag)).map(([tag, i]): WorkProblem => {
    return { path: ['tags', i, 'tag'], problem: `${shown(tag)} stands here twice` };
  });
  for (const [i, { workers }] of tags.entries()) {
    if (workers <= cluster.workers) continue;
    const problem = `${workers} is above the number of workers, ${cluster.workers}`;
    found.push({ path: ['tags', i, 'workers'], problem });
  }
  return found;
}

function roomProblems({ workload, cluster }: Scenario): WorkProblem[] {
  const { resources = [], gangs } = workload;
  const found: WorkProblem[] = [];
  const sum = resources.reduce((ppm, { sharePpm }) => ppm + sharePpm, 0);
  if (sum > PPM) {
    const problem = `the shares of the resources add up to ${formatShare(sum)}`;
    found.push({ path: ['resources'], problem });
  }
  const has = cluster.resources;
  if (has === undefined && resources.length > 0) {
    const problem = 'nobody knows what workers have';
    found.push({ path: ['resources'], problem, hint: 'say what each has: cluster.resources' });
  }
  for (const [i, room] of resources.entries()) {
    for (const what of ['cpu', 'memory'] as const) {
      if (has === undefined || room[what] <= has[what]) continue;
      const problem = `no worker has so much: ${has[what]} at most`;
      found.push({ path: ['resources', i, what], problem });
    }
  }
  if (gangs !== undefined && gangs.parts > cluster.workers) {
    const problem = `${gangs.parts} is above the number of workers, ${cluster.workers}`;
    found.push({ path: ['gangs', 'parts'], problem });
  }
  return found;
}

/** Values that stand in the list a second time, and where. */
const repeats = (values: readonly string[]): (readonly [string, number])[] =>
  values.flatMap((value, i) => (values.indexOf(value) < i ? [[value, i] as const] : []));

function beatProblems({ silentPpm, heartbeatUs, timeoutUs }: Workload): WorkProblem[] {
  const found: WorkProblem[] = [];
  if (silentPpm !== undefined && heartbeatUs === undefined) {
    const problem = 'nobody waits for signs of life';
    found.push({ path: ['silent'], problem, hint: 'say within what time: heartbeat' });
  }
  if (heartbeatUs !== undefined && heartbeatUs >= timeoutUs) {
    const problem = `an attempt is stopped after ${humanDuration(timeoutUs)} anyway`;
    found.push({ path: ['heartbeat'], problem, hint: 'a heartbeat is shorter than the timeout' });
  }
  return found;
}

/** Nobody watches a run for longer only because late ticks are spread. */
const SPREAD_US_MAX = 60 * MINUTE;

function spreadProblems({ misfire, schedules }: Workload): WorkProblem[] {
  const policies = [
    { policy: misfire, path: ['misfire', 'spacing'] },
    ...schedules.map((entry, i) => {
      return { policy: entry.misfire ?? misfire, path: ['schedules', i, 'misfire', 'spacing'] };
    }),
  ];
  return policies.flatMap(({ policy, path }, i) => {
    const us = spreadUs(policy);
    if (us <= SPREAD_US_MAX || (i > 0 && policy === misfire)) return [];
    const problem = `${policy.catchUpMax} late ticks would be spread over ${humanDuration(us)}`;
    return [{ path, problem, hint: `at most ${humanDuration(SPREAD_US_MAX)}` }];
  });
}

function editProblems({ edits, schedules, crontab, queues }: Workload): WorkProblem[] {
  const isNothing = schedules.length === 0 && crontab === undefined && queues === undefined;
  if (edits === undefined || !isNothing) return [];
  return [{ path: ['edits'], problem: 'there is no schedule and no queue to edit' }];
}

function narrowProblem({ path, asked, carried, whom, because }: Narrow): WorkProblem[] {
  const most = NARROW_LOAD_MAX * carried;
  if (asked <= most) return [];
  const wanted = `${brief(asked)} jobs per second`;
  const problem = `${whom}: ${wanted}, and ${because} let ${brief(carried)} by`;
  return [
    { path, problem, hint: `at most ${brief(most)} leave room for what piles up in a storm` },
  ];
}

const brief = (value: number): string => String(Number(value.toPrecision(3)));
