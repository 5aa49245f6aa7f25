import type { FactOf } from '../history/fact.ts';
import type { Recorder } from '../history/history.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { assert, unreachable } from '../lib/assert.ts';
import { formatProblem } from '../lib/outcome.ts';
import type { Random } from '../lib/random.ts';
import type { Sim } from '../sim/sim.ts';
import { Anchors } from './anchors.ts';
import type { Beginning, Ending } from './beginning.ts';
import { ClockFaults } from './clock-faults.ts';
import { beginNetworkFault } from './network-faults.ts';
import type { Plan, PlannedFault } from './plan.ts';
import { planProblems } from './plan-problems.ts';
import { ProcessFaults } from './process-faults.ts';
import { type Hit, Targets } from './targets.ts';

export interface InjectorOptions {
  readonly sim: Sim;
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly plan: Plan;
  readonly rng: { stream(...path: readonly string[]): Random };
}

/** A fault that has begun and not ended. */
interface Ongoing {
  readonly fault: PlannedFault;
  readonly whom: readonly string[];
  readonly end: Ending;
  /** Of the event that ends it; absent for what lasts until the heal. */
  readonly handle: number | undefined;
}

/**
 * Makes a plan happen. Every fault is recorded as `drawn`; as `armed` when it begins and has a
 * target; as `bitten` the first time it changes something; as `ended` when it is over, whether it
 * bit or not. A target that is down when a crash or a pause begins is not bitten, then or later.
 * After {@link healAll} nothing begins any more.
 */
export class Injector {
  readonly #sim: Sim;
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #plan: Plan;
  readonly #rng: InjectorOptions['rng'];
  readonly #targets: Targets;
  readonly #anchors: Anchors;
  readonly #processes = new ProcessFaults();
  readonly #clocks = new ClockFaults();
  /** By the place of the fault in the plan, in order of beginning. */
  readonly #ongoing = new Map<number, Ongoing>();
  readonly #beginKind: number;
  readonly #endKind: number;
  #state: 'new' | 'armed' | 'healed' = 'new';

  /**
   * The plan must be sound ({@link planProblems}). Make it before the machines start, so that it
   * hears who testifies what from the first word on; the machines need not exist yet.
   */
  constructor({ sim, kernel, recorder, plan, rng }: InjectorOptions) {
    const problems = planProblems(plan);
    assert(problems.length === 0, () => problems.map(formatProblem).join('; '));
    this.#sim = sim;
    this.#kernel = kernel;
    this.#recorder = recorder;
    this.#plan = plan;
    this.#rng = rng;
    this.#targets = new Targets(sim, recorder);
    this.#anchors = new Anchors(recorder);
    this.#beginKind = kernel.register('fault-begin', (index) => this.#begin(index));
    this.#endKind = kernel.register('fault-end', (index) => this.#end(index));
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
    this.#clocks.heal();
  }

  #begin(index: number): void {
    if (this.#state === 'healed') return;
    const fault = this.#plan.faults[index] as PlannedFault;
    const hit = this.#targets.resolve(fault);
    if (hit === undefined) return;
    const whom = namesOf(hit);
    this.#record(fault, 'armed', whom);
    const end = this.#start({
      fault,
      hit,
      random: this.#rng.stream('faults', fault.id),
      bite: this.#biteOnce(fault, whom),
    });
    const lasts = fault.kind === 'clock-step';
    const handle = lasts
      ? undefined
      : this.#kernel.at(this.#kernel.now + fault.durationUs, this.#endKind, index);
    this.#ongoing.set(index, { fault, whom, end, handle });
  }

  #end(index: number): void {
    const ongoing = this.#ongoing.get(index);
    assert(ongoing !== undefined, () => `fault ${index} ends without having begun`);
    this.#ongoing.delete(index);
    if (ongoing.handle !== undefined) this.#kernel.cancel(ongoing.handle);
    ongoing.end();
    this.#record(ongoing.fault, 'ended', ongoing.whom);
  }

  #start(beginning: Beginning): Ending {
    switch (beginning.fault.kind) {
      case 'crash':
        return this.#processes.crash(beginning);
      case 'pause':
        return this.#processes.pause(beginning);
      case 'slow-cpu':
        return this.#processes.slow(beginning);
      case 'clock-rate':
        return this.#clocks.rate(beginning);
      case 'clock-step':
        return this.#clocks.step(beginning);
      case 'partition':
      case 'one-way-partition':
      case 'loss':
      case 'delay':
      case 'duplicate':
        return beginNetworkFault(this.#sim.network, beginning);
      default:
        return unreachable(beginning.fault.kind);
    }
  }

  #biteOnce(fault: PlannedFault, whom: readonly string[]): () => void {
    let bitten = false;
    return () => {
      if (bitten) return;
      bitten = true;
      this.#record(fault, 'bitten', whom);
    };
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

const namesOf = ({ target, peer }: Hit): readonly string[] =>
  peer === undefined ? [target.name] : [target.name, peer.name];

/** Whom a fault names itself; roles and indexes are nobody before it begins. */
const namesIn = ({ target, peer }: PlannedFault): readonly string[] =>
  [target, peer].flatMap((t) => (t?.by === 'name' ? [t.name] : []));
