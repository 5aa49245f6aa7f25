/**
 * sim: the host port, simulated. A cluster of machines on one kernel.
 *
 *   sim.ts          the cluster: machines by name, events handed to them (this file)
 *   machine.ts      one computer: its life cycle, and what faults may do to it
 *   incarnation.ts  one life of a program: the host port itself, with timers
 *   clock.ts        an oscillator with a rate error, and two clocks that read it
 *   integral.ts     what a clock has counted, exactly, whatever its rate did
 *   time-daemon.ts  keeps a wall clock near the truth, as ntpd does
 *   network.ts      links with latencies, and rules that lose, delay, hold and duplicate
 *   traffic.ts      what becomes of each message, for who only looks on
 *   network-rule.ts what a rule is asked, and what it may answer
 *   holds.ts        messages that wait at the far end because rules hold them
 *   disk.ts         files of records, and what a crash leaves of them
 *   copies.ts       machines that by mistake share one name
 *   departures.ts   sends that are decided and have not left
 *   cpu.ts          one core: service times, backlog, and the profile of what work costs
 *   message-size.ts how long messages are, and what length costs
 *   checked.ts      plain data frozen to its depths, for tests
 *   context.ts      what all of these share
 */
import type { MachineRole } from '../history/fact.ts';
import type { Recorder } from '../history/history.ts';
import type { Message } from '../host/host.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Rng } from '../kernel/rng.ts';
import { assert, required } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import { type VirtualUs, type WallUs, wallUs } from '../lib/units.ts';
import type { EventKinds, SimContext, SyncHook } from './context.ts';
import { type CostProfile, DEFAULT_PROFILE } from './cpu.ts';
import type { DiskRequest } from './disk.ts';
import type { Timer } from './incarnation.ts';
import { Machine, type MachineSpec } from './machine.ts';
import { LengthPrices } from './message-size.ts';
import { Network, type Packet } from './network.ts';
import type { TimeDaemonSettings } from './time-daemon.ts';

export interface SimOptions {
  /** Fresh: the simulation registers its kinds of events, which can be done once per kernel. */
  readonly kernel: Kernel;
  readonly rng: Rng;
  readonly recorder: Recorder;
  /** True UTC time at virtual time 0. */
  readonly startWallUs: WallUs;
  readonly network: {
    /** One-way latency of a message: uniform from min to max. */
    readonly latencyMinUs: number;
    readonly latencyMaxUs: number;
    /** Messages in flight per directed link; 4,096 by default. */
    readonly queueMax?: number;
  };
  readonly profile?: CostProfile;
  /** Every machine runs a time daemon; none does unless told. */
  readonly timeDaemon?: TimeDaemonSettings;
  /** Refuse messages and records that are not plain data, and deep-freeze them. */
  readonly checked?: boolean;
}

const QUEUE_MAX = 4_096;

export class Sim {
  readonly network: Network;
  readonly #context: SimContext;
  /** All there ever were; an event's argument is a place in it. */
  readonly #machines: Machine[] = [];
  /** Who has which place in the cluster now. */
  readonly #roster: Machine[] = [];
  readonly #byName = new Map<string, Machine>();
  #isStarted = false;

  constructor(options: SimOptions) {
    const { kernel, rng, recorder, startWallUs } = options;
    const profile = options.profile ?? DEFAULT_PROFILE;
    const kinds = this.#registerKinds(kernel, options.timeDaemon !== undefined);
    const lengths = new LengthPrices(profile.perByteUs);
    this.network = new Network({
      kernel,
      rng,
      latencyMinUs: options.network.latencyMinUs,
      latencyMaxUs: options.network.latencyMaxUs,
      queueMax: options.network.queueMax ?? QUEUE_MAX,
      deliverKind: kinds.deliver,
      endpoint: (name) => this.#byName.get(name),
      serviceUsOf: (kind) =>
        Object.hasOwn(profile.messageUs, kind)
          ? required(profile.messageUs[kind], `service time of ${kind}`)
          : profile.defaultUs.message,
      lengthUsOf: (message) => lengths.of(message),
    });
    const checked = options.checked ?? false;
    const { network } = this;
    const onSynced: SyncHook[] = [];
    this.#context = {
      kernel,
      rng,
      recorder,
      startWallUs,
      profile,
      lengths,
      checked,
      network,
      kinds,
      onSynced,
      timeDaemon: options.timeDaemon,
    };
  }

  /** Adds a machine, before the start; its name is its address. */
  add(spec: MachineSpec): Machine {
    assert(!this.#isStarted, `${spec.name} added after the start`);
    assert(!this.#byName.has(spec.name), `two machines named ${spec.name}`);
    const machine = new Machine(this.#context, spec, this.#machines.length);
    this.#machines.push(machine);
    this.#roster.push(machine);
    this.#byName.set(spec.name, machine);
    return machine;
  }

  /**
   * Starts a machine with an empty disk in the place of one that is gone for good, under a new
   * name: scheduler-2b for scheduler-2. Others hear of it only from those it talks to. But where
   * nobody is left whose name others are configured with, as with a store or the last scheduler of
   * those that there were at the start, its operators give the old name to the new machine.
   */
  replace(old: Machine, why: string): Machine {
    assert(old.isGone, `${old.name} is replaced while it is there`);
    const { origin, role } = old;
    const name = this.#nameAfter(origin);
    const machine = new Machine(
      this.#context,
      { ...old.spec, name, origin },
      this.#machines.length,
    );
    this.#machines.push(machine);
    this.#roster[this.#roster.indexOf(old)] = machine;
    this.#byName.set(name, machine);
    const isHeardOf = this.#roster.some((it) => it.role === role && isOriginal(it));
    if (role === 'store' || (role === 'scheduler' && !isHeardOf)) this.#readdress(old, machine);
    this.#begin(machine, why);
    return machine;
  }

  /**
   * Starts a second copy of a machine's program, on a machine with an empty disk and a processor of
   * its own: each message to the name reaches one or the other, as drawn. Facts tell it by an
   * apostrophe.
   */
  startCopy(original: Machine, random: Random, why: string): Machine {
    const address = original.name;
    const earlier = this.#machines.filter((machine) => machine.address === address).length - 1;
    const name = `${address}'${earlier === 0 ? '' : earlier + 1}`;
    const { spec, origin } = original;
    const copied = { ...spec, name, origin, address };
    const machine = new Machine(this.#context, copied, this.#machines.length);
    this.#machines.push(machine);
    original.addCopy(machine, random);
    this.#begin(machine, why);
    return machine;
  }

  /** The machine of this name, which must exist. */
  machine(name: string): Machine {
    return required(this.#byName.get(name), `a machine named ${name}`);
  }

  /**
   * Tells a program something on the harness's behalf, at once and past the network; lost when the
   * machine is down, as all messages are.
   */
  tell(name: string, message: Message): void {
    this.network.tell(this.machine(name), message);
  }

  /** How many messages machines of these roles have sent so far, those that are gone too. */
  sentBy(roles: ReadonlySet<MachineRole>): number {
    return this.#machines.reduce((sum, { role, sent }) => sum + (roles.has(role) ? sent : 0), 0);
  }

  /** Adds an observer of completed syncs. */
  onSynced(hook: SyncHook): void {
    this.#context.onSynced.push(hook);
  }

  /**
   * In order of {@link add}; each that was replaced has its place taken. Copies are not among them.
   */
  get machines(): readonly Machine[] {
    return this.#roster;
  }

  /** Begins the run: the facts first, then every program's start, in order of {@link add}. */
  startAll(): void {
    assert(!this.#isStarted, 'started twice');
    this.#isStarted = true;
    const { recorder, startWallUs } = this.#context;
    const machines = this.#machines.map(({ name, role }) => ({ name, role }));
    recorder.record({ kind: 'run-began', at: this.now, startWallUs, machines });
    for (const machine of this.#machines) machine.announceUp('start');
    for (const machine of this.#machines) machine.boot();
  }

  /** True time since the start of the run. */
  get now(): VirtualUs {
    return this.#context.kernel.now;
  }

  /** True UTC time. */
  trueWallUs(): WallUs {
    return wallUs(this.#context.startWallUs + this.now);
  }

  /** The clock of a machine that the run did not begin with is a fact, as its start is. */
  #begin(machine: Machine, why: string): void {
    machine.announceUp(why);
    const { name, clock } = machine;
    const { ratePpm } = clock;
    const { recorder } = this.#context;
    const wallErrorUs = clock.wallErrorUs();
    recorder.record({ kind: 'clock', at: this.now, machine: name, ratePpm, wallErrorUs });
    machine.boot();
  }

  /** The old name means the new machine; what is under way to the old one is lost there. */
  #readdress(old: Machine, machine: Machine): void {
    for (const [name, known] of this.#byName) {
      if (known !== old) continue;
      this.#byName.set(name, machine);
      for (const { links } of this.#machines) links.delete(name);
    }
  }

  /** scheduler-2b, scheduler-2c … scheduler-2z, scheduler-2zb …, the first that nobody has. */
  #nameAfter(origin: string): string {
    for (let prefix = /\d$/.test(origin) ? origin : `${origin}-`; ; prefix += 'z') {
      const letter = [...'bcdefghijklmnopqrstuvwxyz'].find((it) => !this.#byName.has(prefix + it));
      if (letter !== undefined) return prefix + letter;
    }
  }

  /** Every event's argument is a machine's index, so that fingerprints tell them apart. */
  #registerKinds(kernel: Kernel, hasTimeDaemons: boolean): EventKinds {
    const at = (index: number): Machine => this.#machines[index] as Machine;
    const kinds = {
      deliver: kernel.register('deliver', (_, packet) => this.network.deliver(packet as Packet)),
      timer: kernel.register('timer', (index, timer) => at(index).timerFired(timer as Timer)),
      disk: kernel.register('disk', (index, done) => at(index).diskDone(done as DiskRequest)),
      serve: kernel.register('serve', (index) => at(index).serve()),
      restart: kernel.register('restart', (index) => at(index).supervisorRestarts()),
    };
    if (!hasTimeDaemons) return kinds;
    return { ...kinds, poll: kernel.register('poll', (index) => at(index).timeDaemonPolls()) };
  }
}

const isOriginal = ({ name, origin, isGone }: Machine): boolean => name === origin && !isGone;
