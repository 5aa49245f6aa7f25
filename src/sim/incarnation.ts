/**
 * The host port for one life of a program: from a start to the next crash or exit. Whatever a
 * program still asks for after its end, from inside the handler in which it ended, is ignored.
 */
import type { Testimony } from '../history/fact.ts';
import type { Disk, DiskRecord, Host, Message, Recovered } from '../host/host.ts';
import type { Program, ProgramFactory } from '../host/program.ts';
import { StepRunner } from '../host/step.ts';
import { assert, unreachable } from '../lib/assert.ts';
import type { Random } from '../lib/random.ts';
import type { MonotonicUs, WallUs } from '../lib/units.ts';
import { freezePlain } from './checked.ts';
import type { Clock } from './clock.ts';
import type { SimContext } from './context.ts';
import type { Cpu, Work } from './cpu.ts';
import { type DiskRequest, outcomeOf, type SimDisk } from './disk.ts';

/** A timer of a program. `due`: it has fired and waits for the processor. */
export interface Timer {
  readonly kind: 'timer';
  readonly tag: string;
  state: 'idle' | 'armed' | 'due';
  /** When it fires, in {@link Clock.elapsedUs}. */
  targetUs: number;
  handle: number;
}

/** What an incarnation asks of its machine. */
export interface Body {
  /** Its own; facts and streams are under it. */
  readonly name: string;
  /** Where messages to it are sent, and what its program believes to be its name. */
  readonly address: string;
  readonly index: number;
  readonly clock: Clock;
  readonly disk: SimDisk;
  readonly cpu: Cpu;
  depart(to: string, message: Message): void;
  exit(reason: string): void;
  /** A sync or a replacement was asked of the disk. */
  wrote(): void;
}

export class Incarnation implements Host {
  readonly self: string;
  readonly random: Random;
  readonly disk: Disk;
  readonly #context: SimContext;
  readonly #body: Body;
  readonly #timers = new Map<string, Timer>();
  readonly #runner: StepRunner;
  #program: Program | undefined;
  #isAlive = true;

  constructor(context: SimContext, body: Body, number: number) {
    this.#context = context;
    this.#body = body;
    this.self = body.address;
    this.random = context.rng.stream('program', body.name, String(number));
    this.disk = new DiskPort(context, body, () => this.#isAlive);
    this.#runner = new StepRunner(this);
  }

  start(factory: ProgramFactory, recovered: Recovered): void {
    const program = factory(this);
    this.#program = program;
    if (this.#isAlive) this.#runner.start(recovered, () => program.onStart(recovered));
  }

  /** Runs the program's handler for an event whose service begins now. */
  handle(work: Work): void {
    const program = this.#program;
    assert(this.#isAlive && program !== undefined, 'an event for an incarnation that is over');
    switch (work.kind) {
      case 'message':
        this.#runner.perform(program.onMessage(work.link.from.name, work.message));
        return;
      case 'timer':
        work.state = 'idle';
        this.#timers.delete(work.tag);
        if (this.#runner.onTimer(work.tag)) return;
        this.#runner.perform(program.onTimer(work.tag));
        return;
      case 'disk':
        this.#answer(program, work);
        return;
      case 'stop':
        if (program.onStop === undefined) this.exit('stopped');
        else this.#runner.perform(program.onStop());
        return;
      default:
        unreachable(work);
    }
  }

  /** Nothing of this incarnation happens any more. */
  end(): void {
    this.#isAlive = false;
    for (const timer of this.#timers.values()) this.#disarm(timer);
    this.#timers.clear();
  }

  snapshot(): unknown {
    return this.#program?.snapshot();
  }

  /** The oscillator runs at another rate: what is pending fires at another true time. */
  remapTimers(): void {
    const { clock } = this.#body;
    for (const timer of this.#timers.values()) {
      if (timer.state !== 'armed') continue;
      const moved = this.#context.kernel.rearm(timer.handle, clock.trueTimeOf(timer.targetUs));
      assert(moved, `timer ${timer.tag} of ${this.self} is armed but not pending`);
    }
  }

  send(to: string, message: Message): void {
    if (this.#isAlive) this.#body.depart(to, message);
  }

  setTimer(tag: string, afterUs: number): void {
    if (!this.#isAlive) return;
    const isSpan = Number.isSafeInteger(afterUs) && afterUs >= 0;
    assert(isSpan, () => `timer ${tag} of ${this.self} after ${afterUs} us`);
    const { clock, index } = this.#body;
    const { kernel, kinds } = this.#context;
    const targetUs = clock.elapsedUs() + afterUs;
    const atUs = clock.trueTimeOf(targetUs);
    let timer = this.#timers.get(tag);
    if (timer === undefined) {
      timer = { kind: 'timer', tag, state: 'idle', targetUs, handle: 0 };
      this.#timers.set(tag, timer);
    }
    timer.targetUs = targetUs;
    if (timer.state === 'armed') kernel.rearm(timer.handle, atUs);
    else timer.handle = kernel.at(atUs, kinds.timer, index, timer);
    timer.state = 'armed';
  }

  cancelTimer(tag: string): void {
    const timer = this.#timers.get(tag);
    if (timer === undefined) return;
    this.#disarm(timer);
    this.#timers.delete(tag);
  }

  monotonicUs(): MonotonicUs {
    return this.#body.clock.readMonotonicUs();
  }

  wallUs(): WallUs {
    return this.#body.clock.readWallUs();
  }

  observe(testimony: Testimony): void {
    if (!this.#isAlive) return;
    const { kernel, recorder } = this.#context;
    const machine = this.#body.name;
    recorder.record({ kind: 'testified', at: kernel.now, machine, said: testimony });
  }

  exit(reason: string): void {
    if (this.#isAlive) this.#body.exit(reason);
  }

  /** A fired timer that waits in the backlog is passed over there because it is no longer due. */
  #disarm(timer: Timer): void {
    if (timer.state === 'armed') this.#context.kernel.cancel(timer.handle);
    timer.state = 'idle';
  }

  /** Syncs that the runner asked for are its own; the program hears of its own requests. */
  #answer(program: Program, request: DiskRequest): void {
    const outcome = outcomeOf(request);
    if (this.#runner.onDisk(request.token, outcome)) return;
    this.#runner.perform(program.onDisk(request.token, outcome));
  }
}

/**
 * The disk as a program sees it: requests reach it when the event in service is complete. On a
 * machine at its normal speed that moment is known, and the disk is told it at once; where the
 * processor is slowed the moment may still move, and all is kept until it has come.
 */
class DiskPort implements Disk {
  readonly #context: SimContext;
  readonly #body: Body;
  readonly #isAlive: () => boolean;

  constructor(context: SimContext, body: Body, isAlive: () => boolean) {
    this.#context = context;
    this.#body = body;
    this.#isAlive = isAlive;
  }

  append(file: string, record: DiskRecord): void {
    if (!this.#isAlive()) return;
    this.#spend(1);
    const { cpu, disk } = this.#body;
    const data = this.#checked(record);
    if (cpu.isDragging) cpu.whenComplete(() => disk.append(file, data));
    else disk.append(file, data);
  }

  sync(file: string, token: string): void {
    if (!this.#isAlive()) return;
    const { cpu, disk } = this.#body;
    if (cpu.isDragging) return this.#later(() => disk.sync(file, token, this.#context.kernel.now));
    disk.sync(file, token, cpu.busyUntilUs);
    this.#body.wrote();
  }

  replace(file: string, records: readonly DiskRecord[], token: string): void {
    if (!this.#isAlive()) return;
    this.#spend(records.length);
    if (this.#context.checked) for (const record of records) this.#checked(record);
    const { cpu, disk } = this.#body;
    const { kernel } = this.#context;
    if (cpu.isDragging) return this.#later(() => disk.replace(file, records, token, kernel.now));
    disk.replace(file, records, token, cpu.busyUntilUs);
    this.#body.wrote();
  }

  read(file: string, token: string): void {
    if (!this.#isAlive()) return;
    const { cpu, disk } = this.#body;
    const { kernel } = this.#context;
    if (cpu.isDragging) cpu.whenComplete(() => disk.read(file, token, kernel.now));
    else disk.read(file, token, cpu.busyUntilUs);
  }

  #later(write: () => void): void {
    this.#body.cpu.whenComplete(() => {
      write();
      this.#body.wrote();
    });
  }

  #spend(records: number): void {
    this.#body.cpu.spend(records * this.#context.profile.appendUs);
  }

  #checked(record: DiskRecord): DiskRecord {
    return this.#context.checked ? freezePlain(record) : record;
  }
}
