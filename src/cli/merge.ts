/** `merge`: shards of a sweep put together, as if it had been run at once. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SeedRecord } from '../explore/sweep/record.ts';
import { type ReadRecords, readRecords } from '../explore/sweep/record-file.ts';
import { Sweep } from '../explore/sweep.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import { stableJson } from '../lib/stable-json.ts';
import type { ReportDocument } from '../report/document.ts';
import { readDocument } from '../report/document-schema.ts';
import { counted } from '../report/words.ts';
import { type Assignment, conclude, RECORDS, recordHeader, type ShownAs } from './carry-out.ts';
import { scenarioFolder } from './cases.ts';
import { EXIT, type Io } from './io.ts';
import { loadText, readWhole } from './load.ts';
import { folderProblems, reporterProblems } from './output.ts';

export interface MergeOptions extends ShownAs {
  readonly out?: string;
  /** Put together what is there, though seeds are missing. */
  readonly allowIncomplete?: boolean;
}

/** The result of one shard, or of a sweep that was stopped. */
interface Part {
  /** As it was named. */
  readonly shown: string;
  readonly path: string;
  readonly records: ReadRecords;
  readonly document: ReportDocument;
}

/** Merges folders of results; answers with the exit code of the whole. */
export async function merge(
  folders: readonly string[],
  options: MergeOptions,
  io: Io,
): Promise<number> {
  const began = { at: new Date(), ms: performance.now() };
  const parts = readParts(folders, options, io);
  const task = wholeOf(parts, options, io);
  const merged = mergedRecords(parts);
  const missing = task.seeds.filter((seed) => task.designs.some((it) => !merged.has(it, seed)));
  if (missing.length > 0 && options.allowIncomplete !== true) throw incomplete(missing, task);
  for (const { design, seed, first, second } of merged.conflicts) {
    io.stderr(`Nondeterminism: ${design}, seed ${seed}, differs in ${first} and ${second}.\n`);
  }
  if (merged.conflicts.length > 0) return EXIT.nondeterminism;
  const lacking = new Set(missing);
  const seeds = task.seeds.filter((seed) => !lacking.has(seed));
  const { loaded, designs, command } = task;
  const sweep = new Sweep({ loaded: loaded.loaded, designs, seeds, command });
  for (const one of sweep.tasks()) {
    const [design, seed] = [designs[one.designAt] as string, seeds[one.seedAt] as string];
    sweep.take(one, { record: merged.get(design, seed) as SeedRecord });
  }
  const result = sweep.finish();
  const stopped = { by: 'missing shards', done: seeds.length, asked: task.seeds.length } as const;
  const document = missing.length === 0 ? result.document : { ...result.document, stopped };
  const swept = { result: { ...result, document }, exitCode: result.exitCode };
  return conclude(task, swept, began, io);
}

function readParts(folders: readonly string[], options: MergeOptions, io: Io): readonly Part[] {
  const problems: Problem[] = [...reporterProblems(options.reporter)];
  const out = resolve(io.cwd, options.out ?? join('reports', 'merged'));
  problems.push(...folderProblems(out));
  const parts = folders.flatMap((shown): Part[] => {
    const read = readPart(shown, resolve(io.cwd, shown));
    if (!('problem' in read)) return [read];
    problems.push(read);
    return [];
  });
  if (problems.length > 0) throw new BadInput(problems);
  return parts;
}

function readPart(shown: string, path: string): Part | Problem {
  const refuse = (problem: string, hint: string): Problem => {
    return { path: '', file: shown, problem, hint };
  };
  const records = join(path, RECORDS);
  const again = 'run it once more: it goes on where it ended';
  if (!existsSync(records)) return refuse('has no records', 'shards are run with --shard i/n');
  const read = readRecords(readFileSync(records));
  if (read === undefined) return refuse('its records are damaged', again);
  if (!existsSync(join(path, 'report.json'))) return refuse('is not finished', again);
  const document = readDocument(readWhole(join(path, 'report.json'), `${shown}/report.json`));
  if (document.kind === 'failed') return refuse('its report.json is damaged', again);
  return { shown, path, records: read, document: document.value };
}

/** The sweep that the parts are of; they must be of the same one, and of this code. */
function wholeOf(parts: readonly Part[], options: MergeOptions, io: Io): Assignment {
  const [first] = parts;
  if (first === undefined) throw new BadInput([{ path: '', file: 'merge', problem: 'names none' }]);
  const { header } = first.records;
  const loaded = loadText({
    text: first.document.scenario.text,
    shown: `${first.shown} (its scenario)`,
    folder: scenarioFolder(join(first.path, 'report.json'), io.cwd),
    cwd: io.cwd,
    sets: [],
  });
  if (loaded.kind === 'failed') throw new BadInput(loaded.error);
  const out = options.out ?? join('reports', 'merged');
  const task: Assignment = {
    ...{ loaded: loaded.value, designs: header.designs, seeds: header.seeds },
    ...{ folder: resolve(io.cwd, out), options, command: header.command },
    extras: { axes: undefined, datasheets: 'none' },
    how: { jobs: 1, timeBudgetMs: undefined, rules: {}, shard: undefined, isFresh: false },
  };
  const { id } = recordHeader({ ...task, options: { ...options, doublecheck: header.isTwice } });
  const problems = parts.flatMap(({ shown, records }): Problem[] => {
    if (records.header.id !== header.id || !isSameList(records.header.seeds, header.seeds)) {
      const problem = `is of another sweep than ${first.shown}`;
      return [{ path: '', file: shown, problem, hint: 'same scenario, designs, seeds and code' }];
    }
    if (id === header.id) return [];
    const problem = 'was made by other code, or from other files';
    return [{ path: '', file: shown, problem, hint: 'merge with the version that made it' }];
  });
  if (problems.length > 0) throw new BadInput(problems);
  return task;
}

const isSameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((it, i) => it === b[i]);

interface Conflict {
  readonly design: string;
  readonly seed: string;
  /** Folders in which they lie. */
  readonly first: string;
  readonly second: string;
}

/** Records by design and seed, from whichever part has them. */
class MergedRecords {
  readonly #found = new Map<string, { readonly record: SeedRecord; readonly shown: string }>();
  readonly conflicts: Conflict[] = [];

  add(design: string, record: SeedRecord, shown: string): void {
    const key = `${design} ${record.seed}`;
    const known = this.#found.get(key);
    if (known === undefined) {
      this.#found.set(key, { record, shown });
    } else if (stableJson(known.record) !== stableJson(record)) {
      this.conflicts.push({ design, seed: record.seed, first: known.shown, second: shown });
    }
  }

  has(design: string, seed: string): boolean {
    return this.#found.has(`${design} ${seed}`);
  }

  get(design: string, seed: string): SeedRecord | undefined {
    return this.#found.get(`${design} ${seed}`)?.record;
  }
}

function mergedRecords(parts: readonly Part[]): MergedRecords {
  const merged = new MergedRecords();
  for (const { shown, records } of parts) {
    for (const [design, record] of records.kept) merged.add(design, record, shown);
  }
  return merged;
}

const SHOWN_MAX = 5;

function incomplete(missing: readonly string[], { seeds }: Assignment): BadInput {
  const some = missing.slice(0, SHOWN_MAX).join(', ');
  const more = missing.length > SHOWN_MAX ? ` and ${missing.length - SHOWN_MAX} more` : '';
  const gap = counted(missing.length, 'seed');
  const problem = `${gap} of ${seeds.length} are missing: ${some}${more}`;
  const hint = 'name the other shards too, or --allow-incomplete';
  return new BadInput([{ path: '', file: 'merge', problem, hint }]);
}
