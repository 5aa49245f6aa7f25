/** One run: machines, programs, workload, faults and facts wired together, not yet started. */
import { type ChooseCore, drawCore } from '../faults/core.ts';
import { type DrawOptions, drawPlan } from '../faults/draw.ts';
import { watchFairness } from '../faults/fairness.ts';
import { Injector } from '../faults/inject.ts';
import type { Plan } from '../faults/plan.ts';
import { PROFILES } from '../faults/profiles.ts';
import type { Phase } from '../history/fact.ts';
import type { Fold } from '../history/history.ts';
import { foldOf, Recorder } from '../history/history.ts';
import { Kernel } from '../kernel/kernel.ts';
import type { LostDraws, Rng } from '../kernel/rng.ts';
import { createRng } from '../kernel/rng.ts';
import { assert, required } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import { SECOND, wallUs } from '../lib/units.ts';
import type { BuiltDesign } from '../scheduler/designs/design.ts';
import { createWorker } from '../scheduler/worker/worker.ts';
import { slowerBy } from '../sim/cpu.ts';
import { Sim } from '../sim/sim.ts';
import { createAuditor } from '../workload/auditor.ts';
import { createClient } from '../workload/client.ts';
import { createJobBody } from '../workload/job-body.ts';
import { createKnobs, type WorkloadKnobs } from '../workload/knobs.ts';
import { createLedger } from '../workload/ledger.ts';
import type { Harness, PlannedOp } from '../workload/workload.ts';
import { planWorkload, splitByClient } from '../workload/workload.ts';
import { CORE_ROOM, jobsPerSecond, needsAllWorkers } from './extra-work.ts';
import { builtFor, numbered } from './machines.ts';
import { Meter } from './meter.ts';
import type { Prepared } from './prepare.ts';
import type { Scenario, Workload } from './scenario.ts';
import { type DueTick, dueOfVersions } from './versions.ts';
import { MachineZones } from './zone-shelf.ts';

export interface RunOptions {
  readonly seed: string;
  /** Instead of the plan that scenario and seed draw. */
  readonly plan?: Plan;
  /** Folds that see every fact: judges, metrics, transcripts. */
  readonly folds: readonly Fold[];
  /** Refuse what is not plain frozen data. */
  readonly checked?: boolean;
  /** Keep the fingerprint of every step, to find where two runs part. */
  readonly trace?: boolean;
  /** What the run would be if the code drew more than it does. */
  readonly lostDraws?: LostDraws;
  /** Asked every few seconds of the run: true ends it there, before its audit. */
  readonly shouldStop?: () => boolean;
}

export interface AssembledRun {
  readonly kernel: Kernel;
  readonly sim: Sim;
  readonly plan: Plan;
  /** Runs until the audit is over; the last fact is the phase `end`. */
  execute(): void;
}

/** The plan that a scenario and a seed draw, or the one the scenario gives. */
export function planOf(scenario: Scenario, rng: Rng): Plan {
  const { faults } = scenario;
  if (faults.kind === 'given') return { faults: faults.faults };
  const profile = required(
    PROFILES.find(({ name }) => name === faults.profile),
    `profile ${faults.profile}`,
  );
  return drawPlan({ ...drawOptionsOf(scenario, rng.stream('plan')), profile });
}

/** What a scenario has drawn, but for the kinds of faults; one that gives its faults draws none. */
export function drawOptionsOf(scenario: Scenario, random: Random): Omit<DrawOptions, 'profile'> {
  const { faults, phases, cluster, workload } = scenario;
  return {
    intensity: faults.kind === 'drawn' ? faults.intensity : 0,
    random,
    chaosFromUs: phases.warmUpUs,
    chaosUntilUs: phases.warmUpUs + phases.chaosUs,
    workers: cluster.workers,
    clients: workload.clients,
    members: cluster.members,
    submitsPerSecond: workload.arrivals.perSecond,
  };
}

export function assembleRun(prepared: Prepared, options: RunOptions): AssembledRun {
  const { scenario } = prepared.loaded;
  const rng = createRng(options.seed, options.lostDraws);
  const plan = options.plan ?? planOf(scenario, rng);
  const kernel = new Kernel({ trace: options.trace ?? false });
  const recorder = new Recorder();
  const { latencyMinUs, latencyMaxUs, ntp, cpu } = scenario.cluster;
  const sim = new Sim({
    kernel,
    rng,
    recorder,
    startWallUs: prepared.startWallUs,
    network: { latencyMinUs, latencyMaxUs },
    ...(ntp === undefined ? {} : { timeDaemon: ntp }),
    ...(cpu === undefined ? {} : { profile: slowerBy(cpu) }),
    checked: options.checked ?? false,
  });
  const zones = zonesFor(prepared);
  const ops = plannedOps(prepared, rng);
  const workload = knobsFor(prepared, ops);
  const clocks = addMachines(prepared, sim, rng, recorder, { zones, ops, knobs: workload });
  const { assumes } = prepared.design;
  const { members, keepers, voters, initial } = clocks;
  recorder.subscribe(watchFairness({ recorder, assumes, members, initial }));
  const stakes = { assumes, members, keepers, voters };
  const own = prepared.own?.faults ?? [];
  const injector = new Injector({ sim, kernel, recorder, plan, rng, stakes, zones, workload, own });
  for (const fold of options.folds) recorder.subscribe(fold);
  const chooseCore = coreOf(prepared, rng);
  const due = dueOfVersions(prepared.due, ops);
  const { shouldStop = () => false } = options;
  const meter = new Meter(sim);
  const stage = { sim, kernel, recorder, injector, meter, chooseCore, due, shouldStop };
  const execute = conductor(prepared, stage);
  return { kernel, sim, plan, execute };
}

interface Clocks {
  readonly members: ReadonlySet<string>;
  readonly keepers: ReadonlySet<string>;
  readonly voters: ReadonlySet<string>;
  readonly initial: {
    readonly machine: string;
    readonly ratePpm: number;
    readonly wallErrorUs: number;
  }[];
}

const LEDGER = 'ledger';
const AUDITOR = 'auditor';
/** Shorter than most supervisors wait before they kill, so that what does not end is reported. */
const DRAIN_US = 3 * SECOND;

function zonesFor({ zones, startWallUs, timeline }: Prepared): MachineZones {
  return new MachineZones(zones, startWallUs, wallUs(startWallUs + timeline.endUsMax));
}

function plannedOps(prepared: Prepared, rng: Rng): readonly PlannedOp[] {
  const { loaded, timeline, startWallUs, schedules, traceJobs } = prepared;
  return planWorkload({
    workload: loaded.scenario.workload,
    rng,
    startUs: timeline.askFromUs,
    endUs: timeline.askUntilUs,
    storm: { fromUs: timeline.chaosUs, untilUs: timeline.healUs },
    startWallUs,
    schedules,
    traceJobs,
  });
}

function knobsFor({ loaded, timeline }: Prepared, ops: readonly PlannedOp[]): WorkloadKnobs {
  const { workload } = loaded.scenario;
  return createKnobs({
    demand: workload,
    clients: numbered('client', workload.clients),
    firstOp: ops.length + 1,
    healUs: timeline.healUs,
    jobsMax: timeline.addedJobsMax,
  });
}

/** What machines are handed, and faults may take hold of. */
interface Supplies {
  readonly zones: MachineZones;
  readonly ops: readonly PlannedOp[];
  readonly knobs: WorkloadKnobs;
}

function addMachines(
  prepared: Prepared,
  sim: Sim,
  rng: Rng,
  recorder: Recorder,
  supplies: Supplies,
): Clocks {
  const { loaded, design, timeline } = prepared;
  const { cluster, workload } = loaded.scenario;
  const built = builtFor(prepared, (machine) => supplies.zones.tableOf(machine));
  const clocks: Clocks = {
    members: new Set(built.machines.map(({ name }) => name)),
    keepers: keeping(built, true),
    voters: keeping(built, 'together'),
    initial: [],
  };
  const add = (spec: Parameters<Sim['add']>[0]): void => {
    const clock = drawClock(rng.stream('clock', spec.name), cluster);
    clocks.initial.push({ machine: spec.name, ...clock });
    sim.add({ ...spec, ...clock });
  };
  const harness: Harness = { record: (fact) => recorder.record(fact), now: () => sim.now };
  for (const machine of built.machines) add(machine);
  const body = createJobBody({
    ...workload,
    seed: seedOf(rng),
    harness,
    traceJobs: prepared.traceJobs,
    knobs: supplies.knobs.workers,
  });
  const { slots, beatUs, resources } = cluster;
  const has = resources === undefined ? {} : { resources };
  const { members } = built;
  numbered('worker', cluster.workers).forEach((name, index) => {
    const tags = tagsOf(workload, index);
    const inOrder = built.isShared ? turned(members, index) : members;
    const options = { members: inOrder, ledger: LEDGER, slots, body, ...has, ...tags };
    const configured = (factor: number) =>
      createWorker(
        {
          ...options,
          beatUs: Math.round(beatUs * factor),
          drainUs: Math.round(DRAIN_US * factor),
        },
        design.workerParts,
      );
    add({ name, role: 'worker', factory: configured(1), configured });
  });
  addClients(prepared, built, supplies, harness, add);
  add({ name: LEDGER, role: 'ledger', factory: createLedger(harness) });
  const { auditUs: beginAfterUs } = timeline;
  const readsSchedules = workload.edits !== undefined;
  const auditor = createAuditor({ members, harness, beginAfterUs, readsSchedules });
  add({ name: AUDITOR, role: 'auditor', factory: auditor });
  return clocks;
}

/** Machines whose disks hold the book, alone or as a majority. */
const keeping = ({ machines }: BuiltDesign, how: true | 'together'): ReadonlySet<string> =>
  new Set(machines.flatMap(({ name, keepsBook }) => (keepsBook === how ? [name] : [])));

/** What this worker is good for; a worker without tags has no such key. */
function tagsOf({ tags = [] }: Workload, worker: number): { readonly tags?: readonly string[] } {
  const has = tags.filter(({ workers }) => worker < workers).map(({ tag }) => tag);
  return has.length === 0 ? {} : { tags: has };
}

/** The core that is healed; undefined when all of the cluster is. The seed may draw which. */
function coreOf(prepared: Prepared, rng: Rng): ChooseCore | undefined {
  const { loaded, timeline, due, traceJobs, design } = prepared;
  const { cluster, workload, phases } = loaded.scenario;
  const isDrawn = phases.heal === 'drawn' && rng.stream('heal').below(2) === 0;
  if (phases.heal !== 'core' && !isDrawn) return undefined;
  const ticksPerSecond = (due.length * SECOND) / (timeline.askUntilUs - timeline.ticksFromUs);
  const perSecond = jobsPerSecond(workload) + ticksPerSecond;
  const busySlots = (perSecond * workload.runUsMean) / SECOND;
  const enough = Math.max(1, Math.ceil((CORE_ROOM * busySlots) / cluster.slots));
  // A trace may need every one of them, and jobs with tags those that have them.
  const needsAll = traceJobs.length > 0 || needsAllWorkers(workload);
  const workers = needsAll ? cluster.workers : enough;
  return drawCore(rng, { schedulers: design.coreSchedulers(cluster.members), workers });
}

/** Work is drawn from its own stream: the same jobs take the same time under every design. */
const seedOf = (rng: Rng): string => String(rng.stream('bodies').below(2 ** 32));

function addClients(
  { loaded }: Prepared,
  { members }: BuiltDesign,
  { ops, knobs }: Supplies,
  harness: Harness,
  add: (spec: Parameters<Sim['add']>[0]) => void,
): void {
  const { clients, clientTimeoutUs: timeoutUs } = loaded.scenario.workload;
  const names = numbered('client', clients);
  splitByClient(ops, clients).forEach(({ plan, opBase }, index) => {
    const name = required(names[index], `client ${index}`);
    const turned = required(knobs.clients.get(name), `knobs of ${name}`);
    const factory = createClient({ plan, members, timeoutUs, harness, opBase, knobs: turned });
    add({ name, role: 'client', factory });
  });
}

/** The same names, beginning elsewhere. */
const turned = (names: readonly string[], by: number): readonly string[] => {
  const at = by % names.length;
  return [...names.slice(at), ...names.slice(0, at)];
};

/** Whole ppm and microseconds, either way. */
function drawClock(
  random: Random,
  { ratePpmMax, wallErrorUsMax }: { readonly ratePpmMax: number; readonly wallErrorUsMax: number },
): { readonly ratePpm: number; readonly wallErrorUs: number } {
  const either = (max: number): number => Math.round((2 * random.float() - 1) * max) + 0;
  return { ratePpm: either(ratePpmMax), wallErrorUs: either(wallErrorUsMax) };
}

interface Stage {
  readonly sim: Sim;
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly injector: Injector;
  readonly meter: Meter;
  /** Absent when all of the cluster is healed. */
  readonly chooseCore: ChooseCore | undefined;
  /** In order of nominal time. */
  readonly due: readonly DueTick[];
  readonly shouldStop: () => boolean;
}

const PHASES: readonly Phase[] = ['warm-up', 'chaos', 'heal', 'quiescence', 'audit', 'end'];

/** Leads a run through its phases; due ticks become facts at their true time. */
function conductor(prepared: Prepared, stage: Stage): () => void {
  const { sim, kernel, recorder, injector, meter, chooseCore, due, shouldStop } = stage;
  const { timeline } = prepared;
  let isAudited = false;
  recorder.subscribe(foldOf({ 'audit-ended': () => (isAudited = true) }));
  const enter = (phase: Phase): void => recorder.record({ kind: 'phase', at: kernel.now, phase });
  const phaseKind = kernel.register('phase', (index) => {
    const phase = required(PHASES[index], `phase ${index}`);
    enter(phase);
    if (phase === 'chaos' || phase === 'heal') {
      recorder.record({ kind: 'spent', at: kernel.now, ...meter.spent() });
    }
    if (phase !== 'heal') return;
    if (chooseCore === undefined) injector.healAll();
    else injector.healCore(chooseCore);
  });
  const recordDue = dueRecorder(prepared, due, kernel, recorder);
  return () => {
    sim.startAll();
    enter('warm-up');
    injector.arm();
    kernel.at(timeline.chaosUs, phaseKind, 1);
    kernel.at(timeline.healUs, phaseKind, 2);
    kernel.at(timeline.healUs, phaseKind, 3);
    kernel.at(timeline.auditUs, phaseKind, 4);
    recordDue();
    while (!isAudited && kernel.now < timeline.endUsMax && !shouldStop()) {
      kernel.run(Math.min(kernel.now + 10 * SECOND, timeline.endUsMax));
    }
    enter('end');
  };
}

/** Records each due tick when it is due: one pending event at a time, however many there are. */
function dueRecorder(
  { startWallUs, loaded }: Prepared,
  due: readonly DueTick[],
  kernel: Kernel,
  recorder: Recorder,
): () => void {
  const { delivery, sinks } = loaded.scenario.workload;
  const sink = sinks[0] ?? 'token';
  const kind = kernel.register('tick-due', (index) => {
    const { tick, revision } = required(due[index], `tick ${index}`);
    recorder.record({ kind: 'tick-due', at: kernel.now, tick, revision, delivery, sink });
    next(index + 1);
  });
  const next = (index: number): void => {
    const tick = due[index]?.tick;
    if (tick === undefined) return;
    const atUs = tick.nominalUs - startWallUs;
    assert(atUs >= kernel.now, () => `tick due at ${atUs}, now ${kernel.now}`);
    kernel.at(atUs, kind, index);
  };
  return () => next(0);
}
