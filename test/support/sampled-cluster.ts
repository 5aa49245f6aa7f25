/**
 * Members and workers of `sampling` as the queues of theory: the very programs of the design on
 * simulated machines whose processors cost nothing, and a source in place of clients. It grants
 * every job its one attempt, to members in turn. Bodies last as long as is drawn here.
 */
import { Recorder } from '../../src/history/history.ts';
import type { Message } from '../../src/host/host.ts';
import type { ProgramFactory } from '../../src/host/program.ts';
import { type Effect, NOTHING, nowOnly, type Output } from '../../src/host/step.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import type { Random } from '../../src/lib/random.ts';
import { HOUR, MS, SECOND, type WallUs, wallUs } from '../../src/lib/units.ts';
import type { ApiAnswer, ApiCall, JobBody, JobSpec } from '../../src/scheduler/api.ts';
import type { SamplingPreset } from '../../src/scheduler/designs/sampling/presets.ts';
import { sampling } from '../../src/scheduler/designs/sampling/sampling.ts';
import { createWorker } from '../../src/scheduler/worker/worker.ts';
import { type CostProfile, DEFAULT_PROFILE } from '../../src/sim/cpu.ts';
import { Sim } from '../../src/sim/sim.ts';

const FREE: CostProfile = {
  defaultUs: { message: 0, timer: 0, disk: 0, start: 0 },
  messageUs: {},
  sendUs: 0,
  perByteUs: 0,
  appendUs: 0,
  recoverRecordUs: 0,
  disk: DEFAULT_PROFILE.disk,
};

export interface SampledOptions {
  readonly seed: string;
  readonly preset: SamplingPreset;
  readonly members: number;
  readonly workers: number;
  readonly slots: number;
  /** One way. */
  readonly latencyUs: number;
  /** Between two jobs on average; gaps are exponential. */
  readonly gapUs: number;
  readonly jobs: number;
  /** Due at the same moment, and each as long as the others; 1 where absent. */
  readonly tasksPerJob?: number;
  readonly serviceUs: number;
}

/** What became of a task. All times are true, in microseconds. */
export interface TaskTimes {
  /** In order of coming, from 0. */
  readonly job: number;
  readonly worker: string;
  readonly dueUs: number;
  readonly beganUs: number;
  readonly serviceUs: number;
}

/** Jobs are asked for so long before they are due, so that all tasks of one are due at once. */
const AHEAD_US = 20 * MS;
const BEGINS_US = SECOND;

/** Runs until every task has ended, and hands out each task as its body begins. */
export function runSampled(options: SampledOptions, onBegan: (task: TaskTimes) => void): void {
  const { seed, preset, slots, latencyUs } = options;
  const kernel = new Kernel();
  const rng = createRng(seed);
  const network = { latencyMinUs: latencyUs, latencyMaxUs: latencyUs };
  const startWallUs = wallUs(0);
  const sim = new Sim({
    kernel,
    rng,
    recorder: new Recorder(),
    startWallUs,
    network,
    profile: FREE,
  });
  const names = (role: string, count: number): string[] =>
    Array.from({ length: count }, (_, i) => `${role}-${i + 1}`);
  const members = names('scheduler', options.members);
  const workers = names('worker', options.workers);
  const work = new Work(options, rng.stream('gaps'), rng.stream('services'));
  const zonesOf = () => new Map();
  const context = { members, store: 'store', workers, zonesOf, workerTimeoutUs: HOUR };
  for (const machine of sampling(context, preset).machines) sim.add(machine);
  let left = options.jobs * (options.tasksPerJob ?? 1);
  const body: JobBody = {
    begin: (worker, { job }) => {
      const planned = work.of(job);
      onBegan({ ...planned, worker, beganUs: kernel.now });
      return { runUs: planned.serviceUs, outcome: 'succeeded', effects: [] };
    },
    end: () => {
      left -= 1;
    },
  };
  for (const [at, name] of workers.entries()) {
    const first = members[at % members.length] as string;
    const own = { members: [first], ledger: 'ledger', slots, body, beatUs: 10 * SECOND };
    sim.add({ name, role: 'worker', factory: createWorker({ ...own, drainUs: 0 }) });
  }
  sim.add({ name: 'source', role: 'client', factory: sourceOf(work, members) });
  sim.startAll();
  while (left > 0) kernel.run(kernel.now + SECOND);
}

interface Planned {
  readonly job: number;
  readonly dueUs: number;
  readonly serviceUs: number;
}

/** Draws jobs in order of coming, and knows those that have come. */
class Work {
  readonly tasks: number;
  readonly #options: SampledOptions;
  readonly #gaps: Random;
  readonly #services: Random;
  readonly #planned: Planned[] = [];

  constructor(options: SampledOptions, gaps: Random, services: Random) {
    this.#options = options;
    this.#gaps = gaps;
    this.#services = services;
    this.tasks = options.tasksPerJob ?? 1;
  }

  next(): Planned | undefined {
    const { jobs, gapUs, serviceUs } = this.#options;
    const job = this.#planned.length;
    if (job === jobs) return undefined;
    const exponential = (random: Random): number => -Math.log(1 - random.float());
    const before = this.#planned[job - 1]?.dueUs ?? BEGINS_US;
    const planned = {
      job,
      dueUs: before + Math.round(exponential(this.#gaps) * gapUs),
      serviceUs: Math.max(1, Math.round(exponential(this.#services) * serviceUs)),
    };
    this.#planned.push(planned);
    return planned;
  }

  of(id: string): Planned {
    return this.#planned[Number(id.split('.')[0])] as Planned;
  }
}

const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 0,
  retry: { maxAttempts: 1, backoff: 'fixed', baseUs: 0, maxUs: 0 },
  timeoutUs: HOUR,
  delivery: 'at-least-once',
  sink: 'none',
};

/** Learns which life each member lives, and then has each make the attempts of its jobs. */
function sourceOf(work: Work, members: readonly string[]): ProgramFactory {
  return (host) => {
    const lives = new Map<string, number>();
    let next = work.next();
    let op = 0;
    const submit = (to: string, id: string, spec: JobSpec): Effect => {
      const life = lives.get(to);
      const request = { kind: 'submit', job: id, spec } as const;
      const base: ApiCall = { kind: 'api', v: 1, op: op++, request };
      const grant = life === undefined ? undefined : { life, attempt: 1, delayUs: 0 };
      return { kind: 'send', to, message: grant === undefined ? base : { ...base, grant } };
    };
    const askDue = (): Output => {
      const effects: Effect[] = [];
      while (next !== undefined && next.dueUs - AHEAD_US <= host.wallUs()) {
        const to = members[next.job % members.length] as string;
        const spec = { ...SPEC, atUs: next.dueUs as WallUs };
        for (let task = 0; task < work.tasks; task++) {
          effects.push(submit(to, `${next.job}.${task}`, spec));
        }
        next = work.next();
      }
      if (next !== undefined) {
        const afterUs = Math.max(1, next.dueUs - AHEAD_US - host.wallUs());
        effects.push({ kind: 'setTimer', tag: 'due', afterUs });
      }
      return nowOnly(effects);
    };
    const greet = (): Effect[] => members.map((name) => submit(name, 'life?', SPEC));
    return {
      onStart: () => nowOnly([...greet(), { kind: 'setTimer', tag: 'greet', afterUs: 100 * MS }]),
      onTimer: (tag) => {
        if (tag === 'due' || lives.size === members.length) return askDue();
        return nowOnly([...greet(), { kind: 'setTimer', tag: 'greet', afterUs: 100 * MS }]);
      },
      onMessage: (from: string, message: Message) => {
        const { result } = message as ApiAnswer;
        if (result.kind === 'address') lives.set(from, result.life);
        return NOTHING;
      },
      onDisk: () => NOTHING,
      snapshot: () => undefined,
    };
  };
}
