import { SECOND } from '../../../lib/units.ts';
import type { Candidacy, CandidatePort } from '../../parts/election.ts';
import { Candidate } from '../../parts/election.ts';
import type { ElectorConfig, StepElector } from '../../parts/elector.ts';
import { stepElector } from '../../parts/elector.ts';
import { clientGo } from '../../parts/elector-client-go.ts';
import type { ObanConfig, StepOban } from '../../parts/elector-oban.ts';
import { oban, stepOban } from '../../parts/elector-oban.ts';
import type { RiverConfig, StepRiver } from '../../parts/elector-river.ts';
import { river, stepRiver } from '../../parts/elector-river.ts';
import type { SessionConfig, StepSession } from '../../parts/elector-session.ts';
import { pingUsOf, session, stepSession } from '../../parts/elector-session.ts';

/** The steps of the protocols; a mutant replaces one. */
export interface ElectionParts {
  readonly stepElector: StepElector;
  readonly stepRiver: StepRiver;
  readonly stepOban: StepOban;
  readonly stepSession: StepSession;
}

export const ELECTION_PARTS: ElectionParts = { stepElector, stepRiver, stepOban, stepSession };

interface PresetWords {
  readonly name: string;
  readonly why: string;
  /** Whether the product itself has epochs that every resource checks. */
  readonly fenced: boolean;
}

interface ClientGoPreset extends PresetWords, ElectorConfig {
  readonly protocol: 'client-go';
}
interface RiverPreset extends PresetWords, RiverConfig {
  readonly protocol: 'river';
}
interface ObanPreset extends PresetWords, ObanConfig {
  readonly protocol: 'oban';
}
interface SessionPreset extends PresetWords, SessionConfig {
  readonly protocol: 'session';
}

/** A protocol with a product's numbers. */
export type LeasePreset = ClientGoPreset | RiverPreset | ObanPreset | SessionPreset;

/** client-go's defaults: LeaseDuration, RenewDeadline, RetryPeriod, JitterFactor. */
export const CLIENT_GO: ClientGoPreset = {
  protocol: 'client-go',
  name: 'client-go',
  why: "the defaults of Kubernetes' leader election: 15 s lease, 10 s deadline, 2 s retry",
  // The library has none: it is this design that adds them, and `fencing=off` is the library.
  fenced: true,
  leaseUs: 15 * SECOND,
  renewDeadlineUs: 10 * SECOND,
  retryUs: 2 * SECOND,
  jitter: 1.2,
};

/** River's defaults: electInterval and its jitter, TTL padding of 10 s, margin, deadline. */
export const RIVER: RiverPreset = {
  protocol: 'river',
  name: 'river',
  why:
    "River's election (since its PR 1213): bids each 5 to 6 s, a term of 15 s by the clock of " +
    'the database, trusted for 14 s; unfenced unless fencing=on: terms guard the election only',
  fenced: false,
  electUs: 5 * SECOND,
  electJitterUs: SECOND,
  ttlUs: 15 * SECOND,
  marginUs: SECOND,
  attemptUs: 5 * SECOND,
  wakeUpUs: 50_000,
};

/** Oban's defaults: interval, leader_boost, the jitter of its Backoff, DBConnection's timeout. */
export const OBAN: ObanPreset = {
  protocol: 'oban',
  name: 'oban',
  why:
    'the peers of Oban up to 2.23.0: looks each 30 s, a leader each 15 s, time limits by the ' +
    'wall clocks of members; unfenced unless fencing=on, as nothing in it is',
  fenced: false,
  intervalUs: 30 * SECOND,
  boost: 2,
  jitter: 0.1,
  timeoutUs: 15 * SECOND,
};

/** The session timeout of Chronos, of Mesos and of YARN's resource managers. */
export const SESSION: SessionPreset = {
  protocol: 'session',
  name: 'session',
  why:
    'a row that goes with the session of its owner, as with ZooKeeper and Curator: 10 s timeout ' +
    'decided by the server, pings each third of it, and a client that stops after two thirds',
  // Curator's users have the version or czxid of the node to fence by, as Chubby has sequencers.
  fenced: true,
  timeoutUs: 10 * SECOND,
};

export const LEASE_PRESETS: readonly LeasePreset[] = [CLIENT_GO, RIVER, OBAN, SESSION];

/** How long nobody else leads after the last sign of a leader. */
export function termUsOf(preset: LeasePreset): number {
  switch (preset.protocol) {
    case 'client-go':
      return preset.leaseUs;
    case 'river':
      return preset.ttlUs;
    case 'oban':
      return preset.intervalUs;
    case 'session':
      return preset.timeoutUs;
  }
}

/** The same with every duration times a factor, as somebody might configure one member. */
export function stretched<P extends LeasePreset>(preset: P, factor: number): P {
  const longer = Object.entries(preset).map(([key, value]: [string, unknown]) =>
    key.endsWith('Us') && typeof value === 'number'
      ? [key, Math.round(value * factor)]
      : [key, value],
  );
  return Object.fromEntries(longer) as P;
}

/** Somebody who takes part in an election by the protocol of a preset. */
export function candidateOf(
  preset: LeasePreset,
  parts: ElectionParts,
  port: CandidatePort,
): Candidacy {
  switch (preset.protocol) {
    case 'client-go':
      return new Candidate(clientGo(preset, parts.stepElector), port);
    case 'river':
      return new Candidate(river(preset, parts.stepRiver), port);
    case 'oban':
      return new Candidate(oban(preset, parts.stepOban), port);
    case 'session':
      return new Candidate(session(preset, parts.stepSession), port);
  }
}

/** The one of the parts that a protocol uses. */
export const STEP_OF: Readonly<Record<LeasePreset['protocol'], keyof ElectionParts>> = {
  'client-go': 'stepElector',
  river: 'stepRiver',
  oban: 'stepOban',
  session: 'stepSession',
};

/** From the crash of a leader to the next one, when clocks are right and the store answers. */
export interface TakeoverBounds {
  readonly earliestUs: number;
  readonly latestUs: number;
}

/**
 * client-go: the last renewal is up to a retry period old; it was seen late (one jittered look),
 * the lease runs out, and the next look comes a jittered period after that: 13 to 23.8 s.
 *
 * River: the last renewal is up to 5 s old, so 10 to 15 s of the term are left; the next bid comes
 * up to 6 s after that: 10 to 21 s.
 *
 * Oban: the last renewal is up to 15 s old, so 15 to 30 s of the lease are left; the next look
 * comes up to 30 s after that: 15 to 60 s.
 *
 * Session: the last ping is up to a third of the timeout old, the server ends the session when the
 * rest has passed, and who watches is told at once: 6.7 to 10 s; or, where that is lost, sees it
 * with its next ping, 3.3 s later.
 */
export function takeoverBounds(preset: LeasePreset): TakeoverBounds {
  switch (preset.protocol) {
    case 'client-go': {
      const { leaseUs, retryUs, jitter } = preset;
      const latestUs = Math.round(leaseUs + 2 * retryUs * (1 + jitter));
      return { earliestUs: leaseUs - retryUs, latestUs };
    }
    case 'river': {
      const { ttlUs, electUs, electJitterUs } = preset;
      return { earliestUs: ttlUs - electUs, latestUs: ttlUs + electUs + electJitterUs };
    }
    case 'oban': {
      const { intervalUs, boost } = preset;
      return { earliestUs: intervalUs - intervalUs / boost, latestUs: 2 * intervalUs };
    }
    case 'session': {
      const { timeoutUs } = preset;
      return { earliestUs: timeoutUs - pingUsOf(preset), latestUs: timeoutUs };
    }
  }
}

/** Between two wall clocks that are each as wrong as is assumed, or of two machines of a store. */
const CLOCKS_APART_US = SECOND;
/** A member may have had other settings for a while: longer by up to this factor. */
const SETTINGS_MAX = 10;
/** A store ends the transaction of a client that went away in the middle of it after this. */
const LOCKED_US = 35 * SECOND;

/**
 * From the heal of a storm to somebody in charge, at the latest, when no member waits on account of
 * errors: a takeover after a crash in its last moment, and what the storm may have left behind.
 * River and Oban look at the row in a transaction that keeps it locked: a member that goes away in
 * the middle leaves the lock to the store to end (30 s, looked after each 5 s). Their limits are
 * times of day, of two clocks. And the limit that counts is the one that the last leader wrote, or
 * opened its session with, by settings of its own.
 */
export function takeoverAfterStormUs(preset: LeasePreset): number {
  const { latestUs } = takeoverBounds(preset);
  const more = SETTINGS_MAX - 1;
  switch (preset.protocol) {
    case 'client-go':
      return latestUs;
    case 'river':
      return latestUs + more * preset.ttlUs + LOCKED_US + CLOCKS_APART_US;
    case 'oban':
      return latestUs + more * preset.intervalUs + LOCKED_US + CLOCKS_APART_US;
    case 'session':
      return latestUs + more * preset.timeoutUs + pingUsOf(preset);
  }
}
