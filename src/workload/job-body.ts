import { assert } from '../lib/assert.ts';
import { chancePpm, exponential, hashedRandom, intBetween, type Random } from '../lib/random.ts';
import type { BodyPlan, BodyRun, JobBody, Launch } from '../scheduler/api.ts';
import type { BodyKnobs } from './knobs.ts';
import type { TraceJob } from './traces/swf.ts';
import type { Harness } from './workload.ts';

export interface JobBodyOptions {
  /** Run times are exponential with this mean, jobs of a trace apart. */
  readonly runUsMean: number;
  /** Share of attempts that fail. */
  readonly failPpm: number;
  /** Share of attempts whose body works on when it is stopped; none if absent. */
  readonly zombiePpm?: number;
  /** Share of attempts whose body falls silent at some time of its run; none if absent. */
  readonly silentPpm?: number;
  /** Of the run: the same for every design, so that all meet the same work. */
  readonly seed: string;
  readonly harness: Harness;
  readonly traceJobs?: readonly TraceJob[];
  /** Of every worker that faults may turn any of, by its name. */
  readonly knobs?: ReadonlyMap<string, BodyKnobs>;
}

const ONE_EFFECT: readonly string[] = Object.freeze(['done']);
const NO_EFFECTS: readonly string[] = Object.freeze([]);
const EXITS: BodyPlan = Object.freeze({ outcome: 'exits' });
/** Longer than any run, and far from where microseconds stop being exact. */
const RUN_US_MAX = 1e15;
/** A part of a gang that is not the first: it takes up room until it is stopped. */
const WAITS: BodyPlan = Object.freeze({
  runUs: RUN_US_MAX,
  outcome: 'succeeded',
  effects: NO_EFFECTS,
});

/**
 * What every job does: it takes its time and, where it succeeds, has one effect. The run time is
 * drawn by the job's id, so it is the same in every attempt, on every worker, under every design;
 * whether an attempt fails, falls silent or can not be stopped is drawn by id and number of the
 * attempt. Every beginning and end is
 * recorded as evidence, but for the end of a body that goes down with its worker: nobody saw it.
 */
export function createJobBody(options: JobBodyOptions): JobBody {
  const { runUsMean, failPpm, seed, harness, knobs } = options;
  assert(runUsMean >= 0, () => `a mean run time of ${runUsMean} us`);
  const traced = new Map((options.traceJobs ?? []).map((job) => [job.id, job.runUs]));
  return {
    begin(worker: string, launch: Launch): BodyPlan {
      const { job, token, delivery, part } = launch;
      const at = harness.now();
      if (part !== undefined) {
        harness.record({ kind: 'part-began', at, worker, job, token, part });
        return WAITS;
      }
      const tick = launch.tick === undefined ? undefined : { tick: launch.tick };
      harness.record({ kind: 'body-began', at, worker, job, ...tick, token, delivery });
      const turned = knobs?.get(worker);
      if (turned !== undefined && isPoison(turned, job)) return EXITS;
      const drawnUs = traced.get(job) ?? exponential(hashedRandom(seed, job, 'run'), runUsMean);
      const runUs = turned === undefined ? drawnUs : longer(turned, drawnUs);
      const fails = chancePpm(hashedRandom(seed, job, 'fail', token.attempt), failPpm);
      const manners = mannersOf(options, launch, runUs);
      return fails
        ? { runUs, outcome: 'failed', effects: NO_EFFECTS, ...manners }
        : { runUs, outcome: 'succeeded', effects: ONE_EFFECT, ...manners };
    },
    end(worker, launch, how): void {
      const { job, token, part } = launch;
      if (part !== undefined) {
        harness.record({ kind: 'part-ended', at: harness.now(), worker, job, token, part });
        return;
      }
      const tick = launch.tick === undefined ? undefined : { tick: launch.tick };
      harness.record({ kind: 'body-ended', at: harness.now(), worker, job, ...tick, token, how });
    },
  };
}

const WELL = Object.freeze({});

/** How a body bears itself towards its worker: well, unless drawn otherwise. */
function mannersOf(
  { seed, zombiePpm = 0, silentPpm = 0 }: JobBodyOptions,
  { job, token: { attempt } }: Launch,
  runUs: number,
): Pick<BodyRun, 'silentFromUs' | 'ignoresStop'> {
  if (silentPpm === 0 && zombiePpm === 0) return WELL;
  const draw = (what: string): Random => hashedRandom(seed, job, what, attempt);
  const isSilent = silentPpm > 0 && chancePpm(draw('silent'), silentPpm);
  const isZombie = zombiePpm > 0 && chancePpm(draw('zombie'), zombiePpm);
  return {
    ...(isSilent ? { silentFromUs: intBetween(draw('silent-from'), 0, runUs) } : {}),
    ...(isZombie ? { ignoresStop: true } : {}),
  };
}

/** Drawn by the job's id: a job that is poison is so in every attempt, while the fault lasts. */
function isPoison({ poison }: BodyKnobs, job: string): boolean {
  for (const { seed, poisonPpm, onBegan } of poison.values()) {
    if (!chancePpm(hashedRandom(seed, job), poisonPpm)) continue;
    onBegan();
    return true;
  }
  return false;
}

/** The run time under all factors that are on; of several, each takes the others' as given. */
function longer({ longer }: BodyKnobs, drawnUs: number): number {
  let runUs = drawnUs;
  for (const { factor, onBegan } of longer.values()) {
    const longerUs = Math.min(Math.round(runUs * factor), RUN_US_MAX);
    if (longerUs !== runUs) onBegan();
    runUs = longerUs;
  }
  return runUs;
}
