import type { ProcessKind } from '../plan.ts';
import { type FaultInfo, spanUs, TESTED } from './info.ts';

const ofProcess = (
  kind: ProcessKind,
  sentence: string,
  params: FaultInfo['params'] = {},
  excuses: readonly string[] = [],
  roles: FaultInfo['roles'] = TESTED,
): FaultInfo => ({ kind, sentence, params, excuses, roles });

export const PROCESS_FAULTS: readonly FaultInfo[] = [
  ofProcess(
    'crash',
    'The machine stops at once, keeps only what its disk had synced and what chance leaves of ' +
      'the rest, and starts anew when the fault ends.',
  ),
  ofProcess(
    'kill',
    'The process is killed: its memory is gone, but the operating system still writes what it ' +
      'had written; it starts anew when the fault ends.',
  ),
  ofProcess(
    'crash-at-write',
    'The machine crashes at the next moment at which something is written and not yet synced; it ' +
      'starts anew when the fault ends. Where nothing is written meanwhile, nothing happens.',
  ),
  ofProcess(
    'crash-in-recovery',
    'The machine crashes, and again each time it starts, while it still recovers; the last ' +
      'start, when the fault ends, is left alone, and the others are spread evenly before it.',
    { times: { words: 'crashes during recovery', low: 1, high: 100 } },
  ),
  ofProcess(
    'stop',
    'The process is asked to stop, and killed if it has not stopped by the deadline or by the ' +
      'end of the fault, when it starts anew.',
    { deadlineUs: spanUs('microseconds from the request to the kill') },
  ),
  ofProcess(
    'pause',
    'The machine stands still while its clocks and everybody else go on, and then continues as ' +
      'if nothing had happened: a long garbage collection, a stolen CPU, a migrated guest.',
  ),
  ofProcess(
    'suspend',
    'As a pause, but the monotonic clock stands still with it, as on a suspended guest; wall ' +
      'time goes on.',
    {},
    ['where a preset rests on the length of a lease: claims that rest on it'],
  ),
  ofProcess(
    'stall',
    'The event loop is busy: no event is handled, while what was sent before departs, clocks ' +
      'run and the disk works on.',
  ),
  ofProcess('slow-cpu', 'Everything that the machine computes takes longer by a factor.', {
    factor: { words: 'how many times longer', low: 1, high: 1_000_000, fractional: true },
  }),
  ofProcess('restart-storm', 'The machine crashes again and again, soon after each start.', {
    everyUs: spanUs('microseconds from one crash to the next', 10_000),
    downUs: spanUs('microseconds down each time', 1_000),
  }),
  ofProcess(
    'wipe',
    'The machine crashes, loses its disk, and starts anew under the same name with an empty one ' +
      'when the fault ends; one that is down loses its disk, too.',
    {},
    ['where this disk alone holds the book: claims that rest on what was accepted'],
  ),
  ofProcess(
    'replace',
    'The machine is gone for good; when the fault ends, a new one takes its place under a new ' +
      'name, with an empty disk. Others hear of it from itself and from those who have; a store, ' +
      'and a scheduler where no other is left, is also given the old name.',
    {},
    ['where its disk alone held the book: claims that rest on what was accepted'],
  ),
  ofProcess(
    'second-copy',
    'A second copy of the program is started by mistake, under the same name and with an empty ' +
      'disk of its own; messages reach one copy or the other.',
    {},
    [
      'where the preset needs to be alone: every claim of safety',
      'of a store: claims that rest on what was accepted',
    ],
  ),
  ofProcess(
    'unequal-config',
    'The machine restarts with other settings than the rest: all its durations are longer by a ' +
      'factor; when the fault ends it restarts with the right ones.',
    { factor: { words: 'its durations times this', low: 0.1, high: 10, fractional: true } },
    [],
    ['scheduler', 'worker'],
  ),
];
