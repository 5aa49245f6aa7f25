import type { MachineRole } from '../history/fact.ts';
import type { Recorder } from '../history/history.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Rng } from '../kernel/rng.ts';
import type { WallUs } from '../lib/units.ts';
import type { CostProfile } from './cpu.ts';
import type { LengthPrices } from './message-size.ts';
import type { Network } from './network.ts';
import type { TimeDaemonSettings } from './time-daemon.ts';

/** Told of every sync and replacement that a disk has completed, before its answer. */
export type SyncHook = (machine: { readonly name: string; readonly role: MachineRole }) => void;

/** Numbers of the kernel's event kinds; the argument of each is the index of a machine. */
export interface EventKinds {
  readonly deliver: number;
  readonly timer: number;
  readonly disk: number;
  readonly serve: number;
  readonly restart: number;
  /** Only where machines have time daemons. */
  readonly poll?: number;
}

/** What every part of one simulated cluster shares. */
export interface SimContext {
  readonly kernel: Kernel;
  readonly rng: Rng;
  readonly recorder: Recorder;
  readonly startWallUs: WallUs;
  readonly profile: CostProfile;
  readonly lengths: LengthPrices;
  /** Messages and disk records are checked to be plain data and frozen to their depths. */
  readonly checked: boolean;
  readonly network: Network;
  readonly kinds: EventKinds;
  readonly onSynced: SyncHook[];
  /** Absent where no machine has a time daemon. */
  readonly timeDaemon: TimeDaemonSettings | undefined;
}
