/** `run`: one design through a scenario. */
import { BadInput } from '../lib/outcome.ts';
import type { Io } from './io.ts';
import { designsAsked } from './seeds.ts';
import { assignment, carriedOut, commandText, type SweepOptions } from './sweeping.ts';

export interface RunCommandOptions extends SweepOptions {
  readonly design?: string;
  /** Every order of events within bounds, instead of drawn runs. */
  readonly exhaustive?: boolean;
}

/** Runs the design asked for, else the scenario's first; answers with the exit code. */
export async function run(
  scenario: string | undefined,
  options: RunCommandOptions,
  io: Io,
): Promise<number> {
  if (options.exhaustive === true) {
    const { exhaustive } = await import('./exhaustive.ts');
    return exhaustive(scenario, options, io);
  }
  if (scenario === undefined) {
    const hint = 'a file, a name such as storms/showcase, or --exhaustive';
    throw new BadInput([{ path: '', file: 'run', problem: 'names no scenario', hint }]);
  }
  const task = assignment(scenario, options, commandText('run', scenario, options), io, (own) =>
    designsAsked([options.design ?? own[0] ?? 'lease'], '--design'),
  );
  return carriedOut(task, options, io);
}
