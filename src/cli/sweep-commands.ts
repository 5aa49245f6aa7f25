/** Commands that run many seeds, and their options. */
import type { Command } from 'commander';
import type { Io } from './io.ts';
import type { SaturationOptions } from './saturation.ts';

type Done = (code: number) => void;

/** Values of an option that may be given again and again. */
export const gather = (value: string, before: readonly string[]): readonly string[] => [
  ...before,
  value,
];

export function sweepCommands(program: Command, io: Io, done: Done): void {
  runCommand(program.command('run'), io, done);
  compareCommand(program.command('compare'), io, done);
  saturationCommand(program.command('saturation'), io, done);
}

/** What is run, and where it is shown. */
const withSeeds = (command: Command): Command =>
  command
    .option('--seed <seed>', 'one seed')
    .option('--seeds <n|a..b>', 'seeds 1 to n, or a to b; as the scenario says when not told')
    .option('--set <path=value>', 'override a key of the scenario; repeatable', gather, [])
    .option('--plan <file>', 'the faults of this file, instead of those of the scenario')
    .option('--print-plan', 'print the plan of every seed as YAML, and run nothing')
    .option('--out <folder>', 'folder of the result (default: reports/<name>)')
    .option('--reporter <name>', 'json, md, junit, html or github; repeatable', gather, [])
    .option('--no-shrink', 'when a promise breaks, do not make its first case small')
    .option('--doublecheck', 'run every seed twice and compare every step')
    .option('--json', 'print report.json to stdout')
    .option('--debug', 'stack traces');

/** How long, in how many processes, and what besides. */
const withHow = (command: Command): Command =>
  command
    .option('--jobs <n>', 'processes; as many as there are processors when not told')
    .option('--time-budget <time>', 'stop after this time, such as 5m; the report has what it has')
    .option('--bail [n]', 'stop at the first seed, or n-th, in which a promise breaks')
    .option(
      '--until-width <metric=width>',
      'at least 50 seeds, and more until the interval is so narrow',
    )
    .option('--baseline <report.json>', 'say what changed since, and what is within noise')
    .option('--shard <i/n>', 'only this part of the seeds; merge puts the parts together')
    .option('--fresh', 'begin anew, whatever an earlier sweep left')
    .option('--sweep <x=…,y=…>', 'two numbers turned against each other: a phase diagram')
    .option(
      '--datasheet [committed]',
      'for each claim, the size of each hardship at which it breaks; measured now, or before',
    );

function runCommand(command: Command, io: Io, done: Done): void {
  withHow(withSeeds(command))
    .description('one design through a scenario: verdicts, numbers, report')
    .argument('[scenario]', 'a file, or a name such as storms/showcase')
    .option('--design <design>', 'a selection, such as lease:client-go+fencing=off')
    .option(
      '--exhaustive',
      'no scenario: every order of deliveries, losses and crashes of a small election, in bounds',
    )
    .action(async (scenario: string | undefined, options) => {
      const { run } = await import('./run.ts');
      done(await run(scenario, options, io));
    });
}

function compareCommand(command: Command, io: Io, done: Done): void {
  withHow(withSeeds(command))
    .description('the same seeds for several designs: a comparison')
    .argument('<scenario...>', 'files, or names such as storms/showcase')
    .option('--designs <a,b>', 'selections, separated by commas')
    .action(async (scenarios: string[], options) => {
      const { compare } = await import('./compare.ts');
      done(await compare(scenarios, options, io));
    });
}

function saturationCommand(command: Command, io: Io, done: Done): void {
  command
    .description('the highest rate of arrivals that each design carries')
    .argument('<scenario>', 'a file, or a name such as calm/saturation')
    .option('--designs <a,b>', 'selections, separated by commas; those of the scenario by default')
    .option('--seed <seed>', 'one seed')
    .option('--seeds <n|a..b>', 'seeds 1 to n, or a to b; as the scenario says when not told')
    .option('--p99 <time>', 'the dispatch latency that 99 % of jobs must have (default: 1s)')
    .option('--from <rate>', 'the lowest rate that is tried (default: 1/s)')
    .option('--to <rate>', 'the highest (default: 2000/s)')
    .option('--precision <share>', 'how narrow the search gets (default: 5%)')
    .option('--set <path=value>', 'override a key of the scenario; repeatable', gather, [])
    .option('--json', 'print the result as JSON')
    .option('--debug', 'stack traces')
    .action(async (scenario: string, options: SaturationOptions) => {
      const { saturation } = await import('./saturation.ts');
      done(await saturation(scenario, options, io));
    });
}
