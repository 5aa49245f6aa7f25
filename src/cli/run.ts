/** `run`: one design through a scenario. */
import type { Io } from './io.ts';
import { designsAsked } from './seeds.ts';
import { assignment, carryOut, commandText, type SweepOptions } from './sweeping.ts';

export interface RunCommandOptions extends SweepOptions {
  readonly design?: string;
}

/** Runs the design asked for, else the scenario's first; answers with the exit code. */
export function run(scenario: string, options: RunCommandOptions, io: Io): Promise<number> {
  const task = assignment(scenario, options, commandText('run', scenario, options), io, (own) =>
    designsAsked([options.design ?? own[0] ?? 'lease'], '--design'),
  );
  return carryOut(task, io);
}
