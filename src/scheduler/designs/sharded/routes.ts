import type { ApiRequest } from '../../api.ts';
import { checkId, checkJob, checkSpec } from '../../job/check-spec.ts';
import { shardOf } from '../../parts/placement.ts';

/** Who can answer a request. */
export type Route =
  /** The owner of a shard. */
  | { readonly kind: 'shard'; readonly shard: number }
  /** The owner of the shard that this job, or this schedule, is in. */
  | { readonly kind: 'job'; readonly job: string }
  | { readonly kind: 'schedule'; readonly schedule: string }
  /** Anybody, from the rows. */
  | { readonly kind: 'rows' }
  /** Anybody, without a look: it is wrong. */
  | { readonly kind: 'wrong' };

const WRONG: Route = { kind: 'wrong' };

const isName = (id: unknown): id is string =>
  typeof id === 'string' && checkId('id', id) === undefined;

/** What came over the wire may be anything. */
export function routeOf(request: ApiRequest, shards: number): Route {
  const toShard = (queue: string): Route => ({ kind: 'shard', shard: shardOf(queue, shards) });
  switch (request?.kind) {
    case 'submit':
      if (checkJob(request.job, request.spec) !== undefined) return WRONG;
      return toShard(request.spec.queue);
    case 'cancel':
    case 'retry':
    case 'run-now':
      // Those of ticks may be longer than the names that clients give.
      if (typeof request.job !== 'string' || request.job === '') return WRONG;
      return { kind: 'job', job: request.job };
    case 'put-schedule':
      if (!isName(request.schedule) || checkSpec(request.spec?.job) !== undefined) return WRONG;
      return toShard(request.spec.job.queue);
    case 'edit-schedule':
    case 'trigger':
      if (!isName(request.schedule)) return WRONG;
      return { kind: 'schedule', schedule: request.schedule };
    case 'put-queue':
    case 'edit-queue':
      return isName(request.queue) ? toShard(request.queue) : WRONG;
    case 'status':
    case 'schedule-status':
    case 'list-jobs':
    case 'list-skips':
    case 'list-schedules':
      return { kind: 'rows' };
    default:
      return WRONG;
  }
}
