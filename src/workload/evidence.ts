import type { Request } from '../history/fact.ts';
import { InvariantBroken } from '../lib/assert.ts';
import type { ApiRequest, JobSpec, ScheduleSpec } from '../scheduler/api.ts';

/** A request as judges see it. */
export function evidenceOf(request: ApiRequest): Request {
  switch (request.kind) {
    case 'submit':
      return submitEvidence(request.job, request.spec);
    case 'put-schedule':
      return scheduleEvidence(request.schedule, request.revision ?? 1, request.spec);
    case 'put-queue': {
      const { kind, queue, revision, spec } = request;
      return { kind, queue, revision, limits: spec };
    }
    case 'status':
    case 'cancel':
    case 'retry':
    case 'run-now':
    case 'edit-schedule':
    case 'schedule-status':
    case 'trigger':
    case 'edit-queue':
      return request;
    default:
      throw new InvariantBroken(`only the auditor lists, a client was to ask ${request.kind}`);
  }
}

function submitEvidence(job: string, spec: JobSpec): Request {
  const { retry, priority = 0, payload: _, ...rest } = spec;
  const { maxAttempts, baseUs: backoffUs, maxUs: backoffMaxUs } = retry;
  const doubles = retry.backoff === 'exponential';
  return { kind: 'submit', job, ...rest, priority, maxAttempts, backoffUs, backoffMaxUs, doubles };
}

function scheduleEvidence(schedule: string, revision: number, spec: ScheduleSpec): Request {
  const { late, windowUs, catchUpMax, spacingUs = 0 } = spec.misfire;
  const { overlap = 'allow', jitterUs = 0 } = spec;
  const { queue, retainUs } = spec.job;
  const job = retainUs === undefined ? { queue } : { queue, retainUs };
  const misfire = { late, windowUs, catchUpMax, spacingUs };
  return { kind: 'put-schedule', schedule, revision, overlap, ...misfire, jitterUs, ...job };
}
