/** A thread of the pool: prepares the designs once, then carries out the runs it is handed. */
import { parentPort, workerData } from 'node:worker_threads';
import { required } from '../../lib/assert.ts';
import type { LoadedScenario } from '../../scenario/scenario.ts';
import { preparedFor } from '../loaded.ts';
import { carryOutTask, type Reply } from './task.ts';

/** What every thread is told once. */
export interface ThreadData {
  readonly loaded: LoadedScenario;
  readonly designs: readonly string[];
  /** Run everything twice and compare every step. */
  readonly isTwice: boolean;
}

/** A run by names, for a thread knows no lists but its own designs. */
export interface ThreadTask {
  readonly seed: string;
  readonly designAt: number;
  /** The first seed may become the example, even if nothing breaks in it. */
  readonly isFirst: boolean;
}

/** What a run left behind, or why it failed: the class of an error is lost between threads. */
export type ThreadAnswer =
  | { readonly reply: Reply }
  | { readonly message: string; readonly stack?: string };

const { loaded, designs, isTwice } = workerData as ThreadData;
const prepared = designs.map((name) => preparedFor(loaded, name));
const port = required(parentPort, 'the other end of a thread');
port.on('message', (task: ThreadTask) => port.postMessage(answerTo(task)));

function answerTo({ seed, designAt, isFirst }: ThreadTask): ThreadAnswer {
  const one = required(prepared[designAt], 'a design');
  try {
    const { example, ...reply } = carryOutTask(one, seed, isTwice);
    const isShown = isFirst || reply.record.breaks.length > 0;
    return { reply: isShown && example !== undefined ? { ...reply, example } : reply };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const told = `${one.design.name}, seed ${seed}: ${name}: ${message}`;
    return { message: told, ...(stack === undefined ? {} : { stack }) };
  }
}
