import { required } from '../../lib/assert.ts';
import type { Launch } from '../api.ts';
import type { JobRecord } from '../job/job.ts';

/** Everything a worker needs to run the running attempt of a job. */
export function launchOf(job: JobRecord, fenced: boolean): Launch {
  const { token } = required(job.run, `running attempt of ${job.id}`);
  const { timeoutUs, heartbeatUs, delivery, sink } = job.spec;
  const base = { job: job.id, token, timeoutUs, delivery, sink, fenced };
  const timed = job.tick === undefined ? base : { ...base, tick: job.tick };
  return heartbeatUs === undefined ? timed : { ...timed, heartbeatUs };
}
