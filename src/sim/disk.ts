/**
 * A machine's disk: files of records. Appends are buffered; a sync makes everything appended before
 * the request durable; a replacement leaves the old file or the new. Requests are served one after
 * the other. After a crash there is everything whose sync was answered, plus any subset of the
 * rest: whole, absent, torn (a damaged record) or in another order.
 */
import type { DiskOutcome, DiskRecord, Recovered, RecoveredRecord } from '../host/host.ts';
import { assert, required } from '../lib/assert.ts';
import { chancePpm, intBetween, pick, type Random, shuffled } from '../lib/random.ts';
import type { SimContext } from './context.ts';

/** What a file holds from one replacement to the next. */
interface Version {
  readonly records: RecoveredRecord[];
  /** This many from the front came with the replacement, all of them or none. */
  readonly placed: number;
  /** This many from the front survive a crash. */
  synced: number;
}

/** The newest version is the last; older ones are what a crash may still leave. */
interface FileState {
  versions: Version[];
}

/** A request on its way through the disk, and then its answer on its way to the program. */
export interface DiskRequest {
  readonly kind: 'disk';
  readonly op: 'sync' | 'replace' | 'read';
  readonly token: string;
  readonly file: FileState;
  readonly version: Version;
  /** Length of the version at the time of the request. */
  readonly upTo: number;
  readonly handle: number;
}

/** Share of unsynced records that survive a crash: drawn per crash, so that extremes do occur. */
const KEPT_PPM = [0, 250_000, 500_000, 750_000, 1_000_000] as const;
/** Of those that do not survive, how many leave a damaged record behind. */
const TORN_PPM = 250_000;
const REORDERED_PPM = 250_000;

const OK: DiskOutcome = Object.freeze({ kind: 'ok' });
const DAMAGED: RecoveredRecord = Object.freeze({ kind: 'damaged' });

export class SimDisk {
  readonly #context: SimContext;
  readonly #index: number;
  readonly #latency: Random;
  readonly #crashes: Random;
  readonly #files = new Map<string, FileState>();
  /** In order of request, which is the order of their answers. */
  #pending: DiskRequest[] = [];
  #busyUntilUs = 0;

  constructor(context: SimContext, machine: string, index: number) {
    this.#context = context;
    this.#index = index;
    this.#latency = context.rng.stream('disk', machine);
    this.#crashes = context.rng.stream('disk', machine, 'crash');
  }

  /** Buffers a record at the end of a file, which is made when it is not there. */
  append(file: string, record: DiskRecord): void {
    newest(this.#file(file)).records.push({ kind: 'intact', data: record });
  }

  /** Asks at this true time for everything appended so far to be made durable. */
  sync(file: string, token: string, atUs: number): void {
    const state = this.#file(file);
    const version = newest(state);
    const { syncMinUs, syncMaxUs, perRecordUs } = this.#context.profile.disk;
    const unsynced = version.records.length - version.synced;
    const tookUs = intBetween(this.#latency, syncMinUs, syncMaxUs) + perRecordUs * unsynced;
    this.#request('sync', state, token, atUs, tookUs);
  }

  /** Asks for the file to hold these records and no others: durable, all of them, once answered. */
  replace(file: string, records: readonly DiskRecord[], token: string, atUs: number): void {
    const state = this.#file(file);
    const placed: RecoveredRecord[] = records.map((data) => ({ kind: 'intact', data }));
    state.versions.push({ records: placed, placed: placed.length, synced: 0 });
    const { syncMinUs, syncMaxUs, perRecordUs } = this.#context.profile.disk;
    const tookUs = intBetween(this.#latency, syncMinUs, syncMaxUs) + perRecordUs * placed.length;
    this.#request('replace', state, token, atUs, tookUs);
  }

  /** Asks for what the file holds at the time of the request. */
  read(file: string, token: string, atUs: number): void {
    const state = this.#file(file);
    const { readMinUs, readMaxUs, perRecordUs } = this.#context.profile.disk;
    const length = newest(state).records.length;
    const tookUs = intBetween(this.#latency, readMinUs, readMaxUs) + perRecordUs * length;
    this.#request('read', state, token, atUs, tookUs);
  }

  /** The kernel's event: the disk is done with the first request. */
  complete(request: DiskRequest): void {
    const first = this.#pending.shift();
    assert(first === request, 'a disk answers in the order of requests');
    const { file, version, upTo } = request;
    if (request.op === 'read') return;
    if (request.op === 'replace') file.versions.splice(0, file.versions.indexOf(version));
    version.synced = Math.max(version.synced, upTo);
    assert(version.synced <= version.records.length, 'more synced than written');
  }

  /** The machine crashed: requests are forgotten, and chance decides what the files hold. */
  crash(): void {
    for (const request of this.#pending) this.#context.kernel.cancel(request.handle);
    this.#pending = [];
    this.#busyUntilUs = 0;
    const keptPpm = pick(this.#crashes, KEPT_PPM);
    for (const file of this.#files.values()) {
      const version = pick(this.#crashes, file.versions);
      // A new version that is there is there whole; an old one is as if never replaced.
      const sure = version.records.slice(0, Math.max(version.synced, version.placed));
      const rest = version.records.slice(sure.length);
      const records = sure.concat(this.#survivors(rest, keptPpm));
      file.versions = [{ records, placed: 0, synced: records.length }];
    }
  }

  /**
   * The process was killed, its computer runs on: requests are forgotten, and all that was appended
   * is there, though what was not synced is not yet safe from a crash of the machine. A replacement
   * that was not answered has taken place or not.
   */
  killed(): void {
    for (const request of this.#pending) this.#context.kernel.cancel(request.handle);
    this.#pending = [];
    this.#busyUntilUs = 0;
    for (const file of this.#files.values()) {
      if (file.versions.length === 1) continue;
      // The versions before the one that is left are what a crash may still leave.
      const chosen = file.versions.indexOf(pick(this.#crashes, file.versions));
      file.versions.splice(chosen + 1);
    }
  }

  /** A disk as from the shop is in the machine's place for disks; the machine must be down. */
  wipe(): void {
    assert(this.#pending.length === 0, 'a disk is taken out while it works');
    this.#files.clear();
  }

  /** What a new incarnation finds. */
  recover(): Recovered {
    const files = new Map<string, readonly RecoveredRecord[]>();
    for (const [name, file] of this.#files) files.set(name, [...newest(file).records]);
    return { files };
  }

  #survivors(records: readonly RecoveredRecord[], keptPpm: number): readonly RecoveredRecord[] {
    const kept: RecoveredRecord[] = [];
    for (const record of records) {
      if (chancePpm(this.#crashes, keptPpm)) kept.push(record);
      else if (chancePpm(this.#crashes, TORN_PPM)) kept.push(DAMAGED);
    }
    return chancePpm(this.#crashes, REORDERED_PPM) ? shuffled(this.#crashes, kept) : kept;
  }

  #request(
    op: DiskRequest['op'],
    file: FileState,
    token: string,
    atUs: number,
    tookUs: number,
  ): void {
    const { kernel, kinds } = this.#context;
    // At least a microsecond each, so that answers come in order even where ties are shuffled.
    this.#busyUntilUs = Math.max(this.#busyUntilUs, atUs) + Math.max(1, tookUs);
    const version = newest(file);
    const request = {
      kind: 'disk' as const,
      op,
      token,
      file,
      version,
      upTo: version.records.length,
      handle: 0,
    };
    request.handle = kernel.at(this.#busyUntilUs, kinds.disk, this.#index, request);
    this.#pending.push(request);
  }

  #file(name: string): FileState {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = { versions: [{ records: [], placed: 0, synced: 0 }] };
      this.#files.set(name, file);
    }
    return file;
  }
}

/** The answer to a request that the disk is done with. */
export function outcomeOf(request: DiskRequest): DiskOutcome {
  if (request.op !== 'read') return OK;
  return { kind: 'data', records: request.version.records.slice(0, request.upTo) };
}

function newest(file: FileState): Version {
  return required(file.versions[file.versions.length - 1], 'a version of a file');
}
