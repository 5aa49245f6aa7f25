/** A scenario as everything that runs it wants it: with its text, its hash, and its files. */
import { createHash } from 'node:crypto';
import { printScenario } from '../scenario/print.ts';
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
