/**
 * A machine's processor: one core that serves one event at a time, in order of arrival. Throughput
 * is therefore a result of what a design does per job, and not an input.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { assert } from '../lib/assert.ts';
import { stretched } from './departures.ts';
import type { DiskRequest } from './disk.ts';
import type { Timer } from './incarnation.ts';
import type { Packet } from './network.ts';

/** What the work on a machine costs, in microseconds of its processor or of its disk. */
export interface CostProfile {
  /** Service time of an event by its kind. */
  readonly defaultUs: {
    readonly message: number;
    readonly timer: number;
    readonly disk: number;
    readonly start: number;
  };
  /** Service time of messages of a kind, where it differs from the default. */
  readonly messageUs: Readonly<Record<string, number>>;
  /** Added per message sent. */
  readonly sendUs: number;
  /** Added per byte of a message, where it is sent and where it is received. */
  readonly perByteUs: number;
  /** Added per record appended, and per record found at a start. */
  readonly appendUs: number;
  readonly recoverRecordUs: number;
  /** A disk request takes a uniform draw from min to max, and this much more per record. */
  readonly disk: {
    readonly syncMinUs: number;
    readonly syncMaxUs: number;
    readonly readMinUs: number;
    readonly readMaxUs: number;
    readonly perRecordUs: number;
  };
}

/**
 * A Node.js program on one core of a server. Reading, parsing and handling a small message costs 15
 * to 25 us, of which the system call and the parser are the most; a timer has neither. A write to
 * an open socket is one system call. JSON goes through a core at 100 to 200 MB/s either way, as
 * measured on Node.js 20 for messages of 200 bytes and pages of 26 kB, whence 5 ns per byte: length
 * shows in pages, long beats and batches, and not below 200 bytes. A start loads the program's
 * code, about 50 ms. The disk is a datacentre SSD with power-loss protection, which answers a sync
 * in 200 to 500 us, as its buffer is already safe. So a scheduler that handles eight messages per
 * job is busy for a quarter of a second with 1,000 jobs.
 */
export const DEFAULT_PROFILE: CostProfile = {
  defaultUs: { message: 20, timer: 8, disk: 8, start: 50_000 },
  messageUs: {},
  sendUs: 5,
  perByteUs: 0.005,
  appendUs: 2,
  recoverRecordUs: 2,
  disk: { syncMinUs: 200, syncMaxUs: 500, readMinUs: 80, readMaxUs: 150, perRecordUs: 1 },
};

/**
 * The default profile on a processor that is slower by this factor. The disk is as fast as ever,
 * and so are starts, in which programs do nothing that a design could be told by.
 */
export function slowerBy(factor: number): CostProfile {
  const { defaultUs, sendUs, perByteUs, appendUs, recoverRecordUs } = DEFAULT_PROFILE;
  const { message, timer, disk, start } = defaultUs;
  return {
    ...DEFAULT_PROFILE,
    defaultUs: {
      message: message * factor,
      timer: timer * factor,
      disk: disk * factor,
      start,
    },
    sendUs: sendUs * factor,
    perByteUs: perByteUs * factor,
    appendUs: appendUs * factor,
    recoverRecordUs: recoverRecordUs * factor,
  };
}

/** The supervisor's request to stop, as SIGTERM is. */
export interface StopRequest {
  readonly kind: 'stop';
}

/** What a processor serves. The start of a program goes before all of it and is not queued. */
export type Work = Packet | Timer | DiskRequest | StopRequest;

export interface CpuOptions {
  readonly kernel: Kernel;
  /** The kernel event that calls the owner's serve, and the owner's index as its argument. */
  readonly serveKind: number;
  readonly index: number;
  /** Messages that may wait; the next one is dropped. Timers and disk answers always fit. */
  readonly inboxMax: number;
}

/** However many faults slow a processor, it is slower by no more than this. */
const SLOWDOWN_MAX = 1_000_000;
/** The place in the backlog is cleaned up when this much of it is used and half of it is gone. */
const COMPACT_AT = 64;

export class Cpu {
  readonly #options: CpuOptions;
  readonly #kernel: Kernel;
  /** What was pulled is gone from its place, for it may hold a great deal. */
  #backlog: (Work | undefined)[] = [];
  #head = 0;
  #messages = 0;
  #busyUntilUs = 0;
  #slowdown = 1;
  #serveHandle = 0;
  #servePending = false;
  #isStalled = false;
  /** What waits for the event in service to be complete, and for nothing else. */
  #after: (() => void)[] = [];

  constructor(options: CpuOptions) {
    assert(options.inboxMax > 0, `inbox for ${options.inboxMax} messages`);
    this.#options = options;
    this.#kernel = options.kernel;
  }

  /** When the event in service is complete: its sends leave then, and the next one begins. */
  get busyUntilUs(): number {
    return this.#busyUntilUs;
  }

  get isIdle(): boolean {
    return (
      this.#head === this.#backlog.length &&
      this.#busyUntilUs <= this.#kernel.now &&
      !this.#isStalled &&
      this.#after.length === 0
    );
  }

  /** Something waits that the processor has not begun to serve. */
  get hasBacklog(): boolean {
    return this.#head < this.#backlog.length;
  }

  /** Slower than it should be, and with an event in service. */
  get isDragging(): boolean {
    return this.#slowdown !== 1 && this.#busyUntilUs > this.#kernel.now;
  }

  get hasRoom(): boolean {
    return this.#messages < this.#options.inboxMax;
  }

  /**
   * Multiplies service times; what is left of the event in service at `asOfUs` is stretched or
   * shortened with them. Answers with the ratio of the new factor to the old one.
   */
  setSlowdown(factor: number, asOfUs: number): number {
    assert(factor > 0, `CPU slowed by a factor of ${factor}`);
    const slowdown = Math.min(factor, SLOWDOWN_MAX);
    const ratio = slowdown / this.#slowdown;
    this.#slowdown = slowdown;
    if (ratio === 1) return 1;
    this.#busyUntilUs = stretched(this.#busyUntilUs, asOfUs, ratio);
    if (this.#servePending) this.#kernel.rearm(this.#serveHandle, this.#nextUs());
    return ratio;
  }

  /** No event is served until {@link unstall}; the one in service is completed. */
  stall(): void {
    this.hold();
    this.#isStalled = true;
  }

  unstall(): void {
    this.#isStalled = false;
  }

  /** Calls back when the event in service is complete, before the next one begins. */
  whenComplete(run: () => void): void {
    this.#after.push(run);
  }

  /** The event in service is complete. */
  completed(): void {
    if (this.#after.length === 0) return;
    const after = this.#after;
    this.#after = [];
    for (const run of after) run();
  }

  /** An event enters service now. */
  begin(serviceUs: number): void {
    assert(this.#busyUntilUs <= this.#kernel.now, 'a processor serves one event at a time');
    this.#busyUntilUs = this.#kernel.now;
    this.spend(serviceUs);
  }

  /** The event in service takes this much longer. */
  spend(us: number): void {
    this.#busyUntilUs += this.#slowdown === 1 ? us : Math.round(us * this.#slowdown);
  }

  push(work: Work): void {
    if (work.kind === 'message') this.#messages++;
    this.#backlog.push(work);
  }

  /** The next in line, or `undefined`. A timer that was cancelled or armed again is passed over. */
  pull(): Work | undefined {
    while (this.#head < this.#backlog.length) {
      const work = this.#backlog[this.#head] as Work;
      this.#backlog[this.#head++] = undefined;
      if (work.kind === 'message') this.#messages--;
      if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#backlog.length) this.#compact();
      if (work.kind !== 'timer' || work.state === 'due') return work;
    }
    return undefined;
  }

  /** Sees to it that waiting work is served as soon as the event in service is complete. */
  scheduleServe(): void {
    if (this.#servePending || this.#isStalled) return;
    if (this.#head === this.#backlog.length && this.#after.length === 0) return;
    const { serveKind, index } = this.#options;
    this.#serveHandle = this.#kernel.at(this.#nextUs(), serveKind, index);
    this.#servePending = true;
  }

  /** The kernel event that {@link scheduleServe} asked for is here. */
  serveArrived(): void {
    assert(this.#servePending, 'a serve that nobody asked for');
    this.#servePending = false;
  }

  /** Nothing is served until the next {@link scheduleServe}. */
  hold(): void {
    if (this.#servePending) this.#kernel.cancel(this.#serveHandle);
    this.#servePending = false;
  }

  /** The event in service was suspended for this long and completes that much later. */
  suspended(forUs: number, sinceUs: number): void {
    if (this.#busyUntilUs > sinceUs) this.#busyUntilUs += forUs;
  }

  /** The program is gone, and with it what waited for it and what it was doing. */
  clear(): void {
    this.hold();
    this.#isStalled = false;
    this.#after = [];
    this.#backlog = [];
    this.#head = 0;
    this.#messages = 0;
    this.#busyUntilUs = this.#kernel.now;
  }

  /** When the next event may enter service. */
  #nextUs(): number {
    return Math.max(this.#busyUntilUs, this.#kernel.now);
  }

  #compact(): void {
    this.#backlog = this.#backlog.slice(this.#head);
    this.#head = 0;
  }
}
