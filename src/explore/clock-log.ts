/**
 * What machines' own clocks showed at the facts of a run. Facts hold what clocks do wrong, not what
 * they show; to read a clock changes nothing.
 */
import type { Fact } from '../history/fact.ts';
import type { Sim } from '../sim/sim.ts';
import { machineOf } from './causes.ts';

/** As time since the run began; the monotonic clock from 0 on, whatever its program reads. */
export interface OwnClocks {
  readonly monotonicUs: number;
  readonly wallUs: number;
}

interface Reading extends OwnClocks {
  readonly at: number;
}

export class ClockLog {
  readonly #sim: Sim;
  readonly #readings = new Map<string, Reading[]>();

  constructor(sim: Sim) {
    this.#sim = sim;
  }

  /** To be told of every fact as it happens, before anyone asks. */
  onFact(fact: Fact): void {
    const machine = machineOf(fact);
    if (machine !== undefined) this.#read(machine, fact.at);
    // Whatever is still open ends with the run.
    if (fact.kind === 'phase') for (const { name } of this.#sim.machines) this.#read(name, fact.at);
  }

  /** At the last fact of the machine that is not later; nothing for one that is not there. */
  at(machine: string, atUs: number): OwnClocks | undefined {
    const last = this.#readings.get(machine)?.findLast(({ at }) => at <= atUs);
    if (last === undefined) return undefined;
    const passedUs = atUs - last.at;
    return { monotonicUs: last.monotonicUs + passedUs, wallUs: last.wallUs + passedUs };
  }

  #read(name: string, at: number): void {
    const clock = this.#sim.machines.find((machine) => machine.name === name)?.clock;
    if (clock === undefined) return;
    const reading = { at, monotonicUs: clock.elapsedUs(), wallUs: at + clock.wallErrorUs() };
    const readings = this.#readings.get(name);
    if (readings === undefined) this.#readings.set(name, [reading]);
    else readings.push(reading);
  }
}
