/** A scenario's inputs read once for all seeds: schedules, zone rules, due ticks, traced jobs. */
import type { Claim } from '../checkers/checker.ts';
import type { OwnFault } from '../faults/own-fault.ts';
import { required } from '../lib/assert.ts';
import type { Outcome, Problem } from '../lib/outcome.ts';
import { failed, ok } from '../lib/outcome.ts';
import type { WallUs } from '../lib/units.ts';
import { DAY, wallUs } from '../lib/units.ts';
import type { JobSpec, ScheduleSpec } from '../scheduler/api.ts';
import type { ZoneTable } from '../scheduler/schedule/zone-rules.ts';
import { DEFAULT_QUEUE } from '../workload/arrivals.ts';
import { readCrontab } from '../workload/traces/crontab.ts';
import type { SwfOptions, TraceJob } from '../workload/traces/swf.ts';
import { readSwf } from '../workload/traces/swf.ts';
import type { NamedSchedule } from '../workload/workload.ts';
import type { SelectedDesign } from './registry.ts';
import type { LoadedScenario, Scenario, ScheduleEntry } from './scenario.ts';
import type { Timeline, TraceExtent } from './timeline.ts';
import { timelineOf } from './timeline.ts';
import { formatInstant } from './values.ts';
import { type DueTick, dueOf } from './versions.ts';
import { zoneTable } from './zone-data.ts';

/** A line of an input that is not used, and why. */
export interface UnusedLine {
  readonly file: string;
  readonly line: number;
  readonly problem: string;
}

/** What a user brings beside a design. */
export interface OwnCode {
  /** Judged after the built-in claims. */
  readonly claims: readonly Claim[];
  /** Kinds that plans may name. */
  readonly faults: readonly OwnFault[];
}

/** Everything of a scenario and a design that does not depend on the seed. */
export interface Prepared {
  readonly loaded: LoadedScenario;
  readonly design: SelectedDesign;
  readonly timeline: Timeline;
  readonly startWallUs: WallUs;
  readonly schedules: readonly NamedSchedule[];
  readonly zones: ZoneTable;
  /** Of the schedules as they are written, in order of nominal time. */
  readonly due: readonly DueTick[];
  readonly traceJobs: readonly TraceJob[];
  readonly unused: readonly UnusedLine[];
  readonly own?: OwnCode;
}

const UNUSED_MAX = 1_000;
/** More would be a test of patience: each schedule's ticks are found twice, independently. */
const SCHEDULES_MAX = 2_000;

/**
 * Reads the inputs; what cannot be used at all is a problem, single lines are left out and told.
 */
export function prepare(
  loaded: LoadedScenario,
  design: SelectedDesign,
  own?: OwnCode,
): Outcome<Prepared, readonly Problem[]> {
  const { scenario } = loaded;
  const foreign = unknownTo(design, scenario);
  if (foreign.length > 0) return failed(foreign);
  const startWallUs = wallUs(Date.parse(scenario.cluster.startsAt) * 1_000);
  const unused: UnusedLine[] = [];
  const problems: Problem[] = [];
  const entries = [...scenario.workload.schedules, ...crontabEntries(loaded, unused, problems)];
  const traceJobs = tracedJobs(loaded, unused, problems);
  const takeoverUs = design.takeoverUs + (design.backoffUs?.(scenario.phases.chaosUs) ?? 0);
  const timeline = timelineOf(scenario, takeoverUs, extentOf(traceJobs), design.rescueUs);
  const untilUs = wallUs(startWallUs + timeline.endUsMax + 2 * DAY);
  const zones = zoneTable(zonesOf(entries), wallUs(startWallUs - 400 * DAY), untilUs);
  if (zones.kind === 'failed') problems.push({ path: 'workload', problem: zones.error });
  const schedules = entries.map((entry) => ({
    name: entry.name,
    spec: scheduleSpec(scenario, timeline, startWallUs, entry),
  }));
  problems.push(...boundProblems(schedules));
  if (problems.length > 0 || zones.kind === 'failed') return failed(problems);
  const due = dueOf(schedules);
  return ok({
    loaded,
    design,
    timeline,
    startWallUs,
    schedules,
    zones: zones.value,
    due,
    traceJobs,
    unused,
    ...(own === undefined ? {} : { own }),
  });
}

/** Whoever passed over what a workload asks for would not be compared with those who do it. */
function unknownTo({ name, knows = [] }: SelectedDesign, { workload }: Scenario): Problem[] {
  const wanted = (['resources', 'gangs'] as const).filter(
    (feature) => workload[feature] !== undefined && !knows.includes(feature),
  );
  return wanted.map((feature) => ({
    path: `workload.${feature}`,
    problem: `${name} does not know of ${feature}`,
    hint: `leave them out, or choose a design that does: optimistic`,
  }));
}

/** Every machine knows UTC, whatever zones the schedules are in. */
const zonesOf = (entries: readonly ScheduleEntry[]): string[] => [
  ...new Set([
    'UTC',
    ...entries.flatMap(({ timing }) => (timing.kind === 'cron' ? [timing.zone] : [])),
  ]),
];

/** Text of an input; what is not UTF-8 shows as replacement characters and fails line by line. */
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);

/** The lines of the crontab that a scenario names, as schedules; none where it names none. */
export function crontabEntries(
  loaded: LoadedScenario,
  unused: UnusedLine[],
  problems: Problem[],
): ScheduleEntry[] {
  const wanted = loaded.scenario.workload.crontab;
  if (wanted === undefined || loaded.crontab === undefined) return [];
  const { path, bytes } = loaded.crontab;
  const { entries, rejected } = readCrontab(textOf(bytes));
  if (entries.length > SCHEDULES_MAX) {
    const problem = `${entries.length} lines of this crontab can run`;
    problems.push({
      path: 'workload.crontab',
      problem,
      file: path,
      hint: `at most ${SCHEDULES_MAX}`,
    });
    return [];
  }
  for (const { line, text, reason } of rejected.slice(0, UNUSED_MAX)) {
    unused.push({ file: path, line, problem: `${reason}: ${text}` });
  }
  if (entries.length === 0) {
    const first = rejected[0];
    const problem = `no line of this crontab can run (${rejected.length} refused)`;
    const place = first === undefined ? {} : { line: first.line, column: 1, hint: first.reason };
    problems.push({ path: 'workload.crontab', problem, file: path, ...place });
  }
  const { zone, gap, overlap } = wanted;
  return entries.map(({ line, expression }) => ({
    name: `cron-${String(line).padStart(4, '0')}`,
    timing: { kind: 'cron', expression, zone, gap, overlap },
  }));
}

function tracedJobs(
  loaded: LoadedScenario,
  unused: UnusedLine[],
  problems: Problem[],
): readonly TraceJob[] {
  const wanted = loaded.scenario.workload.trace;
  if (wanted === undefined || loaded.trace === undefined) return [];
  const { path, bytes } = loaded.trace;
  const swf = readSwf(textOf(bytes), fitted(loaded, textOf(bytes)));
  for (const { line, reason } of swf.rejected) unused.push({ file: path, line, problem: reason });
  const last = swf.jobs.at(-1);
  if (last !== undefined && swf.jobs.length === wanted.jobsMax) {
    const problem = `the first ${wanted.jobsMax} jobs are used; workload.trace.jobs says how many`;
    unused.push({ file: path, line: last.line, problem });
  }
  if (swf.jobs.length === 0) {
    const problem = `no line of this trace is a job (${swf.rejectedCount} refused)`;
    const line = swf.rejected[0]?.line ?? 1;
    problems.push({ path: 'workload.trace', problem, file: path, line, column: 1 });
  }
  return swf.jobs;
}

/** Of the slots of all workers this share is busy with a trace that is fitted. */
const FITTED_LOAD = 0.5;

/**
 * Scales that are to `fit` are chosen so that the trace fills the time in which clients ask, and so
 * that its work keeps half of the slots busy; then the storm meets it, whatever its own times are.
 */
function fitted(loaded: LoadedScenario, text: string): SwfOptions {
  const { workload, cluster } = loaded.scenario;
  const wanted = required(workload.trace, 'a trace');
  const { jobsMax } = wanted;
  const { spanUs, workUs } = extentOf(readSwf(text, { timeScale: 1, sizeScale: 1, jobsMax }).jobs);
  const { askFromUs, askUntilUs } = timelineOf(loaded.scenario, 0);
  const windowUs = askUntilUs - askFromUs;
  const capacityUs = windowUs * cluster.workers * cluster.slots * FITTED_LOAD;
  const timeScale =
    wanted.timeScale === 'fit' ? Math.max(spanUs / windowUs, 1e-6) : wanted.timeScale;
  const sizeScale =
    wanted.sizeScale === 'fit' ? Math.max(workUs / capacityUs, 1e-6) : wanted.sizeScale;
  return { timeScale, sizeScale, jobsMax };
}

/** How long a trace is, and how much work there is in it. */
function extentOf(jobs: readonly TraceJob[]): TraceExtent {
  return {
    spanUs: jobs.reduce((latest, { submitUs }) => Math.max(latest, submitUs), 0),
    longestUs: jobs.reduce((longest, { runUs }) => Math.max(longest, runUs), 0),
    workUs: jobs.reduce((sum, { runUs }) => sum + runUs, 0),
  };
}

/**
 * Ticks count from the middle of the warm-up, when every schedule is known, until asking ends; a
 * schedule may have narrower bounds of its own.
 */
function scheduleSpec(
  scenario: Scenario,
  timeline: Timeline,
  startWallUs: WallUs,
  entry: ScheduleEntry,
): ScheduleSpec {
  const { retry, timeoutUs, heartbeatUs, delivery, sinks } = scenario.workload;
  const sink = sinks[0] ?? 'token';
  const job: JobSpec = { queue: DEFAULT_QUEUE, delayUs: 0, retry, timeoutUs, delivery, sink };
  const { timing, misfire = scenario.workload.misfire, overlap, bufferMax, jitterUs } = entry;
  return {
    timing,
    misfire,
    startUs: wallUs(Math.max(startWallUs + timeline.ticksFromUs, entry.startUs ?? 0)),
    endUs: wallUs(Math.min(startWallUs + timeline.askUntilUs, entry.endUs ?? Infinity)),
    ...(overlap === undefined ? undefined : { overlap }),
    ...(bufferMax === undefined ? undefined : { bufferMax }),
    ...(jitterUs === undefined ? undefined : { jitterUs }),
    job: heartbeatUs === undefined ? job : { ...job, heartbeatUs },
  };
}

/** Bounds that leave no time in which a tick could be due; only entries can have such. */
function boundProblems(schedules: readonly NamedSchedule[]): Problem[] {
  return schedules.flatMap(({ spec: { startUs, endUs } }, i) => {
    if (startUs < endUs) return [];
    const [from, until] = [formatInstant(startUs), formatInstant(endUs)];
    const problem = `no tick can be due from ${from} until ${until}`;
    const hint = 'ticks count from the middle of the warm-up until clients stop asking';
    return [{ path: `workload.schedules.${i}`, problem, hint }];
  });
}
