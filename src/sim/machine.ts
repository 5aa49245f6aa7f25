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
import { Cpu, type Work } from './cpu.ts';
import { type DiskRequest, SimDisk } from './disk.ts';
import { type Body, Incarnation, type Timer } from './incarnation.ts';
import { type Endpoint, type Link, Outbox } from './network.ts';
import { TimeDaemon } from './time-daemon.ts';

export type MachineState = 'up' | 'down' | 'paused';

/** What a machine is made of; only name, role and program have no default. */
export interface MachineSpec {
  readonly name: string;
  readonly role: MachineRole;
  readonly factory: ProgramFactory;
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

/** A send that a pause caught between the decision and the departure. */
interface HeldSend {
  readonly to: string;
  readonly message: Message;
  readonly departAtUs: number;
}

export class Machine implements Body, Endpoint {
  readonly name: string;
  readonly role: MachineRole;
  readonly index: number;
  readonly clock: Clock;
  readonly disk: SimDisk;
  readonly cpu: Cpu;
  readonly links = new Map<string, Link>();
  readonly outbox = new Outbox();
  /** Absent where the cluster has none. */
  readonly timeDaemon: TimeDaemon | undefined;
  /** 0 before the first start; counts lives of the program. */
  incarnation = 0;
  state: MachineState = 'down';
  readonly #context: SimContext;
  readonly #spec: MachineSpec;
  readonly #zeros: Random;
  #current: Incarnation | undefined;
  #pausedAtUs = 0;
  #held: HeldSend[] = [];
  #restartHandle: number | undefined;
  #pollHandle: number | undefined;

  constructor(context: SimContext, spec: MachineSpec, index: number) {
    const { kernel, kinds } = context;
    this.#context = context;
    this.#spec = spec;
    this.name = spec.name;
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
    for (const packet of this.outbox.takeUndeparted(this.#context.kernel.now)) {
      this.#context.network.cancel(packet);
    }
    this.#goDown(why);
    return true;
  }

  /** A new incarnation with what the disk holds. False when it is not down. */
  restart(why: string): boolean {
    if (this.state !== 'down') return false;
    this.announceUp(why);
    // The fact may have set off a fault that took the machine down again.
    if (this.state !== 'down') this.boot();
    return true;
  }

  /**
   * The program stands still, as under SIGSTOP or in a stalled virtual machine, while both clocks
   * run on and the disk finishes what it was asked. False when it is not up.
   */
  pause(why: string): boolean {
    if (this.state !== 'up') return false;
    const nowUs = this.#context.kernel.now;
    for (const packet of this.outbox.takeUndeparted(nowUs)) {
      this.#context.network.cancel(packet);
      if (packet.isCopy) continue;
      const { message, departAtUs } = packet;
      this.#held.push({ to: packet.link.to.name, message, departAtUs });
    }
    this.cpu.hold();
    this.#pausedAtUs = nowUs;
    this.#become('paused', 'paused', why);
    return true;
  }

  /** What waited is served in its order; sends that were held depart. False when not paused. */
  resume(why: string): boolean {
    if (this.state !== 'paused') return false;
    const forUs = this.#context.kernel.now - this.#pausedAtUs;
    this.#become('up', 'resumed', why);
    this.cpu.suspended(forUs, this.#pausedAtUs);
    const held = this.#held;
    this.#held = [];
    for (const { to, message, departAtUs } of held) {
      this.#context.network.send(this, to, message, departAtUs + forUs);
    }
    this.cpu.scheduleServe();
    return true;
  }

  /** Multiplies the service times of the processor; 1 is its normal speed. */
  setSlowdown(factor: number): void {
    this.cpu.setSlowdown(factor);
  }

  /** The program's state as plain data; `undefined` when down. */
  snapshot(): unknown {
    return this.#current?.snapshot();
  }

  /** First half of a start: state and fact. The second is {@link boot}. */
  announceUp(why: string): void {
    assert(this.state === 'down', `${this.name} started while ${this.state}`);
    if (this.#restartHandle !== undefined) this.#context.kernel.cancel(this.#restartHandle);
    this.#restartHandle = undefined;
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
    this.cpu.begin(profile.defaultUs.start + records * profile.recoverRecordUs);
    const incarnation = new Incarnation(this.#context, this, this.incarnation);
    // Known before its program is made, which may already fail or exit.
    this.#current = incarnation;
    incarnation.start(this.#spec.factory, recovered);
  }

  get canAccept(): boolean {
    return this.state !== 'down' && this.cpu.hasRoom;
  }

  /** An event for the program: handled now if the processor is free, else in its turn. */
  arrive(work: Work): void {
    if (this.state === 'up' && this.cpu.isIdle) {
      this.#handle(work);
    } else if (this.state !== 'down') {
      this.cpu.push(work);
      if (this.state === 'up') this.cpu.scheduleServe();
    }
  }

  /** The kernel's event: the event in service is complete and others wait. */
  serve(): void {
    assert(this.state === 'up', 'a machine serves that is not up');
    this.cpu.serveArrived();
    const work = this.cpu.pull();
    if (work !== undefined) this.#handle(work);
    if (this.state === 'up') this.cpu.scheduleServe();
  }

  /** The kernel's event: a timer has reached its time. */
  timerFired(timer: Timer): void {
    assert(timer.state === 'armed', 'a timer fired that was not armed');
    timer.state = 'due';
    this.arrive(timer);
  }

  /** The kernel's event: the disk is done with a request. */
  diskDone(request: DiskRequest): void {
    this.disk.complete(request);
    if (request.op !== 'read') for (const hook of this.#context.onSynced) hook(this);
    this.arrive(request);
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
    const { checked, network, profile } = this.#context;
    if (checked) freezePlain(message);
    this.cpu.spend(profile.sendUs);
    const departAtUs = this.cpu.busyUntilUs;
    if (this.state === 'paused') this.#held.push({ to, message, departAtUs });
    else network.send(this, to, message, departAtUs);
  }

  /** The program ends itself. What it sent before leaves; the disk fares as in a crash. */
  exit(reason: string): void {
    assert(this.state !== 'down', `${this.name} exits while down`);
    this.#goDown(reason);
    const { kernel, kinds } = this.#context;
    const afterUs = this.#spec.restartAfterExitUs ?? RESTART_AFTER_EXIT_US;
    this.#restartHandle = kernel.at(kernel.now + afterUs, kinds.restart, this.index);
  }

  #handle(work: Work): void {
    const { defaultUs } = this.#context.profile;
    const isMessage = work.kind === 'message';
    this.outbox.clear();
    this.cpu.begin(isMessage ? work.messageKind.serviceUs : defaultUs[work.kind]);
    required(this.#current, 'the program of a machine that is up').handle(work);
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

  #goDown(why: string): void {
    this.#current?.end();
    this.#current = undefined;
    this.#held = [];
    this.outbox.clear();
    this.cpu.clear();
    this.disk.crash();
    this.#become('down', 'down', why);
  }

  #become(state: MachineState, fact: keyof typeof FOLDED, why: string): void {
    this.state = state;
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
