/** What `run` and `compare` share: from options to what is to be done. */
import { join, resolve } from 'node:path';
import { BadInput, failed, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import type { ReportDocument } from '../report/document.ts';
import { readDocument } from '../report/document-schema.ts';
import { shellWord } from '../report/replay.ts';
import { type Assignment, carryOut, type ShownAs } from './carry-out.ts';
import { axesAsked, type Extras, extrasProblems, sheetProblems } from './extras.ts';
import { commandFront } from './front.ts';
import { EXIT, type Io } from './io.ts';
import { loadScenario, readWhole } from './load.ts';
import { folderProblems, reporterProblems } from './output.ts';
import { planned, plansText, readPlan } from './plan.ts';
import { seedsAsked } from './seeds.ts';
import { type How, type HowOptions, howAsked, seedsOfShard } from './sweep-how.ts';

/** Options of `run` and `compare` as commander gives them. */
export interface SweepOptions extends HowOptions, ShownAs {
  readonly seed?: string;
  readonly seeds?: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly doublecheck?: boolean;
  /** A file with the faults of every seed, instead of those of the scenario. */
  readonly plan?: string;
  /** Two numbers to turn against each other. */
  readonly sweep?: string;
  /** `committed` takes those that were measured before. */
  readonly datasheet?: true | string;
  /** An earlier report.json, to say what changed. */
  readonly baseline?: string;
  /** Print the plans, and run nothing. */
  readonly printPlan?: boolean;
}

/**
 * Checks everything that can be checked before any work is done, and throws {@link BadInput} with
 * all of it. `chooseDesigns` is told the scenario's own designs.
 */
export function assignment(
  scenario: string,
  options: SweepOptions,
  command: string,
  io: Io,
  chooseDesigns: (
    own: readonly string[],
  ) => { list: readonly string[] } | { problems: readonly Problem[] },
  subfolder = false,
): Assignment {
  const problems: Problem[] = [...reporterProblems(options.reporter)];
  const read = loadScenario(scenario, io.cwd, options.set);
  if (read.kind === 'failed') problems.push(...read.error);
  const plan = readPlan(options.plan, io.cwd);
  if (plan.kind === 'failed') problems.push(...plan.error);
  const own = read.kind === 'ok' ? read.value.loaded.scenario : undefined;
  const seeds = seedsAsked(options, seedsWithoutAsking(options, own?.seeds));
  if ('problems' in seeds) problems.push(...seeds.problems);
  const designs = chooseDesigns(own?.designs ?? ['lease']);
  if ('problems' in designs) problems.push(...designs.problems);
  const how = howAsked(options);
  if ('problems' in how) problems.push(...how.problems);
  else if ('list' in seeds) problems.push(...emptyShard(seeds.list, how.how));
  const name = own?.name ?? 'unknown';
  if (options.out === '') problems.push({ path: '', file: '--out', problem: 'names no folder' });
  const out = options.out === undefined ? join('reports', name) : options.out;
  const folder = resolve(io.cwd, out, subfolder && options.out !== undefined ? name : '');
  problems.push(...folderProblems(folder));
  const axes = axesAsked(options.sweep);
  problems.push(...sheetProblems(options.datasheet));
  if ('problems' in axes) problems.push(...axes.problems);
  const baseline = readBaseline(options.baseline, io.cwd);
  if (baseline.kind === 'failed') problems.push(...baseline.error);
  if (
    problems.length > 0 ||
    'problems' in axes ||
    baseline.kind === 'failed' ||
    read.kind === 'failed' ||
    plan.kind === 'failed' ||
    'problems' in seeds ||
    'problems' in designs ||
    'problems' in how
  ) {
    throw new BadInput(problems);
  }
  const { list } = designs;
  const loaded = planned(read.value, plan.value);
  const { datasheet } = options;
  const datasheets = datasheet === undefined ? 'none' : datasheet === true ? 'new' : 'committed';
  const extras: Extras = { axes: axes.axes, datasheets };
  const task = {
    ...{ loaded, designs: list, seeds: seeds.list, folder },
    ...{ options, how: how.how, extras, command, baseline: baseline.value },
  };
  const more = [...extrasProblems(task, extras), ...shardProblems(task)];
  if (more.length > 0) throw new BadInput(more);
  return task;
}

function readBaseline(
  file: string | undefined,
  cwd: string,
): Outcome<ReportDocument | undefined, readonly Problem[]> {
  if (file === undefined) return ok(undefined);
  try {
    const read = readDocument(readWhole(resolve(cwd, file), file));
    if (read.kind === 'ok') return read;
    return failed(read.error.slice(0, 5).map((it) => ({ ...it, file })));
  } catch (error) {
    if (error instanceof BadInput) return failed(error.problems);
    throw error;
  }
}

/** A shard knows nothing of the others: what is made once is made of the whole. */
function shardProblems({ how, extras }: Assignment): readonly Problem[] {
  if (how.shard === undefined) return [];
  const asked = [
    ...(extras.axes === undefined ? [] : ['--sweep']),
    ...(extras.datasheets !== 'none' ? ['--datasheet'] : []),
  ];
  const hint = 'it is made once, and not of the seeds of a shard';
  return asked.map((file) => ({ path: '', file, problem: 'stands beside --shard', hint }));
}

/** Whoever waits for an interval to be narrow names no number of seeds, but there is an end. */
const UNTIL_WIDTH_SEEDS_MAX = 10_000;

const seedsWithoutAsking = ({ untilWidth }: SweepOptions, own = 1): number =>
  untilWidth === undefined ? own : UNTIL_WIDTH_SEEDS_MAX;

function emptyShard(seeds: readonly string[], { shard }: How): Problem[] {
  if (shard === undefined || seedsOfShard(seeds, shard).length > 0) return [];
  const problem = `there is no seed for this part of ${seeds.length}`;
  return [{ path: '', file: '--shard', problem, hint: 'fewer shards, or more seeds' }];
}

/** Runs a sweep and writes its result, or prints its plans; answers with the exit code. */
export async function carriedOut(task: Assignment, options: SweepOptions, io: Io): Promise<number> {
  if (options.printPlan !== true) return carryOut(task, io);
  io.stdout(plansText(task.loaded.loaded.scenario, task.seeds));
  return EXIT.held;
}

/**
 * The command as one could type it again, for one scenario. What changes only how or where results
 * are shown is left out: the same command text stands in every result of the same run.
 */
export function commandText(
  name: 'run' | 'compare',
  scenario: string,
  options: SweepOptions & { readonly design?: string; readonly designs?: string },
): string {
  const given = (option: string, value: string | undefined): string[] =>
    value === undefined ? [] : [option, value];
  const words = [
    name,
    scenario,
    ...given('--design', options.design),
    ...given('--designs', options.designs),
    ...given('--seed', options.seed),
    ...given('--seeds', options.seeds),
    ...given('--plan', options.plan),
    ...given('--sweep', options.sweep),
    ...(options.datasheet === undefined ? [] : ['--datasheet']),
    ...(typeof options.datasheet === 'string' ? [options.datasheet] : []),
    ...given('--until-width', options.untilWidth),
    ...given('--bail', options.bail === true ? '1' : options.bail),
    ...options.set.flatMap((value) => ['--set', value]),
  ];
  return [commandFront(), ...words.map(shellWord)].join(' ');
}
