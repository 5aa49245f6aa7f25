/**
 * What members tell each other, for nobody keeps it for them: schedules, which each of them has in
 * full, and ticks that were skipped. Who fires the ticks of a schedule follows from who is alive:
 * where two members differ in that, both do, and keys of effects have to tell.
 */
import type { Message } from '../../../host/host.ts';
import { hashedRandom } from '../../../lib/random.ts';
import { type MonotonicUs, SECOND } from '../../../lib/units.ts';
import type { ListedSkip } from '../../api.ts';
import type { ScheduleRecord } from '../../parts/book.ts';

/** Member to member: all of its schedules, now and then, and at once when one was edited. */
export interface News extends Message {
  readonly kind: 'news';
  readonly v: 1;
  readonly schedules: readonly ScheduleRecord[];
  /** Of the last while. */
  readonly skips: readonly ListedSkip[];
  readonly workers: readonly string[];
  /** It has just started, and wants to hear at once what others know. */
  readonly asks?: true;
}

/** A member that was not heard of for so long is taken for gone. */
const SILENT_US = 3 * SECOND;
/** Who has just started fires nothing for so long, unless it has heard from all others. */
const LISTENS_US = 2 * SECOND;

export class Peers {
  readonly #self: string;
  readonly #startedUs: MonotonicUs;
  /** When each was last heard of. */
  readonly #heardUs = new Map<string, MonotonicUs>();
  readonly #awaited = new Set<string>();
  #alive: readonly string[] = [];

  constructor(self: string, members: readonly string[], nowUs: MonotonicUs) {
    this.#self = self;
    this.#startedUs = nowUs;
    for (const member of members) {
      if (member === self) continue;
      this.#heardUs.set(member, nowUs);
      this.#awaited.add(member);
    }
    this.look(nowUs);
  }

  get others(): readonly string[] {
    return [...this.#heardUs.keys()];
  }

  heard(from: string, nowUs: MonotonicUs): void {
    this.#heardUs.set(from, nowUs);
    this.#awaited.delete(from);
  }

  /** Who slept itself has no word on others. */
  startAnew(nowUs: MonotonicUs): void {
    for (const name of this.#heardUs.keys()) this.#heardUs.set(name, nowUs);
  }

  /** Whether it is known what others have decided so far, as far as anybody will tell. */
  isReady(nowUs: MonotonicUs): boolean {
    return this.#awaited.size === 0 || nowUs - this.#startedUs >= LISTENS_US;
  }

  /** True when others are alive than before. */
  look(nowUs: MonotonicUs): boolean {
    const alive = [this.#self];
    for (const [name, heardUs] of this.#heardUs) {
      if (nowUs - heardUs <= SILENT_US) alive.push(name);
    }
    alive.sort();
    const isSame = alive.join() === this.#alive.join();
    this.#alive = alive;
    return !isSame;
  }

  /** The ticks of a schedule are those of the living member that ranks highest for it. */
  isMine(schedule: string): boolean {
    let best = '';
    let highest = -1;
    for (const name of this.#alive) {
      const rank = hashedRandom(schedule, name).float();
      if (rank > highest) [best, highest] = [name, rank];
    }
    return best === this.#self;
  }
}

/** What two members know of a schedule, put together: the later edit, and all that was decided. */
export function merged(known: ScheduleRecord | undefined, told: ScheduleRecord): ScheduleRecord {
  if (known === undefined || revisionOf(told) > revisionOf(known)) return told;
  if (revisionOf(told) < revisionOf(known) || told.cursorUs <= known.cursorUs) return known;
  const { cursorUs, rules, lateStartUs } = told;
  return {
    ...known,
    cursorUs,
    ...(rules === undefined ? undefined : { rules }),
    ...(lateStartUs === undefined ? undefined : { lateStartUs }),
  };
}

const revisionOf = ({ revision = 1 }: ScheduleRecord): number => revision;
