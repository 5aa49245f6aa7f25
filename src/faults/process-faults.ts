import type { Family, World } from './beginning.ts';
import { ChangedMachines } from './changed-machines.ts';
import { Outages } from './outages.ts';
import type { ProcessKind } from './plan.ts';
import { Standstills } from './standstills.ts';

/**
 * What happens to machines and the programs on them. Several faults may hit one machine at a time:
 * each takes back what it did itself, and at the heal every machine is up that is not gone for
 * good, also one whose program had just ended by itself.
 */
export function createProcessFaults(world: World): Family<ProcessKind> {
  const outages = new Outages(world);
  const standstills = new Standstills();
  const changed = new ChangedMachines(world);
  return {
    begin: {
      crash: (b) => outages.stopAtOnce(b, 'crash'),
      kill: (b) => outages.stopAtOnce(b, 'kill'),
      'crash-at-write': (b) => outages.atWrite(b),
      'crash-in-recovery': (b) => outages.inRecovery(b),
      stop: (b) => outages.stop(b),
      pause: (b) => standstills.pause(b),
      suspend: (b) => standstills.suspend(b),
      stall: (b) => standstills.stall(b),
      'slow-cpu': (b) => standstills.slow(b),
      'restart-storm': (b) => outages.storm(b),
      wipe: (b) => outages.wipe(b),
      replace: (b) => changed.replace(b),
      'second-copy': (b) => changed.secondCopy(b),
      'unequal-config': (b) => changed.unequalConfig(b),
    },
    heal: () => {
      for (const machine of world.sim.machines) machine.restart('heal');
    },
  };
}
