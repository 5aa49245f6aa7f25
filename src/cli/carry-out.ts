/** A sweep is carried out, its result written and shown. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import pc from 'picocolors';
import { codeId } from '../explore/sweep/code-id.ts';
import { drive } from '../explore/sweep/drive.ts';
import type { SeedRecord } from '../explore/sweep/record.ts';
import { RecordFile, type RecordHeader } from '../explore/sweep/record-file.ts';
import type { Task } from '../explore/sweep/task.ts';
import { Sweep, type SweepRequest, type SweepResult } from '../explore/sweep.ts';
import { BadInput } from '../lib/outcome.ts';
import type { ReportDocument, StoppedBy } from '../report/document.ts';
import { reportJson } from '../report/document-schema.ts';
import { since } from '../report/since.ts';
import { PLAIN_PAINTER, summaryTable } from '../report/summary.ts';
import { counted } from '../report/words.ts';
import { addStories } from './add-stories.ts';
import { caseName } from './cases.ts';
import { type Extras, withExtras } from './extras.ts';
import { EXIT, type Io, wantsColor } from './io.ts';
import type { Loaded } from './load.ts';
import {
  linkLatest,
  type Reporter,
  removeEarlier,
  renderedFiles,
  tellWorkflow,
  writeFiles,
} from './output.ts';
import { PACKAGE_ROOT, shownPath } from './places.ts';
import { Progress } from './progress.ts';
import { shrinkBroken } from './shrink-broken.ts';
import { type How, processesFor, seedsOfShard } from './sweep-how.ts';

/** What is to be done, checked as far as it can be before any work. */
export interface Assignment {
  readonly loaded: Loaded;
  readonly designs: readonly string[];
  /** Of the whole sweep, also where only a shard is to be run. */
  readonly seeds: readonly string[];
  readonly folder: string;
  readonly options: ShownAs & { readonly doublecheck?: boolean };
  readonly how: How;
  readonly extras: Extras;
  /** An earlier result, to say what changed. */
  readonly baseline?: ReportDocument | undefined;
  /** As it was typed, for reports. */
  readonly command: string;
}

/** How results are shown. */
export interface ShownAs {
  readonly reporter: readonly string[];
  readonly json?: boolean;
  /** False: a broken promise is told as it was found. */
  readonly shrink?: boolean;
}

/** The records of runs, beside the results that are made of them. */
export const RECORDS = 'sweep.records';

/** What a sweep came to, and how it ended when it did not run to its end. */
interface Swept {
  readonly result: SweepResult;
  readonly exitCode: number;
}

interface SweptRuns extends Swept {
  /** Of the records, when the result that is made of them is there. */
  readonly letGo: () => void;
}

/** Runs a sweep and writes its result; answers with the exit code. */
export async function carryOut(task: Assignment, io: Io): Promise<number> {
  const began = { at: new Date(), ms: performance.now() };
  const { result, exitCode, letGo } = await sweptWith(task, io);
  const isWhole = exitCode !== EXIT.interrupted;
  const whole = isWhole
    ? await withExtras(result.document, task, task.extras, io)
    : result.document;
  const { baseline } = task;
  const document = baseline === undefined ? whole : { ...whole, since: since(baseline, whole) };
  const code = await conclude(task, { result: { ...result, document }, exitCode }, began, io);
  letGo();
  return code;
}

/** Writes and shows a result; answers with the exit code. */
export async function conclude(
  task: Assignment,
  { result, exitCode }: Swept,
  began: { readonly at: Date; readonly ms: number },
  io: Io,
): Promise<number> {
  const files = new Map(renderedFiles(result.document, task.options.reporter as Reporter[]));
  for (const [name, text] of caseFiles(result, task.designs.length > 1)) files.set(name, text);
  files.set('run.json', runJson(task, began, exitCode));
  removeEarlier(task.folder);
  writeFiles(task.folder, files);
  linkLatest(io.cwd, task.folder);
  if (task.options.json !== true) present(task, result, files, io);
  for (const { seed, step, first, second } of result.nondeterminism) {
    io.stderr(`Nondeterminism in seed ${seed} at step ${step}: ${first}, then ${second}.\n`);
  }
  if (exitCode === EXIT.interrupted) {
    io.stderr('Interrupted: the report covers the seeds that were finished.\n');
    io.stderr('The same command goes on from there.\n');
  }
  const isTold = exitCode !== EXIT.interrupted && task.options.shrink !== false;
  const document = isTold ? await withStories(task, result, io) : result.document;
  if (task.options.json === true) present(task, { ...result, document }, files, io);
  const log = task.options.json === true ? io.stderr : io.stdout;
  tellWorkflow(document, task.options.reporter, log, io);
  return exitCode;
}

/** What broke is made small, told and drawn: the report is there by then, and is written again. */
async function withStories(task: Assignment, result: SweepResult, io: Io): Promise<ReportDocument> {
  const smalls = await shrinkBroken(task, result.cases, io);
  const document = await addStories(result.document, task.loaded.loaded, smalls);
  if (document !== result.document) {
    writeFiles(task.folder, renderedFiles(document, task.options.reporter as Reporter[]));
  }
  return document;
}

/** Records of one id can be put together: the same code, scenario and way of running. */
export function recordHeader(task: Assignment): RecordHeader {
  const { loaded, designs, seeds, options, command } = task;
  const isTwice = options.doublecheck === true;
  const parts = [codeId(), loaded.loaded.hash, designs, isTwice];
  const id = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return { apiVersion: 'seaworthy/records/v1', id, designs, isTwice, seeds, command };
}

/** The request of the whole sweep, or of the shard that is to be run. */
function requestOf(task: Assignment): SweepRequest {
  const { loaded, designs, seeds, options, how } = task;
  const { shard } = how;
  const words = shard === undefined ? '' : ` --shard ${shard.at}/${shard.of}`;
  return {
    loaded: loaded.loaded,
    designs,
    seeds: shard === undefined ? seeds : seedsOfShard(seeds, shard),
    command: `${task.command}${words}`,
    doublecheck: options.doublecheck === true,
    stopRules: how.rules,
  };
}

async function sweptWith(task: Assignment, io: Io): Promise<SweptRuns> {
  const request = requestOf(task);
  const whole = inFolder(task, io, () => new Sweep(request));
  const path = join(task.folder, RECORDS);
  const records = new RecordFile(path, recordHeader(task), task.how.isFresh);
  const stop = new Stopping(task.how.timeBudgetMs, io);
  try {
    await runAll({ task, request, whole, records, stop, io });
  } finally {
    stop.end();
  }
  const result = whole.finish();
  const { stopped } = result.document;
  // A shard's records are what it is run for; others are kept while there is more to come.
  const isKept = task.how.shard !== undefined || !whole.isOver;
  const letGo = (): void => (isKept ? records.close() : records.remove());
  if (stopped === undefined || stop.by === undefined) {
    return { result, exitCode: result.exitCode, letGo };
  }
  const document = endedEarly(result.document, stop.by);
  const exitCode = stop.by === 'interrupt' ? EXIT.interrupted : result.exitCode;
  return { result: { ...result, document }, exitCode, letGo };
}

/** The report is that of the seeds it has: the command says which. */
function endedEarly(document: ReportDocument, by: StoppedBy): ReportDocument {
  const { stopped } = document;
  if (stopped === undefined) return document;
  const seeds = document.designs[0]?.seeds.map(({ seed }) => seed) ?? [];
  const of = ` --seeds ${seeds[0] ?? 0}..${seeds.at(-1) ?? 0}`;
  const command = document.command.replace(/ --seeds (\S+)|$/, of);
  return { ...document, command, stopped: { ...stopped, by } };
}

interface Running {
  readonly task: Assignment;
  readonly request: SweepRequest;
  readonly whole: Sweep;
  readonly records: RecordFile;
  readonly stop: Stopping;
  readonly io: Io;
}

async function runAll({ task, request, whole, records, stop, io }: Running): Promise<void> {
  const tasks = tasksLeft(request, whole, records);
  const kept = request.seeds.length * request.designs.length - tasks.length;
  if (kept > 0) {
    io.stderr(`Going on where an earlier sweep ended: ${counted(kept, 'run')} of it are there.\n`);
  }
  const progress = new Progress(io);
  try {
    await drive({
      ...{ request, whole, tasks, signal: stop.signal },
      jobs: processesFor(tasks.length, task.how.jobs),
      onReply: (one, { record, difference }) => {
        // A run that differs from itself is to be seen again, not remembered.
        const design = request.designs[one.designAt] as string;
        if (difference === undefined) records.add(design, record);
        progress.show(whole.progress(one));
      },
    });
  } finally {
    progress.clear();
  }
}

/** Hands records that are there to the sweep; the tasks that are left are those of the others. */
function tasksLeft(request: SweepRequest, whole: Sweep, records: RecordFile): readonly Task[] {
  const kept = new Map<string, SeedRecord>();
  for (const [design, record] of records.kept) kept.set(`${record.seed} ${design}`, record);
  return [...whole.tasks()].filter((task) => {
    const [seed, design] = [request.seeds[task.seedAt], request.designs[task.designAt]];
    const record = kept.get(`${seed} ${design}`);
    if (record !== undefined) whole.take(task, { record });
    return record === undefined;
  });
}

/** Ctrl-C, or the time is up: whatever comes first. */
class Stopping {
  readonly #abort = new AbortController();
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout | undefined;
  by: 'interrupt' | 'time-budget' | undefined;

  constructor(timeBudgetMs: number | undefined, io: Io) {
    this.#stopListening = io.onInterrupt(() => this.#stop('interrupt'));
    if (timeBudgetMs === undefined) return;
    this.#timer = setTimeout(() => this.#stop('time-budget'), timeBudgetMs);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  end(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
  }

  #stop(by: 'interrupt' | 'time-budget'): void {
    this.by ??= by;
    this.#abort.abort();
  }
}

/** Inputs are named relative to the scenario; whoever must mend one is told where it lies. */
function inFolder<T>({ loaded }: Assignment, io: Io, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    const { crontab, trace } = loaded.loaded;
    const inputs = [crontab?.path, trace?.path];
    const problems = error.problems.map((it) =>
      it.file !== undefined && inputs.includes(it.file)
        ? { ...it, file: shownPath(resolve(loaded.folder, it.file), io.cwd) }
        : it,
    );
    throw new BadInput(problems);
  }
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
    interrupted: exitCode === EXIT.interrupted,
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
