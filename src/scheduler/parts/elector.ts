/**
 * Leader election on a lease row, as a pure step: the protocol of client-go's leader election
 * (kubernetes/client-go, tools/leaderelection). A follower never trusts times of others: it
 * measures on its own monotonic clock how long the row has not changed. A leader renews each retry
 * period; a renewal that keeps failing is tried again until the renew deadline, then it stops
 * leading.
 *
 *     lease 15 s       |------------------------------|   others may take over
 *     deadline 10 s    |-------------------|              the leader stops
 *     retry 2 s        |---|---|---|---|---|              it tries again
 *
 * The deadline runs from the first try of a renewal, as there: a leader that was paused between two
 * renewals goes on for up to the deadline after it wakes, although another one leads by then. So
 * the lease alone does not exclude two leaders; tokens checked at every resource do.
 */
import type { MonotonicUs, WallUs } from '../../lib/units.ts';

export interface ElectorConfig {
  readonly leaseUs: number;
  readonly renewDeadlineUs: number;
  readonly retryUs: number;
  /** Followers look after retryUs times 1 to 1 + this. */
  readonly jitter: number;
}

/** Holds the lease when nobody does; no member has this name. */
export const RELEASED = '';

/** The lease row's value. `epoch` rises with every change of holder and survives release. */
export interface LeaseRecord {
  /** Nobody ({@link RELEASED}) when the last one gave it back. */
  readonly holder: string;
  readonly epoch: number;
  readonly leaseUs: number;
}

export interface Elector {
  readonly me: string;
  readonly isLeader: boolean;
  /** The row as last seen; version 0 when there is none. */
  readonly version: number;
  readonly record: LeaseRecord | undefined;
  /** When the row was last seen to change, by the local monotonic clock. */
  readonly seenAtUs: MonotonicUs;
  /** End of the renewal under way. */
  readonly deadlineUs: MonotonicUs | undefined;
}

export type ElectorEvent =
  /** The timer; `draw` is uniform in [0, 1). */
  | { readonly kind: 'timer'; readonly draw: number }
  /**
   * What a read, or a compare-and-set that failed, found in the row; every epoch up to
   * `epochsAfter` (0 where absent) may have been in use before, though the row does not tell.
   */
  | {
      readonly kind: 'row';
      readonly version: number;
      readonly record: LeaseRecord | undefined;
      readonly epochsAfter?: number;
    }
  /** A compare-and-set wrote the row. */
  | { readonly kind: 'written'; readonly version: number; readonly record: LeaseRecord }
  /** The store refused this term's commit: somebody else leads. */
  | { readonly kind: 'deposed' }
  /** Asked to stop: a lease that is held is given back, and never taken again. */
  | { readonly kind: 'release' };

export type ElectorAction =
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly version: number; readonly record: LeaseRecord }
  | { readonly kind: 'timer'; readonly afterUs: number }
  | { readonly kind: 'expired-seen'; readonly epoch: number }
  | { readonly kind: 'elected'; readonly epoch: number; readonly version: number }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'stopped'; readonly why: string };

export interface ElectorStep {
  readonly elector: Elector;
  readonly actions: readonly ElectorAction[];
}

export function newElector(me: string, nowUs: MonotonicUs): Elector {
  return {
    me,
    isLeader: false,
    version: 0,
    record: undefined,
    seenAtUs: nowUs,
    deadlineUs: undefined,
  };
}

/** One step. The wall clock is at hand for protocols that go by it; this one does not. */
export type StepElector = (
  elector: Elector,
  event: ElectorEvent,
  config: ElectorConfig,
  nowUs: MonotonicUs,
  wallUs: WallUs,
) => ElectorStep;

export function stepElector(
  elector: Elector,
  event: ElectorEvent,
  config: ElectorConfig,
  nowUs: MonotonicUs,
): ElectorStep {
  switch (event.kind) {
    case 'timer':
      return elector.isLeader ? renew(elector, config, nowUs) : look(elector, config, event.draw);
    case 'row':
      return onRow(elector, event, config, nowUs);
    case 'written':
      return onWritten(elector, event, config, nowUs);
    case 'deposed':
      return stop(elector, 'deposed');
    case 'release':
      return release(elector);
  }
}

function look(elector: Elector, config: ElectorConfig, draw: number): ElectorStep {
  const afterUs = Math.round(config.retryUs * (1 + config.jitter * draw));
  return { elector, actions: [{ kind: 'timer', afterUs }, { kind: 'read' }] };
}

function renew(elector: Elector, config: ElectorConfig, nowUs: MonotonicUs): ElectorStep {
  const deadlineUs = elector.deadlineUs ?? ((nowUs + config.renewDeadlineUs) as MonotonicUs);
  if (nowUs >= deadlineUs) return stop(elector, 'renew deadline passed');
  const afterUs = Math.min(config.retryUs, deadlineUs - nowUs);
  const { record } = elector;
  const actions: ElectorAction[] = [{ kind: 'timer', afterUs }];
  // While somebody else holds the row there is nothing to write; look again until the deadline.
  if (record?.holder !== elector.me) actions.push({ kind: 'read' });
  else actions.push({ kind: 'write', version: elector.version, record });
  return { elector: { ...elector, deadlineUs }, actions };
}

function onRow(
  before: Elector,
  row: Extract<ElectorEvent, { readonly kind: 'row' }>,
  config: ElectorConfig,
  nowUs: MonotonicUs,
): ElectorStep {
  const hasChanged = row.version !== before.version;
  const { version, record, epochsAfter = 0 } = row;
  const elector = hasChanged ? { ...before, version, record, seenAtUs: nowUs } : before;
  if (elector.isLeader) {
    if (record?.holder !== elector.me) return { elector, actions: [] };
    // A renewal whose answer was lost: the row is mine under a version I did not know.
    return { elector, actions: [{ kind: 'write', version, record }] };
  }
  const isExpired = record !== undefined && elector.seenAtUs + record.leaseUs <= nowUs;
  // A row of mine from a term that ended: nobody else leads by it, a new epoch may start at once.
  const isTaken =
    record !== undefined && record.holder !== elector.me && record.holder !== RELEASED;
  if (isTaken && !isExpired) return { elector, actions: [] };
  const epoch = Math.max(record?.epoch ?? 0, epochsAfter) + 1;
  const claim: LeaseRecord = { holder: elector.me, epoch, leaseUs: config.leaseUs };
  const actions: ElectorAction[] = [{ kind: 'write', version, record: claim }];
  if (isExpired && record.holder !== RELEASED) {
    actions.unshift({ kind: 'expired-seen', epoch: record.epoch });
  }
  return { elector, actions };
}

function onWritten(
  before: Elector,
  row: { readonly version: number; readonly record: LeaseRecord },
  config: ElectorConfig,
  nowUs: MonotonicUs,
): ElectorStep {
  const { version, record } = row;
  // A renewal of a term that has ended meanwhile: what the term left behind is given up, so its
  // epoch must not lead again. The next look finds a row of mine and takes a new one.
  const isRenewal = record.epoch <= (before.record?.epoch ?? 0);
  if (!before.isLeader && isRenewal) {
    return { elector: { ...before, version, record, seenAtUs: nowUs }, actions: [] };
  }
  const elector = {
    ...before,
    isLeader: true,
    version,
    record,
    seenAtUs: nowUs,
    deadlineUs: undefined,
  };
  const timer: ElectorAction = { kind: 'timer', afterUs: config.retryUs };
  if (before.isLeader) return { elector, actions: [timer, { kind: 'renewed' }] };
  return { elector, actions: [timer, { kind: 'elected', epoch: record.epoch, version }] };
}

/** client-go's ReleaseOnCancel: the row stays, with its epoch, and nobody holds it. */
function release(elector: Elector): ElectorStep {
  const { isLeader, record, version, me } = elector;
  if (!isLeader) return { elector, actions: [] };
  const actions: ElectorAction[] = [{ kind: 'stopped', why: 'asked to stop' }];
  if (record?.holder === me) {
    actions.push({ kind: 'write', version, record: { ...record, holder: RELEASED } });
  }
  return { elector: { ...elector, isLeader: false, deadlineUs: undefined }, actions };
}

function stop(elector: Elector, why: string): ElectorStep {
  if (!elector.isLeader) return { elector, actions: [] };
  const follower = { ...elector, isLeader: false, deadlineUs: undefined };
  return {
    elector: follower,
    actions: [
      { kind: 'stopped', why },
      { kind: 'timer', afterUs: 0 },
    ],
  };
}
