/**
 * A simulated computer: it is up, down or paused, and what faults do to it as a whole is done here.
 * Its clocks, disk and name outlive its incarnations; its program, timers and inbox do not.
 */
import type { MachineRole } from '../history/fact.ts';
import type { Message } from '../host/host.ts';
import type { ProgramFactory } from '../host/program.ts';
import { assert, required } from '../lib/assert.ts';
import { intBetween, type Random } from '../lib/random.ts';
import { DAY } from '../lib/units.ts';
import { freezePlain } from './checked.ts';
import { Clock, type ClockChange } from './clock.ts';
import type { SimContext } from './context.ts';
import { Copies, type Copy } from './copies.ts';
import { Cpu, type StopRequest, type Work } from './cpu.ts';
import { Departures } from './departures.ts';
import { type DiskRequest, SimDisk } from './disk.ts';
import { type Body, Incarnation, type Timer } from './incarnation.ts';
import type { Endpoint, Link, Packet } from './network.ts';
import { TimeDaemon } from './time-daemon.ts';

export type MachineState = 'up' | 'down' | 'paused';

/** What a machine is made of; only name, role and program have no default. */
export interface MachineSpec {
  readonly name: string;
  readonly role: MachineRole;
  readonly factory: ProgramFactory;
  /** The same program with its durations times a factor; absent where it has none to change. */
  readonly configured?: (factor: number) => ProgramFactory;
  /** Where messages to it are sent; its name unless it is a copy of another. */
  readonly address?: string;
  /** The first machine in this place of the cluster; its name unless it replaces another. */
  readonly origin?: string;
  /** Error of its oscillator and of its wall clock at the start of the run; none by default. */
  readonly ratePpm?: number;
  readonly wallErrorUs?: number;
  /** Messages that may wait for the processor; 10,000 by default. */
  readonly inboxMax?: number;
  /** After this the supervisor starts a program again that ended by itself; 1 s by default. */
  readonly restartAfterExitUs?: number;
}

const INBOX_MAX = 10_000;
const RESTART_AFTER_EXIT_US = 1_000_000;
/** Monotonic clocks count from the last boot of a computer, some time in the last month. */
const ZERO_MAX_US = 30 * DAY;

/** Changes of state in the fingerprint. */
const FOLDED = { up: 1, down: 2, paused: 3, resumed: 4 } as const;

const STOP: StopRequest = Object.freeze({ kind: 'stop' });

export class Machine implements Body, Endpoint, Copy {
  /** Its own; facts are under it. */
  readonly name: string;
  /** What programs call it: a copy shares that of its original. */
  readonly address: string;
  readonly origin: string;
  readonly role: MachineRole;
  readonly index: number;
  readonly clock: Clock;
  readonly disk: SimDisk;
  readonly cpu: Cpu;
  readonly links = new Map<string, Link>();
  /** Absent where the cluster has none. */
  readonly timeDaemon: TimeDaemon | undefined;
  /** 0 before the first start; counts lives of the program. */
  incarnation = 0;
  state: MachineState = 'down';
  /** Messages that its programs have sent, whatever became of them. */
  sent = 0;
  /** Never to be started again. */
  isGone = false;
  readonly spec: MachineSpec;
  readonly #context: SimContext;
  readonly #departures: Departures;
  /** As the network sees its sends: a copy sends under the name that it shares. */
  readonly #sender: Endpoint;
  readonly #zeros: Random;
  #current: Incarnation | undefined;
  #factory: ProgramFactory;
  #pausedAtUs = 0;
  /** Whoever keeps the event loop busy. */
  readonly #stalledBy = new Set<string>();
  /** Told when the program has ended, having been asked to stop. */
  #whenStopped: (() => void) | undefined;
  /** Syncs and replacements that the disk has not answered. */
  #writing = 0;
  #writeHooks: readonly (() => void)[] = [];
  #copies: Copies | undefined;
  #restartHandle: number | undefined;
  #pollHandle: number | undefined;

  constructor(context: SimContext, spec: MachineSpec, index: number) {
    const { kernel, kinds } = context;
    this.#context = context;
    this.spec = spec;
    this.#factory = spec.factory;
    this.name = spec.name;
    this.address = spec.address ?? spec.name;
    this.origin = spec.origin ?? spec.name;
    this.#departures = new Departures(context.network);
    this.#sender = this.address === this.name ? this : senderOf(this);
    this.role = spec.role;
    this.index = index;
    this.#zeros = context.rng.stream('clock', spec.name);
    this.disk = new SimDisk(context, spec.name, index);
    const inboxMax = spec.inboxMax ?? INBOX_MAX;
    this.cpu = new Cpu({ kernel, serveKind: kinds.serve, index, inboxMax });
    this.clock = new Clock({
      time: kernel,
      startWallUs: context.startWallUs,
      ratePpm: spec.ratePpm ?? 0,
      wallErrorUs: spec.wallErrorUs ?? 0,
      onChange: (what) => this.#clockChanged(what),
    });
    this.timeDaemon = this.#newTimeDaemon();
  }

  /**
   * Power lost: the program, its timers, its inbox and its undeparted sends are gone, and of the
   * disk there remains what was synced and chance's share of the rest. False when already down.
   */
  crash(why: string): boolean {
    if (this.state === 'down') return false;
    this.#departures.drop(this.#context.kernel.now);
    this.#goDown(why, 'crash');
    return true;
  }

  /**
   * The program is killed and the computer runs on: as a crash, but the disk keeps everything that
   * was appended. False when already down.
   */
  kill(why: string): boolean {
    if (this.state === 'down') return false;
    this.#departures.drop(this.#context.kernel.now);
    this.#goDown(why, 'kill');
    return true;
  }

  /** It crashes and is never started again. False when that has happened before. */
  retire(why: string): boolean {
    if (this.isGone) return false;
    this.crash(why);
    this.isGone = true;
    this.#cancelRestart();
    return true;
  }

  /** A new incarnation with what the disk holds. False when it is not down, or gone for good. */
  restart(why: string): boolean {
    if (this.state !== 'down' || this.isGone) return false;
    this.announceUp(why);
    // The fact may have set off a fault that took the machine down again.
    if (this.state !== 'down') this.boot();
    return true;
  }

  /**
   * Asks the program to stop, in its turn. When it has, the supervisor leaves it down, and
   * `whenStopped` is called. False when it is down or has been asked before.
   */
  requestStop(whenStopped: () => void): boolean {
    if (this.state === 'down' || this.isStopping) return false;
    this.#whenStopped = whenStopped;
    this.take(STOP);
    return true;
  }

  /** Asked to stop, and not yet down. */
  get isStopping(): boolean {
    return this.#whenStopped !== undefined;
  }

  /**
   * The program stands still, as under SIGSTOP or in a stalled virtual machine, while both clocks
   * run on and the disk finishes what it was asked. False when it is not up.
   */
  pause(why: string): boolean {
    if (this.state !== 'up') return false;
    const nowUs = this.#context.kernel.now;
    this.#departures.hold(nowUs);
    this.cpu.hold();
    this.#pausedAtUs = nowUs;
    this.#become('paused', 'paused', why);
    return true;
  }

  /** A pause in which monotonic time stands still, and timers with it. False when it is not up. */
  suspend(why: string): boolean {
    if (!this.pause(why)) return false;
    this.clock.suspend();
    return true;
  }

  /** What waited is served in its order; sends that were held depart. False when not paused. */
  resume(why: string): boolean {
    if (this.state !== 'paused') return false;
    const forUs = this.#context.kernel.now - this.#pausedAtUs;
    this.clock.unsuspend();
    this.#become('up', 'resumed', why);
    this.cpu.suspended(forUs, this.#pausedAtUs);
    this.#departures.release(this.#sender, forUs);
    this.cpu.scheduleServe();
    return true;
  }

  /**
   * The event loop is busy: nothing is handled until the stall ends, while what was decided
   * departs, timers fire and the disk works, all of which then waits. False when it is down.
   */
  stall(by: string): boolean {
    if (this.state === 'down') return false;
    this.#stalledBy.add(by);
    this.cpu.stall();
    return true;
  }

  /** This stall is over; true when something had to wait for it. A crash has ended it before. */
  endStall(by: string): boolean {
    if (!this.#stalledBy.delete(by)) return false;
    const hasWaited = this.cpu.hasBacklog;
    if (this.#stalledBy.size > 0) return hasWaited;
    this.cpu.unstall();
    if (this.state === 'up') this.cpu.scheduleServe();
    return hasWaited;
  }

  /**
   * Multiplies the service times of the processor, of which 1 is its normal speed; what it is at is
   * complete, and departs, that much later or earlier.
   */
  setSlowdown(factor: number): void {
    const asOfUs = this.state === 'paused' ? this.#pausedAtUs : this.#context.kernel.now;
    const ratio = this.cpu.setSlowdown(factor, asOfUs);
    if (ratio !== 1) this.#departures.stretch(this.#sender, asOfUs, ratio);
  }

  /** From the next start on, durations are times this. False where the program has none. */
  configure(factor: number): boolean {
    const { configured, factory } = this.spec;
    if (configured === undefined) return false;
    this.#factory = factor === 1 ? factory : configured(factor);
    return true;
  }

  /** Calls back whenever a sync or a replacement is asked of the disk; the answer ends that. */
  onWrite(hook: () => void): () => void {
    this.#writeHooks = [...this.#writeHooks, hook];
    return () => {
      this.#writeHooks = this.#writeHooks.filter((other) => other !== hook);
    };
  }

  /** Something is written and not yet synced, and the disk has been asked to. */
  get isWriting(): boolean {
    return this.#writing > 0;
  }

  /** From now on messages to this machine reach it or this copy. */
  addCopy(copy: Machine, random: Random): void {
    this.#copies ??= new Copies(this, random);
    this.#copies.add(copy);
  }

  /** The copy is ended, and gone for good. */
  endCopy(copy: Machine, why: string): void {
    copy.retire(why);
    this.#copies?.remove(copy);
    if (this.#copies?.isAlone === true) this.#copies = undefined;
  }

  /** The program's state as plain data; `undefined` when down. */
  snapshot(): unknown {
    return this.#current?.snapshot();
  }

  /** First half of a start: state and fact. The second is {@link boot}. */
  announceUp(why: string): void {
    assert(this.state === 'down', `${this.name} started while ${this.state}`);
    assert(!this.isGone, `${this.name} started after it was gone for good`);
    this.#cancelRestart();
    this.incarnation++;
    this.#become('up', 'up', why);
    this.timeDaemon?.start();
  }

  /** Second half of a start: a new program, handed what the disk holds. */
  boot(): void {
    const { profile } = this.#context;
    const recovered = this.disk.recover();
    let records = 0;
    for (const file of recovered.files.values()) records += file.length;
    this.clock.startMonotonicAt(intBetween(this.#zeros, 0, ZERO_MAX_US));
    this.outbox.clear();
    const readUs = records * profile.recoverRecordUs * this.disk.slowness;
    this.cpu.begin(profile.defaultUs.start + Math.ceil(readUs));
    const incarnation = new Incarnation(this.#context, this, this.incarnation);
    // Known before its program is made, which may already fail or exit.
    this.#current = incarnation;
    incarnation.start(this.#factory, recovered);
    if (this.state === 'up') this.cpu.scheduleServe();
  }

  get outbox(): Departures['outbox'] {
    return this.#departures.outbox;
  }

  get hasRoom(): boolean {
    return this.state !== 'down' && this.cpu.hasRoom;
  }

  get canAccept(): boolean {
    return this.#copies !== undefined || this.hasRoom;
  }

  /** A message for whoever has this machine's name. */
  arrive(packet: Packet): void {
    if (this.#copies === undefined) this.take(packet);
    else this.#copies.deal(packet);
  }

  /** An event for the program: handled now if the processor is free, else in its turn. */
  take(work: Work): void {
    if (this.state === 'up' && this.cpu.isIdle) {
      this.#handle(work);
      // Of a slow machine, what it asks of its disk waits for the end of the service.
      if (this.state === 'up') this.cpu.scheduleServe();
    } else if (this.state !== 'down') {
      this.cpu.push(work);
      if (this.state === 'up') this.cpu.scheduleServe();
    }
  }

  /** The kernel's event: the event in service is complete and others wait. */
  serve(): void {
    assert(this.state === 'up', 'a machine serves that is not up');
    this.cpu.serveArrived();
    this.cpu.completed();
    const work = this.cpu.pull();
    if (work !== undefined) this.#handle(work);
    if (this.state === 'up') this.cpu.scheduleServe();
  }

  /** The kernel's event: a timer has reached its time. */
  timerFired(timer: Timer): void {
    assert(timer.state === 'armed', 'a timer fired that was not armed');
    timer.state = 'due';
    this.take(timer);
  }

  /** The kernel's event: the disk is done with a request. */
  diskDone(request: DiskRequest): void {
    this.disk.complete(request);
    if (request.op !== 'read') {
      this.#writing--;
      if (request.failure === undefined) for (const hook of this.#context.onSynced) hook(this);
    }
    this.take(request);
  }

  /** The kernel's event: the supervisor's moment has come. */
  supervisorRestarts(): void {
    this.#restartHandle = undefined;
    this.restart('supervisor');
  }

  /** The kernel's event: the time daemon asks what time it is. */
  timeDaemonPolls(): void {
    this.#pollHandle = undefined;
    this.timeDaemon?.poll();
  }

  /** The program sends: on its way when the event in service is complete. */
  depart(to: string, message: Message): void {
    const { checked, network, profile, lengths } = this.#context;
    if (checked) freezePlain(message);
    this.sent++;
    this.cpu.spend(profile.sendUs + lengths.of(message));
    const departAtUs = this.cpu.busyUntilUs;
    if (this.state === 'paused') this.#departures.add(to, message, departAtUs);
    else network.send(this.#sender, to, message, departAtUs);
  }

  /** The program has asked its disk to make something durable. */
  wrote(): void {
    this.#writing++;
    for (const hook of this.#writeHooks) hook();
  }

  /**
   * The program ends itself. What it sent before leaves; the disk fares as in a crash. Unless it
   * was asked to stop, the supervisor starts it again.
   */
  exit(reason: string): void {
    assert(this.state !== 'down', `${this.name} exits while down`);
    const whenStopped = this.#whenStopped;
    this.#departures.clear();
    this.#goDown(reason, 'crash');
    if (whenStopped !== undefined) return whenStopped();
    const { kernel, kinds } = this.#context;
    const afterUs = this.spec.restartAfterExitUs ?? RESTART_AFTER_EXIT_US;
    this.#restartHandle = kernel.at(kernel.now + afterUs, kinds.restart, this.index);
  }

  #handle(work: Work): void {
    this.outbox.clear();
    this.cpu.begin(this.#serviceUsOf(work));
    required(this.#current, 'the program of a machine that is up').handle(work);
  }

  #serviceUsOf(work: Work): number {
    if (work.kind === 'message') return work.messageKind.serviceUs + work.lengthUs;
    const { defaultUs } = this.#context.profile;
    // A signal costs no more than a timer does.
    return work.kind === 'disk' ? defaultUs.disk : defaultUs.timer;
  }

  #newTimeDaemon(): TimeDaemon | undefined {
    const { kernel, kinds, rng, timeDaemon } = this.#context;
    const kind = kinds.poll;
    if (timeDaemon === undefined || kind === undefined) return undefined;
    return new TimeDaemon({
      ...timeDaemon,
      clock: this.clock,
      random: rng.stream('time-daemon', this.name),
      isOn: () => this.state !== 'down',
      pollAfter: (spanUs) => {
        if (this.#pollHandle !== undefined) kernel.cancel(this.#pollHandle);
        this.#pollHandle = kernel.at(kernel.now + spanUs, kind, this.index);
      },
    });
  }

  #goDown(why: string, disk: 'crash' | 'kill'): void {
    this.#current?.end();
    this.#current = undefined;
    this.#whenStopped = undefined;
    this.#stalledBy.clear();
    this.#writing = 0;
    this.cpu.clear();
    this.clock.unsuspend();
    if (disk === 'kill') this.disk.killed();
    else this.disk.crash();
    this.#become('down', 'down', why);
  }

  #cancelRestart(): void {
    if (this.#restartHandle !== undefined) this.#context.kernel.cancel(this.#restartHandle);
    this.#restartHandle = undefined;
  }

  #become(state: MachineState, fact: keyof typeof FOLDED, why: string): void {
    this.state = state;
    this.disk.programRuns(state === 'up');
    const { kernel, recorder } = this.#context;
    kernel.fold(FOLDED[fact] * 0x10000 + this.index);
    const { name: machine, role, incarnation } = this;
    const at = kernel.now;
    recorder.record({ kind: 'machine', at, machine, role, state: fact, incarnation, why });
  }

  #clockChanged(what: ClockChange): void {
    if (what !== 'wall') this.#current?.remapTimers();
    if (what === 'suspend') return;
    const { kernel, recorder } = this.#context;
    const { ratePpm, wallRatePpm } = this.clock;
    recorder.record({
      kind: 'clock',
      at: kernel.now,
      machine: this.name,
      ratePpm,
      wallErrorUs: this.clock.wallErrorUs(),
      ...(wallRatePpm === ratePpm ? {} : { wallRatePpm }),
    });
  }
}

/** A machine that sends under a name that is not its own. */
function senderOf(machine: Machine): Endpoint {
  const { address: name, index, links, outbox } = machine;
  const canAccept = false;
  return { name, index, links, outbox, canAccept, arrive: (packet) => machine.take(packet) };
}
