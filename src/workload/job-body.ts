import { assert } from '../lib/assert.ts';
import { chancePpm, exponential, hashedRandom } from '../lib/random.ts';
import type { BodyPlan, JobBody, Launch } from '../scheduler/api.ts';
import type { TraceJob } from './traces/swf.ts';
import type { Harness } from './workload.ts';

export interface JobBodyOptions {
  /** Run times are exponential with this mean, jobs of a trace apart. */
  readonly runUsMean: number;
  /** Share of attempts that fail. */
  readonly failPpm: number;
  /** Of the run: the same for every design, so that all meet the same work. */
  readonly seed: string;
  readonly harness: Harness;
  readonly traceJobs?: readonly TraceJob[];
}

const ONE_EFFECT: readonly string[] = Object.freeze(['done']);
const NO_EFFECTS: readonly string[] = Object.freeze([]);

/**
 * What every job does: it takes its time and, where it succeeds, has one effect. The run time is
 * drawn by the job's id, so it is the same in every attempt, on every worker, under every design;
 * whether an attempt fails is drawn by id and number of the attempt. Every beginning and end is
 * recorded as evidence.
 */
export function createJobBody(options: JobBodyOptions): JobBody {
  const { runUsMean, failPpm, seed, harness } = options;
  assert(runUsMean >= 0, () => `a mean run time of ${runUsMean} us`);
  const traced = new Map((options.traceJobs ?? []).map((job) => [job.id, job.runUs]));
  return {
    begin(worker: string, launch: Launch): BodyPlan {
      const { job, token, delivery } = launch;
      const at = harness.now();
      const tick = launch.tick === undefined ? undefined : { tick: launch.tick };
      harness.record({ kind: 'body-began', at, worker, job, ...tick, token, delivery });
      const runUs = traced.get(job) ?? exponential(hashedRandom(seed, job, 'run'), runUsMean);
      const fails = chancePpm(hashedRandom(seed, job, 'fail', token.attempt), failPpm);
      return fails
        ? { runUs, outcome: 'failed', effects: NO_EFFECTS }
        : { runUs, outcome: 'succeeded', effects: ONE_EFFECT };
    },
    end(worker, launch, how): void {
      const { job, token } = launch;
      const tick = launch.tick === undefined ? undefined : { tick: launch.tick };
      harness.record({ kind: 'body-ended', at: harness.now(), worker, job, ...tick, token, how });
    },
  };
}
