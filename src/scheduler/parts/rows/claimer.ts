import { required } from '../../../lib/assert.ts';
import { MS, SECOND } from '../../../lib/units.ts';
import type { Beat } from '../../api.ts';
import type { StoreOp } from '../../store/protocol.ts';
import { type Claims, claimReady } from './claims.ts';
import type { Deeds, RowOffice } from './office.ts';
import type { Placer, PlacerPort } from './placer.ts';
import type { Script } from './transactions.ts';

const WAKE_TIMER = 'rows:wake';
const CHANNEL = 'ready';

/** Claims ready jobs for the workers of the crew, in one transaction at a time. */
export class RowClaimer implements Placer {
  readonly channel = CHANNEL;
  readonly #port: PlacerPort;
  #isClaiming = false;
  /** Something became ready, or a worker free, while claims were under way. */
  #claimsAgain = false;

  constructor(port: PlacerPort) {
    this.#port = port;
  }

  hasRoom(): boolean {
    return this.#port.crew.hasRoom();
  }

  onBeat(worker: string, beat: Beat): void {
    const { crew, host, out } = this.#port;
    crew.onBeat(worker, beat, host.monotonicUs(), out);
  }

  onRefused(worker: string): void {
    this.#port.crew.isFull(worker);
  }

  onTimer(tag: string): boolean {
    if (tag !== WAKE_TIMER) return false;
    this.look();
    return true;
  }

  onReady(): void {
    this.look();
  }

  /** Those who have room are told of what there is no room for here. */
  news({ hasReady }: Deeds): readonly StoreOp[] {
    const isNews = this.#port.preset.notifies && hasReady && !this.hasRoom();
    return isNews ? [{ kind: 'notify', channel: CHANNEL, payload: '' }] : [];
  }

  look(isFresh = false): void {
    if (this.#isClaiming) this.#claimsAgain = true;
    if (this.#isClaiming || !this.hasRoom()) return;
    this.#isClaiming = true;
    this.#claimsAgain = false;
    this.#port.run({
      isScan: true,
      script: (office) => this.#script(office, isFresh),
      done: (claims) => {
        this.#isClaiming = false;
        if (claims.isStale) return this.#port.decide();
        this.#claimed(claims);
        if (this.#claimsAgain) this.look();
      },
    });
  }

  *#script(office: RowOffice, isFresh: boolean): Script<Claims> {
    const { crew, parts } = this.#port;
    crew.unreserve();
    const { findObstacle, exclusion, readLimits } = parts;
    const claims = yield* claimReady(office, {
      epoch: this.#port.epoch(),
      findObstacle,
      lockedRows: exclusion.lockedRows,
      readLimits,
      seatFor: (job) => crew.reserve(job),
      hasRoom: () => crew.hasRoom(),
      isFresh,
    });
    for (const { job, seat } of claims.claimed) {
      const { token } = required(job.run, 'an attempt');
      office.out.observe({ kind: 'dispatched', job: job.id, token, worker: seat.name });
    }
    return claims;
  }

  #claimed({ claimed, wakeUs }: Claims): void {
    const { crew, host, out } = this.#port;
    crew.unreserve();
    const nowUs = host.monotonicUs();
    for (const { job } of claimed) {
      crew.note(job, nowUs);
      this.#port.sendRun(job);
    }
    if (wakeUs === Number.POSITIVE_INFINITY) return;
    out.setTimer(WAKE_TIMER, Math.max(MS, Math.min(wakeUs - host.wallUs(), SECOND)));
  }
}
