import type { Plan, PlannedFault } from '../../src/faults/plan.ts';
import type { Fact } from '../../src/history/fact.ts';
import { MS, SECOND } from '../../src/lib/units.ts';

/** One run and what of it is told. */
export interface Story {
  /** The transcript's name without `.txt`. */
  readonly file: string;
  readonly title: string;
  /** What it shows, for a reader who has not seen the code. */
  readonly shows: string;
  readonly design: string;
  readonly scenario: string;
  readonly seed: string;
  readonly plan: Plan;
  readonly tells: (fact: Fact) => boolean;
}

/** One worker, one client, right clocks, and no work but what `more` says. */
const quiet = (more: string): string => `
cluster: {members: 2, workers: 1, slots: 4, wallError: 0s, clockRate: 0ppm}
workload:
  clients: 1
  status: 0%
  cancel: 0%
  fail: 0%
  sinks: [key]
  ${more}
phases: {warmUp: 5s, chaos: 55s}
`;
const SUBMITS = quiet('arrivals: {kind: fixed, rate: 30/m}\n  run: 300ms');
const TICKS = quiet('arrivals: {rate: 0/s}\n  run: 2s\n  schedules: [{name: report, every: 15s}]');

const onLeader = (
  kind: PlannedFault['kind'],
  start: PlannedFault['start'],
  durationUs: number,
): Plan => ({
  faults: [
    {
      ...{ id: 'f1', kind, start, durationUs, params: {} },
      target: { by: 'role', role: 'leader' },
    },
  ],
});
const at = (atUs: number): PlannedFault['start'] => ({ kind: 'at', atUs });

/** The disk takes 200 to 500 microseconds to answer a sync. */
const BEFORE_SYNC = onLeader(
  'crash',
  { kind: 'anchor', after: 'dispatched', nth: 6, delayUs: 100 },
  1_500 * MS,
);

type Said = Extract<Fact, { readonly kind: 'testified' }>['said'];

/**
 * Facts of some jobs within a span of the run, and beside them what happens to machines and who
 * says to lead.
 */
function about(fromUs: number, untilUs: number, job: RegExp): Story['tells'] {
  const says = (said: Said): boolean => {
    if ('job' in said) return job.test(said.job);
    return said.kind === 'role' || said.kind === 'lease' || said.kind === 'note';
  };
  return (fact) => {
    if (fact.at < fromUs || fact.at > untilUs) return false;
    if (fact.kind === 'fault') return fact.event === 'armed';
    if (fact.kind === 'machine' || fact.kind === 'tick-due') return true;
    if (fact.kind === 'testified') return says(fact.said);
    if ('job' in fact) return job.test(fact.job);
    return 'request' in fact && 'job' in fact.request && job.test(fact.request.job);
  };
}

const TICK_OF_30 = /^report@1740988830000000$/;

export const STORIES: readonly Story[] = [
  {
    file: 'single-crash-before-sync-lost',
    title: 'single: crash between the append and its sync, the record is lost',
    shows: `The scheduler has appended job 6 to its log and chosen a worker for it, and is killed
      before the disk has confirmed. The record is gone. Nobody was told anything, so nothing that
      somebody relies on is lost: there was no answer and no body. The client asks again under the
      same id; the restarted scheduler knows nothing of the job, takes it as new, and launches it
      under its new epoch. The job runs once.`,
    design: 'single',
    scenario: SUBMITS,
    seed: '10',
    plan: BEFORE_SYNC,
    tells: about(9 * SECOND, 20 * SECOND, /^j-00000[56]$/),
  },
  {
    file: 'single-crash-before-sync-kept',
    title: 'single: crash between the append and its sync, the record is kept',
    shows: `The same crash, but the disk had written the record, though it never said so. The
      restarted scheduler finds job 6 launched and cannot know whether its worker heard of it: it
      keeps the launch as it stands, and when the worker tells that it holds nothing, sends it once
      more under the same token. Whoever has it already would ignore it. The job runs once.`,
    design: 'single',
    scenario: SUBMITS,
    seed: '1',
    plan: BEFORE_SYNC,
    tells: about(9 * SECOND, 20 * SECOND, /^j-00000[56]$/),
  },
  {
    file: 'lease-crash',
    title: 'lease: the leader dies and the lease runs out',
    shows: `The leader is killed. The other member looks at the lease every two to four seconds,
      sees that it does not change, and may not take it before it has not changed for 15 seconds of
      its own clock. Meanwhile tick 08:00:30 falls due and waits: a lease buys safety with this
      silence. The new leader reads the book back and decides the tick late.`,
    design: 'lease',
    scenario: TICKS,
    seed: '1',
    plan: onLeader('crash', at(20 * SECOND), 40 * SECOND),
    tells: about(14 * SECOND, 50 * SECOND, TICK_OF_30),
  },
  {
    file: 'lease-paused-fenced',
    title: 'lease: paused leader, fenced',
    shows: `The leader stands still for 26 seconds, and its lease runs out. The other member takes
      over and runs tick 08:00:30. Then the first one wakes up, believes that it still leads, and
      decides the same tick. But before a worker hears of it the store must have it, and the store
      refuses the commit of an older epoch: the tick runs once, and the sleeper learns that it was
      deposed.`,
    design: 'lease',
    scenario: TICKS,
    seed: '1',
    plan: onLeader('pause', at(20 * SECOND), 26 * SECOND),
    tells: about(14 * SECOND, 60 * SECOND, TICK_OF_30),
  },
  {
    file: 'lease-paused-unfenced',
    title: 'lease: paused leader, unfenced',
    shows: `The same run without fencing, as client-go leaves it to its users. The sleeper wakes
      up and finds nobody who would refuse: it starts tick 08:00:30 a second time, and the outside
      world has its effect twice. It leads on beside the other until its renew deadline.`,
    design: 'lease+fencing=off',
    scenario: TICKS,
    seed: '1',
    plan: onLeader('pause', at(20 * SECOND), 26 * SECOND),
    tells: about(14 * SECOND, 60 * SECOND, TICK_OF_30),
  },
];
