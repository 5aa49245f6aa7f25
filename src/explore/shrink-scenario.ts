/**
 * What can be left out of a scenario: each simplification takes one thing away, and answers with
 * the scenario itself where there is nothing to take.
 */
import type { Cluster, Scenario, ScheduleEntry, Workload } from '../scenario/scenario.ts';

export type Simplification = (scenario: Scenario) => Scenario;

const onWork =
  (change: (workload: Workload) => Partial<Workload>): Simplification =>
  (scenario) => ({ ...scenario, workload: { ...scenario.workload, ...change(scenario.workload) } });

const onCluster =
  (change: Partial<Cluster>): Simplification =>
  (scenario) => ({ ...scenario, cluster: { ...scenario.cluster, ...change } });

const withoutWork =
  (...keys: readonly (keyof Workload)[]): Simplification =>
  (scenario) => ({ ...scenario, workload: without(scenario.workload, keys) });

function without<T extends object>(value: T, keys: readonly (keyof T)[]): T {
  const copy = { ...value };
  for (const key of keys) delete copy[key];
  return copy;
}

/** Nothing is judged and nothing is said that has to do with other claims and designs. */
export const aboutOneClaim =
  (design: string, claim: string): Simplification =>
  (scenario) => ({
    ...scenario,
    designs: [design],
    seeds: 1,
    claims: { ...scenario.claims, only: [claim] },
    slo: [],
    breaks: {},
  });

/** Parts of a workload that a scheduler may be asked for, and that can be done without. */
const FEATURES: readonly Simplification[] = [
  withoutWork('families'),
  withoutWork('edits'),
  withoutWork('unique'),
  withoutWork('tags'),
  withoutWork('priorities'),
  withoutWork('hostilePpm'),
  withoutWork('retriesPpm'),
  withoutWork('runNowPpm'),
  withoutWork('instantPpm'),
  withoutWork('silentPpm', 'heartbeatUs'),
  withoutWork('silentPpm'),
  withoutWork('zombiePpm'),
  withoutWork('retainUs'),
  withoutWork('queues'),
  withoutWork('trace'),
  withoutWork('crontab'),
  onWork(() => ({ schedules: [] })),
  onWork(({ arrivals }) => ({ arrivals: { ...arrivals, perSecond: 0 } })),
  onWork(() => ({ delayedPpm: 0 })),
  onWork(() => ({ statusPpm: 0 })),
  onWork(() => ({ cancelPpm: 0 })),
  onWork(({ retry }) => ({ retry: without(retry, ['jitterPpm']) })),
  onWork(({ retry }) => ({ retry: { ...retry, backoff: 'fixed' } })),
  onWork(({ retry }) => ({ retry: { ...retry, maxAttempts: 1 } })),
  onWork(({ sinks }) => ({ sinks: sinks.slice(0, 1) })),
  onWork(({ sinks }) => ({ sinks: sinks.slice(-1) })),
  onWork(({ misfire }) => ({ misfire: without(misfire, ['spacingUs']) })),
];

/** What makes a run depend on its draws, though no scheduler is asked for it. */
const NOISE: readonly Simplification[] = [
  onWork(() => ({ failPpm: 0 })),
  onWork(({ arrivals }) => ({ arrivals: { ...arrivals, kind: 'fixed' } })),
  onCluster({ ratePpmMax: 0 }),
  onCluster({ wallErrorUsMax: 0 }),
  ({ cluster, ...rest }) => {
    const { latencyMaxUs } = cluster;
    return { ...rest, cluster: { ...cluster, latencyMinUs: latencyMaxUs } };
  },
  ({ cluster, ...rest }) => ({ ...rest, cluster: without(cluster, ['ntp']) }),
  ({ phases, ...rest }) => {
    const heal = phases.heal === 'drawn' ? 'core' : phases.heal;
    return { ...rest, phases: { ...phases, heal } };
  },
  ({ phases, ...rest }) => ({ ...rest, phases: { ...phases, heal: 'total' } }),
];

/** All of them, in the order in which they are applied. */
export const SIMPLIFICATIONS: readonly Simplification[] = [...FEATURES, ...NOISE];

/** The scenario with all of these applied, in the order given. */
export const simplified = (scenario: Scenario, all: readonly Simplification[]): Scenario =>
  all.reduce((simpler, simplify) => simplify(simpler), scenario);

/** A schedule by its timing alone. */
export const plainSchedule = ({ name, timing }: ScheduleEntry): ScheduleEntry => ({ name, timing });

/** A number of a scenario that can be made smaller. */
export interface Dial {
  readonly get: (scenario: Scenario) => number;
  readonly set: (scenario: Scenario, value: number) => Scenario;
  readonly goal: number;
}

const clusterDial = (key: 'members' | 'workers' | 'slots', goal: number): Dial => ({
  get: ({ cluster }) => cluster[key],
  set: (scenario, value) => ({ ...scenario, cluster: { ...scenario.cluster, [key]: value } }),
  goal,
});

type WorkNumber = 'clients' | 'runUsMean' | 'timeoutUs' | 'delayedPpm' | 'delayUsMax' | WorkShare;
type WorkShare = 'statusPpm' | 'cancelPpm' | 'failPpm';

const workDial = (key: WorkNumber, goal: number): Dial => ({
  get: ({ workload }) => workload[key],
  set: (scenario, value) => ({ ...scenario, workload: { ...scenario.workload, [key]: value } }),
  goal,
});

const phaseDial = (key: 'warmUpUs' | 'chaosUs', goal: number): Dial => ({
  get: ({ phases }) => phases[key],
  set: (scenario, value) => ({ ...scenario, phases: { ...scenario.phases, [key]: value } }),
  goal,
});

const S = 1_000_000;

export const WARM_UP = phaseDial('warmUpUs', S);
export const CHAOS = phaseDial('chaosUs', S);
export const MACHINES: readonly Dial[] = [
  clusterDial('members', 1),
  clusterDial('workers', 1),
  workDial('clients', 1),
  clusterDial('slots', 1),
];
export const ARRIVALS: Dial = {
  get: ({ workload }) => workload.arrivals.perSecond,
  set: (scenario, perSecond) => {
    const { workload } = scenario;
    const arrivals = { ...workload.arrivals, perSecond };
    return { ...scenario, workload: { ...workload, arrivals } };
  },
  goal: 0,
};
export const ATTEMPTS: Dial = {
  get: ({ workload }) => workload.retry.maxAttempts,
  set: (scenario, maxAttempts) => {
    const { workload } = scenario;
    return { ...scenario, workload: { ...workload, retry: { ...workload.retry, maxAttempts } } };
  },
  goal: 1,
};
/** Numbers of the work; shares are best when they take all or nothing. */
export const WORK: readonly Dial[] = [
  workDial('timeoutUs', 5 * S),
  workDial('runUsMean', 100_000),
  workDial('delayUsMax', S),
  workDial('delayedPpm', 1_000_000),
  workDial('statusPpm', 1_000_000),
  workDial('cancelPpm', 1_000_000),
  workDial('failPpm', 1_000_000),
];
