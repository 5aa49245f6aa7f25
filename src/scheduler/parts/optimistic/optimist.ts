import { SECOND } from '../../../lib/units.ts';
import type { Beat } from '../../api.ts';
import type { JobRecord } from '../../job/job.ts';
import type { StoreOp } from '../../store/protocol.ts';
import { type FoundHome, HomeWatch } from '../rows/homes.ts';
import type { Deeds } from '../rows/office.ts';
import { ROWS_PARTS, type RowsParts } from '../rows/parts.ts';
import type { Placer, PlacerPort } from '../rows/placer.ts';
import { WorkerRows } from './cells.ts';
import { type CheckDecision, checkDecision } from './check.ts';
import { type Commit, commitDecision, type LockReady, lockReady } from './commit.ts';
import { type ChoosePlaces, choosePlaces, type Decision, decide } from './decide.ts';
import type { Habits } from './habits.ts';
import { Shares } from './shares.ts';
import { type CellCopy, type SyncCell, syncCell } from './sync.ts';

const DECIDE_TIMER = 'cells:decide';
const BACKOFF_TIMER = 'cells:backoff';
const WAKE_TIMER = 'cells:wake';
const WAKE_US_MIN = 1_000;
/** After jobs found no room for so long none is said to have been left lying. */
const FULL_US = 5 * SECOND;
/** Rows of homes are written this often, and are a little late now and then. */
const HOME_SLACK_US = 5 * SECOND;

/** The replaceable decisions: a mutant replaces one. */
export interface OptimisticParts extends RowsParts {
  /** How a member comes by its copies. */
  readonly newSync: () => SyncCell;
  readonly choosePlaces: ChoosePlaces;
  readonly lockReady: LockReady;
  readonly checkDecision: CheckDecision;
}

export const OPTIMISTIC_PARTS: OptimisticParts = {
  ...ROWS_PARTS,
  newSync: () => syncCell,
  choosePlaces,
  lockReady,
  checkDecision,
};

type Phase = 'idle' | 'syncing' | 'deciding' | 'committing' | 'backing off';

/** A member's rounds: a copy of the cell, a decision that takes its time, a commit. */
export class Optimist implements Placer {
  readonly channel: string;
  readonly #port: PlacerPort;
  readonly #habits: Habits;
  readonly #parts: OptimisticParts;
  readonly #shares: Shares;
  readonly #rows: WorkerRows;
  readonly #homes = new HomeWatch();
  readonly #sync: SyncCell;
  #phase: Phase = 'idle';
  /** Something may have changed since the copy was made. */
  #again = false;
  #decision: Decision | undefined;
  /** Commits in a row that met a conflict. */
  #conflicts = 0;
  /** By the monotonic clock: the next look, and when a job last found no room. */
  #wakeAtUs = Number.POSITIVE_INFINITY;
  #fullUs = Number.NEGATIVE_INFINITY;

  constructor(port: PlacerPort, habits: Habits, parts: OptimisticParts) {
    this.#port = port;
    this.#habits = habits;
    this.#parts = parts;
    this.#sync = parts.newSync();
    this.channel = channelOf(port.host.self);
    this.#shares = new Shares(port.host.self, port.members);
    this.#rows = new WorkerRows(port);
  }

  /** A beat is no news: whoever reports an end looks. */
  hasRoom(): boolean {
    return false;
  }

  onBeat(worker: string, beat: Beat): void {
    this.#rows.onBeat(worker, beat);
  }

  onRefused(worker: string): void {
    this.#rows.onRefused(worker);
  }

  onTimer(tag: string): boolean {
    switch (tag) {
      case DECIDE_TIMER:
        this.#commit();
        return true;
      case BACKOFF_TIMER:
        this.#rest();
        this.look();
        return true;
      case WAKE_TIMER:
        this.#wakeAtUs = Number.POSITIVE_INFINITY;
        this.look();
        return true;
      default:
        return this.#rows.onTimer(tag);
    }
  }

  /** Jobs of others are theirs to place, unless they are left lying. */
  onReady(ready: readonly JobRecord[]): void {
    const nowUs = this.#port.host.monotonicUs();
    if (ready.some(({ id }) => this.#shares.isMine(id, nowUs))) this.look();
    else this.#wakeAfter(this.#habits.leftUs);
  }

  news({ ready }: Deeds): readonly StoreOp[] {
    const { host } = this.#port;
    const nowUs = host.monotonicUs();
    const owners = new Set(ready.map(({ id }) => this.#shares.ownerOf(id, nowUs)));
    owners.delete(host.self);
    return [...owners].map((owner): StoreOp => {
      return { kind: 'notify', channel: channelOf(owner), payload: '' };
    });
  }

  look(isFresh = false): void {
    this.#again = true;
    if (this.#phase !== 'idle') return;
    this.#again = false;
    this.#phase = 'syncing';
    const forsaken = (homes: readonly FoundHome[]) => this.#forsaken(homes);
    this.#port.run({
      script: (office) => this.#sync(office, { isFresh, forsaken }),
      done: (copy) => this.#synced(copy),
    });
  }

  /** Workers whose rows nobody writes any more: whoever looked after them is gone as well. */
  #forsaken(homes: readonly FoundHome[]): ReadonlySet<string> {
    const { rescue } = this.#port.preset;
    if (rescue.kind === 'age') return new Set();
    const nowUs = this.#port.host.monotonicUs();
    const stale = this.#homes.stale(homes, nowUs, rescue.refreshUs + HOME_SLACK_US);
    return new Set(stale.map(({ home }) => home.worker));
  }

  #synced(copy: CellCopy | 'stale'): void {
    this.#phase = 'idle';
    if (copy === 'stale') return this.#port.decide();
    const { host, parts, out } = this.#port;
    const nowUs = host.wallUs();
    const atUs = host.monotonicUs();
    const decision = decide(copy, {
      habits: this.#habits,
      choosePlaces: this.#parts.choosePlaces,
      findObstacle: parts.findObstacle,
      random: host.random,
      nowUs,
      isMine: (job) => this.#shares.isMine(job, atUs),
    });
    this.#wakeAfter(decision.wakeUs - nowUs);
    if (decision.isFull) this.#fullUs = atUs;
    if (decision.placements.length === 0) {
      if (this.#again) this.look();
      return;
    }
    this.#phase = 'deciding';
    this.#decision = decision;
    out.setTimer(DECIDE_TIMER, decision.tookUs);
  }

  #commit(): void {
    const decision = this.#decision;
    if (decision === undefined) return;
    this.#decision = undefined;
    this.#phase = 'committing';
    const { findObstacle, readLimits } = this.#port.parts;
    this.#port.run({
      script: (office) => {
        const epoch = this.#port.epoch();
        const habits = this.#habits;
        const options = { ...this.#parts, epoch, habits, findObstacle, readLimits };
        return commitDecision(office, decision, options);
      },
      done: (commit) => this.#committed(decision, commit),
    });
  }

  #committed(decision: Decision, { launched, conflicts }: Commit): void {
    const { crew, host, out } = this.#port;
    const nowUs = host.monotonicUs();
    const decided = decision.placements.length;
    out.observe({ kind: 'committed', decided, conflicts: conflicts.length });
    if (nowUs - this.#fullUs > FULL_US) {
      const ids = launched.map(({ id }) => id);
      this.#shares.tookOver(ids, nowUs);
    }
    for (const job of launched) {
      crew.note(job, nowUs);
      this.#port.sendRun(job);
    }
    this.#phase = 'idle';
    if (conflicts.length > 0) return this.#backOff();
    this.#conflicts = 0;
    if (this.#again || decision.more) this.look();
  }

  /** Full jitter: those who met each other come back at different times. */
  #backOff(): void {
    const { host, out } = this.#port;
    const { backoffUs, backoffMaxUs } = this.#habits;
    const mostUs = Math.min(backoffMaxUs, backoffUs * 2 ** Math.min(this.#conflicts, 30));
    this.#conflicts += 1;
    this.#phase = 'backing off';
    out.setTimer(BACKOFF_TIMER, Math.ceil(host.random.float() * mostUs));
  }

  #rest(): void {
    if (this.#phase === 'backing off') this.#phase = 'idle';
  }

  /** Looks then, or before. */
  #wakeAfter(afterUs: number): void {
    if (afterUs === Number.POSITIVE_INFINITY) return;
    const atUs = this.#port.host.monotonicUs() + Math.min(Math.max(afterUs, WAKE_US_MIN), SECOND);
    if (this.#wakeAtUs <= atUs) return;
    this.#wakeAtUs = atUs;
    this.#port.out.setTimer(WAKE_TIMER, atUs - this.#port.host.monotonicUs());
  }
}

const channelOf = (member: string): string => `ready/${member}`;
