import { boundedCatchUp } from './bounded-catch-up.ts';
import { cancel } from './cancel.ts';
import { capacity } from './capacity.ts';
import type { Claim } from './checker.ts';
import { completes } from './completes.ts';
import { dependencyOrder } from './dependency-order.ts';
import { drains } from './drains.ts';
import { explainedSkips } from './explained-skips.ts';
import { limits } from './limits.ts';
import { linearizableApi } from './linearizable-api.ts';
import { neverEarly } from './never-early.ts';
import { noInvention } from './no-invention.ts';
import { noLoss } from './no-loss.ts';
import { noSilentSchedule } from './no-silent-schedule.ts';
import { noStarvation } from './no-starvation.ts';
import { onTime } from './on-time.ts';
import { orphansReleased } from './orphans-released.ts';
import { overlap } from './overlap.ts';
import { queueOrder } from './queue-order.ts';
import { recovers } from './recovers.ts';
import { retryPolicy } from './retry-policy.ts';
import { singleEffect } from './single-effect.ts';
import {
  sometimesFailover,
  sometimesJobCompleted,
  sometimesLeaseExpired,
  sometimesTickRun,
} from './sometimes.ts';
import { specChange } from './spec-change.ts';
import { stableLeadership } from './stable-leadership.ts';
import { supersededActs } from './superseded-acts.ts';
import { terminalAbsorbs } from './terminal-absorbs.ts';
import { tickOnce } from './tick-once.ts';
import { timeout } from './timeout.ts';
import { tokenOrder } from './token-order.ts';

/** Every claim, in the order reports show them: safety, liveness, then what a run must have met. */
export const CLAIMS: readonly Claim[] = [
  noLoss,
  noInvention,
  tokenOrder,
  singleEffect,
  tickOnce,
  neverEarly,
  overlap,
  dependencyOrder,
  queueOrder,
  retryPolicy,
  timeout,
  cancel,
  terminalAbsorbs,
  limits,
  linearizableApi,
  capacity,
  supersededActs,
  specChange,
  explainedSkips,
  completes,
  recovers,
  onTime,
  noStarvation,
  orphansReleased,
  boundedCatchUp,
  stableLeadership,
  noSilentSchedule,
  drains,
  sometimesFailover,
  sometimesLeaseExpired,
  sometimesJobCompleted,
  sometimesTickRun,
];

/** The claim of that id, or `undefined` when there is none. */
export const findClaim = (id: string): Claim | undefined => CLAIMS.find((claim) => claim.id === id);
