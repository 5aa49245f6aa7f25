import { pick, type Random, shuffled } from '../../../lib/random.ts';
import type { WallUs } from '../../../lib/units.ts';
import { type JobRecord, type Place, priorityOf } from '../../job/job.ts';
import type { QueueRecord } from '../book.ts';
import { afterStart, type FindObstacle, Gauge } from '../limits.ts';
import {
  type Cell,
  fits,
  hasTags,
  type Load,
  loadOf,
  NOTHING_USED,
  partsOf,
  plus,
} from './cell.ts';
import type { Habits } from './habits.ts';
import type { CellCopy } from './sync.ts';

/** One job and where it is to go: its first part, then the others. */
export interface Placement {
  readonly job: JobRecord;
  readonly places: readonly Place[];
}

export interface Decision {
  readonly placements: readonly Placement[];
  /** Of the workers that it places jobs on, as they were read. */
  readonly stamps: ReadonlyMap<string, string>;
  /** How long it takes. */
  readonly tookUs: number;
  /** When another job may be placed; Infinity where only a free worker, or news, helps. */
  readonly wakeUs: number;
  /** There may be more to place at once. */
  readonly more: boolean;
  /** Some job found no room. */
  readonly isFull: boolean;
}

export interface DecideOptions {
  readonly habits: Habits;
  readonly choosePlaces: ChoosePlaces;
  readonly findObstacle: FindObstacle;
  readonly random: Random;
  readonly nowUs: WallUs;
  readonly isMine: (job: string) => boolean;
}

/** A worker with room for a part, and how many slots it has left. */
export interface Offer {
  readonly cell: Cell;
  readonly left: number;
}

/** Names a worker for every part of a job, or nobody. */
export type ChoosePlaces = (
  offers: readonly Offer[],
  parts: number,
  choice: Habits['choice'],
  random: Random,
) => readonly Offer[] | undefined;

/** Any of them, each as likely; or the fuller one of two. */
export const choosePlaces: ChoosePlaces = (offers, parts, choice, random) => {
  if (offers.length < parts) return undefined;
  if (parts > 1) return shuffled(random, offers).slice(0, parts);
  const first = pick(random, offers);
  if (choice === 'any') return [first];
  const second = pick(random, offers);
  return [first.left <= second.left ? first : second];
};

/** Decides on a copy of the cell, which may be out of date by the time that this is done. */
export function decide(copy: CellCopy, options: DecideOptions): Decision {
  const desk = new Desk(copy, options);
  const { batch, jobUs, taskUs } = options.habits;
  let wakeUs = Number.POSITIVE_INFINITY;
  let more = false;
  for (const { job, fromUs } of inOrder(copy.ready, options)) {
    if (fromUs > options.nowUs) wakeUs = Math.min(wakeUs, fromUs);
    else if (desk.placements.length < batch) desk.place(job);
    else more = true;
  }
  const tasks = desk.placements.reduce((sum, { places }) => sum + places.length, 0);
  return {
    placements: desk.placements,
    stamps: desk.stamps(),
    tookUs: jobUs + taskUs * tasks,
    wakeUs: Math.min(wakeUs, desk.wakeUs),
    more,
    isFull: desk.isFull,
  };
}

interface Candidate {
  readonly job: JobRecord;
  /** From when on this member may place it. */
  readonly fromUs: number;
}

/**
 * Greater priorities first, then those that were due before; others' jobs, which they may be at,
 * count as due a little later than they are.
 */
function inOrder(ready: readonly JobRecord[], options: DecideOptions): readonly Candidate[] {
  const { isMine, habits } = options;
  const candidates = ready.map((job) => ({
    job,
    fromUs: job.dueUs + (isMine(job.id) ? 0 : habits.leftUs),
  }));
  return candidates.sort(
    (a, b) => priorityOf(b.job) - priorityOf(a.job) || a.fromUs - b.fromUs || byId(a.job, b.job),
  );
}

const byId = (a: JobRecord, b: JobRecord): number => (a.id < b.id ? -1 : 1);

/** The copy while it is decided upon: what is placed takes up room in it. */
class Desk {
  readonly placements: Placement[] = [];
  wakeUs = Number.POSITIVE_INFINITY;
  isFull = false;
  readonly #copy: CellCopy;
  readonly #options: DecideOptions;
  readonly #used = new Map<string, Load>();
  readonly #gauges = new Map<string, Gauge>();
  /** Queues as they are after what was placed. */
  readonly #queues: Map<string, QueueRecord>;
  /** Queues that let nobody start, and workers that are kept for somebody who waits. */
  readonly #closed = new Set<string>();
  readonly #kept = new Set<string>();

  constructor(copy: CellCopy, options: DecideOptions) {
    this.#copy = copy;
    this.#options = options;
    this.#queues = new Map(copy.queues);
    for (const { place, used } of copy.cells) this.#used.set(place.worker, used);
    for (const { spec } of copy.running) this.#gaugeOf(spec.queue).started(spec.key);
  }

  stamps(): ReadonlyMap<string, string> {
    const taken = new Set(this.placements.flatMap(({ places }) => places.map((p) => p.worker)));
    return new Map(
      this.#copy.cells.flatMap(({ place, stamp }) =>
        taken.has(place.worker) ? [[place.worker, stamp] as const] : [],
      ),
    );
  }

  place(job: JobRecord): void {
    if (this.#isHeldBack(job)) return;
    const load = loadOf(job);
    const could = this.#copy.cells.filter(
      (cell) => cell.isOpen && hasTags(cell, job) && fits(load, NOTHING_USED, cell.has),
    );
    const offers = could.flatMap((cell) => {
      const used = this.#usedOf(cell);
      const isFree = !this.#kept.has(cell.place.worker) && fits(load, used, cell.has);
      return isFree ? [{ cell, left: cell.has.slots - used.slots }] : [];
    });
    const { choosePlaces: choose, habits, random } = this.#options;
    const chosen = choose(offers, partsOf(job), habits.choice, random);
    if (chosen === undefined) return this.#wait(job, could);
    for (const { cell } of chosen) {
      this.#used.set(cell.place.worker, plus(this.#usedOf(cell), load));
    }
    this.#started(job);
    this.placements.push({ job, places: chosen.map(({ cell }) => cell.place) });
  }

  #started({ spec }: JobRecord): void {
    this.#gaugeOf(spec.queue).started(spec.key);
    const queue = this.#queues.get(spec.queue);
    const counted = queue && afterStart(queue, this.#options.nowUs);
    if (counted !== undefined) this.#queues.set(spec.queue, counted);
  }

  /** Lesser jobs would take up every place as soon as it is free: none is theirs any more. */
  #wait(job: JobRecord, could: readonly Cell[]): void {
    this.isFull = true;
    const { nowUs, habits } = this.#options;
    if (nowUs - job.dueUs < habits.patienceUs || could.length < partsOf(job)) return;
    for (const { place } of could) this.#kept.add(place.worker);
  }

  #isHeldBack({ spec }: JobRecord): boolean {
    if (this.#closed.has(spec.queue)) return true;
    const { findObstacle, nowUs } = this.#options;
    const queue = this.#queues.get(spec.queue);
    const obstacle = findObstacle(queue, this.#gaugeOf(spec.queue), spec.key, nowUs);
    if (obstacle?.kind === 'rate') this.wakeUs = Math.min(this.wakeUs, obstacle.untilUs);
    if (obstacle !== undefined && obstacle.kind !== 'key') this.#closed.add(spec.queue);
    return obstacle !== undefined;
  }

  #usedOf({ place }: Cell): Load {
    return this.#used.get(place.worker) ?? NOTHING_USED;
  }

  #gaugeOf(queue: string): Gauge {
    const known = this.#gauges.get(queue);
    if (known !== undefined) return known;
    const made = new Gauge();
    this.#gauges.set(queue, made);
    return made;
  }
}
