/** A scenario as everything that runs it wants it: with its text, its hash, and its files. */
import { createHash } from 'node:crypto';
import { BadInput } from '../lib/outcome.ts';
import { type Prepared, prepare } from '../scenario/prepare.ts';
import { printScenario } from '../scenario/print.ts';
import { selectDesign } from '../scenario/registry.ts';
import type { LoadedFile, LoadedScenario, Scenario } from '../scenario/scenario.ts';

/** The files that a scenario names; of those that it does not name any more, nothing is kept. */
export interface ScenarioFiles {
  readonly crontab?: LoadedFile | undefined;
  readonly trace?: LoadedFile | undefined;
}

export function loadedOf(scenario: Scenario, given: ScenarioFiles = {}): LoadedScenario {
  const text = printScenario(scenario);
  const { crontab, trace } = scenario.workload;
  const files = {
    ...(crontab !== undefined && given.crontab !== undefined ? { crontab: given.crontab } : {}),
    ...(trace !== undefined && given.trace !== undefined ? { trace: given.trace } : {}),
  };
  const hash = createHash('sha256');
  const parts = [Buffer.from(text), ...Object.values(files).map((file) => file.bytes)];
  // Lengths keep the parts apart: moving a byte from one to the next is another scenario.
  for (const bytes of parts) hash.update(`${bytes.length}\n`).update(bytes);
  return { scenario, text, hash: hash.digest('hex'), ...files };
}

/** Scenario and design ready to run; throws {@link BadInput} with what is wrong with either. */
export function preparedFor(loaded: LoadedScenario, selection: string): Prepared {
  const design = selectDesign(selection);
  if (design.kind === 'failed') throw new BadInput(design.error);
  const prepared = prepare(loaded, design.value);
  if (prepared.kind === 'failed') throw new BadInput(prepared.error);
  return prepared.value;
}
