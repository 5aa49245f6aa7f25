/**
 * Carries out the runs of a sweep: in this process, or in several more at once. Runs are pure
 * functions of what they are given, so processes change how long a sweep takes, and nothing else.
 */
import type { Prepared } from '../../scenario/prepare.ts';
import type { Sweep, SweepRequest } from '../sweep.ts';
import { Pool } from './pool.ts';
import { carryOutTask, type Reply, type Task } from './task.ts';

export interface Drive {
  readonly request: SweepRequest;
  readonly whole: Sweep;
  /** Those that are not there yet, in the order in which they are wanted. */
  readonly tasks: readonly Task[];
  /** Processes; with one, runs are carried out in this one. */
  readonly jobs: number;
  /** Aborted, the drive ends as soon as it can; runs under way are given up. */
  readonly signal: AbortSignal;
  /** After each run, in the order in which they end. */
  readonly onReply: (task: Task, reply: Reply) => void;
}

/** Runs until the sweep is over, the tasks are done, or the signal says so. */
export async function drive(it: Drive): Promise<void> {
  if (it.jobs === 1) return inThisProcess(it);
  return inProcesses(it);
}

async function inThisProcess({ request, whole, tasks, signal, onReply }: Drive): Promise<void> {
  const isTwice = request.doublecheck === true;
  for (const task of tasks) {
    // Signals and timers are heard only when the event loop has its turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (whole.isOver || signal.aborted) return;
    const prepared = whole.prepared[task.designAt] as Prepared;
    const reply = carryOutTask(prepared, request.seeds[task.seedAt] as string, isTwice);
    whole.take(task, reply);
    onReply(task, reply);
  }
}

async function inProcesses(it: Drive): Promise<void> {
  const { request, whole, tasks, jobs, signal, onReply } = it;
  const { loaded, designs } = request;
  const pool = new Pool(jobs, { loaded, designs, isTwice: request.doublecheck === true });
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const next = tasks[Symbol.iterator]();
  const keepBusy = async (process: number): Promise<void> => {
    for (let one = next.next(); one.done !== true; one = next.next()) {
      if (whole.isOver || signal.aborted) return;
      const { seedAt, designAt } = one.value;
      const seed = request.seeds[seedAt] as string;
      const reply = await pool.run(process, { seed, designAt, isFirst: seedAt === 0 });
      whole.take(one.value, reply);
      onReply(one.value, reply);
    }
  };
  try {
    const all = Promise.all(Array.from({ length: jobs }, (_, process) => keepBusy(process)));
    await Promise.race([all, aborted]);
  } finally {
    await pool.end();
  }
}
