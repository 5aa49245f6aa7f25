/**
 * When a launched attempt is taken for lost: pure decisions of whoever is in charge. Two ways lead
 * there. A worker tells what it holds, which may not be what it was given; or it tells nothing, and
 * nobody reports for too long.
 */
import { SECOND } from '../../lib/units.ts';

/** A worker that beats without holding an attempt this long after its launch never got it. */
const RESEND_AFTER_US = 1.5 * SECOND;
/** The worker stops an overdue attempt itself; this much later the scheduler stops waiting. */
const TIMEOUT_GRACE_US = 2 * SECOND;

/** An attempt that the worker which beats was given. */
export interface BeatEvidence {
  /** Whether the worker lives the same life as when it was given the attempt. */
  readonly isSameLife: boolean;
  /** Whether it says that it holds this very attempt. */
  readonly isHeld: boolean;
  /** Since the launch, or since the attempt was adopted from an earlier term. */
  readonly ageUs: number;
}

/** An attempt at a sweep; all spans by the local monotonic clock. */
export interface SweepEvidence {
  readonly silentUs: number;
  readonly workerTimeoutUs: number;
  readonly ageUs: number;
  readonly timeoutUs: number;
  /** Since its body gave a sign of life that was heard of. */
  readonly stillUs: number;
  /** A body that is still for longer is taken for stuck; undefined where it need not give any. */
  readonly heartbeatUs: number | undefined;
}

export interface Suspicion {
  /** At a beat: all is well, the launch is sent again, or the attempt is lost. */
  readonly atBeat: (evidence: BeatEvidence) => 'fine' | 'resend' | 'lost';
  /** At a sweep: why the attempt is lost, if it is. */
  readonly atSweep: (
    evidence: SweepEvidence,
  ) => 'worker silent' | 'timeout' | 'heartbeat' | undefined;
}

export const suspicion: Suspicion = {
  atBeat: ({ isSameLife, isHeld, ageUs }) => {
    if (!isSameLife) return 'lost';
    // The same token is the same launch: the worker knows it if it ever got it.
    return !isHeld && ageUs > RESEND_AFTER_US ? 'resend' : 'fine';
  },
  atSweep: ({ silentUs, workerTimeoutUs, ageUs, timeoutUs, stillUs, heartbeatUs }) => {
    if (silentUs > workerTimeoutUs) return 'worker silent';
    // Signs of life come with beats, and the worker stops a body that gives none itself.
    if (heartbeatUs !== undefined && stillUs > heartbeatUs + workerTimeoutUs) return 'heartbeat';
    return ageUs > timeoutUs + TIMEOUT_GRACE_US ? 'timeout' : undefined;
  },
};
