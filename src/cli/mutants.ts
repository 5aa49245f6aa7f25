/** `mutants`: the tester tested. Planted bugs are hunted, and the kill table is written. */

import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { killTableText } from '../explore/kill-page.ts';
import { type Hunt, KILL_BUDGET, type KillRow, killRow } from '../explore/kill-table.ts';
import { preparedFor } from '../explore/loaded.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import { stableJson } from '../lib/stable-json.ts';
import { HUNTED, MUTANTS } from '../mutants/mutants.ts';
import type { LoadedScenario } from '../scenario/scenario.ts';
import { EXIT, type Io, nextTurn } from './io.ts';
import { loadScenario } from './load.ts';
import { folderProblems, writeFile } from './output.ts';
import { bundledScenarios, shownPath } from './places.ts';

export interface MutantsOptions {
  readonly out?: string;
  /** Names of mutants; all when not told. */
  readonly only?: string;
  readonly jobs?: string;
  /** `i/n`: every nth mutant, from the ith on; prints the rows and writes nothing. */
  readonly shard?: string;
}

const OUT = 'reports/baseline';
const JOBS_MAX = 64;

/** Hunts, writes `mutants.md` and `mutants.json`, and answers with the exit code. */
export async function mutants(options: MutantsOptions, io: Io): Promise<number> {
  const names = namesOf(options.only);
  const shard = shardOf(options.shard);
  const jobs = numberOf('--jobs', options.jobs, JOBS_MAX) ?? 1;
  const folder = resolve(io.cwd, options.out ?? OUT);
  if (shard !== undefined) {
    const rows = await rowsOf(
      names.filter((_, at) => at % shard.of === shard.at - 1),
      io,
    );
    io.stdout(`${JSON.stringify(rows)}\n`);
    return EXIT.held;
  }
  const problems = folderProblems(folder);
  if (problems.length > 0) throw new BadInput(problems);
  const rows = jobs === 1 ? await rowsOf(names, io) : await shared(names, jobs, io);
  const text = killTableText(rows, KILL_BUDGET);
  writeFile(resolve(folder, 'mutants.json'), `${stableJson(rows, 1)}\n`);
  writeFile(resolve(folder, 'mutants.md'), text);
  io.stdout(`${text}\n${shownPath(resolve(folder, 'mutants.md'), io.cwd)}\n`);
  const isClean = rows.every(({ killed, unmutatedBroke }) => killed && unmutatedBroke.length === 0);
  return isClean ? EXIT.held : EXIT.broken;
}

async function rowsOf(names: readonly string[], io: Io): Promise<readonly KillRow[]> {
  const rows: KillRow[] = [];
  for (const task of huntsFor(names)) {
    const row = killRow(task);
    rows.push(row);
    const seeds = row.strategies.map(({ seeds: median }) => median ?? '–').join(' ');
    io.stderr(`${row.mutant} in ${row.design}: ${row.claim ?? 'nothing broke'} (${seeds})\n`);
    await nextTurn();
  }
  return rows;
}

/** Every mutant's hunt: around the incident that it was taken from. */
export function huntsFor(names: readonly string[]): readonly Hunt[] {
  const incidents = bundledScenarios()
    .filter((name) => name.startsWith('incidents/'))
    .map((name) => ({ name, loaded: bundled(name) }));
  return names.map((mutant) => {
    const source = MUTANTS.find(({ name }) => name === mutant)?.source ?? '';
    for (const { name, loaded } of incidents) {
      const { breaks, why } = loaded.scenario;
      const selection = Object.keys(breaks).find((each) => each.endsWith(`~${mutant}`));
      if (selection === undefined || !why.startsWith(`${source}: `)) continue;
      return huntOf(mutant, selection, { name, loaded });
    }
    throw new Error(`no incident tells of ${mutant}`);
  });
}

function huntOf(
  mutant: string,
  selection: string,
  { name, loaded }: { readonly name: string; readonly loaded: LoadedScenario },
): Hunt {
  const design = selection.slice(0, selection.indexOf('~'));
  const quarry = {
    mutated: preparedFor(loaded, selection),
    unmutated: preparedFor(loaded, design),
    expected: loaded.scenario.breaks[selection] ?? [],
  };
  return { mutant, design, ground: name, quarry };
}

function bundled(name: string): LoadedScenario {
  const loaded = loadScenario(name, process.cwd());
  if (loaded.kind === 'failed') throw new BadInput(loaded.error);
  return loaded.value.loaded;
}

/** The same command in so many processes, each for its share of the mutants. */
async function shared(names: readonly string[], jobs: number, io: Io): Promise<readonly KillRow[]> {
  const parts = await Promise.all(
    Array.from({ length: jobs }, (_, i) => partOf(names, `${i + 1}/${jobs}`, io)),
  );
  const rows = new Map(parts.flat().map((row) => [row.mutant, row] as const));
  return names.flatMap((name) => rows.get(name) ?? []);
}

function partOf(names: readonly string[], shard: string, io: Io): Promise<readonly KillRow[]> {
  const script = process.argv[1] ?? '';
  const words = [
    ...process.execArgv,
    script,
    'mutants',
    '--only',
    names.join(','),
    '--shard',
    shard,
  ];
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, words, {
      cwd: io.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString('utf8')));
    child.stderr.on('data', (bytes: Buffer) => io.stderr(bytes.toString('utf8')));
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === EXIT.held) done(JSON.parse(out) as KillRow[]);
      else fail(new Error(`shard ${shard} ended with ${code}`));
    });
  });
}

const refuse = (file: string, problem: string, hint: string): BadInput =>
  new BadInput([{ path: '', file, problem, hint }]);

function namesOf(only: string | undefined): readonly string[] {
  const all = HUNTED.map(({ name }) => name);
  if (only === undefined) return all;
  const wanted = only.split(',').map((name) => name.trim());
  const problems = wanted
    .filter((name) => !all.includes(name))
    .map((name): Problem => {
      const shownBy = MUTANTS.find((each) => each.name === name)?.shownBy;
      const problem =
        shownBy === undefined
          ? `there is no mutant '${name}'`
          : `'${name}' is not hunted: clients see nothing of it, and ${shownBy} shows it`;
      return { path: '', file: '--only', problem, hint: 'seaworthy list mutants names them' };
    });
  if (problems.length > 0) throw new BadInput(problems);
  return all.filter((name) => wanted.includes(name));
}

function shardOf(text: string | undefined): { at: number; of: number } | undefined {
  if (text === undefined) return undefined;
  const [, at, of] = /^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? [];
  const shard = { at: Number(at), of: Number(of) };
  if (shard.at >= 1 && shard.at <= shard.of) return shard;
  throw refuse('--shard', `'${text}' is not a part of a whole`, 'such as 1/2');
}

function numberOf(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw refuse(option, `'${text}' is not a whole number from 1 to ${most}`, 'such as 2');
}
