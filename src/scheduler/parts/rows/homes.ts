/**
 * Which member looks after which worker: a row per worker, written by its member again and again
 * while the worker beats. Whoever finds a row unchanged for too long gives the worker's attempts
 * up, whatever became of its member.
 */
import { assert } from '../../../lib/assert.ts';
import type { MonotonicUs, WallUs } from '../../../lib/units.ts';
import type { JobRecord } from '../../job/job.ts';
import { sortable } from '../../store/indexes.ts';
import type { StoreOp, StoreRow } from '../../store/protocol.ts';
import { jobOf, type RowOffice } from './office.ts';
import { giveUp } from './reports.ts';
import { type HomeRow, homeKey, SEPARATOR, valueIn } from './schema.ts';
import type { Script } from './transactions.ts';

const RUNNING_MAX = 10_000;
const HOMES_MAX = 10_000;
/** Attempts given up in one transaction. */
const RESCUES_MAX = 50;

/** A home as it was found. */
export interface FoundHome {
  readonly home: HomeRow;
  readonly version: number;
}

export const homeOf = (row: StoreRow | undefined): HomeRow | undefined => {
  const value = row && valueIn(row);
  return value?.kind === 'home' ? value : undefined;
};

const writeHome = (worker: string, member: string, seenUs: WallUs): StoreOp => {
  const value: HomeRow = { kind: 'home', worker, member, seenUs };
  return { kind: 'write', key: homeKey(worker), value };
};

export const runningOf = (worker: string): StoreOp => ({
  kind: 'range',
  index: 'by-worker',
  prefix: `${worker}${SEPARATOR}`,
  limit: RUNNING_MAX,
});

/** The worker is this member's from now on; what runs on it is to be known. */
export function* adoptWorker(
  worker: string,
  member: string,
  nowUs: WallUs,
): Script<{ readonly running: readonly JobRecord[]; readonly writes: readonly StoreOp[] }> {
  const rows = yield [{ kind: 'lock', key: homeKey(worker) }, runningOf(worker)];
  return { running: rows.flatMap(jobsIn), writes: [writeHome(worker, member, nowUs)] };
}

export interface Refreshed {
  readonly writes: readonly StoreOp[];
  /** Workers that another member looks after by now. */
  readonly moved: readonly string[];
  /** Attempts that run on the others, by what the rows say. */
  readonly running: readonly JobRecord[];
}

/** Says again which workers are this member's. */
export function* refreshHomes(
  workers: readonly string[],
  member: string,
  nowUs: WallUs,
): Script<Refreshed> {
  if (workers.length === 0) return { writes: [], moved: [], running: [] };
  // In one order for everybody, so that no two members wait for each other.
  const sorted = [...workers].sort();
  const homes = yield sorted.map((worker): StoreOp => {
    return { kind: 'read', key: homeKey(worker), forUpdate: true };
  });
  const isMine = (_: string, at: number): boolean => homeOf(homes[at])?.member === member;
  const mine = sorted.filter(isMine);
  const rows = mine.length === 0 ? [] : yield mine.map(runningOf);
  return {
    writes: mine.map((worker) => writeHome(worker, member, nowUs)),
    moved: sorted.filter((worker) => !mine.includes(worker)),
    running: rows.flatMap(jobsIn),
  };
}

function jobsIn(row: StoreRow): readonly JobRecord[] {
  const job = jobOf(row);
  return job === undefined ? [] : [job];
}

/**
 * Every home there is, looked at outside of a transaction: the store may show how they were a while
 * ago, and whoever acts on one looks at it again.
 */
export function* allHomes(): Script<readonly FoundHome[]> {
  const look = { kind: 'range', prefix: homeKey(''), limit: HOMES_MAX } as const;
  const rows = yield [{ kind: 'rollback' }, look, { kind: 'begin' }];
  return rows.flatMap((row) => {
    const home = homeOf(row);
    return home === undefined ? [] : { home, version: row.version };
  });
}

/** Since when each home has looked as it does, by the clock of who looks. */
export class HomeWatch {
  readonly #seen = new Map<string, { readonly version: number; readonly sinceUs: MonotonicUs }>();

  /** Those that have not changed for so long. */
  stale(homes: readonly FoundHome[], nowUs: MonotonicUs, deadUs: number): readonly FoundHome[] {
    const stale: FoundHome[] = [];
    for (const found of homes) {
      const { worker } = found.home;
      const before = this.#seen.get(worker);
      if (before?.version !== found.version) {
        this.#seen.set(worker, { version: found.version, sinceUs: nowUs });
      } else if (nowUs - before.sinceUs > deadUs) stale.push(found);
    }
    return stale;
  }

  /** Nothing that was seen before counts: whoever looks was away itself. */
  startAnew(): void {
    this.#seen.clear();
  }
}

/** Gives up what runs on a worker whose home still looks as it was found; whether more is left. */
export function* rescueWorker(
  office: RowOffice,
  { home, version }: FoundHome,
  draw: () => number,
): Script<boolean> {
  const { worker } = home;
  const [row, ...rows] = yield [
    { kind: 'read', key: homeKey(worker), forUpdate: true },
    runningOf(worker),
  ];
  if (row?.version !== version) return false;
  const running = rows.flatMap(jobsIn);
  yield* giveUpAll(office, running.slice(0, RESCUES_MAX), 'worker gone', draw);
  return running.length > RESCUES_MAX;
}

/** Gives up what was claimed before a time, however well it is; whether more is left. */
export function* rescueByAge(
  office: RowOffice,
  beforeUs: number,
  draw: () => number,
): Script<boolean> {
  assert(Number.isSafeInteger(beforeUs), () => `claims before ${beforeUs}`);
  const until = sortable(Math.max(0, beforeUs));
  const scan = { index: 'by-claim', prefix: '', until, limit: RESCUES_MAX };
  const rows = yield [{ kind: 'claim', ...scan }];
  yield* giveUpAll(office, rows.flatMap(jobsIn), 'claimed too long ago', draw);
  return rows.length === RESCUES_MAX;
}

function* giveUpAll(
  office: RowOffice,
  running: readonly JobRecord[],
  why: string,
  draw: () => number,
): Script<void> {
  for (const { id, run } of running) {
    if (run !== undefined) yield* giveUp(office, id, run.token, { why, draw: draw() });
  }
}
