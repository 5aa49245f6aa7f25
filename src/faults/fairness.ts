import type { Assumption, Fact, FactOf } from '../history/fact.ts';
import type { Fold, Recorder } from '../history/history.ts';
import { unreachable } from '../lib/assert.ts';
import { humanDuration, type VirtualUs } from '../lib/units.ts';

/**
 * What a preset takes for granted about clocks. Crash, pause, partition, delay, duplication and
 * loss are not here: no number of them excuses a claim of safety.
 */
export interface Assumes {
  /** ρ: how far an oscillator may be off, either way. */
  readonly ratePpmMax: number;
  /** ε: how far a wall clock may be off, either way. */
  readonly wallErrorUsMax: number;
  /** Only one copy of each member runs: a second one breaks its safety. */
  readonly singleCopy: boolean;
  /** Its safety rests on the length of a lease, which a suspended clock stretches. */
  readonly noSuspend: boolean;
}

/** What a design has at stake, and where. */
export interface Stakes {
  readonly assumes: Assumes;
  /** Schedulers and stores. */
  readonly members: ReadonlySet<string>;
  /** Machines whose disk alone holds the book. */
  readonly keepers: ReadonlySet<string>;
  /** Machines a majority of whose disks holds the book; each must keep what it has said. */
  readonly voters: ReadonlySet<string>;
}

/**
 * Voters whose disks are gone, with the machine or by damage that is noticed: as long as they are
 * few, the others have everything, and somebody else takes the place. One that forgets and does not
 * know it is another matter, for its vote may count twice.
 */
export class LostVoters {
  readonly #lost = new Set<string>();

  get size(): number {
    return this.#lost.size;
  }

  /** True when that leaves no majority of those there were. */
  add(origin: string, { voters }: Stakes): boolean {
    this.#lost.add(origin);
    return this.#lost.size > (voters.size - 1) / 2;
  }
}

/** Whether the failure of an assumption on a machine, or on one in its place, matters. */
export function isAtStake(assumption: Assumption, machine: string, stakes: Stakes): boolean {
  const { assumes, members, keepers, voters } = stakes;
  switch (assumption) {
    case 'store-durable':
    case 'disk-damage':
      return keepers.has(machine) || voters.has(machine);
    case 'single-copy':
      return assumes.singleCopy && members.has(machine);
    case 'suspend':
      return assumes.noSuspend && members.has(machine);
    case 'zone-rules':
    case 'rate-error':
    case 'wall-error':
      return members.has(machine);
    default:
      return unreachable(assumption);
  }
}

/** A clock as it is, in truth. */
export interface ClockTruth {
  readonly machine: string;
  readonly ratePpm: number;
  readonly wallErrorUs: number;
  /** How fast the wall clock gains on true time, where it does not follow the oscillator. */
  readonly wallRatePpm?: number;
}

export interface FairnessOptions {
  readonly recorder: Recorder;
  readonly assumes: Assumes;
  /** The machines whose clocks the design relies on: schedulers and store. */
  readonly members: ReadonlySet<string>;
  /** What the clocks are like when the run begins; perfect where not told. */
  readonly initial?: readonly ClockTruth[];
}

/** A clock since its last change: from then on it drifts by its rate. */
interface Known extends ClockTruth {
  readonly at: VirtualUs;
}

/**
 * A fold that records `assumption-failed` once per assumption and machine, when the truth about its
 * clock goes beyond what is assumed. Subscribe it before the judges: then they hear of the failure
 * before the fact in which it shows. A wall clock that drifts out of bounds between two changes of
 * the clock, by its oscillator or because it is slewed or stands still, is noticed at the next fact
 * of any kind it listens to.
 */
export function watchFairness(options: FairnessOptions): Fold {
  const watch = new ClockWatch(options);
  return {
    listens: [
      'run-began',
      'machine',
      'clock',
      'phase',
      'testified',
      'asked',
      'tick-due',
      'body-began',
      'effect-arrived',
    ],
    onFact: (fact) => watch.onFact(fact),
  };
}

class ClockWatch {
  readonly #options: FairnessOptions;
  readonly #members: Set<string>;
  readonly #known = new Map<string, Known>();
  readonly #failed = new Set<string>();
  /** The earliest time at which some wall clock drifts out of bounds, if nothing changes. */
  #nextDriftOutUs = Number.POSITIVE_INFINITY;

  constructor(options: FairnessOptions) {
    this.#options = options;
    this.#members = new Set(options.members);
  }

  onFact(fact: Fact): void {
    if (fact.at >= this.#nextDriftOutUs) this.#drift(fact.at);
    if (fact.kind === 'clock') this.#learn({ ...fact });
    // One that takes a member's place, or is a copy of one, is a member too.
    else if (fact.kind === 'machine' && isMember(fact)) this.#members.add(fact.machine);
    else if (fact.kind === 'run-began') {
      for (const clock of this.#options.initial ?? []) this.#learn({ ...clock, at: fact.at });
    }
  }

  #learn(clock: Known): void {
    const { assumes } = this.#options;
    const { at, machine, ratePpm, wallErrorUs } = clock;
    if (!this.#members.has(machine)) return;
    this.#known.set(machine, clock);
    if (Math.abs(ratePpm) > assumes.ratePpmMax) {
      this.#fail(at, 'rate-error', machine, `rate off by ${ratePpm} ppm, ${ratesWithin(assumes)}`);
    }
    if (Math.abs(wallErrorUs) > assumes.wallErrorUsMax) this.#failWall(at, machine, wallErrorUs);
    this.#findNextDriftOut();
  }

  #drift(at: VirtualUs): void {
    for (const clock of this.#known.values()) {
      const errorUs = clock.wallErrorUs + ((at - clock.at) * wallRateOf(clock)) / 1e6;
      if (at >= this.#driftOutUs(clock)) this.#failWall(at, clock.machine, errorUs);
    }
    this.#findNextDriftOut();
  }

  #findNextDriftOut(): void {
    this.#nextDriftOutUs = Number.POSITIVE_INFINITY;
    for (const clock of this.#known.values()) {
      this.#nextDriftOutUs = Math.min(this.#nextDriftOutUs, this.#driftOutUs(clock));
    }
  }

  /**
   * When this clock drifts out of bounds; infinity for one that does not, or that already failed.
   */
  #driftOutUs(clock: Known): number {
    const { at, machine, wallErrorUs } = clock;
    const ratePpm = wallRateOf(clock);
    if (ratePpm === 0 || this.#failed.has(keyOf('wall-error', machine))) return Infinity;
    const roomUs = this.#options.assumes.wallErrorUsMax - Math.sign(ratePpm) * wallErrorUs;
    // Clocks read whole microseconds: a clock is out when it reads one more than the bound.
    return at + Math.ceil(((roomUs + 1) / Math.abs(ratePpm)) * 1e6);
  }

  #failWall(at: VirtualUs, machine: string, errorUs: number): void {
    const within = humanDuration(this.#options.assumes.wallErrorUsMax);
    const detail = `wall clock off by ${humanDuration(errorUs)}, assumed within ${within}`;
    this.#fail(at, 'wall-error', machine, detail);
  }

  #fail(at: VirtualUs, assumption: Assumption, machine: string, detail: string): void {
    const key = keyOf(assumption, machine);
    if (this.#failed.has(key)) return;
    this.#failed.add(key);
    this.#options.recorder.record({ kind: 'assumption-failed', at, assumption, machine, detail });
  }
}

const isMember = ({ role }: FactOf<'machine'>): boolean => role === 'scheduler' || role === 'store';
const wallRateOf = ({ ratePpm, wallRatePpm }: ClockTruth): number => wallRatePpm ?? ratePpm;
const keyOf = (assumption: Assumption, machine: string): string => `${assumption} ${machine}`;
const ratesWithin = ({ ratePpmMax }: Assumes): string => `assumed within ${ratePpmMax} ppm`;
