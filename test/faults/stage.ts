/** A small cluster that chatters, for faults to happen to: everybody pings everybody. */
import type { Stakes } from '../../src/faults/fairness.ts';
import { Injector } from '../../src/faults/inject.ts';
import type { PlannedFault, Target } from '../../src/faults/plan.ts';
import type { Fact, FactOf, MachineRole, Testimony } from '../../src/history/fact.ts';
import { ALL_KINDS, Recorder } from '../../src/history/history.ts';
import type { Message } from '../../src/host/host.ts';
import type { Program } from '../../src/host/program.ts';
import { NOTHING, nowOnly, type Output } from '../../src/host/step.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { MS, wallUs } from '../../src/lib/units.ts';
import { OPERATOR } from '../../src/sim/network.ts';
import { Sim } from '../../src/sim/sim.ts';
import type { TimeDaemonSettings } from '../../src/sim/time-daemon.ts';

export const MACHINES: readonly (readonly [string, MachineRole])[] = [
  ['s1', 'scheduler'],
  ['s2', 'scheduler'],
  ['s3', 'scheduler'],
  ['store', 'store'],
  ['w1', 'worker'],
  ['w2', 'worker'],
];
export const PING_EVERY_US = 10 * MS;
export const OWN_RATE_PPM = 30;
export const OWN_WALL_ERROR_US = 5 * MS;

interface Ping extends Message {
  readonly kind: 'ping';
  readonly round: number;
}

/** Pings everybody, itself included, every 10 ms of its own clock; writes when it is told to. */
class Pinger implements Program {
  readonly #everyUs: number;
  #round = 0;

  constructor(factor = 1) {
    this.#everyUs = Math.round(PING_EVERY_US * factor);
  }

  onStart(): Output {
    return nowOnly([{ kind: 'setTimer', tag: 'ping', afterUs: this.#everyUs }]);
  }

  onTimer(): Output {
    const message: Ping = { kind: 'ping', round: ++this.#round };
    return nowOnly([
      ...MACHINES.map(([to]) => ({ kind: 'send', to, message }) as const),
      { kind: 'setTimer', tag: 'ping', afterUs: this.#everyUs },
    ]);
  }

  onMessage(_: string, message: Message): Output {
    return message.kind === 'write' ? { ...NOTHING, persist: [{ v: 1 }] } : NOTHING;
  }

  onDisk(): Output {
    return NOTHING;
  }

  snapshot(): unknown {
    return {};
  }
}

export interface Delivery {
  readonly atUs: number;
  readonly from: string;
  readonly to: string;
  /** Counts the pings of an incarnation. */
  readonly round: number;
}

export interface Stage {
  readonly kernel: Kernel;
  readonly sim: Sim;
  readonly recorder: Recorder;
  readonly injector: Injector;
  readonly facts: readonly Fact[];
  readonly delivered: readonly Delivery[];
  /** What happened to a fault: `armed@100`, in milliseconds. */
  story(fault: string): readonly string[];
  /** Makes a program write something, and sync it. */
  write(machine: string): void;
  /** Records a program's word now. */
  say(machine: string, said: Testimony): void;
}

/** The cluster with this plan armed, at time 0; with time daemons where told how they are. */
export function stage(
  faults: readonly PlannedFault[],
  seed = 'stage',
  timeDaemon?: TimeDaemonSettings,
): Stage {
  const kernel = new Kernel();
  const rng = createRng(seed);
  const recorder = new Recorder();
  const facts: Fact[] = [];
  recorder.subscribe({ listens: ALL_KINDS, onFact: (fact) => facts.push(fact) });
  const startWallUs = wallUs(1_700_000_000_000_000);
  const network = { latencyMinUs: 200, latencyMaxUs: 800 };
  const daemons = timeDaemon === undefined ? {} : { timeDaemon };
  const sim = new Sim({ kernel, rng, recorder, startWallUs, network, checked: true, ...daemons });
  const clock = { ratePpm: OWN_RATE_PPM, wallErrorUs: OWN_WALL_ERROR_US };
  for (const [name, role] of MACHINES) {
    const configured = (factor: number) => () => new Pinger(factor);
    const settings = role === 'worker' ? {} : { configured };
    sim.add({ name, role, factory: () => new Pinger(), ...settings, ...clock });
  }
  const delivered: Delivery[] = [];
  sim.network.onDelivered((from, to, message) => {
    if (from !== OPERATOR)
      delivered.push({ atUs: kernel.now, from, to, round: (message as Ping).round });
  });
  const ofRole = (...roles: string[]) =>
    new Set(MACHINES.flatMap(([name, role]) => (roles.includes(role) ? [name] : [])));
  const stakes: Stakes = {
    assumes: { ratePpmMax: 500, wallErrorUsMax: 500 * MS, singleCopy: true, noSuspend: true },
    members: ofRole('scheduler', 'store'),
    keepers: ofRole('store'),
    voters: new Set(),
  };
  const injector = new Injector({ sim, kernel, recorder, plan: { faults }, rng, stakes });
  sim.startAll();
  injector.arm();
  const isOf = (fact: Fact, fault: string): fact is FactOf<'fault'> =>
    fact.kind === 'fault' && fact.fault === fault;
  return {
    kernel,
    sim,
    recorder,
    injector,
    facts,
    delivered,
    story: (fault) =>
      facts.filter((f) => isOf(f, fault)).map((f) => `${f.event}@${Math.floor(f.at / MS)}`),
    write: (machine) => sim.tell(machine, { kind: 'write' }),
    say: (machine, said) => recorder.record({ kind: 'testified', at: kernel.now, machine, said }),
  };
}

export const named = (name: string): Target => ({ by: 'name', name });

/** A fault at 100 ms for 200 ms on s1, unless told otherwise. */
export const fault = (
  kind: PlannedFault['kind'],
  more: Partial<PlannedFault> = {},
): PlannedFault => ({
  id: kind,
  kind,
  target: named('s1'),
  start: { kind: 'at', atUs: 100 * MS },
  durationUs: 200 * MS,
  params: {},
  ...more,
});
