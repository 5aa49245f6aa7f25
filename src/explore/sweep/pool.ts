/** A few threads that carry out runs, each one at a time. */
import { Worker } from 'node:worker_threads';
import { assert } from '../../lib/assert.ts';
import type { ThreadAnswer, ThreadData, ThreadTask } from './pool-thread.ts';
import type { Reply } from './task.ts';

interface Thread {
  readonly worker: Worker;
  /** Who waits for the run that is under way. */
  waiting: ((answer: ThreadAnswer) => void) | undefined;
}

export class Pool {
  readonly #threads: readonly Thread[];

  constructor(size: number, data: ThreadData) {
    this.#threads = Array.from({ length: size }, () => threadWith(data));
  }

  get size(): number {
    return this.#threads.length;
  }

  /** Carries out a run on this thread, which must be idle; fails with what the run threw. */
  async run(at: number, task: ThreadTask): Promise<Reply> {
    const thread = this.#threads[at];
    assert(thread !== undefined && thread.waiting === undefined, () => `thread ${at} is not idle`);
    const answer = await new Promise<ThreadAnswer>((resolve) => {
      thread.waiting = resolve;
      thread.worker.postMessage(task);
    });
    thread.waiting = undefined;
    if ('reply' in answer) return answer.reply;
    const error = new Error(answer.message);
    if (answer.stack !== undefined) error.stack = answer.stack;
    throw error;
  }

  /** Ends all threads; runs that are under way are never answered. */
  async end(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}

function threadWith(data: ThreadData): Thread {
  const thread: Thread = { worker: workerWith(data), waiting: undefined };
  const answer = (it: ThreadAnswer): void => thread.waiting?.(it);
  thread.worker.on('message', answer);
  thread.worker.on('error', ({ message, stack }) => {
    answer({ message, ...(stack === undefined ? {} : { stack }) });
  });
  return thread;
}

/**
 * The compiler renames what is imported, not what is named in a string. And a thread does not
 * inherit that this process reads TypeScript (nodejs/node#47747): it has to be told before it
 * loads any.
 */
function workerWith(workerData: ThreadData): Worker {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = new URL('./pool-thread.ts', import.meta.url).href;
  if (!isSource) return new Worker(new URL(entry.replace(/\.ts$/, '.js')), { workerData });
  const tsx = import.meta.resolve('tsx/esm/api');
  const boot = `import(${JSON.stringify(tsx)}).then((tsx) => {
    tsx.register();
    return import(${JSON.stringify(entry)});
  });`;
  return new Worker(boot, { eval: true, workerData, execArgv: [] });
}
