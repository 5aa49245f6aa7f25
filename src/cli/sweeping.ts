/** What `run` and `compare` share: options to a request, the sweep, and its result on the disk. */
import { readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import pc from 'picocolors';
import type { SweepRequest, SweepResult } from '../explore/sweep.ts';
import { sweepSteps } from '../explore/sweep.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import { reportJson } from '../report/document-schema.ts';
import { shellWord } from '../report/replay.ts';
import { PLAIN_PAINTER, summaryTable } from '../report/summary.ts';
import { caseName } from './cases.ts';
import { commandFront } from './front.ts';
import { EXIT, type Io, nextTurn, wantsColor } from './io.ts';
import { type Loaded, loadScenario } from './load.ts';
import {
  folderProblems,
  linkLatest,
  type Reporter,
  removeEarlier,
  renderedFiles,
  reporterProblems,
  writeFiles,
} from './output.ts';
import { PACKAGE_ROOT, shownPath } from './places.ts';
import { planned, plansText, readPlan } from './plan.ts';
import { Progress } from './progress.ts';
import { seedsAsked } from './seeds.ts';
import { shrinkBroken } from './shrink-broken.ts';

/** Options of `run` and `compare` as commander gives them. */
export interface SweepOptions {
  readonly seed?: string;
  readonly seeds?: string;
  readonly set: readonly string[];
  readonly out?: string;
  readonly reporter: readonly string[];
  readonly json?: boolean;
  readonly doublecheck?: boolean;
  /** A file with the faults of every seed, instead of those of the scenario. */
  readonly plan?: string;
  /** Print the plans, and run nothing. */
  readonly printPlan?: boolean;
  /** False: a broken promise is told as it was found. */
  readonly shrink?: boolean;
}

export interface Assignment {
  readonly loaded: Loaded;
  readonly designs: readonly string[];
  readonly seeds: readonly string[];
  readonly folder: string;
  readonly options: SweepOptions;
  /** As it was typed, for reports. */
  readonly command: string;
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
  const seeds = seedsAsked(options, own?.seeds ?? 1);
  if ('problems' in seeds) problems.push(...seeds.problems);
  const designs = chooseDesigns(own?.designs ?? ['lease']);
  if ('problems' in designs) problems.push(...designs.problems);
  const name = own?.name ?? 'unknown';
  if (options.out === '') problems.push({ path: '', file: '--out', problem: 'names no folder' });
  const out = options.out === undefined ? join('reports', name) : options.out;
  const folder = resolve(io.cwd, out, subfolder && options.out !== undefined ? name : '');
  problems.push(...folderProblems(folder));
  if (
    problems.length > 0 ||
    read.kind === 'failed' ||
    plan.kind === 'failed' ||
    'problems' in seeds ||
    'problems' in designs
  ) {
    throw new BadInput(problems);
  }
  const { list } = designs;
  const loaded = planned(read.value, plan.value);
  return { loaded, designs: list, seeds: seeds.list, folder, options, command };
}

/**
 * Runs a sweep and writes its result, or prints what would happen; answers with the exit code.
 */
export async function carryOut(task: Assignment, io: Io): Promise<number> {
  if (task.options.printPlan === true) {
    io.stdout(plansText(task.loaded.loaded.scenario, task.seeds));
    return EXIT.held;
  }
  const began = { at: new Date(), ms: performance.now() };
  const { result, wasInterrupted } = await sweptWith(task, io);
  const exitCode = wasInterrupted ? EXIT.interrupted : result.exitCode;
  const files = new Map(renderedFiles(result.document, task.options.reporter as Reporter[]));
  for (const [name, text] of caseFiles(result, task.designs.length > 1)) files.set(name, text);
  files.set('run.json', runJson(task, began, exitCode, wasInterrupted));
  removeEarlier(task.folder);
  writeFiles(task.folder, files);
  linkLatest(io.cwd, task.folder);
  present(task, result, files, io);
  for (const { seed, step, first, second } of result.nondeterminism) {
    io.stderr(`Nondeterminism in seed ${seed} at step ${step}: ${first}, then ${second}.\n`);
  }
  if (wasInterrupted) io.stderr('Interrupted: the report covers the seeds that were finished.\n');
  else if (task.options.shrink !== false) await shrinkBroken(task, result.cases, io);
  return exitCode;
}

/** An interrupted sweep's report is that of the seeds it has: the command says which. */
async function sweptWith(task: Assignment, io: Io): Promise<Swept> {
  const { result, wasInterrupted } = await sweepWithProgress(task, io);
  const seeds = result.document.designs[0]?.seeds.map(({ seed }) => seed) ?? [];
  if (!wasInterrupted || seeds.length === task.seeds.length) return { result, wasInterrupted };
  const of = ` --seeds ${seeds[0] ?? 0}..${seeds.at(-1) ?? 0}`;
  const command = task.command.replace(/ --seeds (\S+)|$/, of);
  const document = { ...result.document, command };
  return { result: { ...result, document }, wasInterrupted };
}

interface Swept {
  readonly result: SweepResult;
  readonly wasInterrupted: boolean;
}

async function sweepWithProgress(task: Assignment, io: Io): Promise<Swept> {
  let wasInterrupted = false;
  const stopListening = io.onInterrupt(() => {
    wasInterrupted = true;
  });
  const progress = new Progress(io);
  const { loaded, designs, seeds, command, options } = task;
  const request: SweepRequest = {
    loaded: loaded.loaded,
    designs,
    seeds,
    command,
    shouldStop: () => wasInterrupted,
    ...(options.doublecheck === true ? { doublecheck: true } : {}),
  };
  try {
    const steps = sweepSteps(request);
    let step = steps.next();
    while (step.done !== true) {
      progress.show(step.value);
      // Ctrl-C is heard only between runs, when the event loop has its turn.
      await nextTurn();
      step = steps.next();
    }
    return { result: step.value, wasInterrupted };
  } catch (error) {
    throw error instanceof BadInput ? inFolder(error, task, io) : error;
  } finally {
    progress.clear();
    stopListening();
  }
}

/** Inputs are named relative to the scenario; whoever must mend one is told where it lies. */
function inFolder(error: BadInput, { loaded }: Assignment, io: Io): BadInput {
  const { crontab, trace } = loaded.loaded;
  const inputs = [crontab?.path, trace?.path];
  const problems = error.problems.map((it) =>
    it.file !== undefined && inputs.includes(it.file)
      ? { ...it, file: shownPath(resolve(loaded.folder, it.file), io.cwd) }
      : it,
  );
  return new BadInput(problems);
}

/** Cases and transcripts. */
function caseFiles(result: SweepResult, hasSeveral: boolean): [string, string][] {
  return result.cases.flatMap((broken): [string, string][] => {
    const { text, transcript } = broken;
    const name = caseName(broken, hasSeveral);
    return [
      [`cases/${name}.json`, text.endsWith('\n') ? text : `${text}\n`],
      [`transcripts/${name}.txt`, transcript],
    ];
  });
}

/** When, where and with what: everything that may differ between two runs of the same command. */
function runJson(
  task: Assignment,
  began: { readonly at: Date; readonly ms: number },
  exitCode: number,
  wasInterrupted: boolean,
): string {
  const { icu, tz, unicode } = process.versions;
  const packageJson = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const run = {
    apiVersion: 'seaworthy/run/v1',
    command: task.command,
    startedAt: began.at.toISOString(),
    durationMs: Math.round(performance.now() - began.ms),
    exitCode,
    interrupted: wasInterrupted,
    // Relative to this file, so that a checkout can move with its results.
    scenarioFolder: relative(task.folder, task.loaded.folder).split(sep).join('/'),
    versions: { seaworthy: packageJson.version, node: process.version, icu, tz, unicode },
    machine: { platform: process.platform, arch: process.arch },
  };
  return `${JSON.stringify(run, undefined, 2)}\n`;
}

function present(
  task: Assignment,
  result: SweepResult,
  files: ReadonlyMap<string, string>,
  io: Io,
): void {
  const folder = shownPath(task.folder, io.cwd);
  const main = files.has('index.html') ? 'index.html' : 'report.json';
  if (task.options.json === true) {
    io.stdout(reportJson(result.document));
    io.stderr(`${folder}/${main}\n`);
    return;
  }
  const color = wantsColor(io) ? pc.createColors(true) : PLAIN_PAINTER;
  io.stdout(`${summaryTable(result.document, { width: io.width, color })}\n\n`);
  io.stdout(`${folder}/${main}\n`);
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
    ...options.set.flatMap((value) => ['--set', value]),
  ];
  return [commandFront(), ...words.map(shellWord)].join(' ');
}
