/**
 * A host driven by hand, for unit tests of programs: it records what a program asks for, and the
 * test decides what happens next.
 *
 *   const machine = new FakeMachine('m1', factory);
 *   machine.start();
 *   machine.deliver('c1', { kind: 'api', … });
 *   machine.advance(2 * SECOND);          // fires every timer that falls due, in order
 *   machine.answerDisk();                 // answers the oldest open disk request
 *   expect(machine.host.takeSent()).toEqual([…]);
 */
import type { Testimony } from '../../src/history/fact.ts';
import type {
  Disk,
  DiskOutcome,
  DiskRecord,
  Host,
  Message,
  Recovered,
  RecoveredRecord,
} from '../../src/host/host.ts';
import type { Program, ProgramFactory } from '../../src/host/program.ts';
import { NOTHING, type Output, StepRunner } from '../../src/host/step.ts';
import { required } from '../../src/lib/assert.ts';
import { hashedRandom } from '../../src/lib/random.ts';
import { type MonotonicUs, monotonicUs, type WallUs, wallUs } from '../../src/lib/units.ts';

export interface Sent {
  readonly to: string;
  readonly message: Message;
}

export interface ArmedTimer {
  readonly tag: string;
  readonly dueUs: number;
  readonly afterUs: number;
  readonly sequence: number;
}

export type DiskRequest =
  | { readonly kind: 'append'; readonly file: string; readonly record: DiskRecord }
  | { readonly kind: 'sync'; readonly file: string; readonly token: string }
  | {
      readonly kind: 'replace';
      readonly file: string;
      readonly records: readonly DiskRecord[];
      readonly token: string;
    }
  | { readonly kind: 'read'; readonly file: string; readonly token: string };
/** A disk request that waits for an answer. */
export type OpenRequest = Exclude<DiskRequest, { readonly kind: 'append' }>;

/** The port, recorded. Nothing happens by itself: time moves only when the test moves it. */
export class FakeHost implements Host {
  readonly self: string;
  readonly random;
  readonly disk: Disk;
  /** Everything sent since the last {@link takeSent}. */
  sent: Sent[] = [];
  readonly timers = new Map<string, ArmedTimer>();
  /** Every disk request, appends included, in order. */
  readonly diskRequests: DiskRequest[] = [];
  /** Those not yet answered, oldest first. */
  readonly openRequests: OpenRequest[] = [];
  readonly testimonies: Testimony[] = [];
  readonly exits: string[] = [];
  /** The clocks; a test may set them. */
  nowUs = 1_000_000;
  wallNowUs = 1_700_000_000_000_000;
  #sequence = 0;

  constructor(self = 'm1', seed = 'fake') {
    this.self = self;
    this.random = hashedRandom(seed, self);
    this.disk = {
      append: (file, record) => void this.diskRequests.push({ kind: 'append', file, record }),
      sync: (file, token) => this.#request({ kind: 'sync', file, token }),
      replace: (file, records, token) => this.#request({ kind: 'replace', file, records, token }),
      read: (file, token) => this.#request({ kind: 'read', file, token }),
    };
  }

  #request(request: OpenRequest): void {
    this.diskRequests.push(request);
    this.openRequests.push(request);
  }

  send(to: string, message: Message): void {
    this.sent.push({ to, message });
  }

  setTimer(tag: string, afterUs: number): void {
    const dueUs = this.nowUs + Math.max(0, afterUs);
    this.timers.set(tag, { tag, dueUs, afterUs, sequence: this.#sequence++ });
  }

  cancelTimer(tag: string): void {
    this.timers.delete(tag);
  }

  monotonicUs(): MonotonicUs {
    return monotonicUs(this.nowUs);
  }

  wallUs(): WallUs {
    return wallUs(this.wallNowUs);
  }

  observe(testimony: Testimony): void {
    this.testimonies.push(testimony);
  }

  exit(reason: string): void {
    this.exits.push(reason);
  }

  /** What was sent since the last call, which then counts as seen. */
  takeSent(): readonly Sent[] {
    const sent = this.sent;
    this.sent = [];
    return sent;
  }

  /** The same, the messages only, to one machine only when named. */
  takeMessages<M extends Message = Message>(to?: string): readonly M[] {
    const sent = this.takeSent();
    return sent.filter((s) => to === undefined || s.to === to).map((s) => s.message as M);
  }

  /** The armed timer that falls due first; equal times in the order they were armed. */
  nextTimer(): ArmedTimer | undefined {
    let first: ArmedTimer | undefined;
    for (const timer of this.timers.values()) {
      if (
        first === undefined ||
        timer.dueUs < first.dueUs ||
        (timer.dueUs === first.dueUs && timer.sequence < first.sequence)
      ) {
        first = timer;
      }
    }
    return first;
  }
}

/** Files as a program recovers them, all records intact. */
export function recoveredFiles(
  files: Readonly<Record<string, readonly DiskRecord[]>> = {},
): Recovered {
  const map = new Map<string, readonly RecoveredRecord[]>();
  for (const [file, records] of Object.entries(files)) {
    map.set(
      file,
      records.map((data) => ({ kind: 'intact', data })),
    );
  }
  return { files: map };
}

/** A program on a {@link FakeHost}: events go in by hand, outputs are carried out at once. */
export class FakeMachine {
  readonly host: FakeHost;
  readonly #factory: ProgramFactory;
  #program: Program | undefined;
  #runner: StepRunner;

  constructor(name: string, factory: ProgramFactory, host: FakeHost = new FakeHost(name)) {
    this.host = host;
    this.#factory = factory;
    this.#runner = new StepRunner(host);
  }

  get program(): Program {
    return required(this.#program, 'a started program');
  }

  /** Starts an incarnation; what a former one had armed or asked of the disk is gone. */
  start(recovered: Recovered = recoveredFiles()): Output {
    this.host.timers.clear();
    this.host.openRequests.length = 0;
    this.#runner = new StepRunner(this.host);
    this.#program = this.#factory(this.host);
    const program = this.#program;
    let output: Output = NOTHING;
    this.#runner.start(recovered, () => {
      output = program.onStart(recovered);
      return output;
    });
    return output;
  }

  deliver(from: string, message: Message): Output {
    return this.#perform(this.program.onMessage(from, message));
  }

  /** Asks the program to stop; one that cannot is ended at once. */
  stop(): Output | undefined {
    const output = this.program.onStop?.();
    if (output === undefined) this.host.exit('stopped');
    return output && this.#perform(output);
  }

  /** Fires this timer now, moving the clocks on to when it is due. */
  fireTimer(tag: string): Output {
    const timer = required(this.host.timers.get(tag), `an armed timer ${tag}`);
    this.host.timers.delete(tag);
    this.#moveTo(Math.max(this.host.nowUs, timer.dueUs));
    if (this.#runner.onTimer(tag)) return NOTHING;
    return this.#perform(this.program.onTimer(tag));
  }

  /** Lets this much local time pass, firing what falls due on the way, in order. */
  advance(spanUs: number): void {
    const untilUs = this.host.nowUs + spanUs;
    for (let fired = 0; ; fired++) {
      const timer = this.host.nextTimer();
      if (timer === undefined || timer.dueUs > untilUs) break;
      if (fired > 100_000) throw new Error(`timer ${timer.tag} never lets time pass`);
      this.fireTimer(timer.tag);
    }
    this.#moveTo(untilUs);
  }

  /** Answers the oldest open disk request. */
  answerDisk(outcome: DiskOutcome = { kind: 'ok' }): Output | undefined {
    const request = required(this.host.openRequests.shift(), 'an open disk request');
    if (this.#runner.onDisk(request.token, outcome)) return undefined;
    return this.#perform(this.program.onDisk(request.token, outcome));
  }

  /** Answers every disk request with ok, those that the answers cause included. */
  settleDisk(): void {
    while (this.host.openRequests.length > 0) this.answerDisk();
  }

  #perform(output: Output): Output {
    this.#runner.perform(output);
    return output;
  }

  #moveTo(us: number): void {
    this.host.wallNowUs += us - this.host.nowUs;
    this.host.nowUs = us;
  }
}
