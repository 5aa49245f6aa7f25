#!/usr/bin/env node
/**
 * cli: the front door; the only place that prints or exits.
 *
 *   main.ts        commands and options, exit codes (this file)
 *   io.ts          what is asked of the surroundings: a terminal, or a test
 *   exhaustive.ts  run, for every order of events instead of some
 *   run.ts, compare.ts, replay.ts, report.ts, list.ts, schema.ts   one file per command
 *   saturation.ts  how much each design carries
 *   shrink.ts, casebook.ts   the same for commands on cases
 *   mutants.ts     hunts for planted bugs
 *   init.ts        the starter: a folder for a design of one's own
 *   own-code.ts    designs, claims and faults that modules export
 *   cases.ts       cases, read and checked
 *   front.ts       commands as one could type them
 *   sweep-commands.ts   the options of commands that run many seeds
 *   sweeping.ts    what run and compare share: from options to what is to be done
 *   sweep-how.ts   processes, time, when to stop, which part
 *   extras.ts      phase diagrams and datasheets, when they are asked for
 *   merge.ts       shards of a sweep put together
 *   carry-out.ts   a sweep is carried out, its result written and shown
 *   shrink-broken.ts   what follows a broken promise
 *   add-stories.ts diagrams of what broke, for the report
 *   load.ts        scenario files and what they name
 *   plan.ts        plans as files, out and back in
 *   places.ts      where things lie
 *   output.ts      files of a result, whole or not at all
 *   progress.ts    how far a sweep is
 *   catalog.ts     everything that has a name
 */
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { BadInput, formatProblem } from '../lib/outcome.ts';
import type { CasebookOptions } from './casebook.ts';
import { EXIT, type Io } from './io.ts';
import type { MergeOptions } from './merge.ts';
import type { MutantsOptions } from './mutants.ts';
import type { ReplayOptions } from './replay.ts';
import type { ShrinkOptions } from './shrink.ts';
import { gather, sweepCommands } from './sweep-commands.ts';

/**
 * Runs one command and answers with its exit code: 0 all promised claims held, 1 a promised claim
 * broke or an objective was missed, 2 bad usage or input, 3 internal error, 4 nondeterminism,
 * 5 inconclusive, 130 interrupted. `argv` holds the words after the program's name.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.held;
  const program = commands(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return failure(error, argv.includes('--debug'), io);
  }
}

function failure(error: unknown, isDebugging: boolean, io: Io): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.held : EXIT.badInput;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (error instanceof BadInput) {
    for (const problem of error.problems) io.stderr(`${formatProblem(problem)}\n`);
    if (isDebugging) io.stderr(`${stack}\n`);
    return EXIT.badInput;
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  io.stderr(`Internal error, not your fault: ${message}\n`);
  io.stderr(
    isDebugging ? `${stack}\n` : 'Run the same command with --debug for the whole story.\n',
  );
  return EXIT.internal;
}

/**
 * The commands. What a command needs is loaded when it runs, so that a look-up does not wait for
 * charts and simulator.
 */
function commands(io: Io, done: (code: number) => void): Command {
  const program = new Command('seaworthy')
    .description('A deterministic simulation testbed for highly available job schedulers.')
    .exitOverride()
    .configureOutput({ writeOut: io.stdout, writeErr: io.stderr, getOutHelpWidth: () => io.width })
    .showHelpAfterError('(seaworthy --help lists commands, seaworthy <command> --help options)');
  sweepCommands(program, io, done);
  program
    .command('replay')
    .description('run one seed again, with its transcript')
    .argument(
      '<file>',
      'a report.json, a file of its cases, a case:… as tests print it, or a scenario',
    )
    .option('--seed <seed>', 'which seed of the report; the first broken one when not told')
    .option('--design <design>', 'which design of the report')
    .option('--set <path=value>', 'with a scenario: override a key; repeatable', gather, [])
    .option('--plan <file>', 'with a scenario: the faults of this file instead of its own')
    .option('--print-plan', 'print the plan as YAML, and run nothing')
    .option('--module <file>', 'exports designs, claims, faults of your own', gather, [])
    .option('--until <time>', 'stop the transcript here, such as 12s')
    .option('--grep <text>', 'only lines that match')
    .option('--debug', 'stack traces')
    .action(async (file: string, options: ReplayOptions) => {
      const { replay } = await import('./replay.ts');
      done(await replay(file, options, io));
    });
  program
    .command('report')
    .description('html, md and junit again from the same data')
    .argument('<report.json>')
    .option('--out <folder>', 'where to; beside the document when not told')
    .option('--reporter <name>', 'json, md, junit, html or github; repeatable', gather, [])
    .option('--debug', 'stack traces')
    .action(async (file: string, options: { out?: string; reporter: string[] }) => {
      const { report } = await import('./report.ts');
      done(report(file, options, io));
    });
  program
    .command('merge')
    .description('shards of a sweep put together, as if it had been run at once')
    .argument('<folder...>', 'results of run or compare with --shard')
    .option('--out <folder>', 'folder of the result (default: reports/merged)')
    .option('--reporter <name>', 'json, md, junit, html or github; repeatable', gather, [])
    .option('--allow-incomplete', 'though seeds are missing; the report says so')
    .option('--no-shrink', 'when a promise breaks, do not make its first case small')
    .option('--json', 'print report.json to stdout')
    .option('--debug', 'stack traces')
    .action(async (folders: string[], options: MergeOptions) => {
      const { merge } = await import('./merge.ts');
      done(await merge(folders, options, io));
    });
  caseCommands(program, io, done);
  testerCommands(program, io, done);
  lookUpCommands(program, io, done);
  return program;
}

function caseCommands(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('shrink')
    .description('the smallest case that still breaks the claim, and its story')
    .argument('<case.json>', 'a file of the cases of a report')
    .option('--budget <runs>', 'about so many runs at most (default: 300)')
    .option('--claim <claim>', 'another claim that the case breaks')
    .option('--out <file>', 'where to (default: <case>.shrunk.json beside it)')
    .option('--debug', 'stack traces')
    .action(async (file: string, options: ShrinkOptions) => {
      const { shrink } = await import('./shrink.ts');
      done(shrink(file, options, io));
    });
  program
    .command('casebook')
    .description('save the case of a found bug as a scenario that stays')
    .argument('<case.json>', 'a case, best a shrunk one')
    .requiredOption('--name <name>', 'of the scenario: what went wrong, in a few words')
    .requiredOption('--why <text>', 'a sentence: what went wrong, and why')
    .option('--out <folder>', 'where to (default: scenarios/casebook)')
    .option('--debug', 'stack traces')
    .action(async (file: string, options: CasebookOptions) => {
      const { casebook } = await import('./casebook.ts');
      done(casebook(file, options, io));
    });
}

function testerCommands(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('mutants')
    .description('the tester tested: hunt planted bugs, and write the kill table')
    .option('--only <names>', 'these mutants only, separated by commas')
    .option('--jobs <n>', 'so many processes (default: 1)')
    .option('--shard <i/n>', 'every nth mutant from the ith on; rows as JSON, no files')
    .option('--out <folder>', 'where mutants.md and mutants.json go (default: reports/baseline)')
    .option('--debug', 'stack traces')
    .action(async (options: MutantsOptions) => {
      const { mutants } = await import('./mutants.ts');
      done(await mutants(options, io));
    });
}

function lookUpCommands(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command('init')
    .description('a folder with a small design of your own, and its tests')
    .argument('[folder]', 'where to; nothing there is overwritten', '.')
    .option('--debug', 'stack traces')
    .action(async (folder: string) => {
      const { init } = await import('./init.ts');
      done(init(folder, io));
    });
  program
    .command('list')
    .description('what there is')
    .argument('[what]', 'designs, scenarios, faults, profiles, claims or mutants')
    .option('--json', 'as JSON')
    .option('--debug', 'stack traces')
    .action(async (what: string | undefined, options: { json?: boolean }) => {
      const { list } = await import('./list.ts');
      done(list(what, options, io));
    });
  program
    .command('explain')
    .description('what a design, preset, selection, scenario, fault, profile, claim or mutant is')
    .argument('<name>')
    .option('--debug', 'stack traces')
    .action(async (name: string) => {
      const { explain } = await import('./list.ts');
      done(explain(name, io));
    });
  program
    .command('schema')
    .description('JSON Schema of scenarios or of report.json')
    .argument('[what]', 'scenario or report', 'scenario')
    .option('--debug', 'stack traces')
    .action(async (what: string) => {
      const { schema } = await import('./schema.ts');
      done(schema(what, io));
    });
}

/** This process as the surroundings. */
function processIo(): Io {
  const quietly = (stream: NodeJS.WriteStream) => {
    // Whoever reads our output may stop before its end (`| head`).
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      // A full disk, a closed terminal: nothing more can be said there, but it is no verdict.
      process.stderr.write(`Output cannot be written: ${error.message}\n`);
      process.exit(EXIT.internal);
    });
    return (text: string): void => void stream.write(text);
  };
  return {
    stdout: quietly(process.stdout),
    stderr: quietly(process.stderr),
    cwd: process.cwd(),
    stdoutIsTty: process.stdout.isTTY === true,
    stderrIsTty: process.stderr.isTTY === true,
    width: process.stdout.columns ?? process.stderr.columns ?? 100,
    env: process.env,
    onInterrupt: (callback) => {
      // Once: a second Ctrl-C ends the process as it always does.
      process.once('SIGINT', callback);
      return () => process.off('SIGINT', callback);
    },
  };
}

const isEntry = (): boolean => {
  try {
    return realpathSync(process.argv[1] ?? '') === realpathSync(fileURLToPath(import.meta.url));
  } catch {
    return false;
  }
};

if (isEntry()) process.exitCode = await main(process.argv.slice(2), processIo());
