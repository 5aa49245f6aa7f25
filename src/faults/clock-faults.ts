import { assert } from '../lib/assert.ts';
import type { Machine } from '../sim/machine.ts';
import {
  type Begin,
  type Beginning,
  type Ending,
  type Family,
  param,
  type World,
} from './beginning.ts';
import type { ClockKind } from './plan.ts';

const notYet: Begin = () => () => {};

export function createClockFaults(_world: World): Family<ClockKind> {
  const faults = new ClockFaults();
  return {
    begin: {
      'clock-rate': (b) => faults.rate(b),
      'clock-step': (b) => faults.step(b),
      'clock-strobe': notYet,
      'clock-freeze': notYet,
      'clock-slew': notYet,
      'ntp-false-server': notYet,
      'ntp-outage': notYet,
      'leap-second': notYet,
      'leap-smear': notYet,
      'old-zone-rules': notYet,
    },
    heal: () => faults.heal(),
  };
}

/** Where the sum of overlapping faults ends: beyond it an oscillator hardly runs at all. */
const SUM_PPM_MAX = 900_000;

/** What a clock was like before the first fault hit it, and what makes it wrong now. */
interface Touched {
  readonly ownRatePpm: number;
  /** Of the wall clock at the first touch: what the machine had by itself. */
  readonly ownErrorUs: number;
  readonly ratesPpm: Map<string, number>;
}

/**
 * Rates of faults that overlap on one machine add up, and end with the fault. Wall steps last, and
 * so does what a wrong rate has done to the wall clock: `heal` steps those clocks back, as NTP
 * would.
 */
class ClockFaults {
  readonly #touched = new Map<Machine, Touched>();

  rate({ fault, targets, bite }: Beginning): Ending {
    const target = targets[0] as Machine;
    const touched = this.#touch(target);
    touched.ratesPpm.set(fault.id, param(fault, 'ratePpm'));
    if (applyRate(target, touched)) bite();
    return () => {
      touched.ratesPpm.delete(fault.id);
      applyRate(target, touched);
    };
  }

  step({ fault, targets, bite }: Beginning): Ending {
    const target = targets[0] as Machine;
    this.#touch(target);
    const stepUs = param(fault, 'stepUs');
    if (stepUs !== 0) {
      target.clock.stepWallUs(stepUs);
      bite();
    }
    return () => {};
  }

  /** Steps every wall clock that a fault touched back to the error it had by itself. */
  heal(): void {
    for (const [machine, { ownErrorUs, ratesPpm }] of this.#touched) {
      assert(ratesPpm.size === 0, () => `${machine.name} heals with a rate fault going on`);
      const backUs = ownErrorUs - machine.clock.wallErrorUs();
      if (backUs !== 0) machine.clock.stepWallUs(backUs);
    }
    this.#touched.clear();
  }

  #touch(machine: Machine): Touched {
    const before = this.#touched.get(machine);
    if (before !== undefined) return before;
    const touched: Touched = {
      ownRatePpm: machine.clock.ratePpm,
      ownErrorUs: machine.clock.wallErrorUs(),
      ratesPpm: new Map(),
    };
    this.#touched.set(machine, touched);
    return touched;
  }
}

/** True when the rate is another one than before. */
function applyRate({ clock }: Machine, { ownRatePpm, ratesPpm }: Touched): boolean {
  let sumPpm = ownRatePpm;
  for (const extra of ratesPpm.values()) sumPpm += extra;
  const ratePpm = Math.max(-SUM_PPM_MAX, Math.min(SUM_PPM_MAX, sumPpm));
  if (ratePpm === clock.ratePpm) return false;
  clock.setRatePpm(ratePpm);
  return true;
}
