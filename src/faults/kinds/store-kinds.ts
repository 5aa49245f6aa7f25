import type { StoreKind } from '../plan.ts';
import { type FaultInfo, LONGEST_US, PPM, sharePpm, spanUs } from './info.ts';

const LOST_TAIL = 'where it takes accepted changes back: claims that rest on what was accepted';

const store = (
  kind: StoreKind,
  sentence: string,
  params: FaultInfo['params'] = {},
  excuses: readonly string[] = [],
): FaultInfo => ({ kind, sentence, params, excuses, roles: ['store'] });

export const STORE_FAULTS: readonly FaultInfo[] = [
  store(
    'store-failover',
    'Whichever of its machines serves is shut off and the replica promoted; what had not been ' +
      'replicated is lost, and the old primary returns as a replica when the fault ends.',
    {},
    [LOST_TAIL],
  ),
  store(
    'old-primary',
    'The replica is promoted while the old primary, cut off from it and from half of the ' +
      'schedulers, goes on to serve whoever still talks to it, until the fault ends.',
    {},
    [LOST_TAIL],
  ),
  store('stale-reads', 'Reads outside of transactions show the rows as they were a while ago.', {
    lagUs: spanUs('microseconds: how old what they show is', 1),
  }),
  store('lost-answer', 'A share of commits takes place, but nobody hears of it.', {
    lostPpm: sharePpm('parts per million: the chance of each answer to a commit to be lost'),
  }),
  store('lock-stall', 'No lock is granted until the fault ends.'),
  store(
    'orphan-locks',
    'Connections break, of half of the schedulers and of all that are down or go down: their ' +
      'sessions end, but the keys that they locked last stay locked until the fault ends.',
  ),
  store('session-loss', 'All sessions are ended by the store, with their transactions and locks.'),
  store('lossy-notification', 'A share of what watchers and listeners are told is lost.', {
    lossPpm: sharePpm('parts per million: the chance of each to be lost'),
  }),
  store('serialization-errors', 'A share of commits is refused and rolled back.', {
    abortPpm: { words: 'parts per million: the chance of each commit', low: 1, high: PPM },
  }),
  store(
    'failover-clock-jump',
    'As store-failover, and the wall clock of the promoted replica is off, until the storm is ' +
      'over.',
    {
      stepUs: {
        words: 'microseconds, signed: forward when positive',
        low: -LONGEST_US,
        high: LONGEST_US,
      },
    },
    [LOST_TAIL, 'beyond the wall error that the preset assumes: claims of timeliness'],
  ),
  store('read-only', 'The store refuses every write until the fault ends.'),
];
