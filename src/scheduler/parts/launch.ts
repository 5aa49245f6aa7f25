import { required } from '../../lib/assert.ts';
import type { Launch } from '../api.ts';
import type { JobRecord } from '../job/job.ts';

/** Everything a worker needs to run the running attempt of a job, or this part of it. */
export function launchOf(job: JobRecord, fenced: boolean, part = 0): Launch {
  const { token } = required(job.run, `running attempt of ${job.id}`);
  const { timeoutUs, heartbeatUs, delivery, sink } = job.spec;
  const base = { job: job.id, token, timeoutUs, delivery, sink, fenced };
  const timed = job.tick === undefined ? base : { tick: job.tick, ...base };
  const told = heartbeatUs === undefined ? timed : { heartbeatUs, ...timed };
  const { resources } = job.spec;
  const sized = resources === undefined ? told : { resources, ...told };
  return part === 0 ? sized : { part, ...sized };
}
