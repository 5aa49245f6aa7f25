import type { FactOf, Testimony } from '../history/fact.ts';
import { SECOND } from '../lib/units.ts';
import type { LeaderClaim, Leadership } from './leadership.ts';
import type { Metrics, Samples } from './numbers.ts';
import { inSeconds, samplesInSeconds } from './numbers.ts';
import { mean } from './statistics.ts';

/** A leader was hit, and nothing has begun under a newer epoch yet. */
interface Outage {
  readonly leader: LeaderClaim;
  readonly fromUs: number;
  /** The leader dispatched while it was said to be cut off. */
  hasActed: boolean;
  /** The partition that cut it off; undefined when it went down or was paused. */
  readonly fault: string | undefined;
  isOver: boolean;
  detectedUs: number | undefined;
  takenOverUs: number | undefined;
  dispatchedUs: number | undefined;
}

/** What the leader had under way when it was cut off may still come back within this. */
const UNDER_WAY_US = SECOND;

/** Kinds of faults that cut a machine off; crashes and pauses show as states of the machine. */
const CUTTING = new Set(['partition', 'one-way-partition']);

/**
 * Failovers, from the true moment at which the leader under the newest epoch went down, stood still
 * or was cut off, to the first body that began under a newer epoch:
 *
 *   detection      until somebody saw the lease expire, acquired it, or turned to another role
 *   takeover       from there until somebody said to lead under a newer epoch
 *   firstDispatch  from there until the first dispatch under it
 *
 * A leader that is hit, comes back and goes on under its own epoch had no failover; nor had one
 * that still renews its lease while it is said to be cut off, for it was cut off from others. Hits
 * during an outage do not begin another: its clients know one. A run that ends before has an
 * unfinished one, which is counted and has no duration. A failover is false when the leader was
 * deposed without having been hit, and without having released its lease.
 *
 * Designs in which nobody leads have none: whoever is left goes on at its next look, and from the
 * crash of one to the next dispatch of another is how long nothing was to be done. What they lose
 * is in the waits of jobs, and in what `recovery.ts` measures.
 *
 * Metrics: failover, failoverMax and the means failoverDetection, failoverTakeover,
 * failoverFirstDispatch ('s'); failovers, failoversUnfinished, failoversFalse ('count').
 */
export class Failovers {
  readonly #leadership: Leadership;
  #outage: Outage | undefined;
  #hasReleased = false;
  #hasLed = false;
  #false = 0;
  #newestEpoch = Number.NEGATIVE_INFINITY;
  readonly #totalsUs: number[] = [];
  readonly #detectionsUs: number[] = [];
  readonly #takeoversUs: number[] = [];
  readonly #dispatchesUs: number[] = [];

  /** Must hear each fact before `leadership` does. */
  constructor(leadership: Leadership) {
    this.#leadership = leadership;
  }

  onMachine({ at, machine, state }: FactOf<'machine'>): void {
    if (state === 'down' || state === 'paused') this.#hit(at, [machine], undefined);
    else if (state === 'resumed') this.#over((outage) => outage.leader.machine === machine);
  }

  onFault({ at, event, fault, faultKind, whom }: FactOf<'fault'>): void {
    if (!CUTTING.has(faultKind)) return;
    if (event === 'bitten') this.#hit(at, whom, fault);
    else if (event === 'ended') this.#over((outage) => outage.fault === fault);
  }

  onTestified(fact: FactOf<'testified'>): void {
    const { said } = fact;
    if (said.kind === 'lease' && said.event === 'released') this.#hasReleased = true;
    if (this.#outage !== undefined) this.#follow(this.#outage, fact);
    if (said.kind !== 'role' || said.role !== 'leader') return;
    if (said.epoch > this.#newestEpoch) {
      const wasHit = this.#outage !== undefined || this.#hasReleased;
      if (this.#hasLed && !wasHit) this.#false++;
      this.#newestEpoch = said.epoch;
      this.#hasReleased = false;
    }
    this.#hasLed = true;
  }

  onBegan({ at, token }: FactOf<'body-began'>): void {
    const outage = this.#outage;
    if (outage === undefined || token.epoch <= outage.leader.epoch) return;
    this.#outage = undefined;
    this.#totalsUs.push(at - outage.fromUs);
    if (outage.detectedUs === undefined || outage.takenOverUs === undefined) return;
    this.#detectionsUs.push(outage.detectedUs - outage.fromUs);
    this.#takeoversUs.push(outage.takenOverUs - outage.detectedUs);
    this.#dispatchesUs.push((outage.dispatchedUs ?? at) - outage.takenOverUs);
  }

  metrics(): Metrics {
    const meanOf = (us: readonly number[]) => inSeconds(us.length === 0 ? undefined : mean(us));
    const counted = (count: number) => ({ unit: 'count', value: this.#hasLed ? count : undefined });
    const longestUs = this.#totalsUs.reduce((a, b) => Math.max(a, b), 0);
    return {
      failover: meanOf(this.#totalsUs),
      failoverDetection: meanOf(this.#detectionsUs),
      failoverTakeover: meanOf(this.#takeoversUs),
      failoverFirstDispatch: meanOf(this.#dispatchesUs),
      failoverMax: inSeconds(this.#totalsUs.length === 0 ? undefined : longestUs),
      failovers: counted(this.#totalsUs.length),
      failoversUnfinished: counted(this.#outage === undefined ? 0 : 1),
      failoversFalse: counted(this.#false),
    };
  }

  /**
   * How long failovers lasted that had not ended when the run did ('s'), which is at least how long
   * they would have taken: leaving them out would make a design look faster the less it recovers.
   */
  censored(endUs: number): readonly number[] {
    return this.#outage === undefined ? [] : [(endUs - this.#outage.fromUs) / SECOND];
  }

  samples(): Samples {
    return { failover: samplesInSeconds(this.#totalsUs) };
  }

  #hit(at: number, whom: readonly string[], fault: string | undefined): void {
    const leader = this.#leadership.newest;
    if (leader === undefined || !whom.includes(leader.machine)) return;
    // One that acted on in spite of a cut is hit now, and was not before.
    const wasIdle = this.#outage?.hasActed === true && fault === undefined;
    if (this.#outage !== undefined && !wasIdle) return;
    this.#outage = {
      leader,
      fromUs: at,
      fault,
      hasActed: false,
      isOver: false,
      detectedUs: undefined,
      takenOverUs: undefined,
      dispatchedUs: undefined,
    };
  }

  #over(isIt: (outage: Outage) => boolean): void {
    if (this.#outage !== undefined && isIt(this.#outage)) this.#outage.isOver = true;
  }

  #follow(outage: Outage, { at, machine, said }: FactOf<'testified'>): void {
    const { leader } = outage;
    if (machine === leader.machine && this.#leadership.isEffective(machine, leader.epoch)) {
      return this.#actsOn(outage, at, said);
    }
    if (outage.detectedUs === undefined && isReaction(said)) outage.detectedUs = at;
    if (said.kind === 'role' && said.role === 'leader' && said.epoch > leader.epoch) {
      outage.takenOverUs ??= at;
    }
    if (said.kind === 'dispatched' && said.token.epoch > leader.epoch) outage.dispatchedUs ??= at;
  }

  /** The leader that was hit speaks, and nobody has taken over: perhaps it is none the worse. */
  #actsOn(outage: Outage, at: number, said: Testimony): void {
    if (outage.takenOverUs !== undefined) return;
    const isLate = at > outage.fromUs + UNDER_WAY_US;
    const renews = said.kind === 'lease' && said.event === 'renewed';
    if (said.kind === 'dispatched' && isLate) outage.hasActed = true;
    const isBack = outage.isOver && (renews || said.kind === 'dispatched');
    if (isBack || (renews && isLate)) this.#outage = undefined;
  }
}

/** Somebody noticed that there is no leader, or is on the way to be one. */
const isReaction = (said: Testimony): boolean =>
  said.kind === 'role'
    ? said.role !== 'follower'
    : said.kind === 'lease' && (said.event === 'expired-seen' || said.event === 'acquired');
