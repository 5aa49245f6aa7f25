/**
 * A few processes that carry out runs, each one at a time. Threads would be lighter; but in turns
 * with two processes, two of them did 5 to 15 % less, and one that runs out of memory takes all
 * others with it. What two are worth: `test/bench/sweep.bench.ts`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { assert } from '../../lib/assert.ts';
import type { PoolAnswer, PoolData, PoolTask } from './pool-process.ts';
import type { Reply } from './task.ts';

interface Member {
  readonly process: ChildProcess;
  /** Who waits for the run that is under way. */
  waiting: ((answer: PoolAnswer) => void) | undefined;
}

export class Pool {
  readonly #members: readonly Member[];

  constructor(size: number, data: PoolData) {
    this.#members = Array.from({ length: size }, () => memberWith(data));
  }

  /** Carries out a run in this process, which must be idle; fails with what the run threw. */
  async run(at: number, task: PoolTask): Promise<Reply> {
    const member = this.#members[at];
    assert(member !== undefined && member.waiting === undefined, () => `process ${at} is not idle`);
    const answer = await new Promise<PoolAnswer>((resolve) => {
      member.waiting = resolve;
      if (isOver(member.process)) resolve(endOf(member.process));
      else member.process.send(task);
    });
    member.waiting = undefined;
    if ('reply' in answer) return answer.reply;
    const error = new Error(answer.message);
    if (answer.stack !== undefined) error.stack = answer.stack;
    throw error;
  }

  /** Ends all processes; runs that are under way are never answered. */
  async end(): Promise<void> {
    const living = this.#members.map((member) => member.process).filter((it) => !isOver(it));
    await Promise.all(
      living.map(async (process) => {
        const exit = once(process.removeAllListeners(), 'exit');
        process.kill('SIGKILL');
        await exit;
      }),
    );
  }
}

function memberWith(data: PoolData): Member {
  const member: Member = { process: start(), waiting: undefined };
  const { process } = member;
  process.on('message', (answer: PoolAnswer) => member.waiting?.(answer));
  process.on('error', ({ message }) => member.waiting?.({ message }));
  process.on('exit', () => member.waiting?.(endOf(process)));
  process.send(data);
  return member;
}

/**
 * In a group of its own, for Ctrl-C is for this process to decide; when this one is gone, so is the
 * channel, and with it the other. A large nursery makes the collector's own threads rarer, which
 * would take the processor from the next process. The compiler renames what is imported, not what
 * is named in a string.
 */
function start(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = new URL(isSource ? './pool-process.ts' : './pool-process.js', import.meta.url);
  return fork(entry, {
    execArgv: [
      '--max-semi-space-size=64',
      ...(isSource ? ['--import', import.meta.resolve('tsx')] : []),
    ],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    detached: true,
  });
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function endOf({ exitCode, signalCode }: ChildProcess): PoolAnswer {
  return {
    message: `a process of the sweep ended by itself (${signalCode ?? `exit ${exitCode}`})`,
  };
}
