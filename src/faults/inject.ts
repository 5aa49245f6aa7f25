import type { Assumption, FactOf, MachineRole } from '../history/fact.ts';
import { foldOf, type Recorder } from '../history/history.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { assert, required } from '../lib/assert.ts';
import { formatProblem } from '../lib/outcome.ts';
import type { Random } from '../lib/random.ts';
import type { Machine } from '../sim/machine.ts';
import type { Sim } from '../sim/sim.ts';
import type { WorkloadKnobs } from '../workload/knobs.ts';
import { Anchors } from './anchors.ts';
import type { Begin, Ending, Family, World, ZoneShelf } from './beginning.ts';
import { ClockBooks } from './clock-books.ts';
import { createClockFaults } from './clock-faults.ts';
import type { ChooseCore } from './core.ts';
import { createDiskFaults } from './disk-faults.ts';
import { isAtStake, LostVoters, type Stakes } from './fairness.ts';
import { type FindFault, findAmong } from './faults.ts';
import { createNetworkFaults } from './network-faults.ts';
import { beginsOfOwn } from './own-begins.ts';
import type { OwnFault } from './own-fault.ts';
import type { FaultKind, Plan, PlannedFault } from './plan.ts';
import { planProblems } from './plan-problems.ts';
import { createProcessFaults } from './process-faults.ts';
import { createStoreFaults } from './store-faults.ts';
import { type Hit, Targets } from './targets.ts';
import { createWorkloadFaults } from './workload-faults.ts';

/** Who may be left behind by a heal; clients, the ledger and the auditor never are. */
const FROZEN_ROLES: ReadonlySet<MachineRole> = new Set(['scheduler', 'store', 'worker']);
const LEFT_BEHIND = 'heal: left behind';

export interface InjectorOptions {
  readonly sim: Sim;
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly plan: Plan;
  readonly rng: { stream(...path: readonly string[]): Random };
  readonly stakes: Stakes;
  /** Absent where clients and job bodies are not the harness's. */
  readonly workload?: WorkloadKnobs;
  /** Absent where machines are not handed rules of time zones. */
  readonly zones?: ZoneShelf;
  /** Kinds of a user's own: looked up first, built on the others. */
  readonly own?: readonly OwnFault[];
}

/** A fault that has begun and not ended. */
interface Ongoing {
  readonly fault: PlannedFault;
  readonly whom: readonly string[];
  readonly hit: Hit;
  readonly end: Ending;
  /** Of the event that ends it; absent for what lasts until the heal. */
  readonly handle: number | undefined;
}

/**
 * Makes a plan happen. Every fault is recorded as `drawn`; as `armed` when it begins and has a
 * target; as `bitten` the first time it changes something; as `ended` when it is over, whether it
 * bit or not. A target that is down when a crash or a pause begins is not bitten, then or later.
 * After {@link healAll} or {@link healCore} nothing begins any more.
 */
export class Injector {
  readonly #sim: Sim;
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #plan: Plan;
  readonly #rng: InjectorOptions['rng'];
  readonly #stakes: Stakes;
  readonly #find: FindFault;
  readonly #targets: Targets;
  readonly #anchors: Anchors;
  readonly #families: readonly Family<FaultKind>[];
  readonly #begins: ReadonlyMap<string, Begin>;
  /** Assumptions that were said to have failed, by machine: each is said once. */
  readonly #broken = new Set<string>();
  readonly #lostVoters = new LostVoters();
  /** By the place of the fault in the plan, in order of beginning. */
  readonly #ongoing = new Map<number, Ongoing>();
  readonly #beginKind: number;
  readonly #endKind: number;
  readonly #laterKind: number;
  #state: 'new' | 'armed' | 'healed' = 'new';

  /**
   * The plan must be sound ({@link planProblems}). Make it before the machines start, so that it
   * hears who testifies what from the first word on; the machines need not exist yet.
   */
  constructor(options: InjectorOptions) {
    const { sim, kernel, recorder, plan, rng, stakes, zones, workload, own = [] } = options;
    this.#find = findAmong(own);
    const problems = planProblems(plan, this.#find);
    assert(problems.length === 0, () => problems.map(formatProblem).join('; '));
    this.#sim = sim;
    this.#kernel = kernel;
    this.#recorder = recorder;
    this.#plan = plan;
    this.#rng = rng;
    this.#stakes = stakes;
    this.#targets = new Targets(sim, recorder, this.#find);
    this.#anchors = new Anchors(sim, recorder);
    this.#beginKind = kernel.register('fault-begin', (index) => this.#begin(index));
    this.#endKind = kernel.register('fault-end', (index) => this.#end(index));
    this.#laterKind = kernel.register('fault-later', (_, run) => (run as () => void)());
    const later: World['later'] = (afterUs, run) => this.#later(afterUs, run);
    const world: World = { sim, recorder, later, zones, workload };
    const clocks = new ClockBooks();
    this.#families = [
      createNetworkFaults(world),
      createProcessFaults(world),
      createClockFaults(world, clocks),
      createDiskFaults(world),
      createStoreFaults(world, clocks),
      createWorkloadFaults(world),
    ] as readonly Family<FaultKind>[];
    const begins = new Map(this.#families.flatMap(({ begin }) => Object.entries(begin)));
    this.#begins = new Map([...begins, ...beginsOfOwn(world, own, begins)]);
  }

  /** Schedules every start and records the plan. Called once, when the run has begun. */
  arm(): void {
    assert(this.#state === 'new', 'a plan is armed once');
    this.#state = 'armed';
    this.#plan.faults.forEach((fault, index) => {
      this.#record(fault, 'drawn', namesIn(fault));
      const { start } = fault;
      if (start.kind === 'at') {
        this.#kernel.at(Math.max(start.atUs, this.#kernel.now), this.#beginKind, index);
      } else {
        this.#anchors.waitFor(start, (afterUs) => {
          this.#kernel.at(this.#kernel.now + afterUs, this.#beginKind, index);
        });
      }
    });
  }

  /**
   * The storm is over: every fault ends in the order of beginning, network rules are gone, machines
   * are up and go on, rates are the machines' own, wall clocks are stepped back to the error that
   * they had by themselves.
   */
  healAll(): void {
    assert(this.#state === 'armed', () => `cannot heal: ${this.#state}`);
    this.#state = 'healed';
    for (const index of [...this.#ongoing.keys()]) this.#end(index);
    for (const family of this.#families) family.heal?.();
  }

  /**
   * The storm is over for a core. The rest of the schedulers, stores and workers stays frozen for
   * ever, whatever starts them later, and so do network faults that cut only them off.
   */
  healCore(choose: ChooseCore): void {
    assert(this.#state === 'armed', () => `cannot heal: ${this.#state}`);
    this.#state = 'healed';
    const ongoing = [...this.#ongoing];
    const isOnLinks = ({ fault }: Ongoing): boolean => this.#find(fault.kind)?.hasPeer === true;
    for (const [index, it] of ongoing) if (!isOnLinks(it)) this.#end(index);
    // Who is gone for good, and which copies are, is known only now.
    const machines = this.#sim.machines.filter((it) => !it.isGone && FROZEN_ROLES.has(it.role));
    const hasLostVoters = this.#lostVoters.size > 0;
    const core = choose(machines, this.#targets.storePrimary, hasLostVoters);
    const left = new Set(machines.filter((machine) => !core.has(machine)));
    for (const [index, it] of ongoing) {
      if (!isOnLinks(it)) continue;
      const { targets, peers } = it.hit;
      const stays = [targets, peers].some((all) => all?.every((one) => left.has(one)) === true);
      if (!stays) this.#end(index);
      else if (it.handle !== undefined) this.#kernel.cancel(it.handle);
    }
    for (const family of this.#families) family.heal?.();
    this.#freeze(left);
  }

  #freeze(left: ReadonlySet<Machine>): void {
    for (const machine of left) machine.pause(LEFT_BEHIND);
    const names = new Set([...left].map(({ name }) => name));
    const onUp = ({ machine, state }: FactOf<'machine'>): void => {
      if (state !== 'up' || !names.has(machine)) return;
      // A supervisor may start one that was down: it stands still before it does anything.
      this.#later(0, () => this.#sim.machine(machine).pause(LEFT_BEHIND));
    };
    this.#recorder.subscribe(foldOf({ machine: onUp }));
  }

  #begin(index: number): void {
    if (this.#state === 'healed') return;
    const fault = this.#plan.faults[index] as PlannedFault;
    const random = this.#rng.stream('faults', fault.id);
    const hit = this.#targets.resolve(fault, random);
    if (hit === undefined) return;
    const whom = [...hit.targets, ...(hit.peers ?? [])].map(({ name }) => name);
    this.#record(fault, 'armed', whom);
    const begin = required(this.#begins.get(fault.kind), `what a ${fault.kind} does`);
    const end = begin({
      fault,
      ...hit,
      random,
      bite: this.#biteOnce(fault, whom),
      breaks: (assumption, machine, detail) => this.#breaks(assumption, machine, detail),
    });
    const handle =
      this.#find(fault.kind)?.lasts === true
        ? undefined
        : this.#kernel.at(this.#kernel.now + fault.durationUs, this.#endKind, index);
    this.#ongoing.set(index, { fault, whom, hit, end, handle });
  }

  #end(index: number): void {
    const ongoing = this.#ongoing.get(index);
    assert(ongoing !== undefined, () => `fault ${index} ends without having begun`);
    this.#ongoing.delete(index);
    if (ongoing.handle !== undefined) this.#kernel.cancel(ongoing.handle);
    ongoing.end();
    this.#record(ongoing.fault, 'ended', ongoing.whom);
  }

  #later(afterUs: number, run: () => void): () => void {
    let isPending = true;
    const handle = this.#kernel.at(this.#kernel.now + afterUs, this.#laterKind, 0, () => {
      isPending = false;
      run();
    });
    return () => {
      if (isPending) this.#kernel.cancel(handle);
      isPending = false;
    };
  }

  #biteOnce(fault: PlannedFault, whom: readonly string[]): (machine?: Machine) => void {
    let bitten = false;
    return (machine) => {
      if (bitten) return;
      bitten = true;
      this.#record(fault, 'bitten', machine === undefined ? whom : [machine.name]);
    };
  }

  #breaks(assumption: Assumption, machine: Machine, detail: string): void {
    const { name, origin } = machine;
    const key = `${assumption} ${name}`;
    if (this.#broken.has(key) || !isAtStake(assumption, origin, this.#stakes)) return;
    if (this.#isFewer(assumption, machine)) return;
    this.#broken.add(key);
    const at = this.#kernel.now;
    this.#recorder.record({ kind: 'assumption-failed', at, assumption, machine: name, detail });
  }

  /** A voter less, of whom enough are left. */
  #isFewer(assumption: Assumption, { origin, isGone }: Machine): boolean {
    if (!this.#stakes.voters.has(origin)) return false;
    const isNoticed = assumption === 'disk-damage' || (assumption === 'store-durable' && isGone);
    return isNoticed && !this.#lostVoters.add(origin, this.#stakes);
  }

  #record(fault: PlannedFault, event: FactOf<'fault'>['event'], whom: readonly string[]): void {
    const at = this.#kernel.now;
    this.#recorder.record({
      kind: 'fault',
      at,
      fault: fault.id,
      faultKind: fault.kind,
      event,
      whom,
    });
  }
}

/** Whom a fault names itself; roles and indexes are nobody before it begins. */
const namesIn = ({ target, peer }: PlannedFault): readonly string[] =>
  [target, peer].flatMap((t) => (t?.by === 'name' ? [t.name] : []));
