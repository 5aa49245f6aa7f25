import { foldOf } from '../history/history.ts';
import { chancePpm } from '../lib/random.ts';
import type { DiskRule, Miss } from '../sim/disk-rule.ts';
import type { Machine } from '../sim/machine.ts';
import { type Beginning, type Ending, type Family, param, type World } from './beginning.ts';
import type { DiskKind } from './plan.ts';

/** What disks do to what is written on them: it ends with its fault, but for what it cost. */
export function createDiskFaults(world: World): Family<DiskKind> {
  rememberWhereNeeded(world);
  return {
    begin: {
      'bit-rot': rot,
      'read-error': readError,
      'misdirected-write': misdirect,
      'phantom-write': forget,
      'disk-stall': stall,
      'slow-disk': slow,
      'disk-full': full,
      'sync-fail': failSyncs,
      'lying-sync': lie,
      'old-snapshot': (beginning) => goBack(beginning, world),
    },
  };
}

/** Old contents cost memory: disks keep them only where a plan will ask for them. */
function rememberWhereNeeded({ sim, recorder }: World): void {
  recorder.subscribe(
    foldOf({
      fault: ({ faultKind, event }) => {
        if (event !== 'drawn' || faultKind !== 'old-snapshot') return;
        for (const { disk } of sim.machines) disk.keepMoments();
      },
    }),
  );
}

function rot({ fault, targets, random, bite, breaks }: Beginning): Ending {
  for (const machine of targets) {
    const rotten = machine.disk.rot(random, param(fault, 'records'));
    if (rotten === 0) continue;
    bite(machine);
    breaks('disk-damage', machine, `${rotten} records rotted`);
  }
  return () => {};
}

function readError(beginning: Beginning): Ending {
  const { fault, random, bite } = beginning;
  const errorPpm = param(fault, 'errorPpm');
  return withRules(beginning, (machine) => ({
    failsRead: () => {
      const fails = chancePpm(random, errorPpm);
      if (fails) bite(machine);
      return fails;
    },
  }));
}

/** Its own place stays empty, and another record is damaged. */
function misdirect(beginning: Beginning): Ending {
  const { random, breaks } = beginning;
  return withMisses(beginning, 'a write went astray', (machine) => {
    if (machine.disk.rot(random, 1) > 0) breaks('disk-damage', machine, 'a record is overwritten');
  });
}

const forget = (beginning: Beginning): Ending =>
  withMisses(beginning, 'a write is not there', () => {});

/** The next so many acknowledged writes of each machine do not get to their places. */
function withMisses(
  beginning: Beginning,
  detail: string,
  andThen: (machine: Machine) => void,
): Ending {
  const { fault, random, bite, breaks } = beginning;
  return withRules(beginning, (machine) => {
    let left = param(fault, 'writes');
    const onGone = (isYoung: boolean): void => {
      breaks('disk-damage', machine, detail);
      // Nothing may attest that it ever was.
      if (isYoung) breaks('store-durable', machine, detail);
    };
    const onWritten = (records: number): Miss | undefined => {
      if (left === 0) return undefined;
      left--;
      bite(machine);
      andThen(machine);
      return { place: random.below(records), onGone };
    };
    return { onWritten };
  });
}

function stall({ targets, bite }: Beginning): Ending {
  return together(targets.map((machine) => machine.disk.stall(() => bite(machine))));
}

function slow(beginning: Beginning): Ending {
  const { fault, bite } = beginning;
  const factor = param(fault, 'factor');
  return withRules(beginning, (machine) => ({ factor, onSlowed: () => bite(machine) }));
}

function full(beginning: Beginning): Ending {
  return withRules(beginning, (machine) => ({
    onWrite: () => {
      beginning.bite(machine);
      return { kind: 'failed', reason: 'no space', keptPpm: 0 };
    },
  }));
}

/** Of what a failed sync covered, this much is on the disk all the same. */
const KEPT_PPM = 500_000;

function failSyncs(beginning: Beginning): Ending {
  const { fault, random, bite } = beginning;
  const failPpm = param(fault, 'failPpm');
  return withRules(beginning, (machine) => ({
    onWrite: () => {
      if (!chancePpm(random, failPpm)) return { kind: 'written' };
      bite(machine);
      return { kind: 'failed', reason: 'input/output error', keptPpm: KEPT_PPM };
    },
  }));
}

/** The crash that takes what was not durable may come after the fault. */
function lie(beginning: Beginning): Ending {
  const { bite, breaks } = beginning;
  return withRules(beginning, (machine) => {
    const onLost = (): void => {
      breaks('store-durable', machine, 'a crash took what was said to be synced');
      // A mark of what was synced may tell of what is gone: then its program refuses to start.
      breaks('disk-damage', machine, 'what was said to be synced is missing');
    };
    return {
      onWrite: () => {
        bite(machine);
        return { kind: 'lied', onLost };
      },
    };
  });
}

/** Takes down what is up, and starts again what it took down, unless somebody else did. */
function goBack(beginning: Beginning, { sim }: World): Ending {
  const { fault, targets, bite, breaks } = beginning;
  const atUs = sim.now - param(fault, 'ageUs');
  const taken: { readonly machine: Machine; readonly incarnation: number }[] = [];
  for (const machine of targets) {
    const { incarnation } = machine;
    if (!machine.crash(fault.id)) continue;
    taken.push({ machine, incarnation });
    if (!machine.disk.goBackTo(atUs)) continue;
    bite(machine);
    breaks('store-durable', machine, 'the disk is as it was some time ago');
  }
  return () => {
    for (const { machine, incarnation } of taken) {
      if (machine.incarnation === incarnation) machine.restart(fault.id);
    }
  };
}

function withRules({ targets }: Beginning, ruleOf: (machine: Machine) => DiskRule): Ending {
  return together(targets.map((machine) => machine.disk.addRule(ruleOf(machine))));
}

const together =
  (endings: readonly Ending[]): Ending =>
  () => {
    for (const end of endings) end();
  };
