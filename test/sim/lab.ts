import type { Fact } from '../../src/history/fact.ts';
import { ALL_KINDS, Recorder } from '../../src/history/history.ts';
import type { DiskOutcome, Host, Message, Recovered } from '../../src/host/host.ts';
import type { ProgramFactory } from '../../src/host/program.ts';
import { NOTHING, type Output } from '../../src/host/step.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { wallUs } from '../../src/lib/units.ts';
import { type CostProfile, DEFAULT_PROFILE } from '../../src/sim/cpu.ts';
import { Sim, type SimOptions } from '../../src/sim/sim.ts';

/** Every event costs nothing: times in a test are then latencies and timers alone. */
export const FREE: CostProfile = {
  defaultUs: { message: 0, timer: 0, disk: 0, start: 0 },
  messageUs: {},
  sendUs: 0,
  perByteUs: 0,
  appendUs: 0,
  recoverRecordUs: 0,
  disk: { ...DEFAULT_PROFILE.disk, perRecordUs: 0 },
};

export interface Lab {
  readonly kernel: Kernel;
  readonly sim: Sim;
  readonly facts: readonly Fact[];
}

/** A cluster without machines yet: fixed latency of 1 ms and a free processor unless told. */
export function lab(seed: string, options: Partial<SimOptions> = {}): Lab {
  const kernel = options.kernel ?? new Kernel();
  const recorder = new Recorder();
  const facts: Fact[] = [];
  recorder.subscribe({ listens: ALL_KINDS, onFact: (fact) => facts.push(fact) });
  const sim = new Sim({
    kernel,
    rng: createRng(seed),
    recorder,
    startWallUs: wallUs(1_700_000_000_000_000),
    network: { latencyMinUs: 1_000, latencyMaxUs: 1_000 },
    profile: FREE,
    checked: true,
    ...options,
  });
  return { kernel, sim, facts };
}

/** What a program of a test does. An answer that is not an output counts as nothing to do. */
export interface Script {
  readonly onStart?: (host: Host, recovered: Recovered) => unknown;
  readonly onMessage?: (host: Host, from: string, message: Message) => unknown;
  readonly onTimer?: (host: Host, tag: string) => unknown;
  readonly onDisk?: (host: Host, token: string, outcome: DiskOutcome) => unknown;
}

export function scripted(script: Script): ProgramFactory {
  return (host) => ({
    onStart: (recovered) => outputOf(script.onStart?.(host, recovered)),
    onMessage: (from, message) => outputOf(script.onMessage?.(host, from, message)),
    onTimer: (tag) => outputOf(script.onTimer?.(host, tag)),
    onDisk: (token, outcome) => outputOf(script.onDisk?.(host, token, outcome)),
    snapshot: () => 'scripted',
  });
}

const outputOf = (answer: unknown): Output =>
  typeof answer === 'object' && answer !== null && 'afterSync' in answer
    ? (answer as Output)
    : NOTHING;

export interface Numbered extends Message {
  readonly kind: 'numbered';
  readonly n: number;
}
export const numbered = (n: number): Numbered => ({ kind: 'numbered', n });

/** Runs a callback at a true time, as a fault would. */
export function agenda(kernel: Kernel): (atUs: number, act: () => void) => void {
  const kind = kernel.register('test', (_, act) => (act as () => void)());
  return (atUs, act) => {
    kernel.at(atUs, kind, 0, act);
  };
}
