import type { Machine } from '../sim/machine.ts';
import {
  type BodyKnobs,
  bodyKnobsOf,
  type ClientKnobs,
  KNOBS_TURNED,
  type WorkloadKnobs,
} from '../workload/knobs.ts';
import { planBurst, planHerd, type SurplusOptions, type SurplusPlan } from '../workload/surplus.ts';
import { type Beginning, type Ending, type Family, param, type World } from './beginning.ts';
import type { WorkloadKind } from './plan.ts';

/**
 * Clients and job bodies belong to the harness, and do what their knobs say. A fault has a place of
 * its own on each, under its id, so that it takes back what it did and nothing else; a cluster
 * without such programs has nothing to turn, and there these faults do not bite.
 */
export function createWorkloadFaults(world: World): Family<WorkloadKind> {
  const faults = new WorkloadFaults(world);
  return {
    begin: {
      burst: (b) => faults.burst(b),
      herd: (b) => faults.herd(b),
      'poison-job': (b) => faults.poison(b),
      'long-job': (b) => faults.longer(b),
      'retry-storm': (b) => faults.retryStorm(b),
    },
  };
}

/** Ids of jobs are no longer than 200; that of a fault, which begins them, may be. */
const PREFIX_MAX = 100;

class WorkloadFaults {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  burst(b: Beginning): Ending {
    const perSecond = param(b.fault, 'perSecond');
    return this.#crowd(b, (options) => planBurst(options, perSecond));
  }

  /** Due within the storm, whatever the plan says: after the heal nothing of a fault goes on. */
  herd(b: Beginning): Ending {
    const nowUs = this.#world.sim.now;
    const healUs = this.#world.workload?.healUs ?? nowUs;
    const dueUs = Math.max(nowUs, Math.min(nowUs + param(b.fault, 'dueUs'), healUs));
    const jobs = param(b.fault, 'jobs');
    return this.#crowd(b, (options) => planHerd(options, jobs, dueUs));
  }

  poison({ fault, targets, random, bite }: Beginning): Ending {
    const seed = String(random.below(2 ** 32));
    const poisonPpm = param(fault, 'poisonPpm');
    return this.#turnWorkers(targets, ({ poison }, machine) => {
      poison.set(fault.id, { seed, poisonPpm, onBegan: () => bite(machine) });
      return () => poison.delete(fault.id);
    });
  }

  longer({ fault, targets, bite }: Beginning): Ending {
    const factor = param(fault, 'factor');
    return this.#turnWorkers(targets, ({ longer }, machine) => {
      longer.set(fault.id, { factor, onBegan: () => bite(machine) });
      return () => longer.delete(fault.id);
    });
  }

  retryStorm({ fault, targets, bite }: Beginning): Ending {
    const everyUs = param(fault, 'everyUs');
    return this.#turnClients(targets, ({ impatience }, machine) => {
      impatience.set(fault.id, { everyUs, onSent: () => bite(machine) });
      return () => impatience.delete(fault.id);
    });
  }

  /** Has clients ask for jobs besides their plan, for as long as the fault lasts. */
  #crowd({ fault, targets, random, bite }: Beginning, plan: PlanSurplus): Ending {
    return this.#turnClients(targets, ({ surplus }, machine, knobs) => {
      const { demand, clients, healUs, allowance } = knobs;
      const fromUs = this.#world.sim.now;
      const { ops, jobs } = plan({
        demand,
        random,
        prefix: `${fault.id.slice(0, PREFIX_MAX)}-${machine.name}`,
        client: [...clients.keys()].indexOf(machine.name),
        fromUs,
        untilUs: Math.min(fromUs + fault.durationUs, healUs),
        jobsMax: allowance.jobs,
      });
      allowance.jobs -= jobs;
      surplus.set(fault.id, { ops, next: 0, onAsked: () => bite(machine) });
      return () => surplus.delete(fault.id);
    });
  }

  #turnWorkers(targets: readonly Machine[], turnOne: TurnWorker): Ending {
    const knobs = this.#world.workload;
    if (knobs === undefined) return () => {};
    return turn(targets, (machine) => turnOne(bodyKnobsOf(knobs, machine.address), machine));
  }

  #turnClients(targets: readonly Machine[], turnOne: TurnClient): Ending {
    const knobs = this.#world.workload;
    return turn(targets, (machine) => {
      const client = knobs?.clients.get(machine.name);
      if (knobs === undefined || client === undefined) return () => {};
      const turnBack = turnOne(client, machine, knobs);
      this.#world.sim.tell(machine.name, KNOBS_TURNED);
      return turnBack;
    });
  }
}

type PlanSurplus = (options: SurplusOptions) => SurplusPlan;
type TurnWorker = (body: BodyKnobs, machine: Machine) => () => unknown;
type TurnClient = (client: ClientKnobs, machine: Machine, knobs: WorkloadKnobs) => () => unknown;

function turn(targets: readonly Machine[], one: (machine: Machine) => () => unknown): Ending {
  const back = targets.map(one);
  return () => {
    for (const turnBack of back) turnBack();
  };
}
