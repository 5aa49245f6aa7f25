/** One file of a simulated disk: what is in it, what of that is durable, what a crash leaves. */
import type { DiskRecord, RecoveredRecord } from '../host/host.ts';
import { assert, required } from '../lib/assert.ts';
import { chancePpm, pick, type Random, shuffled } from '../lib/random.ts';
import { SECOND } from '../lib/units.ts';
import type { Miss } from './disk-rule.ts';

export const DAMAGED: RecoveredRecord = Object.freeze({ kind: 'damaged' });
/** A place that holds nothing: a write that failed was to go there. Never read. */
const NOTHING_THERE: RecoveredRecord = Object.freeze({ kind: 'damaged' });

/** Of those that do not survive, how many leave a damaged record behind. */
const TORN_PPM = 250_000;
const REORDERED_PPM = 250_000;
/** Records are at rest when they have been synced for this long. */
const REST_US = SECOND;

/** How many records were synced when. */
interface Point {
  n: number;
  atUs: number;
}

/** What a file holds from one replacement to the next. */
export interface Version {
  readonly records: RecoveredRecord[];
  /** This many from the front came with the replacement, all of them or none. */
  readonly placed: number;
  /** This many from the front survive a crash. */
  synced: number;
  /** Its replacement was answered, or it never was one. */
  isAnswered: boolean;
  /** The last sync, and two before it, a second apart at least: enough to tell what is at rest. */
  readonly last: Point;
  readonly before: Point;
  readonly long: Point;
  /** Acknowledged records that are not on the medium, by place. */
  missing: Map<number, Miss> | undefined;
}

/** The file as it was, durably, from this time on. */
interface Moment {
  readonly atUs: number;
  readonly version: Version;
  readonly n: number;
}

export class DiskFile {
  /** The newest is the last; those before it are what a crash may still leave. */
  versions: Version[];
  /** Set while something was said to be durable that is not. */
  #onLost: (() => void) | undefined;
  /** Kept only where a fault is planned that takes a disk back to an earlier time. */
  #moments: Moment[] | undefined;

  constructor(keepsMoments: boolean) {
    this.versions = [newVersion([], 0, true)];
    if (keepsMoments) this.keepMoments();
  }

  get newest(): Version {
    return required(this.versions[this.versions.length - 1], 'a version of a file');
  }

  append(record: DiskRecord): void {
    this.newest.records.push({ kind: 'intact', data: record });
  }

  replace(records: readonly DiskRecord[]): void {
    const placed: RecoveredRecord[] = records.map((data) => ({ kind: 'intact', data }));
    this.versions.push(newVersion(placed, placed.length, false));
  }

  /** A sync or a replacement was truly written, and all that was before it in this file. */
  written(version: Version, upTo: number, nowUs: number): void {
    const place = this.versions.indexOf(version);
    if (place > 0) this.versions.splice(0, place);
    version.isAnswered = true;
    version.synced = Math.max(version.synced, upTo);
    assert(version.synced <= version.records.length, 'more synced than written');
    this.#onLost = undefined;
    notePoint(version, nowUs);
    this.#moments?.push({ atUs: nowUs, version, n: version.synced });
  }

  /** It was answered as if written; a crash takes it, and calls back. */
  lied(version: Version, onLost: () => void): void {
    version.isAnswered = true;
    this.#onLost = onLost;
  }

  /** A sync failed: of what it covered there is some, for good, and the rest never will be. */
  failedSync(version: Version, upTo: number, keptPpm: number, random: Random): void {
    for (let place = version.synced; place < upTo; place++) {
      if (!chancePpm(random, keptPpm)) version.records[place] = lostOrTorn(random);
    }
    version.synced = Math.max(version.synced, upTo);
  }

  /**
   * A replacement did not take place: what was appended behind it is behind the version before.
   * Answers with how far places have moved.
   */
  failedReplace(version: Version): { readonly into: Version; readonly by: number } {
    const place = this.versions.indexOf(version);
    const into = required(this.versions[place - 1], 'a version before the replacement');
    const by = into.records.length - version.placed;
    for (let i = version.placed; i < version.records.length; i++) {
      into.records.push(version.records[i] as RecoveredRecord);
    }
    this.versions.splice(place, 1);
    return { into, by };
  }

  miss(version: Version, place: number, miss: Miss): void {
    version.missing ??= new Map();
    version.missing.set(place, miss);
  }

  /** Power is lost. `restUs`: what was synced by then is at rest. */
  crash(random: Random, keptPpm: number, restUs: number, nowUs: number): void {
    const onLost = this.#onLost;
    // What a lie covered is gone, all of it, with what came after.
    const version =
      onLost === undefined ? pick(random, this.versions) : (this.versions[0] as Version);
    const sureN = Math.max(version.synced, version.placed);
    const rested = restedBy(version, restUs);
    for (const [place, { onGone }] of version.missing ?? []) {
      version.records[place] = NOTHING_THERE;
      onGone(place >= rested);
    }
    const sure = there(version.records.slice(0, sureN));
    const rest = onLost === undefined ? version.records.slice(sureN) : [];
    const records = sure.concat(survivors(there(rest), keptPpm, random));
    this.#settle(records, there(version.records.slice(0, rested)).length, nowUs);
    onLost?.();
  }

  /** The process is gone, its computer is not: only an unanswered replacement is open. */
  killed(random: Random): void {
    let first = this.versions.length - 1;
    while (!(this.versions[first] as Version).isAnswered) first--;
    if (first === this.versions.length - 1) return;
    const chosen = pick(random, this.versions.slice(first));
    this.versions.splice(this.versions.indexOf(chosen) + 1);
    chosen.isAnswered = true;
  }

  /** What whoever reads the file finds in its first places. */
  read(version: Version, upTo = version.records.length): readonly RecoveredRecord[] {
    return there(version.records.slice(0, upTo));
  }

  /** How many records are at rest that were synced by then. */
  restingAt(restUs: number): number {
    return restedBy(this.#answered, restUs);
  }

  /** Damages a record; false when it is damaged already. */
  rot(place: number): boolean {
    const { records } = this.#answered;
    if (records[place]?.kind !== 'intact') return false;
    records[place] = DAMAGED;
    return true;
  }

  keepMoments(): void {
    this.#moments ??= this.versions.map((version) => ({ atUs: 0, version, n: version.synced }));
  }

  /**
   * Goes back to what was durable then, as far as moments were kept. True when that is not what is
   * there now.
   */
  goBackTo(atUs: number, nowUs: number): boolean {
    const now = this.#moments?.at(-1);
    const then = this.#moments?.findLast((moment) => moment.atUs <= atUs) ?? this.#moments?.[0];
    if (then === undefined || now === undefined) return false;
    const records = there(then.version.records.slice(0, then.n));
    const current = there(now.version.records.slice(0, now.n));
    if (records.length === current.length && records.every((r, i) => r === current[i]))
      return false;
    this.#settle([...records], records.length, nowUs);
    return true;
  }

  get #answered(): Version {
    return required(
      this.versions.findLast(({ isAnswered }) => isAnswered),
      'a version that is there',
    );
  }

  /** These records are what the medium holds. */
  #settle(records: RecoveredRecord[], rested: number, nowUs: number): void {
    const version = newVersion(records, 0, true);
    version.synced = records.length;
    for (const point of [version.last, version.before, version.long]) point.n = rested;
    this.versions = [version];
    this.#onLost = undefined;
    this.#moments?.push({ atUs: nowUs, version, n: records.length });
  }
}

const newVersion = (records: RecoveredRecord[], placed: number, isAnswered: boolean): Version => ({
  records,
  placed,
  synced: 0,
  isAnswered,
  last: { n: 0, atUs: Number.NEGATIVE_INFINITY },
  before: { n: 0, atUs: Number.NEGATIVE_INFINITY },
  long: { n: 0, atUs: Number.NEGATIVE_INFINITY },
  missing: undefined,
});

function notePoint({ last, before, long, synced }: Version, nowUs: number): void {
  if (last.atUs - before.atUs >= REST_US) {
    long.n = before.n;
    long.atUs = before.atUs;
    before.n = last.n;
    before.atUs = last.atUs;
  }
  last.n = synced;
  last.atUs = nowUs;
}

function restedBy({ last, before, long }: Version, restUs: number): number {
  if (last.atUs <= restUs) return last.n;
  if (before.atUs <= restUs) return before.n;
  return long.atUs <= restUs ? long.n : 0;
}

const there = (records: RecoveredRecord[]): RecoveredRecord[] =>
  records.includes(NOTHING_THERE) ? records.filter((r) => r !== NOTHING_THERE) : records;

const lostOrTorn = (random: Random): RecoveredRecord =>
  chancePpm(random, TORN_PPM) ? DAMAGED : NOTHING_THERE;

function survivors(
  records: readonly RecoveredRecord[],
  keptPpm: number,
  random: Random,
): readonly RecoveredRecord[] {
  const kept: RecoveredRecord[] = [];
  for (const record of records) {
    if (chancePpm(random, keptPpm)) kept.push(record);
    else if (chancePpm(random, TORN_PPM)) kept.push(DAMAGED);
  }
  return chancePpm(random, REORDERED_PPM) ? shuffled(random, kept) : kept;
}
