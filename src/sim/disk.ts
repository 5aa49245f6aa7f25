/**
 * A machine's disk: files of records. Appends are buffered; a sync makes everything appended before
 * the request durable; a replacement leaves the old file or the new. Requests are served one after
 * the other. After a crash there is everything whose sync was answered, plus any subset of the
 * rest: whole, absent, torn (a damaged record) or in another order.
 *
 *   disk-file.ts  one file: what is durable, what a crash leaves
 *   disk-rule.ts  what faults may do to requests
 *
 * Faults add rules, stall it, damage what is at rest, or take it back to an earlier time.
 */
import type { DiskOutcome, DiskRecord, Recovered, RecoveredRecord } from '../host/host.ts';
import { assert } from '../lib/assert.ts';
import { intBetween, pick, type Random } from '../lib/random.ts';
import { SECOND } from '../lib/units.ts';
import type { SimContext } from './context.ts';
import { DiskFile, type Version } from './disk-file.ts';
import { type DiskRule, WRITTEN, type WriteFate } from './disk-rule.ts';

/** A request on its way through the disk, and then its answer on its way to the program. */
export interface DiskRequest {
  readonly kind: 'disk';
  readonly op: 'sync' | 'replace' | 'read';
  readonly token: string;
  readonly file: DiskFile;
  readonly askedUs: number;
  /** How long it takes on a disk that is not slow, and when it will be served. */
  readonly tookUs: number;
  dueUs: number;
  version: Version;
  /** Length of the version at the time of the request. */
  upTo: number;
  handle: number;
  /** Absent until it is served, and where all went well. */
  failure: DiskOutcome | undefined;
}

/** Share of unsynced records that survive a crash: drawn per crash, so that extremes do occur. */
const KEPT_PPM = [0, 250_000, 500_000, 750_000, 1_000_000] as const;
/** What is synced is at rest when program and disk have worked for this long since. */
const REST_US = SECOND;

const OK: DiskOutcome = Object.freeze({ kind: 'ok' });
const READ_ERROR: DiskOutcome = Object.freeze({ kind: 'failed', reason: 'read error' });

export class SimDisk {
  readonly #context: SimContext;
  readonly #index: number;
  readonly #latency: Random;
  readonly #crashes: Random;
  readonly #files = new Map<string, DiskFile>();
  /** In order of request, which is the order of their answers. */
  #pending: DiskRequest[] = [];
  #busyUntilUs = 0;
  #rules: readonly DiskRule[] = [];
  /** Product of the factors of all rules. */
  #slowness = 1;
  /** Faults that hold every answer back, each with what it wants to hear of that. */
  readonly #stalls = new Set<() => void>();
  #keepsMoments = false;
  /** Since when program and disk work; undefined while the program stands still or is gone. */
  #worksSinceUs: number | undefined;
  /** What was synced by then was at rest when they last did not. */
  #restedUs = Number.NEGATIVE_INFINITY;

  constructor(context: SimContext, machine: string, index: number) {
    this.#context = context;
    this.#index = index;
    this.#latency = context.rng.stream('disk', machine);
    this.#crashes = context.rng.stream('disk', machine, 'crash');
  }

  /** Buffers a record at the end of a file, which is made when it is not there. */
  append(file: string, record: DiskRecord): void {
    this.#file(file).append(record);
  }

  /** Asks at this true time for everything appended so far to be made durable. */
  sync(file: string, token: string, atUs: number): void {
    const state = this.#file(file);
    const { newest } = state;
    const { syncMinUs, syncMaxUs, perRecordUs } = this.#context.profile.disk;
    const unsynced = newest.records.length - newest.synced;
    const tookUs = intBetween(this.#latency, syncMinUs, syncMaxUs) + perRecordUs * unsynced;
    this.#request('sync', state, token, atUs, tookUs);
  }

  /** Asks for the file to hold these records and no others: durable, all of them, once answered. */
  replace(file: string, records: readonly DiskRecord[], token: string, atUs: number): void {
    const state = this.#file(file);
    state.replace(records);
    const { syncMinUs, syncMaxUs, perRecordUs } = this.#context.profile.disk;
    const tookUs = intBetween(this.#latency, syncMinUs, syncMaxUs) + perRecordUs * records.length;
    this.#request('replace', state, token, atUs, tookUs);
  }

  /** Asks for what the file holds at the time of the request. */
  read(file: string, token: string, atUs: number): void {
    const state = this.#file(file);
    const { readMinUs, readMaxUs, perRecordUs } = this.#context.profile.disk;
    const { length } = state.newest.records;
    const tookUs = intBetween(this.#latency, readMinUs, readMaxUs) + perRecordUs * length;
    this.#request('read', state, token, atUs, tookUs);
  }

  /** The kernel's event: the disk is done with the first request. */
  complete(request: DiskRequest): void {
    const first = this.#pending.shift();
    assert(first === request, 'a disk answers in the order of requests');
    if (request.op === 'read') {
      if (this.#failsRead()) request.failure = READ_ERROR;
      return;
    }
    const { file, version, upTo } = request;
    const writes = request.op === 'replace' ? version.placed : upTo - version.synced;
    const fate = this.#rules.length === 0 ? WRITTEN : this.#fateOf(request, writes);
    if (fate.kind === 'written') {
      file.written(version, upTo, this.#context.kernel.now);
      if (request.op === 'sync' && this.#rules.length > 0) this.#missSome(request, writes);
    } else if (fate.kind === 'lied') file.lied(version, fate.onLost);
    else this.#fail(request, fate);
  }

  /** The machine crashed: requests are forgotten, and chance decides what the files hold. */
  crash(): void {
    const restUs = this.#restUs();
    this.#forget();
    const keptPpm = pick(this.#crashes, KEPT_PPM);
    const nowUs = this.#context.kernel.now;
    for (const file of this.#files.values()) file.crash(this.#crashes, keptPpm, restUs, nowUs);
  }

  /**
   * The process was killed, its computer runs on: requests are forgotten, and all that was appended
   * is there, though what was not synced is not yet safe from a crash of the machine. A replacement
   * that was not answered has taken place or not.
   */
  killed(): void {
    this.#forget();
    for (const file of this.#files.values()) file.killed(this.#crashes);
  }

  /** A disk as from the shop is in the machine's place for disks; the machine must be down. */
  wipe(): void {
    assert(this.#pending.length === 0, 'a disk is taken out while it works');
    this.#files.clear();
  }

  /** What a new incarnation finds. Of a disk that answers nothing, nothing can be read. */
  recover(): Recovered {
    const files = new Map<string, readonly RecoveredRecord[]>();
    const unreadable = new Set<string>();
    for (const onHeld of this.#stalls) onHeld();
    for (const [name, file] of this.#files) {
      if (this.#stalls.size > 0 || this.#failsRead()) unreadable.add(name);
      else files.set(name, file.read(file.newest));
    }
    return unreadable.size > 0 ? { files, unreadable } : { files };
  }

  /** How many times longer than usual everything takes. */
  get slowness(): number {
    return this.#slowness;
  }

  /** The answer is called to take the rule away. */
  addRule(rule: DiskRule): () => void {
    this.#setRules([...this.#rules, rule]);
    return () => this.#setRules(this.#rules.filter((each) => each !== rule));
  }

  /** Nothing is answered until the answer is called; `onHeld` is told what that holds back. */
  stall(onHeld: () => void): () => void {
    // Of two who stall it with the same callback, each must end its own.
    const held = (): void => onHeld();
    if (this.#stalls.size === 0) for (const { handle } of this.#pending) this.#cancel(handle);
    this.#stalls.add(held);
    if (this.#pending.length > 0) onHeld();
    return () => {
      this.#stalls.delete(held);
      if (this.#stalls.size > 0) return;
      this.#busyUntilUs = 0;
      for (const request of this.#pending) this.#schedule(request, this.#context.kernel.now);
    };
  }

  /** Damages up to so many records at rest, of any files; answers how many. */
  rot(random: Random, records: number): number {
    const restUs = this.#restUs();
    const files = [...this.#files.values()];
    const counts = files.map((file) => file.restingAt(restUs));
    const total = counts.reduce((sum, count) => sum + count, 0);
    let rotten = 0;
    // Some draws hit what is damaged already; where little is left, it may stay whole.
    for (let draws = 2 * Math.min(records, total); draws > 0 && rotten < records; draws--) {
      let place = random.below(total);
      let at = 0;
      while (place >= (counts[at] as number)) place -= counts[at++] as number;
      if ((files[at] as DiskFile).rot(place)) rotten++;
    }
    return rotten;
  }

  /** From now on the disk remembers what it held when, for {@link goBackTo}. */
  keepMoments(): void {
    this.#keepsMoments = true;
    for (const file of this.#files.values()) file.keepMoments();
  }

  /** Of a machine that is down: the disk is as it was then. True when that makes a difference. */
  goBackTo(atUs: number): boolean {
    assert(this.#pending.length === 0, 'a disk goes back while it works');
    let isOther = false;
    for (const file of this.#files.values()) {
      if (file.goBackTo(atUs, this.#context.kernel.now)) isOther = true;
    }
    return isOther;
  }

  /** Told by the machine whenever its program begins to run or stands still. */
  programRuns(runs: boolean): void {
    const nowUs = this.#context.kernel.now;
    if (!runs) this.#restedUs = this.#restUs();
    this.#worksSinceUs = runs ? (this.#worksSinceUs ?? nowUs) : undefined;
  }

  /** What was synced by then is at rest; the disk owes answers to what was asked at `owesUs`. */
  #restUs(owesUs = this.#pending[0]?.askedUs ?? this.#context.kernel.now): number {
    const since = this.#worksSinceUs;
    if (since === undefined) return this.#restedUs;
    const restUs = Math.min(this.#context.kernel.now, owesUs) - REST_US;
    return restUs >= since ? restUs : this.#restedUs;
  }

  #fateOf(request: DiskRequest, writes: number): WriteFate {
    if (writes === 0 && request.op === 'sync') return WRITTEN;
    for (const { onWrite } of this.#rules) {
      const fate = onWrite?.();
      if (fate !== undefined && fate.kind !== 'written') return fate;
    }
    return WRITTEN;
  }

  #fail(request: DiskRequest, fate: Extract<WriteFate, { readonly kind: 'failed' }>): void {
    const { op, file, version, upTo } = request;
    request.failure = { kind: 'failed', reason: fate.reason };
    // What was to be noted of what was synced before has to be written again.
    this.#restedUs = this.#restUs(request.askedUs);
    if (this.#worksSinceUs !== undefined) this.#worksSinceUs = this.#context.kernel.now;
    if (op === 'sync') return file.failedSync(version, upTo, fate.keptPpm, this.#crashes);
    const { into, by } = file.failedReplace(version);
    for (const other of this.#pending) {
      if (other.version !== version) continue;
      other.version = into;
      other.upTo += by;
    }
  }

  #missSome(request: DiskRequest, writes: number): void {
    if (writes === 0) return;
    for (const { onWritten } of this.#rules) {
      const miss = onWritten?.(writes);
      if (miss === undefined) continue;
      request.file.miss(request.version, request.upTo - writes + miss.place, miss);
    }
  }

  #failsRead(): boolean {
    for (const { failsRead } of this.#rules) if (failsRead?.() === true) return true;
    return false;
  }

  #setRules(rules: readonly DiskRule[]): void {
    const before = this.#slowness;
    this.#rules = rules;
    this.#slowness = rules.reduce((product, { factor }) => product * (factor ?? 1), 1);
    if (this.#slowness < before && this.#stalls.size === 0) this.#hasten();
  }

  /** The disk is less slow than when its requests were asked: none is served later than it was. */
  #hasten(): void {
    this.#busyUntilUs = 0;
    for (const request of this.#pending) {
      this.#cancel(request.handle);
      this.#schedule(request, this.#context.kernel.now, request.dueUs);
    }
  }

  #request(
    op: DiskRequest['op'],
    file: DiskFile,
    token: string,
    atUs: number,
    tookUs: number,
  ): void {
    const version = file.newest;
    const request: DiskRequest = {
      kind: 'disk',
      op,
      token,
      file,
      askedUs: atUs,
      tookUs,
      dueUs: 0,
      version,
      upTo: version.records.length,
      handle: 0,
      failure: undefined,
    };
    this.#pending.push(request);
    if (this.#stalls.size > 0) for (const onHeld of this.#stalls) onHeld();
    else this.#schedule(request, atUs);
  }

  #schedule(request: DiskRequest, fromUs: number, latestUs = Number.MAX_SAFE_INTEGER): void {
    const { kernel, kinds } = this.#context;
    const tookUs = this.#slowness === 1 ? request.tookUs : this.#slowed(request.tookUs);
    // At least a microsecond each, so that answers come in order even where ties are shuffled.
    const dueUs = Math.max(this.#busyUntilUs, fromUs) + Math.max(1, tookUs);
    request.dueUs = Math.min(dueUs, latestUs);
    this.#busyUntilUs = request.dueUs;
    request.handle = kernel.at(request.dueUs, kinds.disk, this.#index, request);
  }

  #slowed(tookUs: number): number {
    for (const { onSlowed } of this.#rules) onSlowed?.();
    return Math.min(Math.ceil(tookUs * this.#slowness), LONGEST_US);
  }

  #forget(): void {
    if (this.#stalls.size === 0) for (const { handle } of this.#pending) this.#cancel(handle);
    this.#pending = [];
    this.#busyUntilUs = 0;
  }

  #cancel(handle: number): void {
    this.#context.kernel.cancel(handle);
  }

  #file(name: string): DiskFile {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = new DiskFile(this.#keepsMoments);
      this.#files.set(name, file);
    }
    return file;
  }
}

/** A day: longer than any run waits for one request. */
const LONGEST_US = 86_400 * SECOND;

/** The answer to a request that the disk is done with. */
export function outcomeOf(request: DiskRequest): DiskOutcome {
  const { op, file, version, upTo, failure } = request;
  if (failure !== undefined) return failure;
  return op === 'read' ? { kind: 'data', records: file.read(version, upTo) } : OK;
}
