import type { DiskKind } from '../plan.ts';
import { type FaultInfo, PPM, sharePpm, TESTED } from './info.ts';

const LIVENESS =
  'where this disk alone holds the book: claims of liveness, as refusing to start is right';
const DURABLE = 'where this disk alone holds the book: claims that rest on what was accepted';

/** Who may keep a log; the others write a number at their start, and no more. */
const KEEPERS: FaultInfo['roles'] = ['scheduler', 'store'];

const disk = (
  kind: DiskKind,
  sentence: string,
  params: FaultInfo['params'] = {},
  excuses: readonly string[] = [],
  roles: FaultInfo['roles'] = TESTED,
): FaultInfo => ({ kind, sentence, params, excuses, roles });

export const DISK_FAULTS: readonly FaultInfo[] = [
  disk(
    'bit-rot',
    'Records at rest on the disk, synced a second ago or more, are damaged for good; whoever ' +
      'reads them is told so.',
    { records: { words: 'how many records rot', low: 1, high: 1_000 } },
    [LIVENESS],
  ),
  disk('read-error', 'Reads fail, at a start as well; trying again may help.', {
    errorPpm: sharePpm('parts per million: the chance of each read to fail'),
  }),
  disk(
    'misdirected-write',
    'A write to a log that was acknowledged lands in another place: what was there is damaged, ' +
      'and when the machine next starts its own place is empty.',
    { writes: { words: 'how many writes', low: 1, high: 1_000 } },
    [LIVENESS, DURABLE],
    KEEPERS,
  ),
  disk(
    'phantom-write',
    'A write to a log that was acknowledged never reaches the medium: it is there until the ' +
      'machine next starts, and then it is not.',
    { writes: { words: 'how many writes', low: 1, high: 1_000 } },
    [LIVENESS, DURABLE],
    KEEPERS,
  ),
  disk('disk-stall', 'The disk answers nothing until the fault ends.'),
  disk('slow-disk', 'Every request to the disk takes longer by a factor.', {
    factor: { words: 'how many times longer', low: 1, high: 1_000_000, fractional: true },
  }),
  disk('disk-full', 'Nothing more fits: what is written is refused when it is synced.'),
  disk('sync-fail', 'Syncs fail; what they covered may or may not be on the disk.', {
    failPpm: { words: 'parts per million: the chance of each sync to fail', low: 1, high: PPM },
  }),
  disk(
    'lying-sync',
    'Syncs are answered although nothing is durable: a crash takes it all, unless a later sync ' +
      'was honest.',
    {},
    [LIVENESS, DURABLE],
    KEEPERS,
  ),
  disk(
    'old-snapshot',
    'The machine crashes, and starts with its disk as it was some time ago when the fault ends.',
    { ageUs: { words: 'microseconds before the crash', low: 1, high: 1e15 } },
    [DURABLE],
    KEEPERS,
  ),
];
