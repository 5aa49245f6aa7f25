/** A process of the pool: prepares the designs once, then carries out the runs it is handed. */
import { required } from '../../lib/assert.ts';
import type { Prepared } from '../../scenario/prepare.ts';
import type { LoadedScenario } from '../../scenario/scenario.ts';
import { preparedFor } from '../loaded.ts';
import { carryOutTask, type Reply } from './task.ts';

/** What every process is told first. */
export interface PoolData {
  readonly loaded: LoadedScenario;
  readonly designs: readonly string[];
  /** Run everything twice and compare every step. */
  readonly isTwice: boolean;
}

/** A run by names, for a process knows no lists but its own designs. */
export interface PoolTask {
  readonly seed: string;
  readonly designAt: number;
  /** The first seed may become the example, even if nothing breaks in it. */
  readonly isFirst: boolean;
}

/** What a run left behind, or why it failed: the class of an error is lost between processes. */
export type PoolAnswer =
  | { readonly reply: Reply }
  | { readonly message: string; readonly stack?: string };

/** What this process was told first. */
let told: { readonly prepared: readonly Prepared[]; readonly isTwice: boolean } | undefined;

process.on('message', (it: PoolData | PoolTask) => {
  if ('seed' in it) return answer(answerTo(it));
  const { loaded, designs, isTwice } = it;
  told = { prepared: designs.map((name) => preparedFor(loaded, name)), isTwice };
});

/** An answer that nobody waits for any more is nobody's loss. */
function answer(it: PoolAnswer): void {
  process.send?.(it, undefined, undefined, (error) => {
    if (error !== null) process.exit();
  });
}

function answerTo({ seed, designAt, isFirst }: PoolTask): PoolAnswer {
  const { prepared, isTwice } = required(told, 'what is to be run');
  const one = required(prepared[designAt], 'a design');
  try {
    const { example, ...reply } = carryOutTask(one, seed, isTwice);
    const isShown = isFirst || reply.record.breaks.length > 0;
    return { reply: isShown && example !== undefined ? { ...reply, example } : reply };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const text = `${one.design.name}, seed ${seed}: ${name}: ${message}`;
    return { message: text, ...(stack === undefined ? {} : { stack }) };
  }
}
